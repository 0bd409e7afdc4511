import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { DealDetail, DealPage, RepPage } from '#contract/records.ts'
import { SkillRun } from '#contract/personas.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import type { NextStepFigures } from './record-next-step.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'
import type { DealSort } from './deal-list-store.ts'

const { database } = await openTestDatabase()
const deals = createDeals({ database, clock: clockAt('2026-06-30') })
const EVERYONE = principalSeeing()
const ANN = principalSeeing(['r1'])
const NOBODY = principalSeeing([])

await insertRecords(database, 'reps', [
  { id: 'r1', name: 'Ann Ames', email: 'ann@example.com', manager: 'Mia' },
  { id: 'r2', name: 'Bea Boyd', manager: 'Mia' },
])
await insertRecords(database, 'products', [{ id: 'p1', name: 'Core', list_price_micros: 5_000_000 }])
await insertRecords(database, 'clients', [
  { id: 'c1', name: 'Alder Point', industry: 'retail' },
  { id: 'c2', name: 'Birch Bay' },
])
await insertRecords(database, 'contacts', [
  { id: 'k1', client_id: 'c1', name: 'Ada', role: 'champion', left_on: '2026-06-20' },
])
await insertRecords(database, 'deals', [
  {
    id: 'd1',
    name: 'Alder Point rollout',
    client_id: 'c1',
    rep_id: 'r1',
    product_id: 'p1',
    stage: 'proposal',
    value_micros: 9_000_000,
    created_on: '2026-05-01',
    champion_contact_id: 'k1',
    next_step: 'Call',
    next_step_on: '2026-06-20',
  },
  {
    id: 'd2',
    name: 'Birch Bay pilot',
    client_id: 'c2',
    rep_id: 'r2',
    product_id: 'p1',
    stage: 'qualification',
    value_estimate: 'list_price',
    created_on: '2026-06-01',
  },
  { id: 'd3', name: 'Birch Bay expansion', client_id: 'c2', rep_id: 'r1', stage: 'negotiation' },
  {
    id: 'd4',
    name: 'Alder Point first',
    client_id: 'c1',
    rep_id: 'r1',
    stage: 'won',
    value_micros: 1_000_000,
    created_on: '2026-01-01',
    closed_on: '2026-02-01',
  },
  {
    id: 'd5',
    name: 'Old lost one',
    rep_id: 'r2',
    stage: 'lost',
    value_micros: 2_000_000,
    created_on: '2026-01-01',
    closed_on: '2026-03-01',
  },
])
await insertRecords(database, 'activities', [
  {
    id: 'a1',
    kind: 'call',
    on_day: '2026-06-01',
    deal_id: 'd1',
    client_id: 'c1',
    contact_id: 'k1',
    subject: 'Discovery',
  },
  { id: 'a2', kind: 'call', on_day: '2027-01-01', deal_id: 'd1', client_id: 'c1', subject: 'Planned for next year' },
])

async function run(name: string, input: unknown, more: { principal?: typeof EVERYONE; idempotencyKey?: string } = {}) {
  const skill = deals.skills.find((candidate) => candidate.name === name)
  assert.ok(skill)
  const outcome = await skill.run({
    principal: EVERYONE,
    input: skill.parse(input),
    signal: new AbortController().signal,
    ...more,
  })
  // The words are added where a run is presented.
  SkillRun.parse(outcome.kind === 'result' ? { ...outcome, result: { ...outcome.result, text: '' } } : outcome)
  return outcome
}

async function idsOf(principal: typeof EVERYONE, change: Record<string, string> = {}): Promise<string[]> {
  const page = await deals.list(principal, { sort: 'name', order: 'asc', limit: 50, ...change })
  assert.equal(page.total, page.items.length)
  return DealPage.parse(page).items.map((deal) => deal.id)
}

