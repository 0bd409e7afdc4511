import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findLatest } from './find-latest.ts'

const OWN = '2026-01-01T00:00:00.000Z'
const OTHER = '2025-07-01T00:00:00.000Z'
type Known = Parameters<typeof findLatest>[0][number]

const backup = (id: string, deployment: string | null, more: Partial<Known> = {}): Known => ({
  id,
  createdAt: '2026-03-10T09:00:00.000Z',
  deployment,
  places: ['store'],
  reason: 'scheduled',
  state: 'verified',
  ...more,
})
const latest = (known: readonly Known[], deployment: string | null): string =>
  findLatest(known, { isVerified: true, deployment }).id

test('an empty database takes the newest where only one deployment is known', () => {
  assert.equal(latest([backup('c', null), backup('b', OTHER), backup('a', OTHER)], null), 'c')
  assert.equal(latest([backup('b', OTHER), backup('a', null)], null), 'b')
})

test('of several, an empty database takes what this machine holds, and else nothing', () => {
  const here = { places: ['machine'] as const }
  assert.equal(latest([backup('c', OTHER), backup('b', OWN), backup('a', OWN, here)], null), 'b')
  assert.throws(() => latest([backup('b', OTHER), backup('a', OWN)], null), { code: 'CONFLICT' })
})

test('what lies here, or says not whose it is, counts as of this deployment; what was made before a restore never does', () => {
  const others = backup('d', OTHER)
  assert.equal(latest([others, backup('c', null)], OWN), 'c')
  assert.equal(latest([others, backup('c', OTHER, { places: ['machine', 'store'] })], OWN), 'c')
  const passed = [backup('c', OWN, { reason: 'before-restore' }), backup('b', OWN, { state: 'unverified' })]
  assert.equal(latest([others, ...passed, backup('a', OWN)], OWN), 'a')
  assert.throws(() => latest([others, ...passed], OWN), {
    code: 'CONFLICT',
    message: /d, of 2026-03-10.*began 2025-07/,
  })
  assert.throws(() => latest(passed, OWN), { code: 'NOT_FOUND' })
})
