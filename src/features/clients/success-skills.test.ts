import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type { InterventionFigures } from '#domain/client/intervention.ts'
import type { QbrFigures } from '#domain/client/qbr.ts'
import type { SuccessFigures } from '#domain/client/success.ts'
import { addDays } from '#domain/day.ts'
import { renderOutcome } from '#domain/playbook/render-outcome.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { createInterventionShelf } from '#platform/methods/intervention-shelf.ts'
import { sql } from '#platform/postgres/sql.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createSuccessSkills } from './success-skills.ts'

const { database } = await openTestDatabase()
const TODAY = '2026-06-30'
const interventions = createInterventionShelf(join(PACKAGE_ROOT, 'personas/methods'))
const skills = createSuccessSkills({ database, clock: clockAt(TODAY), interventions })
const EVERYONE = principalSeeing()
const ago = (days: number): string => addDays(TODAY, -days)

await insertRecords(database, 'reps', [{ id: 's1', name: 'Cora', kind: 'csm' }])
await insertRecords(database, 'clients', [
  {
    id: 'c1',
    name: 'Alder Point',
    csm_rep_id: 's1',
    arr_micros: 90_000_000_000,
    renewal_on: addDays(TODAY, 45),
    licensed_seats: 20,
  },
  { id: 'c2', name: 'Birch Bay', csm_rep_id: 's1' },
  { id: 'c3', name: 'Cedar Row', csm_rep_id: 's2', arr_micros: 30_000_000_000 },
])
// 13 weeks at 10 people, then 13 weeks at 5: a fall of half, with two payments each day of record
await insertRecords(
  database,
  'usage_days',
  Array.from({ length: 26 }, (_, week) => ({
    id: `u${week}`,
    client_id: 'c1',
    on_day: ago(7 * week),
    active_users: (week < 13 ? 5 : 10) + (week % 2),
    sessions: 20,
    payments_processed: 2,
  })),
)
await insertRecords(database, 'contacts', [
  { id: 'k1', client_id: 'c1', name: 'Ada Gone', role: 'champion', left_on: ago(10) },
  { id: 'k2', client_id: 'c1', name: 'Bo Signs', role: 'economic buyer', last_contacted_on: ago(20) },
])
await insertRecords(database, 'deals', [
  { id: 'd9', name: 'Hidden', client_id: 'c1', rep_id: 'peer', stage: 'proposal' },
])
await insertRecords(database, 'transcripts', [
  { id: 't1', client_id: 'c1', on_day: ago(20), title: 'Review call', body: 'x' },
  { id: 't2', client_id: 'c1', deal_id: 'd9', on_day: ago(20), title: 'Secret call', body: 'x' },
])
await database.inTransaction(async (handle) => {
  await handle.run(sql`insert into commitments (id, transcript_id, deal_id, client_id, side, text, quote, line, said_on, due_on) values
    ('m1', 't1', null, 'c1', 'us', 'Send the plan', 'q', 1, ${ago(20)}, ${ago(5)}),
    ('m2', 't2', 'd9', 'c1', 'us', 'Secret discount', 'q', 1, ${ago(20)}, ${ago(5)})`)
})

async function run(name: string, input: unknown, principal = EVERYONE): Promise<SkillOutcome> {
  const skill = skills.find((candidate) => candidate.name === name)
  assert.ok(skill)
  return skill.run({ principal, input: skill.parse(input), signal: new AbortController().signal })
}

async function figuresOf<Figures>(name: string, input: unknown, principal = EVERYONE): Promise<Figures> {
  const outcome = await run(name, input, principal)
  assert.ok(outcome.kind === 'result')
  // Each test names the type of the skill it asks for.
  return outcome.result.figures as Figures
}

function rendered(name: string, outcome: SkillOutcome): string {
  return renderOutcome(
    { callId: '1', tool: name, ok: true, content: JSON.stringify(outcome) },
    { name: 'Sarah', role: '', tone: 'caring' },
  )
}

test('a fall of half before a renewal is acted on at once, with whom is left', async () => {
  const figures = await figuresOf<InterventionFigures>('plan-intervention', { client: 'Alder Point' })
  assert.equal(figures.trigger?.name, 'usage_decline')
  assert.ok(figures.trigger.evidence.some((row) => row.kind === 'usage'))
  assert.deepEqual(
    figures.alsoSeen.map((trigger) => trigger.name),
    ['key_contact_left', 'renewal_near'],
  )
  // 50 of 50 for the fall, 30 * (1 - 45/180) = 22.5, 20 * 90 / (2 * 60) = 15: 87.5
  assert.deepEqual(
    [figures.urgency.points, figures.urgency.urgency, figures.byDay],
    [88, 'immediate', addDays(TODAY, 2)],
  )
  assert.deepEqual([figures.who.ours, figures.who.theirs?.contact.id], ['Cora', 'k2'])
  assert.equal(figures.method?.id, 'usage-decline')
  assert.ok(figures.steps.length > 3 && figures.steps.every((step) => step.byDay <= addDays(TODAY, 2)))
  // five weeks of the last 30 days: 5, 6, 5, 6, 5
  assert.equal(figures.measure?.today, 5.4)
  assert.ok((figures.measure?.noise ?? 0) > 0)
})

