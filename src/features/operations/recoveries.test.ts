import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createHealth, type Observation } from './health.ts'
import { createRecoveries, watchParts } from './recoveries.ts'

function openRecoveries() {
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const counted: string[] = []
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  return { clock, counted, lines, recoveries: createRecoveries({ clock, log, onAction: (one) => counted.push(one) }) }
}

test('what repeats stands once with how often and when last; each time is counted and logged', () => {
  const { clock, counted, lines, recoveries } = openRecoveries()
  recoveries.note('part-back', 'redis')
  recoveries.note('database-restarted', 'signal SIGKILL')
  clock.advance(5000)
  recoveries.note('part-back', 'redis')
  assert.deepEqual(
    recoveries.list().map(({ action, detail, times, lastAt }) => [action, detail, times, lastAt.slice(17, 19)]),
    [
      ['part-back', 'redis', 2, '05'],
      ['database-restarted', 'signal SIGKILL', 1, '00'],
    ],
  )
  assert.deepEqual(counted, ['part-back', 'database-restarted', 'part-back'])
  assert.equal(lines.length, 3)
})

test('no more are kept than somebody reads', () => {
  const { recoveries } = openRecoveries()
  for (let at = 0; at < 1000; at += 1) recoveries.note('database-restarted', `exit code ${at}`)
  assert.equal(recoveries.list().length, 50)
  assert.equal(recoveries.list()[0]?.detail, 'exit code 999')
})

test('a part that is well again is noted, once; one that a person mends, or that was never seen ill, is not', async () => {
  const { clock, recoveries } = openRecoveries()
  let state: Observation['state'] = 'ok'
  const part = { isCritical: false, probe: async (): Promise<Observation> => ({ state }) }
  const health = createHealth({ clock, components: { redis: part, personas: part, tls: part } })
  const stop = watchParts(health, recoveries)
  for (const next of ['ok', 'degraded', 'down', 'unknown', 'ok', 'ok'] as const) {
    state = next
    await health.refresh()
  }
  stop()
  assert.deepEqual(
    recoveries.list().map(({ action, detail, times }) => [action, detail, times]),
    [['part-back', 'redis', 1]],
  )
})
