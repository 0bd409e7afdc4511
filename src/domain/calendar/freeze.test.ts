import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { freezeAt, freezeSentence, type Freeze } from './freeze.ts'

const PERIODS: ShortDefinition['periods'] = {
  first: { label: 'Migration', dates: ['2026-11-10', '2026-11-11'], priority: 10 },
  second: { label: 'Audit', dates: ['2026-11-12'], priority: 10 },
  shorter: { label: 'Fair', dates: ['2026-11-10'], priority: 5 },
  longer: { label: 'Season', dates: ['2026-11-09', '2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13'] },
  window: { label: 'Release window', dates: ['2026-11-11'], hours: ['08:00', '10:00'], priority: 90 },
}
const FROZEN: ShortDefinition['policies'] = [
  ['first', { 'freeze.deploys': true }],
  ['second', { 'freeze.deploys': true }],
  ['shorter', { context: 'The fair is on.' }],
  ['longer', { context: 'The season is on.' }],
]
const SPAN = { fromDay: '2026-11-01', toDay: '2026-11-30' }

function freeze(policies: ShortDefinition['policies'], at: string): Freeze {
  return freezeAt(planOf({ periods: PERIODS, policies }, SPAN), Date.parse(at))
}

test('a freeze ends when no period says so any more, whatever else begins and ends before', () => {
  const found = freeze(FROZEN, '2026-11-10T12:00:00Z')
  assert.deepEqual(found, { isFrozen: true, untilMs: Date.parse('2026-11-13T00:00:00Z'), because: ['Migration'] })
  assert.equal(freezeSentence(found), 'Deploys are frozen until 2026-11-13 00:00 UTC, because of Migration.')
})

test('a period of a higher priority that lets deploys go ahead ends it', () => {
  const policies = [...FROZEN, ['window', { 'freeze.deploys': false }] as const]
  assert.equal(freeze(policies, '2026-11-10T12:00:00Z').untilMs, Date.parse('2026-11-11T08:00:00Z'))
  assert.deepEqual(freeze(policies, '2026-11-11T09:00:00Z'), { isFrozen: false, untilMs: null, because: [] })
})

test('outside of it there is nothing to say; one without an end says how far is known', () => {
  assert.equal(freezeSentence(freeze(FROZEN, '2026-11-13T00:00:00Z')), null)
  const always = freeze([['not window', { 'freeze.deploys': true }]], '2026-11-12T00:00:00Z')
  assert.match(freezeSentence(always) ?? '', /frozen as far as the calendar is worked out, because of not window\./)
})