test('a list shows only the deals of the reps the principal stands for', async () => {
  assert.deepEqual(await idsOf(EVERYONE), ['d4', 'd1', 'd3', 'd2', 'd5'])
  assert.deepEqual(await idsOf(ANN), ['d4', 'd1', 'd3'])
  assert.deepEqual(await idsOf(NOBODY), [])
  assert.deepEqual(await idsOf(ANN, { repId: 'r2' }), [])
})

test('a deal out of sight is as absent as one that does not exist', async () => {
  for (const id of ['d2', 'nothing']) {
    await assert.rejects(deals.get(ANN, id), { code: 'NOT_FOUND' })
    await assert.rejects(deals.risk(ANN, id), { code: 'NOT_FOUND' })
  }
  const outcome = await run('coach-deal', { deal: 'Birch Bay pilot' }, { principal: principalSeeing(['r9']) })
  assert.equal(outcome.kind, 'nothing')
})

test('a review by a rep counts nothing of the peers', async () => {
  const outcome = await run('review-pipeline', { group: 'rep' }, { principal: ANN })
  assert.ok(outcome.kind === 'result')
  assert.match(outcome.result.headline, /^2 open deals/)
  assert.ok(!JSON.stringify(outcome).includes('r2') && !JSON.stringify(outcome).includes('Bea'))
  assert.equal((await run('review-pipeline', { rep: 'Bea Boyd' }, { principal: ANN })).kind, 'nothing')
})

test('a name alone narrows a review to the rep, manager, product or client it belongs to, within sight', async () => {
  const filtersOf = async (only: string, principal = EVERYONE): Promise<readonly string[]> => {
    const outcome = await run('review-pipeline', { only }, { principal })
    if (outcome.kind !== 'result') return [outcome.kind]
    // the figures of this skill, by its name
    return (outcome.result.figures as PipelineFigures).filters
  }
  assert.deepEqual(await filtersOf('ann'), ['rep Ann Ames'])
  assert.deepEqual(await filtersOf('anns'), ['rep Ann Ames'])
  assert.deepEqual(await filtersOf('Mia'), ['manager Mia'])
  assert.deepEqual(await filtersOf('core'), ['product Core'])
  assert.deepEqual(await filtersOf('Birch'), ['client Birch Bay'])
  assert.deepEqual(await filtersOf('Bea', ANN), ['nothing'])
})

test('where no deal has grown old, the next step names a deal, and claims nothing about ages it does not know', async () => {
  const outcome = await run('review-pipeline', { stage: 'proposal' })
  assert.equal(outcome.kind === 'result' && outcome.result.nextStep?.text, 'Look at the largest: Alder Point rollout.')
  const bare = await run('review-pipeline', { only: 'Ann' })
  assert.match(
    (bare.kind === 'result' && bare.result.nextStep?.text) || '',
    /^Put a value on Birch Bay expansion first/,
  )
})

test('the biggest deal is the open one with the highest value in sight', async () => {
  const outcome = await run('coach-deal', { deal: 'biggest open deal' })
  assert.equal(outcome.kind === 'result' && (outcome.result.figures as DealRiskFigures).deal.id, 'd1')
})

test('search, filters and ages follow the rows', async () => {
  assert.deepEqual(await idsOf(EVERYONE, { search: 'BIRCH' }), ['d3', 'd2'])
  assert.deepEqual(await idsOf(EVERYONE, { status: 'won' }), ['d4'])
  const page = DealPage.parse(await deals.list(EVERYONE, { sort: 'name', order: 'asc', limit: 50 }))
  const [, first, , estimated] = page.items
  assert.deepEqual([first?.ageDays, first?.lastActivityOn, first?.value?.isEstimated], [60, '2026-06-01', false])
  assert.deepEqual(estimated?.value, { amount: { amountMicros: 5_000_000, currency: 'USD' }, isEstimated: true })
})

