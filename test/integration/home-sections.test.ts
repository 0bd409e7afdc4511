import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addDays } from '#domain/day.ts'
import type { HomeSection } from '#domain/home/sections.ts'
import type { Principal } from '#domain/permission.ts'
import { createHomeClientFinders } from '#features/clients/home-finders.ts'
import { createHomeDealFinders } from '#features/deals/home-finders.ts'
import { findSections } from '#features/home/find-sections.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../support/records.ts'

const { database } = await openTestDatabase()
const TODAY = '2026-05-20'
const needs = { database, clock: clockAt(TODAY) }
const rooms = { deals: createHomeDealFinders(needs), clients: createHomeClientFinders(needs) }
const ago = (days: number): string => addDays(TODAY, -days)
const ann = principalSeeing(['ann'])
const lead: Principal = { ...principalSeeing(), role: 'lead', repId: null }

async function sectionsOf(principal: Principal): Promise<Record<string, HomeSection>> {
  const { sections } = await findSections(rooms, principal)
  return Object.fromEntries(sections.map((section) => [section.id, section]))
}

function idsOf(section: HomeSection | undefined): (string | undefined)[] {
  return (section?.entries ?? []).map((entry) => entry.record?.id)
}

test('an empty database gives every page with honest words', async () => {
  const rep = await sectionsOf(ann)
  assert.deepEqual(Object.keys(rep), ['my_deals', 'meetings', 'commitments'])
  assert.match(rep['my_deals']?.empty ?? '', /no open deals/)
  assert.match(rep['meetings']?.empty ?? '', /unknown/)
  const team = await sectionsOf(lead)
  assert.deepEqual(Object.keys(team), ['team_changes', 'coaching', 'forecast'])
  assert.match(team['forecast']?.empty ?? '', /no rep in your sight has a quota.*Import reps/)
  assert.match(team['team_changes']?.empty ?? '', /no stored day/)
  for (const section of [...Object.values(rep), ...Object.values(team)])
    assert.deepEqual([section.entries, section.total], [[], 0])
})

