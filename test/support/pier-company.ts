import { addDays, type Day } from '#domain/day.ts'
import type { Database } from '#platform/postgres/database.ts'
import { LABELLED_CALLS } from './labelled-calls.ts'
import { insertRecords } from './records.ts'
import { visit, type Visitor } from './visitors.ts'

export const DEAL = 'd-pier'

/** One deal of rep-a whose client rep-b serves, with a call; and a rep-c who has no part in it. Nothing puts it at risk. */
export async function insertPierCompany(database: Database, today: Day): Promise<void> {
  await insertRecords(database, 'reps', [
    { id: 'rep-a', name: 'Priya Nair', manager: 'Mona' },
    { id: 'rep-b', name: 'Ben Bell', manager: 'Mona' },
    { id: 'rep-c', name: 'Cid Cole', manager: 'Nora' },
  ])
  await insertRecords(database, 'clients', [
    { id: 'c-harbor', name: 'Harbor Homes', owner_rep_id: 'rep-a', csm_rep_id: 'rep-b', arr_micros: 5e9 },
  ])
  await insertRecords(database, 'contacts', [
    { id: 'dana', client_id: 'c-harbor', name: 'Dana Fox', email: 'dana@example.com', role: 'champion' },
    { id: 'martin', client_id: 'c-harbor', name: 'Martin Cash', role: 'economic buyer' },
    { id: 'lou', client_id: 'c-harbor', name: 'Lou Ledger' },
  ])
  await insertRecords(database, 'deals', [
    {
      id: DEAL,
      name: 'Pier Rollout',
      client_id: 'c-harbor',
      rep_id: 'rep-a',
      stage: 'proposal',
      value_micros: 4e10,
      created_on: addDays(today, -60),
      stage_entered_on: addDays(today, -20),
      expected_close_on: addDays(today, 20),
      champion_contact_id: 'dana',
      decision_criteria: 'Speed',
      timeline: 'This year',
      next_step: 'Send the offer',
      next_step_on: addDays(today, 5),
    },
  ])
  await insertRecords(
    database,
    'activities',
    ['dana', 'martin', 'lou'].map((contact, index) => ({
      id: `act-${contact}`,
      deal_id: DEAL,
      client_id: 'c-harbor',
      rep_id: 'rep-a',
      contact_id: contact,
      kind: 'call',
      subject: 'A call',
      on_day: addDays(today, -3 - index),
    })),
  )
  await insertRecords(database, 'transcripts', [
    {
      id: 't-1',
      deal_id: DEAL,
      client_id: 'c-harbor',
      rep_id: 'rep-a',
      on_day: addDays(today, -2),
      title: 'First call',
      body: LABELLED_CALLS[0]?.body,
    },
  ])
}

/** Every skill that looks at the deal, its client or its rep, and writes nothing. */
const SKILLS: readonly (readonly [persona: string, skill: string, input: object])[] = [
  ['marcus', 'coach-deal', { deal: 'Pier Rollout' }],
  ['marcus', 'review-pipeline', {}],
  ['marcus', 'review-pipeline', { focus: 'forecast' }],
  ['marcus', 'review-pipeline', { focus: 'changes' }],
  ['marcus', 'handle-objection', { objection: 'The competitor is cheaper', deal: 'Pier Rollout' }],
  ['marcus', 'prepare-meeting', { about: 'Pier Rollout' }],
  ['marcus', 'review-call', { call: 'Pier Rollout' }],
  ['marcus', 'review-performance', { rep: 'Priya Nair' }],
  ['marcus', 'plan-skills', { rep: 'Priya Nair' }],
  ['sarah', 'assess-health', { client: 'Harbor Homes' }],
  ['sarah', 'predict-churn', { client: 'Harbor Homes' }],
  ['sarah', 'plan-intervention', { client: 'Harbor Homes' }],
  ['sarah', 'plan-success', { client: 'Harbor Homes' }],
  ['sarah', 'review-portfolio', {}],
  ['sarah', 'forecast-renewals', {}],
  ['sarah', 'prepare-qbr', { client: 'Harbor Homes' }],
]

/** What lists, board, risk and skills say of the deal: it must not move by what another keeps to themselves. */
export async function numbersOf(visitor: Visitor): Promise<string> {
  const parts: string[] = []
  for (const path of [
    '/api/deals?sort=risk',
    '/api/deals/board',
    `/api/deals/${DEAL}`,
    `/api/deals/${DEAL}/risk`,
    '/api/clients',
    '/api/clients/c-harbor/health',
    '/api/home',
  ])
    parts.push(`${path} ${withoutIds((await visit(visitor, { path })).text)}`)
  for (const [persona, skill, input] of SKILLS) {
    const path = `/api/personas/${persona}/skills/${skill}`
    parts.push(`${skill} ${withoutIds((await visit(visitor, { method: 'POST', path, body: input })).text)}`)
  }
  return parts.join('\n')
}

function withoutIds(text: string): string {
  return text.replaceAll(/"correlationId":"[^"]*"/g, '')
}
