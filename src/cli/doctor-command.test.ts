import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { CheckResult } from '#domain/doctor/finding.ts'
import { runCommandLine } from '../../test/support/command-line.ts'
import { addDoctorCommand } from './doctor-command.ts'

const WELL: CheckResult = { id: 'node', status: 'ok', detail: 'Node 24.', fix: null, durationMs: 1 }
const LOW: CheckResult = { id: 'disk', status: 'warn', detail: 'Low.', fix: 'Delete.', durationMs: 1 }
const AWAY: CheckResult = { id: 'database', status: 'fail', detail: 'Away.', fix: 'Start it.', durationMs: 1 }
const FAULTY: CheckResult = { id: 'settings', status: 'fail', detail: 'X.', fix: 'Mend it.', durationMs: 1 }
const UNASKED: CheckResult = { id: 'webhook', status: 'unknown', detail: 'Not tried.', fix: null, durationMs: 1 }

/** What is printed, and the exit code that was set. */
async function run(t: TestContext, checks: readonly CheckResult[], ...words: string[]) {
  const before = process.exitCode
  process.exitCode = 0
  const printed = await runCommandLine(
    t,
    (program) => addDoctorCommand(program, () => ({ examine: () => Promise.resolve(checks) })),
    ['doctor', ...words],
  )
  const code = process.exitCode
  process.exitCode = before
  return { printed, code }
}

test('exit code 0 without a failure, 1 with one, 78 when it is in the settings', async (t) => {
  assert.equal((await run(t, [WELL, UNASKED])).code, 0)
  assert.equal((await run(t, [WELL, LOW])).code, 0)
  assert.equal((await run(t, [LOW, AWAY])).code, 1)
  assert.equal((await run(t, [FAULTY, AWAY])).code, 78)
})

test('in lines each fault has what to do below it, and what is not known is no ok', async (t) => {
  const { printed } = await run(t, [WELL, LOW, AWAY, UNASKED])
  assert.deepEqual(printed.split('\n'), [
    'ok    node      Node 24.',
    'warn  disk      Low.',
    '                -> Delete.',
    'FAIL  database  Away.',
    '                -> Start it.',
    '?     webhook   Not tried.',
    '',
    '1 ok, 1 warning, 1 failure, 0 not configured (-), 1 not known (?)',
  ])
})

test('as JSON one object with the gravest status and every check', async (t) => {
  const { printed } = await run(t, [WELL, LOW, UNASKED], '--json')
  assert.deepEqual(JSON.parse(printed), { status: 'warn', checks: [WELL, LOW, UNASKED] })
})
