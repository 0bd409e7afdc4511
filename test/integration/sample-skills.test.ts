import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { z } from 'zod'
import { Home } from '#contract/home.ts'
import type { CallReviewFigures } from '#domain/call/call-review.ts'
import type { ChurnFigures } from '#domain/client/churn.ts'
import type { InterventionFigures } from '#domain/client/intervention.ts'
import type { PortfolioFigures } from '#domain/client/portfolio.ts'
import type { QbrFigures } from '#domain/client/qbr.ts'
import type { RenewalFigures } from '#domain/client/renewals.ts'
import type { SuccessFigures } from '#domain/client/success.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import type { MeetingFigures } from '#domain/deal/meeting.ts'
import type { ObjectionFigures } from '#domain/deal/objection.ts'
import type { PerformanceFigures } from '#domain/deal/performance.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import type { SkillPlanFigures } from '#domain/deal/skill-plan.ts'
import type { FollowUpFigures } from '#domain/draft/follow-up.ts'
import { addDays, daysBetween } from '#domain/day.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { insertSample } from '#features/imports/sample-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createSkillRooms } from '../support/all-skills.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, principalSeeing } from '../support/records.ts'
import { assertFigure, storyOf } from '../support/story-checks.ts'

const TODAY = '2026-11-22'
const company = createSampleCompany({ today: TODAY })
const { database } = await openTestDatabase()
await database.inTransaction((handle) => insertSample(handle, company, TODAY))
const EVERYONE = principalSeeing()
await database.inTransaction((handle) =>
  handle.run(sql`insert into members (id, email, name, role, row_scope)
    values (${EVERYONE.memberId}, ${EVERYONE.email}, ${EVERYONE.name}, 'member', 'all')`),
)
const { deals, clients, calls, home, resultOf } = createSkillRooms(database, clockAt(TODAY))
await deals.refreshStandings()
await clients.refreshStandings()
await calls.readCalls()

function ask<Figures>(skill: string, input: unknown) {
  return resultOf<Figures>(EVERYONE, skill, input)
}

test('review-pipeline: the deal pushed four times leads those that slip, and the late competitor is not a change of value', async () => {
  const { figures } = await ask<PipelineFigures>('review-pipeline', { focus: 'ageing' })
  const [worst] = figures.outlook?.slipping.worst ?? []
  assert.equal(worst?.deal.id, storyOf('pushed-four-times').about.id)
  assertFigure('pushed-four-times', worst?.pushedCount ?? 0)
})

test('review-pipeline: the largest open deal, the deals without a value, and the quota of a quarter', async () => {
  const { figures } = await ask<PipelineFigures>('review-pipeline', { focus: 'concentration' })
  assert.equal(figures.outlook?.concentration?.topDeals[0]?.record.id, storyOf('single-threaded').about.id)
  const valueless = storyOf('deals-without-value')
  const own = await ask<PipelineFigures>('review-pipeline', { rep: valueless.about.name })
  assertFigure(valueless.id, own.figures.open.value?.unvaluedRows ?? 0)
  const coverage = (await ask<PipelineFigures>('review-pipeline', { focus: 'coverage' })).figures.outlook?.coverage
  const quota = company.reps.reduce((sum, { quota_micros }) => sum + (quota_micros ?? 0), 0)
  const won = company.deals.filter(({ stage, closed_on }) => stage === 'won' && (closed_on ?? '') >= '2026-10-01')
  assert.equal(coverage?.quota.amountMicros, quota)
  assert.equal(
    coverage.won.amountMicros,
    won.reduce((sum, { value_micros }) => sum + (value_micros ?? 0), 0),
  )
})

test('review-performance and plan-skills: the rep whose deals slip, with the share of the answer key', async () => {
  const story = storyOf('slipping-deals')
  const { figures } = await ask<PerformanceFigures>('review-performance', { rep: story.about.name })
  const gap = figures.gaps.find(({ measure, against }) => measure === 'pushed' && against === 'peers')
  assert.equal(gap?.verdict, 'worse')
  assertFigure(story.id, gap.rep.value ?? 0)
  const plan = await ask<SkillPlanFigures>('plan-skills', { rep: story.about.name })
  assert.ok(plan.figures.gaps.some((one) => one.gap.measure === 'pushed' && one.weeks.length > 0))
  for (const { id, name, kind } of company.reps.filter((rep) => rep.kind === 'rep' && rep.id !== story.about.id)) {
    const other = await ask<PerformanceFigures>('review-performance', { rep: name })
    assert.ok(!other.figures.gaps.some(({ measure }) => measure === 'pushed'), `${kind} ${id}`)
  }
})

test('handle-objection: the price of the rival is met with what is known of the deal it came up in', async () => {
  const story = storyOf('late-competitor')
  const objection = 'Tollgate Pay is lower per unit and our board asked whether we had compared'
  const { figures } = await ask<ObjectionFigures>('handle-objection', { objection, deal: story.about.name })
  assert.equal(figures.deal?.id, story.about.id)
  assert.equal(figures.deal.competitor, 'Tollgate Pay')
})

test('prepare-meeting: the coming meeting is found by deal and by client, with who left', async () => {
  const story = storyOf('champion-left')
  const { figures } = await ask<MeetingFigures>('prepare-meeting', { about: story.about.name })
  const coming = company.activities.find(({ deal_id, on_day }) => deal_id === story.about.id && on_day > TODAY)
  assert.deepEqual([figures.meeting?.id, figures.meeting?.onDay], [coming?.id, coming?.on_day])
  assert.ok(figures.people.some(({ id, standing }) => id === 'contact-0004' && standing === 'left'))
  assert.ok(figures.history.every(({ onDay }) => onDay <= TODAY))
  const renewal = await ask<MeetingFigures>('prepare-meeting', { about: storyOf('renewal-at-risk').about.name })
  assert.equal(renewal.figures.numbers?.renewalInDays, 45)
  assert.equal(renewal.figures.meeting?.subject, 'Before the renewal: what worked')
})

