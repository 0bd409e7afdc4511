import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { TimedEntry } from './history.ts'
import { measure } from './measure.ts'

function delivered(
  turnId: string,
  atMs: number,
  event: PlacedTurnEvent['event'] = { type: 'text-delta', text: 'x' },
): TimedEntry {
  return { type: 'delivered', reader: 'r', placed: { turnId, attempt: 1, n: 1, event }, atMs }
}

test('gaps are those of answers that broke off, by hand: 300 ms at a takeover, 900 ms over a broken line', () => {
  const history: TimedEntry[] = [
    { type: 'acked', messageId: 'm1', turnId: 't1', seq: 1, atMs: 0 },
    delivered('t1', 100),
    delivered('t1', 400, { type: 'turn-restart', reason: 'anew' }),
    { type: 'assembled', turnId: 't1', text: '', status: 'complete', atMs: 450 },
    { type: 'acked', messageId: 'm2', turnId: 't2', seq: 1, atMs: 0 },
    { type: 'broken', turnId: 't2', isHandedOver: false, atMs: 500 },
    delivered('t2', 900),
    { type: 'assembled', turnId: 't2', text: '', status: 'complete', atMs: 910 },
    // Nothing happened to this one; that it took long is no gap of ours.
    { type: 'acked', messageId: 'm3', turnId: 't3', seq: 1, atMs: 0 },
    delivered('t3', 5000),
  ]
  const { brokenAnswers, gapMsP95, gapMsMax, acknowledged, silenceMsP95, silenceMsMax } = measure(history, [])
  assert.deepEqual(
    { brokenAnswers, gapMsP95, gapMsMax, acknowledged },
    { brokenAnswers: 2, gapMsP95: 900, gapMsMax: 900, acknowledged: 3 },
  )
  // Among the silences of all it is the longest.
  assert.deepEqual([silenceMsP95, silenceMsMax], [5000, 5000])
})

test('each try that failed counts by itself, though its repeat made the operation good', () => {
  const history: TimedEntry[] = [
    { type: 'invoke', operation: 'a', what: 'post', atMs: 0 },
    { type: 'retry', operation: 'a', reason: 'cut off', atMs: 10 },
    { type: 'retry', operation: 'a', reason: 'HTTP 503', atMs: 20 },
    { type: 'ok', operation: 'a', atMs: 30 },
    { type: 'invoke', operation: 'b', what: 'look', atMs: 30 },
    { type: 'retry', operation: 'b', reason: 'cut off', atMs: 40 },
    { type: 'fail', operation: 'b', reason: 'look: cut off', atMs: 50 },
  ]
  const { operations, failedOperations, tries, failedTries } = measure(history, [])
  assert.deepEqual(
    { operations, failedOperations, tries, failedTries },
    { operations: 2, failedOperations: 1, tries: 5, failedTries: 4 },
  )
})

test('an operation that was cut off at the end counts neither way; of none there is no rate', () => {
  const history: TimedEntry[] = [
    { type: 'invoke', operation: 'a', what: 'post', atMs: 0 },
    { type: 'invoke', operation: 'b', what: 'post', atMs: 10 },
    { type: 'invoke', operation: 'c', what: 'post', atMs: 20 },
    { type: 'ok', operation: 'a', atMs: 40 },
    { type: 'fail', operation: 'b', reason: 'x', atMs: 50 },
    { type: 'info', operation: 'c', reason: 'x', atMs: 60 },
  ]
  const { operations, failedOperations, errorRate, operationMsP95 } = measure(history, [])
  assert.deepEqual(
    { operations, failedOperations, errorRate, operationMsP95 },
    { operations: 2, failedOperations: 1, errorRate: 0.5, operationMsP95: 40 },
  )
  assert.equal(measure([], []).errorRate, null)
})

test('what is lost, doubled and stuck is counted by its breach', () => {
  const figures = measure(
    [],
    [
      { invariant: 'I1', what: 'message m1 was acknowledged and is lost' },
      { invariant: 'I2', what: 'message m2 is stored 2 times' },
      { invariant: 'I4', what: 'turn t1 has 2 answers' },
      { invariant: 'I4', what: 'turn t2 has 0 answers' },
      { invariant: 'I4', what: 'turn t3 is running' },
      { invariant: 'I4', what: 'turn t4 is failed with INTERNAL' },
    ],
  )
  assert.deepEqual([figures.lost, figures.duplicated, figures.stuck], [1, 2, 1])
})

test('a clock that is set off is off everywhere but where a date is given', () => {
  const ahead = new URL('./shift-clock.ts', import.meta.url).href
  const program = 'console.log(JSON.stringify([Date.now(), +new Date(), +new Date(5), new Date() instanceof Date]))'
  const { stdout } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `--import=${ahead}`, '-e', program],
    {
      encoding: 'utf8',
      env: { ...process.env, CHAOS_CLOCK_OFFSET_MS: '3600000' },
    },
  )
  const [now, made, given, isDate] = JSON.parse(stdout) as [number, number, number, boolean]
  const offMs = now - Date.now()
  assert.ok(offMs > 3_500_000 && offMs < 3_600_001, `${offMs}`)
  assert.ok(Math.abs(made - now) < 1000)
  assert.equal(given, 5)
  assert.equal(isDate, true)
})