test('with rows', async (t) => {
  await insertRecords(database, 'reps', [
    { id: 'ann', name: 'Ann', kind: 'rep', quota_micros: 100e6 },
    { id: 'bob', name: 'Bob', kind: 'rep', quota_micros: 50e6 },
    { id: 'cleo', name: 'Cleo', kind: 'csm' },
  ])
  await insertRecords(database, 'clients', [
    { id: 'c1', name: 'Alder', csm_rep_id: 'cleo', arr_micros: 90e6, renewal_on: addDays(TODAY, 30) },
    { id: 'c2', name: 'Secret Birch', csm_rep_id: 'dan', arr_micros: 90e6, renewal_on: addDays(TODAY, 10) },
  ])
  const open = { stage: 'proposal', client_id: 'c1' }
  await insertRecords(database, 'deals', [
    { ...open, id: 'd1', name: 'One', rep_id: 'ann', value_micros: 40e6, expected_close_on: addDays(TODAY, 10) },
    { ...open, id: 'd2', name: 'Two', rep_id: 'ann', value_micros: 80e6, next_step: 'call', next_step_on: ago(3) },
    { ...open, id: 'd3', name: 'Fine', rep_id: 'ann', value_micros: 10e6, next_step_on: addDays(TODAY, 3) },
    {
      ...open,
      id: 'd4',
      name: 'Secret deal',
      client_id: 'c2',
      rep_id: 'bob',
      value_micros: 70e6,
      next_step_on: ago(3),
    },
    { id: 'w1', name: 'Won', stage: 'won', rep_id: 'ann', value_micros: 30e6, closed_on: ago(20), created_on: ago(60) },
  ])
  await insertRecords(database, 'activities', [
    {
      id: 'a1',
      kind: 'meeting',
      on_day: addDays(TODAY, 2),
      rep_id: 'ann',
      deal_id: 'd1',
      client_id: 'c1',
      subject: 'Demo',
    },
    { id: 'a2', kind: 'meeting', on_day: addDays(TODAY, 2), rep_id: 'bob', deal_id: 'd4', subject: 'Secret meeting' },
    { id: 'a3', kind: 'note', on_day: addDays(TODAY, 2), rep_id: 'ann', deal_id: 'd1' },
    { id: 'a4', kind: 'call', on_day: ago(1), rep_id: 'ann', deal_id: 'd1' },
  ])
  await insertRecords(database, 'invoices', [
    { id: 'i1', client_id: 'c1', amount_micros: 5e6, due_on: ago(40), issued_on: ago(60) },
    { id: 'i2', client_id: 'c2', amount_micros: 5e6, due_on: ago(40), issued_on: ago(60) },
  ])
  await database.inTransaction(async (handle) => {
    await handle.run(sql`insert into deal_standings (deal_id, day, risk_level, risk_score, reason, win_probability, last_activity_on) values
      ('d1', ${TODAY}, 'high', 0.8, 'no champion', 0.5, ${ago(1)}), ('d2', ${TODAY}, 'low', 0.1, null, 0.5, ${ago(1)}),
      ('d3', ${TODAY}, 'low', 0.1, null, 0.5, ${ago(1)}), ('d4', ${TODAY}, 'high', 0.9, 'secret reason', 0.5, ${ago(1)})`)
    await handle.run(sql`insert into deal_snapshots (deal_id, day, stage, value_micros, currency, expected_close_on, risk_level, rep_id) values
      ('d1', ${ago(8)}, 'proposal', 40000000, 'USD', ${ago(1)}, 'high', 'ann'), ('d1', ${TODAY}, 'proposal', 40000000, 'USD', ${addDays(TODAY, 10)}, 'high', 'ann'),
      ('d2', ${ago(8)}, 'qualification', 80000000, 'USD', null, 'low', 'ann'), ('d2', ${ago(2)}, 'proposal', 80000000, 'USD', null, 'low', 'ann'),
      ('d4', ${ago(8)}, 'qualification', 70000000, 'USD', null, 'low', 'bob'), ('d4', ${ago(2)}, 'proposal', 70000000, 'USD', null, 'high', 'bob')`)
    await handle.run(
      sql`insert into snapshot_days (kind, day, rows) values ('deals', ${ago(8)}, 3), ('deals', ${TODAY}, 3)`,
    )
    await handle.run(sql`insert into client_standings (client_id, day, score, band, known_weight, reason, change_30, outlook) values
      ('c1', ${TODAY}, 60, 'at_risk', 1, 'use fell', -12, 'at_risk'), ('c2', ${TODAY}, 40, 'critical', 1, 'secret', -30, 'at_risk')`)
    await handle.run(sql`insert into commitments (id, transcript_id, deal_id, rep_id, side, text, quote, line, said_on, due_on) values
      ('m1', 't1', 'd1', 'ann', 'us', 'Send the plan', 'q', 1, ${ago(9)}, ${ago(2)}),
      ('m2', 't1', 'd4', 'bob', 'us', 'Secret promise', 'q', 1, ${ago(9)}, ${ago(2)})`)
  })

  await t.test("a rep's page holds the rep's own things, high risk first", async () => {
    const found = await sectionsOf(ann)
    assert.deepEqual(idsOf(found['my_deals']), ['d1', 'd2'])
    assert.equal(found['my_deals']?.entries[1]?.why, 'The next step "call" is 3 days overdue.')
    assert.deepEqual([found['meetings']?.total, found['meetings']?.entries[0]?.figure], [1, 'in 2 days'])
    assert.deepEqual(
      [found['commitments']?.entries[0]?.title, found['commitments']?.entries[0]?.figure],
      ['Send the plan', '2 days late'],
    )
    assert.ok(!JSON.stringify(found).toLowerCase().includes('secret'))
  })

  await t.test('a rep who sees all rows still gets a page of own things', async () => {
    const found = await sectionsOf({ ...principalSeeing(), repId: 'ann' })
    assert.deepEqual(idsOf(found['my_deals']), ['d1', 'd2'])
    assert.equal(found['commitments']?.total, 1)
  })

  await t.test("a CSM's page holds the clients that the CSM serves", async () => {
    const found = await sectionsOf(principalSeeing(['cleo']))
    assert.deepEqual(Object.keys(found), ['client_moves', 'renewals', 'stuck_payments'])
    for (const section of Object.values(found)) assert.deepEqual([idsOf(section), section.total], [['c1'], 1])
    assert.equal(found['client_moves']?.entries[0]?.figure, '-12 points')
    assert.ok(!JSON.stringify(found).toLowerCase().includes('secret'))
  })

  await t.test('a lead reads what changed within a week and the forecast of the quarter', async () => {
    const found = await sectionsOf(lead)
    assert.deepEqual(
      found['team_changes']?.entries.map((entry) => entry.id),
      ['team_changes:advanced:d2', 'team_changes:riskier:d4', 'team_changes:slipped:d1'],
    )
    // 30 won and 40 at one half: 50 of 100 for Ann; Bob has nothing due; the team 50 of 150
    assert.deepEqual(
      found['forecast']?.entries.map((entry) => entry.figure),
      ['33.3 % of quota', '50.0 % of quota', '0.0 % of quota'],
    )
    // 40 * sqrt(0.5 * 0.5) = 20, times 1.28 = 25.6: from the 30 won (50 - 25.6 is less) to 75.6
    assert.match(found['forecast']?.entries[1]?.why ?? '', /80 % range \$30 to \$76/)
  })

  await t.test("a lead of one team reads nothing of another's", async () => {
    const found = await sectionsOf({ ...principalSeeing(['ann']), role: 'lead', rowScope: 'team', repId: null })
    assert.ok(!JSON.stringify(found).toLowerCase().includes('secret'))
    assert.equal(found['forecast']?.total, 1)
  })

  await t.test('who only sees all rows is told nothing about who needs coaching', async () => {
    const found = await sectionsOf({ ...principalSeeing(), role: 'viewer', repId: null })
    assert.deepEqual(Object.keys(found), ['team_changes', 'forecast'])
  })

  await t.test('every entry has evidence and exactly one action', async () => {
    for (const principal of [ann, lead, principalSeeing(['cleo'])]) {
      for (const section of Object.values(await sectionsOf(principal))) {
        for (const entry of section.entries) {
          assert.ok(entry.evidence.length > 0 || entry.id === 'forecast:', entry.id)
          assert.ok(entry.action.kind === 'ask' ? entry.action.text : entry.action.href)
        }
      }
    }
  })
})