test('review-call: what we promised and never sent is heard with its day, waits among commitments, and leads home', async () => {
  const story = storyOf('promise-overdue')
  const { figures } = await ask<CallReviewFigures>('review-call', { call: story.about.name })
  assert.equal(figures.call.id, 'transcript-041')
  const promised = figures.commitments.filter(({ side }) => side === 'us')
  assert.deepEqual(
    promised.map(({ what }) => what),
    ['send you the security questionnaire'],
  )
  assertFigure(story.id, daysBetween(promised[0]?.dueOn ?? '', TODAY))
  const late = await calls.listCommitments(EVERYONE, { status: 'open', side: 'us', dealId: story.about.id, limit: 50 })
  assert.deepEqual(
    late.items.map(({ dueOn }) => dueOn),
    [addDays(TODAY, -35)],
  )
  const page = await ask<MeetingFigures>('prepare-meeting', { about: story.about.name })
  assert.ok(page.figures.commitments.some(({ isLate, text }) => isLate && text.includes('security questionnaire')))
})

test('draft-follow-up: the mail after the call with the late competitor keeps what was said in it', async () => {
  const story = storyOf('late-competitor')
  const { figures } = await ask<FollowUpFigures>('draft-follow-up', { about: story.about.name })
  assert.equal(figures.deal.id, story.about.id)
  assert.match(figures.email.body, /Thank you for our call on Wednesday 11 November 2026/)
})

test('review-portfolio: payments that are stuck stand in the oldest bucket, and who pays later and later beside them', async () => {
  const { figures, evidence } = await ask<PortfolioFigures>('review-portfolio', { focus: 'payments' })
  const stuck = figures.payments.ageing.filter(({ bucket }) => bucket === '61-90' || bucket === '>90')
  assertFigure(
    'stuck-payments',
    stuck.reduce((sum, { invoices }) => sum + invoices, 0),
  )
  assert.equal(
    stuck.reduce((sum, { amount }) => sum + amount.amountMicros, 0),
    company.invoices
      .filter(({ paid_on, due_on }) => paid_on === null && daysBetween(due_on, TODAY) > 60)
      .reduce((sum, { amount_micros }) => sum + amount_micros, 0),
  )
  assert.ok(evidence.some(({ id }) => id === storyOf('slipping-invoices').about.id))
})

test('forecast-renewals, predict-churn and plan-intervention: the renewal at risk comes first and is acted on', async () => {
  const { about } = storyOf('renewal-at-risk')
  const forecast = await ask<RenewalFigures>('forecast-renewals', { months: 3 })
  assert.deepEqual(
    [forecast.figures.renewals[0]?.client.id, forecast.figures.renewals[0]?.outlook],
    [about.id, 'at_risk'],
  )
  const churn = await ask<ChurnFigures>('predict-churn', { client: about.name })
  assert.notEqual(churn.figures.estimate.band, 'low')
  const plan = await ask<InterventionFigures>('plan-intervention', { client: about.name })
  assert.ok(JSON.stringify(plan.figures).includes('usage'))
})

test('plan-success and prepare-qbr: the client above its licence has goals and a page, both counted from its rows', async () => {
  const { about } = storyOf('above-licence')
  const plan = await ask<SuccessFigures>('plan-success', { client: about.name })
  assert.ok(plan.evidence.length > 0)
  const page = await ask<QbrFigures>('prepare-qbr', { client: about.name })
  assert.ok(page.evidence.some(({ kind }) => kind === 'usage'))
})

test('coach-deal: meetings to come make no deal look touched', async () => {
  const { figures } = await ask<DealRiskFigures>('coach-deal', { deal: storyOf('champion-left').about.name })
  assert.ok(!JSON.stringify(figures).includes('Terms and start date, in person'))
})

test('meetings to come stand on home and on their records as planned, and count for no silence and no last activity', async () => {
  const coming = new Set(company.activities.filter(({ on_day }) => on_day > TODAY).map(({ id }) => id))
  const lastOf = (kind: 'deal_id' | 'client_id', id: string): string | undefined =>
    company.activities
      .filter((row) => row[kind] === id && row.on_day <= TODAY)
      .map(({ on_day }) => on_day)
      .sort()
      .at(-1)
  const page = await deals.list(EVERYONE, { status: 'open', sort: 'lastActivityOn', order: 'desc', limit: 200 })
  for (const { id, lastActivityOn } of page.items) assert.equal(lastActivityOn ?? undefined, lastOf('deal_id', id), id)
  const listed = await clients.list(EVERYONE, { sort: 'lastActivityOn', order: 'desc', limit: 200 })
  for (const { id, lastActivityOn } of listed.items)
    assert.equal(lastActivityOn ?? undefined, lastOf('client_id', id), id)
  const shown: z.infer<typeof Home> = Home.parse(await home.get({ ...EVERYONE, repId: 'rep-noor-fairbrook' }))
  assert.ok(JSON.stringify(shown).includes('Terms and start date, in person'))
  const { history } = await deals.get(EVERYONE, 'deal-0001')
  const client = await clients.get(EVERYONE, 'client-maple-ridge')
  for (const { id, detail } of [...history, ...client.history])
    assert.equal(detail?.startsWith('planned') ?? false, coming.has(id), id)
})
