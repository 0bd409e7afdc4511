import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestVerified } from './newest-verified.ts'

const OWN = '2026-01-01T00:00:00.000Z'
const now = new Date('2026-03-10T09:00:00Z')
const backup = (createdAt: string, more: Partial<Parameters<typeof newestVerified>[0][number]> = {}) => ({
  createdAt,
  deployment: OWN,
  places: ['store'] as const,
  state: 'verified' as const,
  ...more,
})
const newest = (backups: Parameters<typeof newestVerified>[0], elsewhere: Date | null = null): string | undefined =>
  newestVerified(backups, { deployment: OWN, elsewhere, now })?.toISOString()

test('what another deployment keeps in the same store proves nothing for this one', () => {
  const others = backup('2026-03-10T08:00:00.000Z', { deployment: '2025-07-01T00:00:00.000Z' })
  assert.equal(newest([others]), undefined)
  assert.equal(newest([others, backup('2026-03-08T08:00:00.000Z')]), '2026-03-08T08:00:00.000Z')
  // It lies here: whoever keeps it here can restore it.
  assert.equal(newest([{ ...others, places: ['machine', 'store'] }]), '2026-03-10T08:00:00.000Z')
  assert.equal(newest([{ ...others, deployment: null }]), '2026-03-10T08:00:00.000Z')
})

test('what lies here alone, and goes with this process, proves nothing; what is elsewhere does', () => {
  const elsewhere = new Date('2026-03-09T10:00:00Z')
  const here = backup('2026-03-10T08:00:00.000Z', { places: ['machine'], deployment: null })
  const fleeting = (given: Partial<Parameters<typeof newestVerified>[1]> = {}, backups = [here]) =>
    newestVerified(backups, { deployment: OWN, elsewhere: null, now, isFleeting: true, ...given })?.toISOString()
  assert.equal(fleeting(), undefined)
  assert.equal(fleeting({ isFleeting: false }), here.createdAt)
  assert.equal(fleeting({ elsewhere }), elsewhere.toISOString())
  assert.equal(fleeting({}, [{ ...here, places: ['machine', 'store'] }]), here.createdAt)
})

test('only what is proven counts, of any process, and nothing from days to come', () => {
  assert.equal(newest([backup('2026-03-09T08:00:00.000Z', { state: 'unverified' })]), undefined)
  assert.equal(newest([backup('2027-03-09T08:00:00.000Z')]), undefined)
  const elsewhere = new Date('2026-03-09T10:00:00Z')
  assert.equal(newest([backup('2026-03-09T08:00:00.000Z')], elsewhere), elsewhere.toISOString())
})
