import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { createToken } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { isConnected, openSharedCache } from '../../../test/support/shared-cache-house.ts'
import { until } from '../../../test/support/until.ts'
import { createAccess } from './index.ts'

const { database } = await openTestDatabase()
const DAY_MS = 24 * 60 * 60_000

beforeEach(() => database.read((handle) => handle.run(sql`truncate members, sign_in_links, teams, reps cascade`)))

async function addRep(rep: { id: string; email?: string; manager?: string }): Promise<void> {
  await database.read((handle) =>
    handle.run(sql`insert into reps (id, name, email, manager, source)
                   values (${rep.id}, ${rep.id}, ${rep.email ?? null}, ${rep.manager ?? null}, 'test')`),
  )
}

test('a suspended member is out within five seconds in every process, session and key alike', async () => {
  const here = createTestAccess(database)
  const elsewhere = createTestAccess(database)
  const owner = await signInOwner(here.access)
  const ann = await join(here.access, owner, { email: 'ann@example.com' })
  const { secret } = await here.access.createKey(ann, { name: 'k', actions: null, expiresInDays: null })
  const credentials = [
    { kind: 'session', token: ann.sessionToken },
    { kind: 'key', token: secret },
  ] as const
  for (const credential of credentials) assert.ok(await elsewhere.access.authenticate(credential))
  await here.access.changeMember(owner, ann.principal.memberId, { status: 'suspended' })
  for (const credential of credentials)
    assert.equal(await here.access.authenticate(credential), null, 'at once where it was done')
  elsewhere.clock.advance(4999)
  for (const credential of credentials) assert.equal(await elsewhere.access.authenticate(credential), null)
})

test('an activated member needs a fresh sign-in, while their keys work again', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const { secret } = await access.createKey(ann, { name: 'k', actions: null, expiresInDays: null })
  await access.changeMember(owner, ann.principal.memberId, { status: 'suspended' })
  await access.changeMember(owner, ann.principal.memberId, { status: 'active' })
  assert.equal(await access.authenticate({ kind: 'session', token: ann.sessionToken }), null)
  assert.ok(await access.authenticate({ kind: 'key', token: secret }))
})

test('a change of role and a revoked key are felt elsewhere within five seconds', async () => {
  const here = createTestAccess(database)
  const elsewhere = createTestAccess(database)
  const owner = await signInOwner(here.access)
  const ann = await join(here.access, owner, { email: 'ann@example.com' })
  const { key, secret } = await here.access.createKey(ann, { name: 'k', actions: null, expiresInDays: null })
  await elsewhere.access.authenticate({ kind: 'session', token: ann.sessionToken })
  await elsewhere.access.authenticate({ kind: 'key', token: secret })
  await here.access.changeMember(owner, ann.principal.memberId, { role: 'viewer' })
  await here.access.revokeKey(owner, key.id)
  elsewhere.clock.advance(4999)
  assert.equal((await elsewhere.access.authenticate({ kind: 'session', token: ann.sessionToken }))?.role, 'viewer')
  assert.equal(await elsewhere.access.authenticate({ kind: 'key', token: secret }), null)
})

test('a burst of requests reads the database once', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const first = await access.authenticate({ kind: 'session', token: owner.sessionToken })
  const second = await access.authenticate({ kind: 'session', token: owner.sessionToken })
  assert.equal(first, second)
})

test('a thousand requests of one session at once are one look into the database', async () => {
  let looks = 0
  const counting: Database = { ...database, read: (work) => ((looks += 1), database.read(work)) }
  const { access } = createTestAccess(counting)
  const owner = await signInOwner(access)
  looks = 0
  const credential = { kind: 'session', token: owner.sessionToken } as const
  const found = await Promise.all(Array.from({ length: 1000 }, () => access.authenticate(credential)))
  assert.ok(found.every((principal) => principal?.memberId === owner.principal.memberId))
  // The look itself, and perhaps when it was last used.
  assert.ok(looks <= 2, `${looks} looks`)
})

test('with a Redis between them, who is signed out in one process is out at once in the other', async () => {
  const redis = await openTestRedis()
  const houses = [await openSharedCache({ url: redis.url }), await openSharedCache({ url: redis.url })] as const
  for (const house of houses) await isConnected(house)
  const [here, elsewhere] = houses.map(({ cache, clock }) =>
    createAccess({ database, clock, log: pino({ level: 'silent' }), publicUrl: 'http://127.0.0.1:8000', cache }),
  )
  assert.ok(here && elsewhere)
  const owner = await signInOwner(here)
  const credential = { kind: 'session', token: owner.sessionToken } as const
  assert.ok(await elsewhere.authenticate(credential))
  await here.signOut(owner)
  // The clocks stand still: it is not age that ends it.
  await until(async () => (await elsewhere.authenticate(credential)) === null, 'it is out')
})

