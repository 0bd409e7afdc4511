import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Home } from '#contract/home.ts'
import type { Attention, AttentionCandidate } from '#domain/home/attention.ts'
import { nothingFound } from '#domain/home/sections.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { createHome } from './index.ts'

function item(id: string, kind: string): AttentionCandidate {
  return {
    id,
    kind,
    title: id,
    why: 'because',
    stake: { amount: { amountMicros: 1_000_000, currency: 'USD' }, label: 'open deal', isEstimated: false },
    owner: null,
    record: { kind: 'deal', id, label: id },
    evidence: [],
    ask: { persona: 'marcus', text: 'Coach me' },
    urgency: 0.5,
    daysPast: null,
  }
}

const EMPTY: Attention = { asOf: '2026-06-30', candidates: [], figures: [], caveats: [] }
const nothing = () => Promise.resolve(nothingFound<never>('2026-06-30', []))

function homeOf(deals: Partial<Attention>, clients: Partial<Attention>, drafts = 0) {
  return createHome({
    deals: {
      findAttention: () => Promise.resolve({ ...EMPTY, ...deals }),
      findViewer: () => Promise.resolve({ ownKind: 'rep' as const, reps: 1, csms: 0 }),
      listNeedingMe: nothing,
      listMeetingsAhead: nothing,
      listCommitmentsDue: nothing,
      listTeamChanges: nothing,
      listCoachingNeeds: nothing,
      forecastAgainstQuota: nothing,
    },
    clients: {
      findAttention: () => Promise.resolve({ ...EMPTY, ...clients }),
      listMoved: nothing,
      listRenewals: nothing,
      listStuckPayments: nothing,
    },
    countDrafts: () => Promise.resolve(drafts),
    clock: clockAt('2026-06-30'),
  }).get(principalSeeing())
}

test('three of what both rooms found are shown in the shape of the contract', async () => {
  const home = Home.parse(
    await homeOf(
      { candidates: [item('d1', 'a'), item('d2', 'a'), item('d3', 'b')] },
      { candidates: [item('c1', 'c')], caveats: ['note'] },
    ),
  )
  assert.deepEqual(
    home.items.map((shown) => shown.id),
    ['c1', 'd1', 'd3'],
  )
  assert.deepEqual([home.isToday, home.caveats], [true, ['note']])
})

test('data of another day says so', async () => {
  const home = await homeOf({ asOf: '2017-12-31', candidates: [item('d1', 'a')] }, {})
  assert.deepEqual([home.asOf, home.isToday], ['2017-12-31', false])
})

test('without anything to show the page says what to do', async () => {
  const home = await homeOf({}, {})
  assert.deepEqual(home.items, [])
  assert.match(home.caveats[0] ?? '', /import/)
})

test('four figures at most, with room for the clients', async () => {
  const figure = (label: string) => ({ label, value: '1', note: '', open: '/deals' })
  const home = await homeOf({ figures: ['a', 'b', 'c', 'd'].map(figure) }, { figures: [figure('e')] })
  assert.deepEqual(
    home.figures.map((shown) => shown.label),
    ['a', 'b', 'c', 'e'],
  )
})

test('drafts that wait are counted first, and not shown when there are none', async () => {
  const figure = (label: string) => ({ label, value: '1', note: '', open: '/deals' })
  const home = await homeOf({ figures: ['a', 'b', 'c'].map(figure) }, { figures: [figure('e')] }, 2)
  assert.deepEqual(
    home.figures.map((shown) => shown.label),
    ['Drafts waiting', 'a', 'b', 'c'],
  )
  assert.equal((await homeOf({ figures: [figure('a')] }, {})).figures.length, 1)
})
