import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assessDealRisk } from './assess-deal-risk.ts'
import { describeDealRisk } from './describe-deal-risk.ts'
import { SIGNAL_WEIGHTS, type DealRiskFacts, type DealUnderReview, type TrackedFields } from './risk.ts'
import { winProbabilityOf } from './win-probability.ts'

const NOTHING: TrackedFields = {
  activities: false,
  activityContacts: false,
  champion: false,
  economicBuyer: false,
  decisionCriteria: false,
  timeline: false,
  nextStep: false,
  pushes: false,
  competitor: false,
}
const EVERYTHING: TrackedFields = {
  activities: true,
  activityContacts: true,
  champion: true,
  economicBuyer: true,
  decisionCriteria: true,
  timeline: true,
  nextStep: true,
  pushes: true,
  competitor: true,
}
const BARE: DealUnderReview = {
  id: 'd1',
  name: 'Alder renewal',
  stage: 'proposal',
  status: 'open',
  clientName: 'Alder',
  repName: 'Ann',
  productName: 'Core',
  valueMicros: null,
  currency: 'USD',
  isEstimated: false,
  createdOn: null,
  closedOn: null,
  stageEnteredOn: null,
  expectedCloseOn: null,
  pushedCount: 0,
  nextStep: null,
  nextStepOn: null,
  champion: null,
  economicBuyer: null,
  decisionCriteria: null,
  timeline: null,
  competitor: null,
}
const ADA = { id: 'p1', name: 'Ada', leftOn: null }
const BOB = { id: 'p2', name: 'Bob', leftOn: null }

function facts(deal: Partial<DealUnderReview>, change: Partial<DealRiskFacts> = {}): DealRiskFacts {
  return {
    asOf: '2026-06-30',
    deal: { ...BARE, ...deal },
    lastActivity: null,
    recentContacts: [],
    tracked: EVERYTHING,
    wonAges: null,
    wonValues: null,
    history: [],
    ...change,
  }
}

const WELL = facts(
  {
    valueMicros: 5_000_000,
    createdOn: '2026-06-01',
    expectedCloseOn: '2026-08-01',
    nextStep: 'Send the draft',
    nextStepOn: '2026-07-02',
    champion: ADA,
    economicBuyer: BOB,
    decisionCriteria: 'Price and support',
    timeline: 'Sign in August',
  },
  {
    lastActivity: { id: 'a1', onDay: '2026-06-25', subject: 'Call' },
    recentContacts: [ADA, BOB],
    wonAges: { n: 50, medianDays: 60, p75Days: 80, p90Days: 100 },
    wonValues: { n: 50, p90Micros: 6_000_000 },
  },
)

function stateOf(given: DealRiskFacts, name: string) {
  return assessDealRisk(given).signals.find((signal) => signal.name === name)
}

test('the weights of all signals sum to one', () => {
  assert.equal(
    Object.values(SIGNAL_WEIGHTS)
      .reduce((sum, weight) => sum + weight, 0)
      .toFixed(10),
    '1.0000000000',
  )
})

test('a deal with everything in order is low risk, fully known', () => {
  const figures = assessDealRisk(WELL)
  assert.deepEqual([figures.level, figures.score, figures.knownWeight], ['low', 0, 1])
})

test('what the company never records is unknown, not a risk', () => {
  const figures = assessDealRisk(facts({}, { tracked: NOTHING }))
  assert.ok(figures.signals.every((signal) => signal.state === 'unknown'))
  assert.deepEqual([figures.level, figures.score, figures.knownWeight], ['unknown', null, 0])
  const result = describeDealRisk(figures, '2026-06-30')
  assert.equal(result.confidence.level, 'none')
  assert.equal(result.coverage.missing.length, 12)
  assert.ok(result.coverage.missing.every((missing) => missing.remedy !== ''))
})

