import { addDays, type Day } from '#domain/day.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { insertRecords } from './records.ts'

interface TeamCompany {
  /** Stands in every id and text of it. */
  readonly mark: string
  readonly rep: string
  /** Of its smallest deal, in whole units. */
  readonly value: number
  readonly today: Day
}

/** A team's company: two dozen deals with all that hangs on them, and a part in the client that both teams serve. */
export async function insertTeamCompany(database: Database, company: TeamCompany): Promise<void> {
  const { mark, rep, value, today } = company
  const client = `${mark}-client`
  await insertRecords(database, 'clients', [
    {
      id: client,
      name: `${mark} Ltd`,
      owner_rep_id: rep,
      csm_rep_id: rep,
      arr_micros: value * 9e6,
      industry: `${mark} industry`,
      segment: `${mark} segment`,
      renewal_on: addDays(today, 30),
    },
  ])
  await insertRecords(database, 'contacts', [
    {
      id: `${mark}-champion`,
      client_id: client,
      name: `${mark} Champion`,
      role: 'champion',
      left_on: addDays(today, -5),
    },
  ])
  await insertRecords(
    database,
    'deals',
    Array.from({ length: 24 }, (_, index) => dealOf(company, index)),
  )
  await insertRecords(database, 'deals', [
    {
      ...dealOf(company, 100),
      id: `${mark}-same`,
      name: 'Same Name',
      next_step_on: addDays(today, -3),
      next_step: 'call',
    },
    {
      ...dealOf(company, 101),
      id: `${mark}-common`,
      name: `${mark} at common`,
      client_id: 'common',
    },
  ])
  await insertHappenings(database, company)
}

function dealOf({ mark, rep, value, today }: TeamCompany, index: number) {
  const stage = index < 100 && index % 2 === 0 ? (index % 3 === 0 ? 'lost' : 'won') : 'proposal'
  const created = addDays(today, -200 - index)
  return {
    id: `${mark}-deal-${index}`,
    name: `${mark} deal ${index}`,
    client_id: `${mark}-client`,
    rep_id: rep,
    product_id: index % 2 === 0 ? 'product' : `${mark}-product`,
    stage,
    value_micros: value * 1e6 * (index + 1),
    created_on: created,
    closed_on: stage === 'proposal' ? null : addDays(created, 20 + index),
    expected_close_on: addDays(today, index - 300),
    stage_entered_on: addDays(created, 3),
    champion_contact_id: `${mark}-champion`,
    competitor: `${mark} competitor`,
    decision_criteria: `${mark} criteria`,
    pushed_count: 2,
  }
}

async function insertHappenings(database: Database, { mark, today }: TeamCompany): Promise<void> {
  const client = `${mark}-client`
  for (const [place, clientId, dealId] of [
    ['own', client, `${mark}-deal-1`],
    ['common', 'common', `${mark}-common`],
  ] as const) {
    const row = { id: `${mark}-${place}`, client_id: clientId, deal_id: dealId, on_day: addDays(today, -1) }
    await insertRecords(database, 'activities', [
      { ...row, kind: 'call', subject: `${mark} call`, notes: `${mark} notes` },
    ])
    await insertRecords(database, 'transcripts', [{ ...row, title: `${mark} talk`, body: `${mark} body` }])
  }
  await insertRecords(database, 'products', [
    { id: `${mark}-product`, name: `${mark} product`, list_price_micros: 5e6 },
  ])
  await insertRecords(database, 'invoices', [
    {
      id: `${mark}-invoice`,
      client_id: client,
      amount_micros: 7e6,
      due_on: addDays(today, -20),
      issued_on: addDays(today, -50),
    },
  ])
  await insertRecords(database, 'tickets', [
    {
      id: `${mark}-ticket`,
      client_id: client,
      opened_on: addDays(today, -9),
      subject: `${mark} ticket`,
      escalated: true,
    },
  ])
  const usage = Array.from({ length: 60 }, (_, index) => ({
    id: `${mark}-usage-${index}`,
    client_id: client,
    on_day: addDays(today, -index),
    active_users: index < 30 ? 1 : 50,
  }))
  await insertRecords(database, 'usage_days', usage)
  await database.read((handle) =>
    handle.run(sql`insert into record_changes (kind, record_id, field, old_value, new_value, as_of, source)
      values ('deals', ${`${mark}-common`}, 'stage', ${`${mark} old`}, ${`${mark} new`}, ${today}::date, 'test')`),
  )
}
