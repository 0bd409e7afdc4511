import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pointAt } from '../../../test/support/operations-points.ts'
import { nowCells } from './now-cells.ts'

const at = '2026-03-10T09:00:00Z'
const told = (seen: Parameters<typeof pointAt>[1]): Record<string, string> =>
  Object.fromEntries(
    nowCells({ ...pointAt(at, seen), seconds: 60 }).map(({ label, value, note, signal }) => [
      label,
      `${value} | ${note}${signal === null ? '' : ` | ${signal}`}`.replaceAll('\u00a0', ' '),
    ]),
  )

test('of what was not measured nothing is said, and none is not unknown', () => {
  const cells = told({ sockets: 0 })
  assert.equal(cells['Requests'], '0/s | none in the last minute')
  assert.equal(cells['Latency, P95'], 'unknown | nothing was answered')
  assert.equal(cells['Sockets'], '0 | open, all processes together')
  assert.equal(cells['Answers at work'], 'unknown | nobody looked')
  assert.equal(cells['From what was kept'], 'not asked | in the last minute')
  assert.equal(cells['Memory'], 'unknown | of the worst process')
})

test('what is not well says so beside its figure', () => {
  const cells = told({
    requests: 1200,
    failed: 12,
    shed: 3,
    latencyP50: 0.02,
    latencyP95: 0.25,
    turns: 4,
    turnsFailed: 1,
    firstTokenP95: 1.5,
    turnsActive: 3,
    turnsQueued: 2,
    poolBusy: 10,
    poolWaiting: 4,
    cacheKept: 99,
    cacheMade: 1,
    memory: 0.91,
    eventLoopSeconds: 0.02,
  })
  assert.equal(cells['Requests'], '20/s | 1.0 % failed, 3 as too many | risk')
  assert.equal(cells['Latency, P95'], '≈ 250 ms | half within 20 ms; promised: 100 ms | watch')
  assert.equal(cells['First words, P95'], '≈ 1.5 s | 4 answers ended, 1 failed | watch')
  assert.equal(cells['Answers at work'], '3 | 2 wait | watch')
  assert.equal(cells['PostgreSQL'], '10 busy | 4 wait for a connection | watch')
  assert.equal(cells['From what was kept'], '99.00 % | of 100 questions; $0 saved')
  assert.equal(cells['Memory'], '91.0 % | of the worst process; event loop late by 20 ms | watch')
})
