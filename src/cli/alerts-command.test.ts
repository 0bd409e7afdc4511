import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { SophiaError } from '#domain/errors.ts'
import { watchRoutes } from '#http/routes/watch-routes.ts'
import { createTestAccess, signInOwner } from '../../test/support/access-fixture.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { listenOnLoopback, openTestServer } from '../../test/support/http-fixture.ts'
import { openWatchHouse } from '../../test/support/watch-house.ts'
import { addAlertsCommand } from './alerts-command.ts'
import { openRunning } from './running-house.ts'

const { database } = await openTestDatabase()
const { access } = createTestAccess(database)
const owner = await signInOwner(access)
const { first, rounds, knobs, posted, refuse } = await openWatchHouse()
const routes = watchRoutes({
  watch: first.watch,
  access,
  health: { onChange: () => () => undefined },
  log: pino({ level: 'silent' }),
  drainSignal: new AbortController().signal,
})
const address = await listenOnLoopback(openTestServer({ access, routes }))

const WANTED = { name: 'sophia alerts', actions: ['watch:read', 'watch:manage'] } as const

function run(t: TestContext, ...words: string[]): Promise<string> {
  const open = () => openRunning({ address, access, principal: owner.principal }, WANTED)
  return runCommandLine(t, (program) => addAlertsCommand(program, open), ['alerts', ...words])
}

test('the rules as they stand, with what the calendar made of their thresholds', async (t) => {
  knobs.set('alerts.turns-waiting.threshold', 75)
  first.metrics.mcpState.set({ server: 'crm', state: 'unhealthy' }, 1)
  await rounds(1)
  const lines = (await run(t, 'rules')).split('\n')
  assert.equal(lines.length, ALERT_RULES.length + 1)
  assert.ok(lines.includes('quiet  turns-waiting  page  above 75 (50 without the calendar) for 60 s'))
  assert.ok(lines.includes('pending  mcp-server-down  ticket  above 0 for 120 s  crm'))
  assert.equal(lines.at(-1), 'Told by webhook and email.')
  assert.equal((await run(t, 'rules', '--json')).split('\n').length, ALERT_RULES.length)
})

test('a message for trial is sent, and a way that does not work makes the command fail', async (t) => {
  assert.equal(await run(t, 'test'), 'webhook: sent\nemail: sent')
  assert.equal(posted.length, 1)
  refuse(new SophiaError('WEBHOOK_FAILED'))
  await assert.rejects(run(t, 'test', '--json'), { code: 'UNREACHABLE' })
})
