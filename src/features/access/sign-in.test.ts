import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import { sql } from '#platform/postgres/sql.ts'
import { ADDRESS, createTestAccess, join, signInOwner, tokenOf } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

beforeEach(() =>
  database.read((handle) => handle.run(sql`truncate members, sign_in_links, sign_in_attempts, audit_entries cascade`)),
)

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SophiaError && error.code === code
}

async function countRows(query: ReturnType<typeof sql>): Promise<number> {
  const row = await database.read((handle) => handle.first(z.object({ count: z.number() }), query))
  return row?.count ?? -1
}

test('fifty parallel redemptions of one owner link make exactly one owner', async () => {
  const { access } = createTestAccess(database)
  const made = await access.createOwnerLink()
  assert.ok(made)
  const attempts = Array.from({ length: 50 }, (_, n) =>
    access.signIn({ token: tokenOf(made.link), email: `owner${n}@example.com`, name: 'One', address: ADDRESS }),
  )
  const results = await Promise.allSettled(attempts)
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
  for (const result of results) if (result.status === 'rejected') assert.ok(hasCode('LINK_NOT_VALID')(result.reason))
  assert.equal(await countRows(sql`select count(*)::int as count from members where role = 'owner'`), 1)
  assert.equal(await countRows(sql`select count(*)::int as count from sessions`), 1)
})

test('fifty different owner links redeemed at once make exactly one owner', async () => {
  const { access } = createTestAccess(database)
  const links = await Promise.all(Array.from({ length: 50 }, () => access.createOwnerLink()))
  const results = await Promise.allSettled(
    links.map((made, n) =>
      access.signIn({
        token: tokenOf(made?.link ?? ''),
        email: `owner${n}@example.com`,
        name: 'One',
        address: `192.0.2.${n}`,
      }),
    ),
  )
  assert.equal(results.filter((result) => result.status === 'fulfilled').length, 1)
  assert.equal(await countRows(sql`select count(*)::int as count from members`), 1)
})

test('there is no owner link once there is an owner', async () => {
  const { access } = createTestAccess(database)
  await signInOwner(access)
  assert.equal(await access.createOwnerLink(), null)
  assert.equal((await access.createStartLink()).kind, 'sign-in')
})

test('an owner link made before the first owner came in is worth nothing after', async () => {
  const { access } = createTestAccess(database)
  const spare = await access.createOwnerLink()
  assert.ok(spare)
  await signInOwner(access)
  await assert.rejects(access.readLink(tokenOf(spare.link)), hasCode('LINK_NOT_VALID'))
  await assert.rejects(access.signIn({ token: tokenOf(spare.link), address: ADDRESS }), hasCode('LINK_NOT_VALID'))
})

test('an owner link holds for a day', async () => {
  const { access, clock } = createTestAccess(database)
  const made = await access.createOwnerLink()
  assert.ok(made)
  clock.advance(DAY_MS - 1)
  assert.deepEqual(await access.readLink(tokenOf(made.link)), { kind: 'owner', email: null, name: null })
  clock.advance(1)
  await assert.rejects(access.signIn({ token: tokenOf(made.link), address: ADDRESS }), hasCode('LINK_NOT_VALID'))
})

test('a link signs in once, and reading it first does not use it up', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { link } = await access.inviteMember(owner, {
    email: 'Ann@Example.com',
    name: 'Ann',
    role: 'member',
    rowScope: 'own',
    teamId: null,
    repId: null,
  })
  assert.deepEqual(await access.readLink(tokenOf(link)), { kind: 'invitation', email: 'Ann@Example.com', name: 'Ann' })
  const ann = await access.signIn({ token: tokenOf(link), email: 'mallory@example.com', address: ADDRESS })
  assert.equal(ann.principal.email, 'Ann@Example.com')
  await assert.rejects(access.signIn({ token: tokenOf(link), address: ADDRESS }), hasCode('LINK_NOT_VALID'))
})

test('a fresh sign-in link ends the one before it', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const first = await access.createSignInLink(owner, owner.principal.memberId)
  const second = await access.createSignInLink(owner, owner.principal.memberId)
  await assert.rejects(access.signIn({ token: tokenOf(first.link), address: ADDRESS }), hasCode('LINK_NOT_VALID'))
  assert.equal(
    (await access.signIn({ token: tokenOf(second.link), address: ADDRESS })).principal.memberId,
    owner.principal.memberId,
  )
})

test('ten unknown tokens close an address for a quarter of an hour, parallel or not, and no other address', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  const guesses = Array.from({ length: 30 }, (_, n) =>
    access.signIn({ token: `guess-number-${n}-of-many`, address: ADDRESS }),
  )
  const results = await Promise.allSettled(guesses)
  const codes = results.map((result) =>
    result.status === 'rejected' && result.reason instanceof SophiaError ? result.reason.code : 'in',
  )
  assert.equal(codes.filter((code) => code === 'LINK_NOT_VALID').length, 10)
  assert.equal(codes.filter((code) => code === 'RATE_LIMITED').length, 20)
  const { link } = await access.createSignInLink(owner, owner.principal.memberId)
  await assert.rejects(access.signIn({ token: tokenOf(link), address: ADDRESS }), (error) => {
    assert.ok(error instanceof SophiaError)
    assert.equal(error.code, 'RATE_LIMITED')
    assert.equal(error.retryAfterSeconds, 15 * 60)
    return true
  })
  await access.signIn({ token: tokenOf(link), address: '203.0.113.9' })
  clock.advance(15 * MINUTE_MS)
  const again = await access.createSignInLink(owner, owner.principal.memberId)
  await access.signIn({ token: tokenOf(again.link), address: ADDRESS })
})