test('a tracked field left empty is a risk that says what removes it', () => {
  const figures = assessDealRisk(facts({ createdOn: '2026-05-01' }))
  const risks = figures.signals.filter((signal) => signal.state === 'risk').map((signal) => signal.name)
  assert.deepEqual(risks.toSorted(), [
    'activity_gap',
    'champion',
    'decision_criteria',
    'economic_buyer',
    'next_step',
    'single_threaded',
    'timeline',
  ])
  assert.equal(figures.level, 'high')
  assert.ok(figures.signals.filter((signal) => signal.state === 'risk').every((signal) => signal.remedy !== ''))
})

test('a champion who left is a high risk with the person as evidence', () => {
  const champion = stateOf({ ...WELL, deal: { ...WELL.deal, champion: { ...ADA, leftOn: '2026-06-10' } } }, 'champion')
  assert.deepEqual(
    [champion?.state, champion?.severity, champion?.evidence],
    ['risk', 'high', [{ kind: 'contact', id: 'p1', label: 'Ada' }]],
  )
})

test('silence turns into a risk on the fifteenth day', () => {
  const at = (onDay: string) =>
    stateOf({ ...WELL, lastActivity: { id: 'a1', onDay, subject: null } }, 'activity_gap')?.state
  assert.equal(at('2026-06-16'), 'ok')
  assert.equal(at('2026-06-15'), 'risk')
})

test('age is judged by won deals and unknown without them', () => {
  const at = (createdOn: string) => stateOf({ ...WELL, deal: { ...WELL.deal, createdOn } }, 'age')
  assert.equal(at('2026-05-01')?.state, 'ok')
  assert.equal(at('2026-04-05')?.severity, 'medium')
  assert.equal(at('2026-03-01')?.severity, 'high')
  assert.equal(stateOf({ ...WELL, wonAges: null }, 'age')?.state, 'unknown')
})

test('an expected close that passed, and one pushed twice, are risks', () => {
  assert.equal(
    stateOf({ ...WELL, deal: { ...WELL.deal, expectedCloseOn: '2026-06-29' } }, 'pushed_close')?.severity,
    'high',
  )
  assert.equal(stateOf({ ...WELL, deal: { ...WELL.deal, pushedCount: 1 } }, 'pushed_close')?.state, 'ok')
  assert.equal(stateOf({ ...WELL, deal: { ...WELL.deal, pushedCount: 2 } }, 'pushed_close')?.state, 'risk')
})

test('a single contact, an overdue step, a competitor and an outsized value are seen', () => {
  assert.equal(stateOf({ ...WELL, recentContacts: [ADA] }, 'single_threaded')?.state, 'risk')
  assert.equal(stateOf({ ...WELL, deal: { ...WELL.deal, nextStepOn: '2026-06-29' } }, 'next_step')?.state, 'risk')
  assert.equal(stateOf({ ...WELL, deal: { ...WELL.deal, competitor: 'Tollgate' } }, 'competitor')?.state, 'risk')
  assert.equal(stateOf({ ...WELL, deal: { ...WELL.deal, valueMicros: 9_000_001 } }, 'size_outlier')?.state, 'risk')
})

test('a decided deal has no signals left', () => {
  const figures = assessDealRisk(
    facts({ status: 'won', stage: 'won' }, { history: [{ basis: 'all decided deals', won: 5, lost: 5 }] }),
  )
  assert.deepEqual([figures.signals, figures.winProbability], [[], null])
})

test('the chance of winning shrinks a thin cell to the overall rate and is null without history', () => {
  assert.equal(winProbabilityOf([]), null)
  assert.equal(winProbabilityOf([{ basis: 'all decided deals', won: 0, lost: 0 }]), null)
  const thin = winProbabilityOf([
    { basis: 'Ann', won: 9, lost: 0 },
    { basis: 'all decided deals', won: 60, lost: 40 },
  ])
  assert.deepEqual([thin?.basis, thin?.n, thin?.value], ['all decided deals', 100, 0.6])
  const cell = winProbabilityOf([
    { basis: 'Ann', won: 10, lost: 0 },
    { basis: 'all decided deals', won: 60, lost: 40 },
  ])
  assert.deepEqual([cell?.basis, cell?.n, cell?.value], ['Ann', 10, 0.7333])
  assert.ok(cell && cell.low < cell.value && cell.value < cell.high)
})
