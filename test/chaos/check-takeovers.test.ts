import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { checkTakeovers } from './check-takeovers.ts'
import { NOTHING_OBSERVED, type Observations } from './history.ts'

const { leaseMs } = DEFAULT_TURN_LIMITS
const OUTAGE = { goneMs: 10_000, backMs: 20_000 }

function breachesOf(observed: Partial<Observations>): string {
  const breaches = checkTakeovers({
    history: [],
    stored: { messages: [], turns: [], events: [], ledger: [], drafts: [] },
    observed: { ...NOTHING_OBSERVED, outages: [OUTAGE], ...observed },
    answerTo: () => null,
    mayFailWith: () => false,
  })
  return breaches.map(({ what }) => what).join('\n')
}

const at = (atMs: number) => ({ turnId: 't1', atMs })

test('takeovers within a lease of the return of the database are told, with their number and the first', () => {
  const takeovers = [at(20_900), at(20_120), at(20_000 + leaseMs - 1)]
  assert.match(breachesOf({ takeovers }), /^3 turns were taken over although nobody had died, the first 120 ms after/)
})

test('before the outage, and once a lease has passed, turns may be taken over', () => {
  assert.equal(breachesOf({ takeovers: [at(9999), at(19_999), at(20_000 + leaseMs)] }), '')
  assert.equal(breachesOf({ takeovers: [at(20_120)], outages: [] }), '')
})

test('of an outage shorter than a lease, or about which a process was started, nothing is said', () => {
  const takeovers = [at(20_120)]
  assert.equal(breachesOf({ takeovers, outages: [{ goneMs: 20_001 - leaseMs, backMs: 20_000 }] }), '')
  for (const restart of [
    { begunMs: 9000, readyMs: 10_001 },
    { begunMs: 12_000, readyMs: 20_050 },
    { begunMs: 20_000 + leaseMs - 1, readyMs: 30_000 },
  ])
    assert.equal(breachesOf({ takeovers, restarts: [restart] }), '')
  const elsewhere = [
    { begunMs: 5000, readyMs: 10_000 },
    { begunMs: 20_000 + leaseMs, readyMs: 30_000 },
  ]
  assert.match(breachesOf({ takeovers, restarts: elsewhere }), /^1 turns/)
})
