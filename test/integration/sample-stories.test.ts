import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Home } from '#contract/home.ts'
import type { HealthFigures } from '#domain/client/health.ts'
import type { PipelineFigures } from '#domain/deal/pipeline.ts'
import type { DealRiskFigures } from '#domain/deal/risk.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import type { SampleStory } from '#domain/sample/sample-story.ts'
import { SAMPLE_STORIES } from '#domain/sample/stories.ts'
import { createClients } from '#features/clients/index.ts'
import { createDeals } from '#features/deals/index.ts'
import { createHome } from '#features/home/index.ts'
import { insertSample } from '#features/imports/sample-store.ts'
import { openTestDatabase } from '../support/database.ts'
import { clockAt, principalSeeing } from '../support/records.ts'

const TODAY = '2026-11-22'
const { database } = await openTestDatabase()
await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: TODAY }), TODAY))
const clock = clockAt(TODAY)
const deals = createDeals({ database, clock })
const clients = createClients({ database, clock })
const home = createHome({ deals, clients, clock })
const EVERYONE = principalSeeing()

function storiesAbout(kind: SampleStory['about']['kind']): SampleStory[] {
  return SAMPLE_STORIES.filter((story) => story.about.kind === kind)
}

for (const story of storiesAbout('deal').filter((candidate) => candidate.signal !== 'promise_overdue')) {
  test(`coaching finds the story "${story.id}" among the heavier risks of its deal`, async () => {
    const outcome = await deals.risk(EVERYONE, story.about.id)
    assert.ok(outcome.kind === 'result')
    const figures = outcome.result.figures as DealRiskFigures
    const signal = figures.signals.find((candidate) => candidate.name === story.signal)
    assert.equal(signal?.state, 'risk')
    assert.notEqual(figures.level, 'low')
  })
}

for (const story of storiesAbout('client').filter((candidate) => candidate.id !== 'above-licence')) {
  test(`health finds the story "${story.id}" in the component that tells it`, async () => {
    const outcome = await clients.health(EVERYONE, story.about.id)
    assert.ok(outcome.kind === 'result')
    const figures = outcome.result.figures as HealthFigures
    const worst = figures.components.toSorted((a, b) => (a.score ?? 101) - (b.score ?? 101))[0]
    assert.equal(worst?.name, story.signal)
    assert.equal(outcome.result.confidence.level, 'high')
  })
}

test('the review of the rep whose prices changed says that the win rate fell, with both rates', async () => {
  const story = SAMPLE_STORIES.find((candidate) => candidate.id === 'falling-win-rate')
  const [review] = deals.skills
  assert.ok(story && review)
  const outcome = await review.run({
    principal: EVERYONE,
    input: { rep: story.about.name },
    signal: new AbortController().signal,
  })
  assert.ok(outcome.kind === 'result')
  const { winRateTrend } = outcome.result.figures as PipelineFigures
  assert.deepEqual(
    [winRateTrend.isFall, winRateTrend.earlier.rate, winRateTrend.recent.rate],
    [true, ...story.figures.map((figure) => figure.amount)],
  )
  assert.match(outcome.result.headline, /It fell: 8\.3 % of 12 in the last 180 days, 50\.0 % of 12 before/)
})

test('home of the sample company shows three different things with money, an owner and rows behind each', async () => {
  const page = Home.parse(await home.get(EVERYONE))
  assert.equal(page.isToday, true)
  assert.equal(page.items.length, 3)
  assert.equal(new Set(page.items.map((item) => item.kind)).size, 3)
  for (const item of page.items) {
    assert.ok(item.stake.amount && item.owner && item.record && item.evidence.length > 0)
    assert.ok(item.ask.text.includes(item.record.label))
  }
  assert.ok(page.items.some((item) => item.record?.id === 'client-maple-ridge'))
  assert.equal(page.figures.length, 4)
})

test('what home offers to ask leads to the record it spoke of', async () => {
  const page = await home.get(EVERYONE)
  for (const item of page.items) {
    const isDeal = item.record?.kind === 'deal'
    const skill = [...deals.skills, ...clients.skills].find(
      (candidate) => candidate.name === (isDeal ? 'coach-deal' : 'assess-health'),
    )
    const name = item.ask.text.replace(/^(Coach me on the deal|How healthy is) /, '').replace(/\?$/, '')
    const outcome = await skill?.run({
      principal: EVERYONE,
      input: isDeal ? { deal: name } : { client: name },
      signal: new AbortController().signal,
    })
    assert.ok(outcome?.kind === 'result')
    assert.equal(outcome.result.evidence[0]?.id, item.record?.id)
  }
})

test('home of one rep speaks of nothing outside the rows of that rep', async () => {
  const rep = (await deals.listReps(EVERYONE, { limit: 50 })).items.find((candidate) => candidate.kind === 'rep')
  assert.ok(rep)
  const scoped = principalSeeing([rep.id])
  for (const item of (await home.get(scoped)).items) {
    const { record } = item
    if (record?.kind === 'deal') assert.equal((await deals.get(scoped, record.id)).repId, rep.id)
    if (record?.kind === 'client') assert.equal((await clients.get(scoped, record.id)).id, record.id)
  }
})