test('tokens that are equal for all but their last character are different principals or nobody', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  await access.authenticate({ kind: 'session', token: owner.sessionToken })
  const last = owner.sessionToken.endsWith('A') ? 'B' : 'A'
  assert.equal(await access.authenticate({ kind: 'session', token: owner.sessionToken.slice(0, -1) + last }), null)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const start = `sk-sophia-${'x'.repeat(150)}`
  const tokens = [`${start}1`, `${start}2`]
  for (const [index, signedIn] of [owner, ann].entries()) {
    const { hashToken } = await import('#platform/crypto/ids.ts')
    const { key } = await access.createKey(signedIn, { name: 'k', actions: null, expiresInDays: null })
    await database.read((handle) =>
      handle.run(sql`update api_keys set token_hash = ${hashToken(tokens[index] ?? '')} where id = ${key.id}`),
    )
  }
  for (let round = 0; round < 3; round += 1) {
    assert.equal((await access.authenticate({ kind: 'key', token: tokens[0] ?? '' }))?.email, 'owner@example.com')
    assert.equal((await access.authenticate({ kind: 'key', token: tokens[1] ?? '' }))?.email, 'ann@example.com')
  }
})

test("a session's token is no key and a key is no session", async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { secret } = await access.createKey(owner, { name: 'k', actions: null, expiresInDays: null })
  assert.equal(await access.authenticate({ kind: 'key', token: owner.sessionToken }), null)
  assert.equal(await access.authenticate({ kind: 'session', token: secret }), null)
})

test('malformed tokens are refused without asking the database', async () => {
  const { access } = createTestAccess({
    ...database,
    read: () => {
      throw new Error('the database was asked')
    },
  })
  const malformed = [
    '',
    "sk-' OR 1=1--",
    "'; select pg_sleep(5)--",
    'sk-sophia-\0\0\0',
    'x'.repeat(1_000_000),
    `sk-sophia-${'x'.repeat(1_000_000)}`,
    '[object Object]',
    'null',
  ]
  for (const token of malformed) {
    assert.equal(await access.authenticate({ kind: 'key', token }), null)
    assert.equal(await access.authenticate({ kind: 'session', token }), null)
  }
})

test('an unknown token of the right form is nobody', async () => {
  const { access } = createTestAccess(database)
  assert.equal(await access.authenticate({ kind: 'session', token: createToken() }), null)
  assert.equal(await access.authenticate({ kind: 'key', token: `sk-sophia-${createToken()}` }), null)
})

test('a session lives thirty days from its last use', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  const credential = { kind: 'session', token: owner.sessionToken } as const
  clock.advance(29 * DAY_MS)
  assert.ok(await access.authenticate(credential))
  clock.advance(29 * DAY_MS)
  assert.ok(await access.authenticate(credential))
  clock.advance(30 * DAY_MS)
  assert.equal(await access.authenticate(credential), null)
})

test('the cache does not keep a key past its end', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { secret } = await access.createKey(owner, { name: 'k', actions: null, expiresInDays: 1 })
  clock.advance(DAY_MS - 1000)
  assert.ok(await access.authenticate({ kind: 'key', token: secret }))
  clock.advance(1000)
  assert.equal(await access.authenticate({ kind: 'key', token: secret }), null)
})

test('the time of last use is written at most once a minute', async () => {
  const { access, clock } = createTestAccess(database)
  const owner = await signInOwner(access)
  const seen = async () => {
    await access.authenticate({ kind: 'session', token: owner.sessionToken })
    const row = await database.read((handle) =>
      handle.first(z.object({ at: z.date() }), sql`select last_seen_at as at from sessions`),
    )
    return row?.at.getTime() ?? 0
  }
  const start = await seen()
  clock.advance(59_000)
  assert.equal(await seen(), start)
  clock.advance(5000)
  assert.equal(await seen(), start + 64_000)
})

