import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RepDetail } from '#contract/records.ts'
import type { MeetingFigures } from '#domain/deal/meeting.ts'
import type { ObjectionFigures } from '#domain/deal/objection.ts'
import type { PerformanceFigures } from '#domain/deal/performance.ts'
import type { SkillPlanFigures } from '#domain/deal/skill-plan.ts'
import type { Principal } from '#domain/permission.ts'
import { renderOutcome } from '#domain/playbook/render-outcome.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { SAMPLE_STORIES } from '#domain/sample/stories.ts'
import { identifier, sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { createDeals } from './index.ts'

const TODAY = '2026-11-22'
const TABLES = { usage: 'usage_days', changes: 'record_changes' } as const
const { database } = await openTestDatabase()
const deals = createDeals({ database, clock: clockAt(TODAY) })
const EVERYONE = principalSeeing()

const company = createSampleCompany({ today: TODAY })
await database.inTransaction(async (handle) => {
  for (const [kind, rows] of Object.entries(company)) {
    const table = kind === 'usage' || kind === 'changes' ? TABLES[kind] : kind
    const columns = Object.keys(rows[0] ?? {}).map(identifier)
    const names = columns.reduce((all, column) => sql`${all}, ${column}`)
    await handle.run(
      sql`insert into ${identifier(table)} (${names}, source) select ${names}, 'sample' from jsonb_populate_recordset(null::${identifier(table)}, ${JSON.stringify(rows)}::jsonb)`,
    )
  }
})

const FALLING = SAMPLE_STORIES.find(({ id }) => id === 'falling-win-rate')
assert.ok(FALLING)

async function run(name: string, input: unknown, principal: Principal = EVERYONE) {
  const skill = deals.skills.find((candidate) => candidate.name === name)
  assert.ok(skill, name)
  return skill.run({ principal, input, signal: new AbortController().signal })
}

/** The figures of a run that gave a result; the skill's own type is what it documents. */
async function figuresOf<Figures>(name: string, input: unknown, principal?: Principal): Promise<Figures> {
  const outcome = await run(name, input, principal)
  assert.equal(outcome.kind, 'result', JSON.stringify(outcome))
  if (outcome.kind !== 'result') return assert.fail()
  const text = renderOutcome(
    { tool: name, callId: 'c', ok: true, content: JSON.stringify(outcome) } as Parameters<typeof renderOutcome>[0],
    { name: 'Marcus', role: 'coach', tone: 'plain' },
  )
  assert.ok(text.length > 100 && !text.includes('undefined') && !text.includes('NaN'), text)
  return outcome.result.figures as Figures
}

test('the falling win rate is found as a gap with the figures of the answer key', async () => {
  const figures = await figuresOf<PerformanceFigures>('review-performance', { rep: FALLING.about.name })
  const gap = figures.gaps.find(({ measure }) => measure === 'win_rate')
  assert.ok(gap)
  assert.equal(gap.against, 'history')
  assert.equal(gap.other.value, FALLING.figures[0]?.amount)
  assert.equal(gap.rep.value, FALLING.figures[1]?.amount)
  assert.ok(gap.difference !== null && gap.difference.high < 0)
  assert.ok(figures.lostReasons[0]?.reason.startsWith('New per-unit pricing'))
  assert.equal(figures.lostReasons[0]?.peerShare, 0)
  assert.ok(gap.evidence.length > 0)
})

test('nobody else of the sample falls, and every verdict is covered by its interval', async () => {
  for (const rep of company.reps.filter(({ kind }) => kind === 'rep')) {
    const figures = await figuresOf<PerformanceFigures>('review-performance', { rep: rep.id })
    const isGap = figures.gaps.some(({ measure, against }) => measure === 'win_rate' && against === 'history')
    assert.equal(isGap, rep.id === FALLING.about.id, rep.name)
    for (const { verdict, difference } of figures.comparisons) {
      const excludes = difference !== null && (difference.low > 0 || difference.high < 0)
      assert.equal(verdict !== 'too_few', excludes)
    }
  }
})

test('totals agree with independent SQL', async () => {
  const id = FALLING.about.id
  const figures = await figuresOf<PerformanceFigures>('review-performance', { rep: id })
  const own = company.deals.filter((deal) => deal.rep_id === id && deal.closed_on !== null)
  const won = own.filter(({ stage }) => stage === 'won')
  const against = figures.comparisons.find((found) => found.measure === 'win_rate' && found.against === 'peers')
  assert.equal(against?.rep.n, own.filter(({ closed_on }) => (closed_on ?? '') > '2024-12-02').length)
  const year = won.filter(({ closed_on }) => (closed_on ?? '') >= '2025-11-23')
  assert.equal(
    figures.quota?.yearWon.amountMicros,
    year.reduce((sum, deal) => sum + (deal.value_micros ?? 0), 0),
  )
  assert.equal(figures.quota?.quota.amountMicros, company.reps.find((rep) => rep.id === id)?.quota_micros)
})

test('a peer out of sight is nobody, and peers count only as an anonymous sum of five or more', async () => {
  const me = company.reps[0]
  const peer = company.reps[1]
  assert.ok(me && peer)
  const mine = principalSeeing([me.id])
  const hidden = await run('review-performance', { rep: peer.name }, mine)
  const unknown = await run('review-performance', { rep: 'Nobody Atall' }, mine)
  assert.equal(hidden.kind, 'nothing')
  assert.equal(
    JSON.stringify(hidden).replaceAll(peer.name, 'X'),
    JSON.stringify(unknown).replaceAll('Nobody Atall', 'X'),
  )
  await assert.rejects(deals.performance(mine, peer.id), { code: 'NOT_FOUND' })
  await assert.rejects(deals.getRep(mine, peer.id), { code: 'NOT_FOUND' })
  const own = await figuresOf<PerformanceFigures>('review-performance', { rep: me.id }, mine)
  assert.deepEqual(own.peers, { kind: 'anonymous', count: 7 })
  assert.ok(!JSON.stringify(own).includes(peer.name))
  // Four of seven peers in sight: the rest are three, and their sum would be what is left over.
  const lead = principalSeeing(company.reps.slice(0, 5).map(({ id }) => id))
  const seen = await figuresOf<PerformanceFigures>('review-performance', { rep: me.id }, lead)
  assert.deepEqual(seen.peers, { kind: 'seen', count: 4 })
})

test('the plan of the falling rep practises for the win rate and says what six weeks can show', async () => {
  const plan = await figuresOf<SkillPlanFigures>('plan-skills', { rep: FALLING.about.id })
  const [gap] = plan.gaps.filter((found) => found.gap.measure === 'win_rate')
  assert.equal(gap?.weeks.length, 6)
  assert.equal(gap?.weeks[0]?.checkInOn, '2026-11-29')
  assert.equal(gap?.target.rowsInPlan, 3)
  assert.ok((gap?.target.noticeable ?? 0) > (gap?.target.noticeableInWindow ?? 1))
  assert.ok(gap !== undefined && gap.practiseOn.length > 0)
})

test('a rep without deals gets an honest nothing', async () => {
  const csm = company.reps.find(({ kind }) => kind === 'csm')
  const figures = await figuresOf<PerformanceFigures>('review-performance', { rep: csm?.id })
  assert.equal(figures.quota, null)
  assert.ok(figures.comparisons.every(({ measure }) => measure === 'activity'))
  assert.deepEqual(
    (await figuresOf<SkillPlanFigures>('plan-skills', { rep: csm?.id })).gaps.filter(
      ({ gap }) => gap.measure !== 'activity',
    ),
    [],
  )
})

test('an objection is matched by its words and the deal, an unknown one is not guessed at', async () => {
  const price = await figuresOf<ObjectionFigures>('handle-objection', {
    objection: 'Honestly, this is too expensive for us.',
  })
  assert.equal(price.chosen?.method.kind, 'price')
  assert.ok((price.lostAlike?.lost ?? 0) >= 7)
  const rival = await figuresOf<ObjectionFigures>('handle-objection', {
    objection: 'We are comparing offers with another vendor',
    deal: 'deal-0005',
  })
  assert.equal(rival.chosen?.method.kind, 'competitor')
  assert.deepEqual(rival.chosen?.context, ['Tollgate Pay is in the deal'])
  assert.equal(
    rival.sameCompetitor?.lost,
    company.deals.filter((deal) => deal.competitor === 'Tollgate Pay' && deal.stage === 'lost').length,
  )
  assert.equal(
    (await figuresOf<ObjectionFigures>('handle-objection', { objection: 'Blue penguins sing' })).chosen,
    null,
  )
  const hidden = await run('handle-objection', { objection: 'too expensive', deal: 'deal-0005' }, principalSeeing([]))
  assert.equal(hidden.kind, 'nothing')
})

test('the page before a meeting names who left and asks about what is risky', async () => {
  const page = await figuresOf<MeetingFigures>('prepare-meeting', { about: 'deal-0001' })
  assert.equal(page.people.find(({ id }) => id === 'contact-0004')?.standing, 'left')
  assert.equal(page.questions.length, 3)
  assert.ok(page.questions.every(({ why, evidence }) => why !== '' && evidence.length > 0))
  assert.equal(page.history.length, 5)
  assert.ok(page.history.every(({ onDay }) => onDay <= TODAY))
  const client = await figuresOf<MeetingFigures>('prepare-meeting', { about: 'Maple Ridge Apartment Homes' })
  assert.equal(client.numbers?.renewalInDays, 45)
  assert.ok((client.numbers?.usageChange ?? 0) < 0)
  const hidden = await run('prepare-meeting', { about: 'deal-0001' }, principalSeeing([]))
  assert.equal(hidden.kind, 'nothing')
})

test('a rep of the sample reads as the contract says', async () => {
  const rep = RepDetail.parse(await deals.getRep(EVERYONE, FALLING.about.id))
  assert.equal(rep.quota?.amountMicros, 68_000_000_000)
  assert.equal(rep.openDeals, company.deals.filter((deal) => deal.rep_id === rep.id && deal.closed_on === null).length)
})