test('no success chance is invented, and the absence of past interventions is said', async () => {
  const outcome = await run('plan-intervention', { client: 'c1' })
  assert.ok(outcome.kind === 'result')
  assert.match(outcome.result.caveats[0] ?? '', /No past intervention is recorded/)
  assert.ok(!/probab/i.test(JSON.stringify(outcome)))
})

test('a client without any data has no trigger, no goal and an honest page', async () => {
  const plan = await figuresOf<InterventionFigures>('plan-intervention', { client: 'Birch Bay' })
  assert.deepEqual([plan.trigger, plan.urgency.urgency, plan.byDay, plan.measure], [null, 'none', null, null])
  const success = await figuresOf<SuccessFigures>('plan-success', { client: 'Birch Bay' })
  assert.deepEqual([success.goals, success.phases.length], [[], 3])
  const page = await figuresOf<QbrFigures>('prepare-qbr', { client: 'Birch Bay' })
  assert.deepEqual([page.series, page.value, page.proposals, page.health.now], [[], [], [], null])
  assert.ok(page.missing.length >= 8)
})

test('a plan of a year has four phases without gap, and goals with a reachable target', async () => {
  const plan = await figuresOf<SuccessFigures>('plan-success', { client: 'c1', timeline: 'year' })
  assert.deepEqual([plan.phases.length, plan.from, plan.to], [4, TODAY, '2027-06-29'])
  plan.phases.slice(1).forEach((phase, index) => assert.equal(addDays(plan.phases[index]?.to ?? '', 1), phase.from))
  assert.equal(plan.phases.at(-1)?.to, plan.to)
  const seats = plan.goals.find((goal) => goal.measure?.input === 'seats_active')
  assert.equal(seats?.target?.basis, 'own_best')
  for (const goal of plan.goals) assert.ok((goal.target?.score ?? 101) > (goal.measure?.score ?? 0))
})

test("a person's goal is measured where a row measures it, and said to be unmeasured otherwise", async () => {
  const outcome = await run('plan-success', { client: 'c1', goals: ['Seat adoption', 'World peace'] })
  assert.ok(outcome.kind === 'result')
  const { goals } = outcome.result.figures as SuccessFigures
  assert.deepEqual(
    goals.map((goal) => [goal.origin, goal.measure?.input ?? null]),
    [
      ['given', 'seats_active'],
      ['given', null],
    ],
  )
  assert.ok(outcome.result.coverage.missing.some((gap) => gap.input === 'a figure for "World peace"'))
})

test('the quarterly page counts its figures from rows', async () => {
  const page = await figuresOf<QbrFigures>('prepare-qbr', { client: 'c1' })
  const active = page.series.find((series) => series.label === 'Active users')
  assert.deepEqual([active?.points.length, active?.points.at(-1)], [26, { onDay: TODAY, value: 5 }])
  assert.deepEqual([page.value[0]?.now, page.value[0]?.before], [26, 26])
  const means = page.adoption[0]
  // seven weeks of 5 and six of 6; then six of 10 and seven of 11
  assert.deepEqual([means?.now, means?.before], [5.5, 10.5])
  assert.deepEqual([page.commitments.overdue, page.renewal.inDays], [2, 45])
})

test("a peer's deal leaves nothing on the page, and a client out of sight is no client", async () => {
  const mine = principalSeeing(['s1'])
  const page = await run('prepare-qbr', { client: 'c1' }, mine)
  assert.ok(!JSON.stringify(page).includes('Secret'))
  assert.ok(JSON.stringify(await run('prepare-qbr', { client: 'c1' })).includes('Secret discount'))
  for (const skill of ['plan-intervention', 'plan-success', 'prepare-qbr'])
    assert.equal((await run(skill, { client: 'Cedar Row' }, mine)).kind, 'nothing')
})

test('each result reads as Markdown', async () => {
  for (const skill of ['plan-intervention', 'plan-success', 'prepare-qbr']) {
    const text = rendered(skill, await run(skill, { client: 'c1' }))
    assert.ok(text.length > 300 && !text.includes('undefined'), text)
  }
})
