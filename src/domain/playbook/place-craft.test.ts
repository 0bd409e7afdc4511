import assert from 'node:assert/strict'
import { test } from 'node:test'
import { placeQuestion } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'
import { toolInput } from './tool-input.ts'

const DEAL: RecordAtHand = { kind: 'deal', id: 'deal-1' }
const CLIENT: RecordAtHand = { kind: 'client', id: 'client-1' }
const FIELDS =
  'deal client rep about call note objection focus since months segment csm timeline goals group manager product stage only'

/** The call that a question becomes, or the question it is answered with. */
function callOf(text: string, record: RecordAtHand | null = null): unknown {
  const placed = placeQuestion(text, record)
  if (placed.kind !== 'skill') return placed.kind
  const properties = Object.fromEntries(FIELDS.split(' ').map((field) => [field, {}]))
  const tool = { name: placed.skill, description: '', inputSchema: { properties } }
  const made = toolInput(placed, tool, { record, today: '2026-11-22' })
  return 'ask' in made ? made.ask : { [placed.skill]: made.input }
}

test('each craft is asked for in many ways, with the record named in the question', () => {
  const expected: readonly (readonly [string, unknown])[] = [
    ["Prep me for tomorrow's call with Harbor Homes", { 'prepare-meeting': { about: 'Harbor Homes' } }],
    ["I'm meeting Alder Point tomorrow, what should I know?", { 'prepare-meeting': { about: 'Alder Point' } }],
    ['How did the Northlake call go?', { 'review-call': { call: 'Northlake' } }],
    ['what did we promise on the last call with Northlake?', { 'review-call': { call: 'Northlake' } }],
    ['Could you please draft a follow-up email to Acme', { 'draft-follow-up': { about: 'Acme' } }],
    ["Write a follow up email to Northlake after yesterday's demo", { 'draft-follow-up': { about: 'Northlake' } }],
    ['How is Anna Snelling performing against quota?', { 'review-performance': { rep: 'Anna Snelling' } }],
    ["What are Tobias Marchetta's strengths?", { 'review-performance': { rep: 'Tobias Marchetta' } }],
    ['What should Lachlan work on?', { 'plan-skills': { rep: 'Lachlan' } }],
    ['will maple ridge churn', { 'predict-churn': { client: 'maple ridge' } }],
    ['How do we keep Bellfern from leaving?', { 'plan-intervention': { client: 'Bellfern' } }],
    ['Make a yearly success plan for Gulfmoor', { 'plan-success': { client: 'Gulfmoor' } }],
    ['QBR agenda for Gulfmoor', { 'prepare-qbr': { client: 'Gulfmoor' } }],
    ['Who is paying us later and later?', { 'review-portfolio': { focus: 'payments' } }],
    ['which clients got worse this month', { 'review-portfolio': { focus: 'moves' } }],
    ['forecast renewals for the next six months', { 'forecast-renewals': { months: 6 } }],
    ['what changed since last week?', { 'review-pipeline': { focus: 'changes' } }],
    ['do we have enough pipeline to hit quota?', { 'review-pipeline': { focus: 'coverage' } }],
  ]
  assert.deepEqual(
    expected.map(([text]) => [text, callOf(text)]),
    expected,
  )
})

test('an objection keeps the words it was said in, and the deal it was said on', () => {
  assert.deepEqual(callOf('They say "we already have Yardi", how do I respond?'), {
    'handle-objection': { objection: 'we already have Yardi' },
  })
  assert.deepEqual(callOf('The CFO says there is no budget this year. What do I answer?', DEAL), {
    'handle-objection': { objection: 'there is no budget this year', deal: 'deal-1' },
  })
  assert.deepEqual(callOf('Summerfold says the integration takes too long. How do I handle that?'), {
    'handle-objection': { objection: 'the integration takes too long', deal: 'Summerfold' },
  })
})

test('beside a record it is meant without its name; without one the answer asks which', () => {
  assert.deepEqual(callOf('Prepare the QBR', CLIENT), { 'prepare-qbr': { client: 'client-1' } })
  assert.deepEqual(callOf('Draft a follow-up', DEAL), { 'draft-follow-up': { about: 'deal-1' } })
  assert.deepEqual(callOf('What should we do about this client?', CLIENT), {
    'plan-intervention': { client: 'client-1' },
  })
  assert.equal(callOf('Prepare the QBR'), 'Which client do you mean?')
  assert.equal(callOf('Draft a follow-up', CLIENT), 'Which deal do you mean?')
})

test('the same shapes about anything else are left alone', () => {
  const elsewhere = [
    'Prepare me for my exam',
    'prepare me for christmas',
    'What should we do about climate change?',
    'forecast the election',
    'how do I handle rejection',
    'plan my holiday',
    'Make me a training plan for negotiation skills',
    'renewals over the next 48 months',
  ]
  assert.deepEqual(
    elsewhere.map((text) => [text, callOf(text)]),
    elsewhere.map((text) => [text, 'unplaced']),
  )
})

test('a long text is placed at once, whatever it repeats', () => {
  const startedAt = performance.now()
  for (const word of ['they say ', 'what should ', 'prepare me for ', 'who is paying late ', 'a '])
    placeQuestion(word.repeat(200), null)
  assert.ok(performance.now() - startedAt < 1000)
})
