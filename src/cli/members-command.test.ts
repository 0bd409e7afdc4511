import assert from 'node:assert/strict'
import { beforeEach, test, type TestContext } from 'node:test'
import { Command } from 'commander'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, signInOwner, tokenOf } from '../../test/support/access-fixture.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { addKeysCommand } from './keys-command.ts'
import { addMembersCommand } from './members-command.ts'

const { database } = await openTestDatabase()

beforeEach(() => database.read((handle) => handle.run(sql`truncate members, sign_in_links, teams cascade`)))

function open(t: TestContext) {
  const { access } = createTestAccess(database)
  let closed = 0
  const openAccess = async () => ({
    access,
    principal: await access.localPrincipal(),
    close: async () => {
      closed += 1
    },
  })
  const log = t.mock.method(console, 'log', () => undefined)
  /** Runs one command line; answers what it printed. */
  const run = async (...words: string[]): Promise<string> => {
    const program = new Command().exitOverride()
    addMembersCommand(program, openAccess)
    addKeysCommand(program, openAccess)
    log.mock.resetCalls()
    await program.parseAsync(words, { from: 'user' })
    return log.mock.calls.map((call) => String(call.arguments[0])).join('\n')
  }
  return { access, run, closings: () => closed }
}

test('a member is invited, listed, linked, suspended and let in again', async (t) => {
  const { access, run, closings } = open(t)
  const owner = await signInOwner(access)
  await access.createTeam(owner, { name: 'West', manager: null })
  const made = JSON.parse(
    await run('members', 'invite', 'ann@example.com', '--role', 'lead', '--team', 'west', '--json'),
  ) as { link: string }
  const ann = await access.signIn({ token: tokenOf(made.link), address: '192.0.2.1' })
  assert.equal(ann.principal.role, 'lead')
  const listed = await run('members', 'list')
  assert.match(listed, /owner@example\.com .* owner/)
  assert.match(listed, /ann@example\.com .* lead/)
  await assert.rejects(
    run('members', 'link', 'ann@example.com', '--rep', 'Ann Lee'),
    /no rep or CSM with the id Ann Lee/,
  )
  await database.inTransaction((handle) =>
    handle.run(sql`insert into reps (id, name, source) values ('Ann Lee', 'Ann Lee', 'test')`),
  )
  assert.match(await run('members', 'link', 'ann@example.com', '--rep', 'Ann Lee', '--team', 'none'), /rep Ann Lee/)
  assert.equal((await access.principalOf(ann.principal.memberId))?.teamId, null)
  await run('members', 'suspend', 'ANN@example.com')
  assert.equal(await access.principalOf(ann.principal.memberId), null)
  await run('members', 'activate', 'ann@example.com')
  const text = await run('members', 'sign-in-link', 'ann@example.com')
  const link = text.split('\n').at(-1) ?? ''
  assert.equal(
    (await access.signIn({ token: tokenOf(link), address: '192.0.2.1' })).principal.memberId,
    ann.principal.memberId,
  )
  assert.equal(closings(), 7)
})

test('mistakes are told in words and what was opened is closed', async (t) => {
  const { access, run, closings } = open(t)
  await signInOwner(access)
  await assert.rejects(run('members', 'invite', 'no address'), /email/)
  await assert.rejects(run('members', 'invite', 'a@example.com', '--team', 'East'), /There is no team East/)
  await assert.rejects(run('members', 'suspend', 'nobody@example.com'), /No member has the address/)
  await assert.rejects(run('members', 'suspend', 'owner@example.com'), /last owner/)
  await assert.rejects(run('members', 'link', 'owner@example.com'), /Say what to link/)
  assert.equal(closings(), 5)
})

test('a key is made, listed without its secret, and revoked by its start', async (t) => {
  const { access, run } = open(t)
  await signInOwner(access)
  const made = JSON.parse(
    await run('keys', 'create', 'robot', '--actions', 'records:read, skill:run', '--days', '30', '--json'),
  ) as {
    secret: string
    key: { prefix: string }
  }
  assert.deepEqual((await access.authenticate({ kind: 'key', token: made.secret }))?.allowedActions, [
    'records:read',
    'skill:run',
  ])
  const listed = await run('keys', 'list')
  assert.ok(listed.includes(made.key.prefix) && !listed.includes(made.secret))
  await run('keys', 'revoke', made.key.prefix)
  assert.equal(await access.authenticate({ kind: 'key', token: made.secret }), null)
  await assert.rejects(run('keys', 'revoke', 'sk-sophia-nobody'), /There is no key/)
  await assert.rejects(run('keys', 'create', 'x', '--days', '0'), /whole days/)
})