test('every sort pages through all deals once, unknown values last in both directions', async () => {
  const sorts: DealSort[] = [
    'name',
    'client',
    'value',
    'stage',
    'createdOn',
    'expectedCloseOn',
    'closedOn',
    'lastActivityOn',
    'ageDays',
  ]
  for (const sort of sorts) {
    for (const order of ['asc', 'desc'] as const) {
      const whole = (await deals.list(EVERYONE, { sort, order, limit: 50 })).items.map((deal) => deal.id)
      const paged: string[] = []
      let cursor: string | undefined
      do {
        const page = await deals.list(EVERYONE, { sort, order, limit: 2, cursor })
        paged.push(...page.items.map((deal) => deal.id))
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
      assert.deepEqual(paged, whole, `${sort} ${order}`)
      assert.equal(new Set(paged).size, 5)
    }
  }
  assert.equal((await deals.list(EVERYONE, { sort: 'value', order: 'desc', limit: 50 })).items.at(-1)?.id, 'd3')
  assert.equal((await deals.list(EVERYONE, { sort: 'value', order: 'asc', limit: 50 })).items.at(-1)?.id, 'd3')
})

test('a page marker of another order, or none of ours, is refused', async () => {
  const { nextCursor } = await deals.list(EVERYONE, { sort: 'name', order: 'asc', limit: 1 })
  const forged = Buffer.from(JSON.stringify({ s: 'createdOn.desc', k: 'no day', i: 'd1' })).toString('base64url')
  for (const cursor of [nextCursor ?? '', 'rubbish', forged]) {
    await assert.rejects(deals.list(EVERYONE, { sort: 'createdOn', order: 'desc', limit: 1, cursor }), {
      code: 'INVALID_INPUT',
    })
  }
})

test('a deal opens with its people and history in the shape of the contract', async () => {
  const detail = DealDetail.parse(await deals.get(ANN, 'd1'))
  assert.equal(detail.champion, 'Ada')
  assert.deepEqual(
    detail.contacts.map((contact) => contact.leftOn),
    ['2026-06-20'],
  )
  assert.ok(detail.history.some((entry) => entry.id === 'a1'))
})

test('reps are listed under the same scope', async () => {
  assert.deepEqual(
    RepPage.parse(await deals.listReps(EVERYONE, { limit: 10 })).items.map((rep) => rep.id),
    ['r1', 'r2'],
  )
  assert.deepEqual(
    (await deals.listReps(ANN, { limit: 10 })).items.map((rep) => rep.id),
    ['r1'],
  )
  const first = await deals.listReps(EVERYONE, { limit: 1 })
  assert.deepEqual(
    (await deals.listReps(EVERYONE, { limit: 1, cursor: first.nextCursor ?? '' })).items.map((rep) => rep.id),
    ['r2'],
  )
})

test('a deal is found by id, exact name, beginning, part or shared words, and asked for when several fit', async () => {
  const found = async (text: string): Promise<string> => {
    const outcome = await run('coach-deal', { deal: text })
    if (outcome.kind === 'choice') return outcome.candidates.map((candidate) => candidate.id).join()
    return outcome.kind === 'result' ? (outcome.result.figures as DealRiskFigures).deal.id : outcome.kind
  }
  assert.equal(await found('D1'), 'd1')
  assert.equal(await found('alder point rollout'), 'd1')
  assert.equal(await found('Birch Bay p'), 'd2')
  assert.equal(await found('rollout'), 'd1')
  assert.equal(await found('the pilot at birch'), 'd2')
  // Open deals win over decided ones that fit as well.
  assert.equal(await found('Alder Point'), 'd1')
  assert.equal(await found('Birch Bay'), 'd3,d2')
  assert.equal(await found('50% of _all_'), 'nothing')
})

test('coaching shows the champion who left with the row behind it', async () => {
  const outcome = await deals.risk(ANN, 'd1')
  assert.ok(outcome.kind === 'result')
  const figures = outcome.result.figures as DealRiskFigures
  const champion = figures.signals.find((signal) => signal.name === 'champion')
  assert.deepEqual([champion?.state, champion?.evidence[0]?.id], ['risk', 'k1'])
  // Nobody records competitors or timelines here.
  assert.equal(figures.signals.find((signal) => signal.name === 'timeline')?.state, 'unknown')
  assert.match(figures.signals.find((signal) => signal.name === 'activity_gap')?.detail ?? '', /29 days ago/)
})

test('the chance of winning is null when nothing was decided in sight', async () => {
  await insertRecords(database, 'deals', [{ id: 'd9', name: 'Lonely', rep_id: 'r9', stage: 'proposal' }])
  const outcome = await deals.risk(principalSeeing(['r9']), 'd9')
  await database.inTransaction((handle) => handle.run(sql`delete from deals where id = 'd9'`))
  assert.ok(outcome.kind === 'result')
  assert.equal((outcome.result.figures as DealRiskFigures).winProbability, null)
})

const CountRow = z.object({ activities: z.number(), changes: z.number(), step: z.string().nullable() })

function stateOf(dealId: string) {
  return database.read((handle) =>
    handle.first(
      CountRow,
      sql`select (select count(*) from activities where deal_id = ${dealId}) as activities, next_step as step,
        (select count(*) from record_changes where kind = 'deals' and record_id = ${dealId}) as changes from deals where id = ${dealId}`,
    ),
  )
}

test('a next step is written once per key, with history, and a repeat gets the same answer', async () => {
  const input = { deal: 'd3', nextStep: 'Send the contract', dueOn: '2026-07-10' }
  const first = await run('record-next-step', input, { idempotencyKey: 'turn-1.0' })
  assert.deepEqual(await stateOf('d3'), { activities: 1, changes: 2, step: 'Send the contract' })
  const later = await run('record-next-step', { ...input, nextStep: 'Call the buyer' }, { idempotencyKey: 'turn-1.1' })
  assert.ok(later.kind === 'result')
  assert.equal((later.result.figures as NextStepFigures).previous, 'Send the contract')
  const repeats = await Promise.all([1, 2, 3].map(() => run('record-next-step', input, { idempotencyKey: 'turn-1.0' })))
  for (const repeat of repeats) assert.deepEqual(repeat, first)
  assert.deepEqual(await stateOf('d3'), { activities: 2, changes: 3, step: 'Call the buyer' })
  await assert.rejects(run('record-next-step', { ...input, dueOn: '2026-07-11' }, { idempotencyKey: 'turn-1.0' }), {
    code: 'CONFLICT',
  })
  await assert.rejects(
    run('record-next-step', input, { idempotencyKey: 'turn-1.0', principal: principalSeeing(['r2']) }),
    { code: 'NOT_FOUND' },
  )
})

test('one key sent five times at once writes one row', async () => {
  const input = { deal: 'd2', nextStep: 'Book the pilot review', dueOn: '2026-07-10' }
  const outcomes = await Promise.all(
    [1, 2, 3, 4, 5].map(() => run('record-next-step', input, { idempotencyKey: 'turn-2.0' })),
  )
  for (const outcome of outcomes) assert.deepEqual(outcome, outcomes[0])
  assert.equal((await stateOf('d2'))?.activities, 1)
})

test('no next step on a decided deal, on a past day, or out of sight', async () => {
  const step = { nextStep: 'Send it', dueOn: '2026-07-10' }
  assert.equal((await run('record-next-step', { deal: 'd4', ...step })).kind, 'nothing')
  assert.equal((await run('record-next-step', { deal: 'd2', ...step }, { principal: ANN })).kind, 'nothing')
  await assert.rejects(run('record-next-step', { deal: 'd1', ...step, dueOn: '2026-06-29' }), { code: 'INVALID_INPUT' })
  await assert.rejects(run('record-next-step', { deal: 'd1', ...step, extra: 1 }), { code: 'INVALID_INPUT' })
  assert.equal((await stateOf('d1'))?.changes, 0)
})
