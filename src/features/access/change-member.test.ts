import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner, tokenOf } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

const { database } = await openTestDatabase({ poolMax: 10 })

beforeEach(() => database.read((handle) => handle.run(sql`truncate members, sign_in_links, teams cascade`)))

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SophiaError && error.code === code
}

const STRANGER = '01900000-0000-7000-8000-000000000000'

test('the last owner can be neither demoted, suspended nor removed', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  await access.ensureAdminKey(`sk-sophia-${'a'.repeat(43)}`)
  const { memberId } = owner.principal
  await assert.rejects(access.changeMember(owner, memberId, { role: 'admin' }), hasCode('CONFLICT'))
  await assert.rejects(access.changeMember(owner, memberId, { status: 'suspended' }), hasCode('CONFLICT'))
  await assert.rejects(access.deleteMember(owner, memberId), hasCode('CONFLICT'))
  assert.equal((await access.principalOf(memberId))?.role, 'owner')
})

test('an invited or suspended owner does not count as the one who is left', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const wanted = {
    email: 'next@example.com',
    name: 'Next',
    role: 'owner',
    rowScope: 'all',
    teamId: null,
    repId: null,
  } as const
  const { member } = await access.inviteMember(owner, wanted)
  await assert.rejects(access.changeMember(owner, owner.principal.memberId, { role: 'admin' }), hasCode('CONFLICT'))
  await access.changeMember(owner, member.id, { status: 'active' })
  assert.equal((await access.changeMember(owner, owner.principal.memberId, { role: 'admin' })).role, 'admin')
})

test('owners who all demote each other at once leave one', async () => {
  const { access } = createTestAccess(database)
  const first = await signInOwner(access)
  const owners = [first]
  for (let n = 0; n < 6; n += 1) owners.push(await join(access, first, { email: `o${n}@example.com`, role: 'owner' }))
  await Promise.allSettled(
    owners.map((owner, n) =>
      access.changeMember(owner, owners[(n + 1) % owners.length]?.principal.memberId ?? '', { role: 'member' }),
    ),
  )
  const { items } = await access.listMembers({ limit: 20 })
  assert.equal(items.filter((member) => member.role === 'owner').length, 1)
})

test('an admin makes no owner, touches no owner, and makes no link with which to become one', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const admin = await join(access, owner, { email: 'admin@example.com', role: 'admin' })
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const wanted = {
    email: 'x@example.com',
    name: 'X',
    role: 'owner',
    rowScope: 'all',
    teamId: null,
    repId: null,
  } as const
  const refused = hasCode('NOT_PERMITTED')
  await assert.rejects(access.inviteMember(admin, wanted), refused)
  await assert.rejects(access.changeMember(admin, ann.principal.memberId, { role: 'owner' }), refused)
  await assert.rejects(access.changeMember(admin, admin.principal.memberId, { role: 'owner' }), refused)
  await assert.rejects(access.changeMember(admin, owner.principal.memberId, { name: 'Mine' }), refused)
  await assert.rejects(access.deleteMember(admin, owner.principal.memberId), refused)
  await assert.rejects(access.createSignInLink(admin, owner.principal.memberId), refused)
  assert.equal((await access.changeMember(admin, ann.principal.memberId, { role: 'admin' })).role, 'admin')
})

test('a narrowed key that manages members cannot turn itself into a whole member', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { secret } = await access.createKey(owner, {
    name: 'hr',
    actions: ['member:manage', 'member:read'],
    expiresInDays: null,
  })
  const principal = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(principal)
  const wanted = {
    email: 'x@example.com',
    name: 'X',
    role: 'viewer',
    rowScope: 'own',
    teamId: null,
    repId: null,
  } as const
  await assert.rejects(access.createSignInLink({ principal }, owner.principal.memberId), hasCode('NOT_PERMITTED'))
  await assert.rejects(access.inviteMember({ principal }, wanted), hasCode('NOT_PERMITTED'))
})

test('only the fields that may be changed reach the row, whatever else an object carries', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const before = (await access.listMembers({ limit: 10 })).items.find((member) => member.id === ann.principal.memberId)
  const smuggled = {
    name: 'Ann B',
    id: STRANGER,
    email: 'owner@example.com',
    kind: 'automation',
    createdAt: '2000-01-01',
    lastSeenAt: null,
  }
  const changed = await access.changeMember(owner, ann.principal.memberId, smuggled)
  assert.deepEqual(changed, { ...before, name: 'Ann B' })
})

test('inviting an address that is taken is refused in whatever case it is written', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const wanted = {
    email: 'OWNER@example.COM',
    name: 'Y',
    role: 'member',
    rowScope: 'own',
    teamId: null,
    repId: null,
  } as const
  await assert.rejects(access.inviteMember(owner, wanted), hasCode('CONFLICT'))
})

test('a team that is not there and a member who is not there are said so', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  await assert.rejects(
    access.changeMember(owner, owner.principal.memberId, { teamId: STRANGER }),
    hasCode('INVALID_INPUT'),
  )
  await assert.rejects(access.changeMember(owner, STRANGER, { name: 'Z' }), hasCode('NOT_FOUND'))
  await assert.rejects(access.deleteMember(owner, STRANGER), hasCode('NOT_FOUND'))
  await assert.rejects(access.createSignInLink(owner, STRANGER), hasCode('NOT_FOUND'))
})

test('a suspended member has no links that work and gets no new one', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const { link } = await access.createSignInLink(owner, ann.principal.memberId)
  await access.changeMember(owner, ann.principal.memberId, { status: 'suspended' })
  await assert.rejects(access.signIn({ token: tokenOf(link), address: '192.0.2.1' }), hasCode('LINK_NOT_VALID'))
  await assert.rejects(access.createSignInLink(owner, ann.principal.memberId), hasCode('CONFLICT'))
})

test('a removed member is out at once and their keys with them', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const { secret } = await access.createKey(ann, { name: 'k', actions: null, expiresInDays: null })
  await access.authenticate({ kind: 'key', token: secret })
  await access.deleteMember(owner, ann.principal.memberId)
  assert.equal(await access.authenticate({ kind: 'session', token: ann.sessionToken }), null)
  assert.equal(await access.authenticate({ kind: 'key', token: secret }), null)
})

test('members come page by page, each once', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  for (let n = 0; n < 6; n += 1) {
    clock.advance(5)
    await join(access, owner, { email: `m${n}@example.com` })
  }
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const page = await access.listMembers({ limit: 3, cursor })
    seen.push(...page.items.map((item) => item.email))
    cursor = page.nextCursor ?? undefined
  } while (cursor)
  assert.deepEqual(
    seen,
    ['owner', 'm0', 'm1', 'm2', 'm3', 'm4', 'm5'].map((name) => `${name}@example.com`),
  )
})

test('teams have a name and a manager of their own', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const team = await access.createTeam(owner, { name: 'West', manager: 'Moe' })
  await join(access, owner, { email: 'ann@example.com', teamId: team.id })
  await assert.rejects(access.createTeam(owner, { name: 'West', manager: null }), hasCode('CONFLICT'))
  await assert.rejects(access.createTeam(owner, { name: 'East', manager: 'Moe' }), hasCode('CONFLICT'))
  assert.deepEqual((await access.listTeams()).items, [{ ...team, memberCount: 1 }])
})
