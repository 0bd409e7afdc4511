import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
import { createTestAccess, join, signInOwner } from '../../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { until } from '../../../test/support/until.ts'
import { createAccess } from './index.ts'

const { database, connection } = await openTestDatabase({ poolMax: 10 })
const log = pino({ level: 'silent' })

beforeEach(() => database.read((handle) => handle.run(sql`truncate members, sign_in_links, teams cascade`)))

test('of held credentials one look finds those that ended and those that permit something else', async () => {
  const { access, clock: time } = createTestAccess(database)
  const owner = await signInOwner(access)
  const names = ['stays', 'leaves', 'suspended', 'raised', 'moved']
  const members = await Promise.all(names.map((name) => join(access, owner, { email: `${name}@example.com` })))
  const [stays, leaves, suspended, raised, moved] = members
  assert.ok(stays && leaves && suspended && raised && moved)
  const { secret, key } = await access.createKey(stays, { name: 'program', actions: null, expiresInDays: 1 })
  const program = await access.authenticate({ kind: 'key', token: secret })
  assert.ok(program)
  const held = [...members.map(({ principal }) => principal), program]
  assert.equal((await access.checkCredentials(held)).size, 0)
  const team = await access.createTeam(owner, { name: 'North', manager: null })
  await access.signOut(leaves)
  await access.changeMember(owner, suspended.principal.memberId, { status: 'suspended' })
  await access.changeMember(owner, raised.principal.memberId, { role: 'lead' })
  await access.changeMember(owner, moved.principal.memberId, { teamId: team.id })
  await access.revokeKey(stays, key.id)
  const found = await access.checkCredentials(held)
  const told = (one: { readonly credential: { readonly id: string } }) => found.get(one.credential.id)
  assert.equal(found.has(stays.principal.credential.id), false)
  for (const one of [leaves.principal, suspended.principal, program]) assert.equal(told(one), null)
  assert.deepEqual([told(raised.principal)?.role, told(moved.principal)?.teamId], ['lead', team.id])
  time.advance(31 * 86_400_000)
  assert.equal((await access.checkCredentials([stays.principal])).get(stays.principal.credential.id), null)
})

test('whoever keeps connections open hears of a change made by another process, and by their own', async (t) => {
  const open = () => {
    const wakeups = openWakeups({ connection, clock, log, redis: null, namespace: 'access' })
    t.after(() => wakeups.close())
    return createAccess({ database, clock, log, publicUrl: 'http://127.0.0.1:8000', wakeups })
  }
  const [one, other] = [open(), open()]
  let [heardHere, heardThere] = [0, 0]
  one.onPeopleChanged(() => (heardHere += 1))
  other.onPeopleChanged(() => (heardThere += 1))
  await until(() => heardHere > 0 && heardThere > 0, 'both listen')
  const owner = await signInOwner(one)
  const before = [heardHere, heardThere]
  await one.signOut(owner)
  assert.equal(heardHere, (before[0] ?? 0) + 1)
  await until(() => heardThere > (before[1] ?? 0), 'it is heard at the other')
})

test('what a process keeps of people ends when another changed them: by its word, and without it by a look at who is in', async (t) => {
  const still = { ...createManualClock(), sleep: clock.sleep }
  const needs = { database, clock: still, log, publicUrl: 'http://127.0.0.1:8000' }
  const open = () => {
    const wakeups = openWakeups({ connection, clock, log, redis: null, namespace: 'kept' })
    t.after(() => wakeups.close())
    return createAccess({ ...needs, wakeups })
  }
  const [one, hears, deaf] = [open(), open(), createAccess(needs)]
  let heard = 0
  hears.onPeopleChanged(() => (heard += 1))
  await until(() => heard > 0, 'it listens')
  const owner = await signInOwner(one)
  const ann = await join(one, owner, { email: 'ann@example.com', role: 'lead' })
  const roleAt = async (access: typeof one) =>
    (await access.authenticate({ kind: 'session', token: ann.sessionToken }))?.role
  assert.deepEqual([await roleAt(hears), await roleAt(deaf)], ['lead', 'lead'])
  await one.changeMember(owner, ann.principal.memberId, { role: 'viewer' })
  // The clock stands still: nothing ends by its age.
  await until(async () => (await roleAt(hears)) === 'viewer', 'the word ends what was kept')
  assert.equal(await roleAt(deaf), 'lead')
  assert.equal((await deaf.checkCredentials([ann.principal])).size, 1)
  assert.equal(await roleAt(deaf), 'viewer')
})
