import assert from 'node:assert/strict'
import { test } from 'node:test'
import { coachingNeedOf } from './coaching-need.ts'
import { chooseView, mayCoach } from './home-view.ts'
import type { RepRecord } from './sections.ts'
import { principalSeeing } from '../../../test/support/records.ts'

const WELL: RepRecord = {
  repId: 'r',
  name: 'Rae',
  wonNow: 6,
  decidedNow: 12,
  wonBefore: 6,
  decidedBefore: 12,
  openDeals: 10,
  highRiskDeals: 1,
  atRisk: { amountMicros: 1e6, currency: 'USD' },
  openValue: { amountMicros: 90e6, currency: 'USD' },
  silentDeals: 0,
  dealIds: [{ id: 'd', label: 'D', why: 'lost' }],
}

test('nobody is named without a reason, and each reason comes from own rows', () => {
  assert.equal(coachingNeedOf(WELL), null)
  const falling = coachingNeedOf({ ...WELL, wonNow: 1 })
  assert.match(
    falling?.reasons[0] ?? '',
    /^Won 1 of 12 deals in 180 days \(95 % interval .*\); 6 of 12 in the year before\.$/,
  )
  assert.deepEqual(
    falling?.evidence.map((row) => row.id),
    ['r', 'd'],
  )
  // one of four against six of twelve is no more than chance
  assert.equal(coachingNeedOf({ ...WELL, wonNow: 1, decidedNow: 4 }), null)
  const risky = coachingNeedOf({
    ...WELL,
    highRiskDeals: 2,
    atRisk: { amountMicros: 45e6, currency: 'USD' },
    silentDeals: 4,
  })
  assert.equal(risky?.reasons.length, 2)
})

test('the page follows the linked rep, and the team when one leads', () => {
  const member = principalSeeing(['r'])
  assert.equal(chooseView(member, { ownKind: 'csm', reps: 0, csms: 1 }), 'csm')
  assert.equal(chooseView({ ...member, rowScope: 'all' }, { ownKind: 'rep', reps: 5, csms: 1 }), 'rep')
  assert.equal(chooseView({ ...member, role: 'lead', rowScope: 'team' }, { ownKind: 'rep', reps: 5, csms: 1 }), 'lead')
  assert.equal(chooseView({ ...member, role: 'lead', rowScope: 'team' }, { ownKind: null, reps: 0, csms: 3 }), 'csm')
  assert.deepEqual(
    [mayCoach({ ...member, rowScope: 'all' }), mayCoach({ ...member, role: 'lead', rowScope: 'team' })],
    [false, true],
  )
})