test('a used link tried again is no guess and closes nothing', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { link } = await access.createSignInLink(owner, owner.principal.memberId)
  await access.signIn({ token: tokenOf(link), address: ADDRESS })
  for (let count = 0; count < 12; count += 1) {
    await assert.rejects(access.signIn({ token: tokenOf(link), address: ADDRESS }), hasCode('LINK_NOT_VALID'))
  }
})

test('neither tokens nor links are stored as they are', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { secret } = await access.createKey(owner, { name: 'k', actions: null, expiresInDays: null })
  const { link } = await access.createSignInLink(owner, owner.principal.memberId)
  const stored = await database.read((handle) =>
    handle.rows(
      z.object({ text: z.string() }),
      sql`select to_jsonb(s)::text as text from sessions s union all select to_jsonb(k)::text from api_keys k
          union all select to_jsonb(l)::text from sign_in_links l union all select to_jsonb(a)::text from audit_entries a`,
    ),
  )
  const text = stored.map((row) => row.text).join('\n')
  assert.ok(text.includes('Olga') || text.includes('session.start'))
  for (const token of [owner.sessionToken, secret, tokenOf(link)]) assert.ok(!text.includes(token))
})

test('an address that was invited before the first owner becomes that owner', async () => {
  const { access } = createTestAccess(database)
  const principal = await access.localPrincipal()
  const wanted = {
    email: 'owner@example.com',
    name: 'Olga',
    role: 'member',
    rowScope: 'own',
    teamId: null,
    repId: null,
  } as const
  const { member } = await access.inviteMember({ principal }, wanted)
  const owner = await signInOwner(access)
  assert.equal(owner.principal.memberId, member.id)
  assert.equal(owner.principal.role, 'owner')
})

test('signing out ends that session and leaves the others', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { link } = await access.createSignInLink(owner, owner.principal.memberId)
  const other = await access.signIn({ token: tokenOf(link), address: ADDRESS })
  await access.signOut(owner)
  assert.equal(await access.authenticate({ kind: 'session', token: owner.sessionToken }), null)
  assert.ok(await access.authenticate({ kind: 'session', token: other.sessionToken }))
})

test('who came in, invited, changed and made keys stands in the audit, newest first, page by page', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  clock.advance(10)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  clock.advance(10)
  const caller = { principal: owner.principal, correlationId: 'trace-1' }
  await access.changeMember(caller, ann.principal.memberId, { role: 'lead' })
  clock.advance(10)
  const { key } = await access.createKey(caller, { name: 'robot', actions: ['records:read'], expiresInDays: 30 })
  clock.advance(10)
  await access.revokeKey(caller, key.id)
  clock.advance(10)
  await access.recordAudit({
    principal: null,
    action: 'import.finish',
    targetKind: 'import',
    targetId: 'i1',
    detail: { rows: 3 },
  })
  const first = await access.listAudit({ limit: 4 })
  assert.deepEqual(
    first.items.map((item) => item.action),
    ['import.finish', 'key.revoke', 'key.create', 'member.change'],
  )
  assert.equal(first.items[0]?.actorKind, 'system')
  assert.equal(first.items[3]?.actorName, 'Olga Owner')
  assert.equal(first.items[3]?.correlationId, 'trace-1')
  assert.deepEqual(first.items[3]?.detail, { role: 'lead' })
  const rest = await access.listAudit({ limit: 4, cursor: first.nextCursor ?? undefined })
  assert.deepEqual(rest.items.map((item) => item.action).toSorted(), [
    'member.invite',
    'session.start',
    'session.start',
  ])
  assert.equal(rest.nextCursor, null)
  await assert.rejects(access.listAudit({ limit: 4, cursor: 'nonsense' }), hasCode('INVALID_INPUT'))
})

test('sweeping removes what can no longer matter and nothing that can', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  await assert.rejects(access.signIn({ token: 'guess-number-one-of-many', address: ADDRESS }))
  assert.equal(await access.sweep(), 0)
  clock.advance(16 * MINUTE_MS)
  assert.equal(await access.sweep(), 1)
  assert.ok(await access.authenticate({ kind: 'session', token: owner.sessionToken }))
})

test('a sign-in that meets a suspension never undoes it', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  for (let round = 0; round < 10; round += 1) {
    const ann = await join(access, owner, { email: `ann${round}@example.com` })
    const { link } = await access.createSignInLink(owner, ann.principal.memberId)
    await Promise.allSettled([
      access.signIn({ token: tokenOf(link), address: ADDRESS }),
      access.changeMember(owner, ann.principal.memberId, { status: 'suspended' }),
    ])
    assert.equal(await access.principalOf(ann.principal.memberId), null)
  }
  assert.equal(await countRows(sql`select count(*)::int as count from sessions`), 1)
})
