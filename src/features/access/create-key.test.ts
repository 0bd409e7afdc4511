import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { SophiaError } from '#domain/errors.ts'
import { can } from '#domain/permission.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'

const { database } = await openTestDatabase()

beforeEach(() => database.read((handle) => handle.run(sql`truncate members, sign_in_links cascade`)))

function hasCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof SophiaError && error.code === code
}

test('a key shows its secret once, its start always, and does what its member may', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { key, secret } = await access.createKey(owner, { name: 'robot', actions: null, expiresInDays: null })
  assert.match(secret, /^sk-sophia-[\w-]{43}$/)
  assert.ok(secret.startsWith(key.prefix))
  assert.ok(key.prefix.length <= 16)
  const listed = await access.listKeys(owner, { limit: 10 })
  assert.deepEqual(listed.items, [key])
  assert.ok(!JSON.stringify(listed).includes(secret))
  const principal = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(principal && can(principal, 'backup:manage'))
})

test('a narrowed key does only what it names', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const { secret } = await access.createKey(owner, { name: 'reader', actions: ['records:read'], expiresInDays: null })
  const principal = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(principal && can(principal, 'records:read'))
  assert.ok(!can(principal, 'records:import') && !can(principal, 'self:read'))
})

test('a key names only actions that exist and that its maker may take; every fault is told', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const wanted = { name: 'k', actions: ['records:read', 'backup:manage', 'constructor'], expiresInDays: null }
  await assert.rejects(access.createKey(ann, wanted), (error) => {
    assert.ok(error instanceof SophiaError)
    assert.deepEqual(
      error.faults.map((fault) => fault.path),
      ['actions.1', 'actions.2'],
    )
    return true
  })
})

test('a narrowed key makes keys no wider than itself', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const actions = ['records:read', 'key:manage-own']
  const { secret } = await access.createKey(owner, { name: 'narrow', actions, expiresInDays: null })
  const principal = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(principal)
  const child = await access.createKey({ principal }, { name: 'child', actions: null, expiresInDays: null })
  assert.deepEqual(child.key.actions, actions)
  await assert.rejects(
    access.createKey({ principal }, { name: 'wide', actions: ['member:manage'], expiresInDays: null }),
    hasCode('INVALID_INPUT'),
  )
})

test("a member sees and revokes their own keys; another's answers as if it were not there", async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com' })
  const bob = await join(access, owner, { email: 'bob@example.com' })
  const { key, secret } = await access.createKey(ann, { name: 'hers', actions: null, expiresInDays: null })
  assert.deepEqual((await access.listKeys(bob, { limit: 10 })).items, [])
  await assert.rejects(access.revokeKey(bob, key.id), hasCode('NOT_FOUND'))
  assert.ok(await access.authenticate({ kind: 'key', token: secret }))
  assert.equal((await access.listKeys(owner, { limit: 10 })).items.length, 1)
  await access.revokeKey(owner, key.id)
  await access.revokeKey(owner, key.id)
  assert.equal(await access.authenticate({ kind: 'key', token: secret }), null)
})

test('a member who lost a role lost it for their keys too', async () => {
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  const ann = await join(access, owner, { email: 'ann@example.com', role: 'admin' })
  const { secret } = await access.createKey(ann, { name: 'k', actions: ['member:manage'], expiresInDays: null })
  await access.changeMember(owner, ann.principal.memberId, { role: 'viewer' })
  const principal = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(principal && !can(principal, 'member:manage'))
})

test('before there is an owner no key can be made, and the message says what to do', async () => {
  const { access } = createTestAccess(database)
  const principal = await access.localPrincipal()
  const wanted = { name: 'k', actions: null, expiresInDays: null }
  const refusal = /sign in with the link told at start, or start Sophia with SOPHIA_ADMIN_API_KEY/
  await assert.rejects(access.createKey({ principal }, wanted), refusal)
  await access.ensureAdminKey(`sk-sophia-${'a'.repeat(43)}`)
  await access.ensureAdminKey(null)
  await assert.rejects(access.createKey({ principal }, wanted), refusal)
})

test("where the settings' key makes the only owner keys act for that one, and stay through starts and with another setting", async () => {
  const { access } = createTestAccess(database)
  const given = `sk-sophia-${'a'.repeat(43)}`
  await access.ensureAdminKey(given)
  const wanted = { name: 'keda', actions: ['calendar:read'], expiresInDays: null }
  const { key, secret } = await access.createKey({ principal: await access.localPrincipal() }, wanted)
  assert.equal(key.memberName, 'Automation')
  const principal = await access.authenticate({ kind: 'key', token: given })
  assert.ok(principal)
  const byRequest = await access.createKey({ principal }, wanted)
  for (const setting of [given, `sk-sophia-${'b'.repeat(43)}`, null]) {
    await access.ensureAdminKey(setting)
    for (const token of [secret, byRequest.secret]) {
      const found = await access.authenticate({ kind: 'key', token })
      assert.ok(found && can(found, 'calendar:read') && !can(found, 'member:manage'), String(setting))
    }
  }
  assert.equal(await access.authenticate({ kind: 'key', token: given }), null)
})