test('row scopes: own is the linked rep or the one with the same e-mail, team adds the team, all is all', async () => {
  const { access } = createTestAccess(database)
  await addRep({ id: 'Ann', email: 'ANN@example.com', manager: 'Moe' })
  await addRep({ id: 'Bob', manager: 'Moe' })
  await addRep({ id: 'Cid', email: 'cid@example.com', manager: 'Zoe' })
  await addRep({ id: 'Dan', manager: 'Zoe' })
  const owner = await signInOwner(access)
  const team = await access.createTeam(owner, { name: 'West', manager: 'Moe' })
  await join(access, owner, { email: 'cid@example.com', teamId: team.id })
  const visible = async (email: string, rest: object) =>
    (await join(access, owner, { email, ...rest })).principal.visible
  assert.deepEqual(owner.principal.visible, { kind: 'all' })
  assert.deepEqual(await visible('ann@example.com', {}), { kind: 'reps', repIds: ['Ann'] })
  assert.deepEqual(await visible('dora@example.com', { repId: 'Dan' }), { kind: 'reps', repIds: ['Dan'] })
  assert.deepEqual(await visible('new@example.com', { repId: 'not-imported-yet' }), {
    kind: 'reps',
    repIds: ['not-imported-yet'],
  })
  assert.deepEqual(await visible('nobody@example.com', {}), { kind: 'reps', repIds: [] })
  assert.deepEqual(await visible('alone@example.com', { rowScope: 'team' }), { kind: 'reps', repIds: [] })
  const lead = await visible('lead@example.com', { role: 'lead', rowScope: 'team', teamId: team.id })
  assert.deepEqual(lead, { kind: 'reps', repIds: ['Ann', 'Bob', 'Cid'] })
})

test('members are linked to reps by e-mail, never over a link that holds, never when two reps share it', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  for (const email of ['ann@example.com', 'twin@example.com']) await join(access, owner, { email })
  await addRep({ id: 'Cid' })
  await join(access, owner, { email: 'cid@example.com', repId: 'Cid' })
  await addRep({ id: 'Ann', email: 'Ann@Example.com' })
  await addRep({ id: 'Other', email: 'cid@example.com' })
  await addRep({ id: 'Twin 1', email: 'twin@example.com' })
  await addRep({ id: 'Twin 2', email: 'twin@example.com' })
  assert.equal(await access.linkMembersByEmail(), 1)
  const { items } = await access.listMembers({ limit: 10 })
  const linked = Object.fromEntries(items.map((item) => [item.email, item.repId]))
  assert.deepEqual(linked, {
    'owner@example.com': null,
    'ann@example.com': 'Ann',
    'twin@example.com': null,
    'cid@example.com': 'Cid',
  })
})

test('the command line acts for the first owner, and before there is one for the automation member', async () => {
  const { access } = createTestAccess(database)
  const before = await access.localPrincipal()
  assert.deepEqual([before.name, before.role], ['Automation', 'owner'])
  assert.equal((await access.localPrincipal()).memberId, before.memberId)
  const owner = await signInOwner(access)
  const after = await access.localPrincipal()
  assert.equal(after.memberId, owner.principal.memberId)
  assert.deepEqual(after.credential, { kind: 'local', id: 'cli' })
})

test('a turn acts for a member only while they are active', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  assert.equal((await access.principalOf(ann.principal.memberId))?.email, 'ann@example.com')
  await access.changeMember(owner, ann.principal.memberId, { status: 'suspended' })
  assert.equal(await access.principalOf(ann.principal.memberId), null)
})

test("the settings' key is an owner of its own, changes with the setting, and leaves the first owner's link alone", async () => {
  const { access } = createTestAccess(database)
  const first = `sk-sophia-${'a'.repeat(43)}`
  const second = `sk-sophia-${'b'.repeat(43)}`
  await access.ensureAdminKey(first)
  await access.ensureAdminKey(first)
  assert.equal((await access.authenticate({ kind: 'key', token: first }))?.role, 'owner')
  await access.ensureAdminKey(second)
  assert.equal(await access.authenticate({ kind: 'key', token: first }), null)
  assert.equal((await access.authenticate({ kind: 'key', token: second }))?.role, 'owner')
  await access.ensureAdminKey(first)
  assert.ok(await access.authenticate({ kind: 'key', token: first }))
  const owner = await signInOwner(access)
  assert.equal((await access.localPrincipal()).memberId, owner.principal.memberId)
  await access.ensureAdminKey(null)
  assert.equal(await access.authenticate({ kind: 'key', token: first }), null)
})
