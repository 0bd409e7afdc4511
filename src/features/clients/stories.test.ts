import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ClientPage } from '#contract/records.ts'
import type { ChurnFigures } from '#domain/client/churn.ts'
import type { HealthFigures } from '#domain/client/health.ts'
import type { PortfolioFigures } from '#domain/client/portfolio.ts'
import type { RenewalFigures } from '#domain/client/renewals.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { createSampleCompany } from '#domain/sample/sample-company.ts'
import { deleteSample, insertSample } from '#features/imports/sample-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { z } from 'zod'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, principalSeeing } from '../../../test/support/records.ts'
import { storyOf } from '../../../test/support/story-checks.ts'
import { createClients } from './index.ts'

const TODAY = '2026-11-22'
const { database } = await openTestDatabase()
await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: TODAY }), TODAY))
const facts = new Map<string, RememberedFact[]>()
let onRecall = (): Promise<void> => Promise.resolve()
const recall = async () => {
  await onRecall()
  return facts
}
const clients = createClients({ database, clock: clockAt(TODAY), recallFacts: recall, sharedFacts: recall })
const EVERYONE = principalSeeing()
await clients.refreshStandings()

async function run<Figures>(name: string, input: object): Promise<{ headline: string; figures: Figures }> {
  const skill = clients.skills.find((candidate) => candidate.name === name)
  assert.ok(skill, name)
  const outcome: SkillOutcome = await skill.run({ principal: EVERYONE, input, signal: new AbortController().signal })
  assert.ok(outcome.kind === 'result', JSON.stringify(outcome))
  assert.ok(outcome.result.evidence.length > 0)
  // The skill's own figures, as its name promises.
  return { headline: outcome.result.headline, figures: outcome.result.figures as Figures }
}

test('"Which renewal worries you most?" is answered with the planted one, its days and why', async () => {
  const { about, figures: key } = storyOf('renewal-at-risk')
  const { figures, headline } = await run<RenewalFigures>('forecast-renewals', {})
  assert.deepEqual([figures.renewals[0]?.client.id, figures.renewals[0]?.outlook], [about.id, 'at_risk'])
  assert.equal(figures.renewals[0]?.inDays, key[1]?.amount)
  assert.match(headline, new RegExp(`${about.name} worries me most, in ${key[1]?.amount} days`))
})

test('the churn scorecard puts the planted renewal above every other client and names the fall', async () => {
  const { about } = storyOf('renewal-at-risk')
  const { figures } = await run<ChurnFigures>('predict-churn', { client: about.name })
  assert.equal(figures.estimate.probability, null)
  assert.ok(['high', 'severe'].includes(figures.estimate.band), `${figures.estimate.points}`)
  const names = figures.estimate.factors.filter((factor) => factor.points > 0).map((factor) => factor.name)
  assert.ok(names.includes('usage_change_90') && names.includes('renewal_in_days'))
  const top = await database.read((handle) =>
    handle.rows(
      z.object({ id: z.string() }),
      sql`select client_id as id from client_standings order by churn_points desc nulls last limit 1`,
    ),
  )
  assert.equal(top[0]?.id, about.id)
})

test('"Who is paying us later and later?" names the one client, the days and what is overdue', async () => {
  const { about, figures: key } = storyOf('slipping-invoices')
  const { figures, headline } = await run<PortfolioFigures>('review-portfolio', { focus: 'payments' })
  const { slowing, ageing } = figures.payments
  assert.deepEqual(
    slowing.clients.map((row) => row.client.id),
    [about.id],
  )
  assert.equal(slowing.clients[0]?.lastDaysLate, key[0]?.amount)
  assert.deepEqual(slowing.clients[0]?.daysLate, [1, 3, 5, 8, 12, 17, 22, 27])
  assert.match(headline, new RegExp(`^${about.name} pays later and later: the last paid invoice 27 days late`))
  assert.ok(ageing.some((bucket) => bucket.bucket === '1-30' && bucket.invoices >= 1))
})

test('the silent account, the ticket storm and the client above its licence are found', async () => {
  const { figures } = await run<PortfolioFigures>('review-portfolio', {})
  const silent = storyOf('silent-account')
  assert.deepEqual(
    figures.silent.clients.map((row) => [row.client.id, row.days]),
    [[silent.about.id, silent.figures[0]?.amount]],
  )
  assert.equal(figures.aboveLicence[0]?.client.id, storyOf('above-licence').about.id)
  const storm = storyOf('ticket-storm').about.id
  const moved = figures.moves.down.find((row) => row.client.id === storm)
  assert.match(moved?.reason ?? '', /^Support from/)
  const churn = await run<ChurnFigures>('predict-churn', { client: storm })
  const heaviest = churn.figures.estimate.factors.slice(0, 2).map((factor) => factor.name)
  assert.deepEqual(heaviest.toSorted(), ['escalations_90', 'open_severe_tickets'])
})

test('bands count every client once, and those without data are unknown, not well', async () => {
  const { figures } = await run<PortfolioFigures>('review-portfolio', {})
  const counted = await database.read((handle) =>
    handle.first(
      z.object({ clients: z.int(), arr: z.number() }),
      sql`select count(*)::int as clients, sum(arr_micros) as arr from clients`,
    ),
  )
  assert.equal(figures.clients, counted?.clients)
  assert.equal(
    figures.bands.reduce((sum, band) => sum + band.clients, 0),
    counted?.clients,
  )
  assert.equal(
    figures.bands.reduce((sum, band) => sum + (band.arr?.amount.amountMicros ?? 0), 0),
    counted?.arr,
  )
})

test('a standing says what the live assessment says, and the list shows it with twelve weeks behind it', async () => {
  const page = ClientPage.parse(await clients.list(EVERYONE, { sort: 'health', order: 'asc', limit: 10 }))
  // Who is no client yet may be worse off: next to nothing is known of them.
  const worst = page.items.find((client) => client.arr !== null)
  assert.equal(worst?.id, storyOf('renewal-at-risk').about.id)
  for (const client of page.items) {
    const live = await run<HealthFigures>('assess-health', { client: client.id })
    assert.equal(client.health?.score, live.figures.score)
    assert.equal(client.health?.change30, live.figures.scoreTrend30?.change ?? null)
    assert.equal(client.health?.weekly.length, 12)
    assert.equal(client.health?.weekly.at(-1), client.health?.score)
    assert.ok(client.health?.weekly.every((score) => score !== null))
  }
})

test('a snapshot is stored only when something differs, and the day is noted as looked at', async () => {
  assert.equal((await clients.refreshStandings()).snapshots, 0)
  const looked = await database.read((handle) =>
    handle.rows(z.object({ day: z.string() }), sql`select day from snapshot_days where kind = 'clients' order by day`),
  )
  assert.deepEqual([looked.length, looked.at(-1)?.day], [13, TODAY])
})

test('a remembered departure moves health, churn and the standing, and forgetting it moves them back', async () => {
  const id = storyOf('above-licence').about.id
  const read = async () => {
    const health = (await run<HealthFigures>('assess-health', { client: id })).figures
    const churn = (await run<ChurnFigures>('predict-churn', { client: id })).figures.estimate
    return { score: health.score, points: churn.points, remembered: health.remembered }
  }
  const before = await read()
  const said = (slot: RememberedFact['slot'], value: string | null, text: string): RememberedFact => ({
    memoryId: `m-${slot}`,
    subject: { kind: 'client', id },
    slot,
    value,
    text,
    saidOn: TODAY,
  })
  facts.set(id, [
    said('contact_left', null, 'Their champion left.'),
    said('competitor', 'Rentspool', 'They look at Rentspool.'),
  ])
  const during = await read()
  assert.ok((during.score ?? 0) < (before.score ?? 0) && (during.points ?? 0) >= (before.points ?? 0) + 22)
  assert.deepEqual(
    during.remembered.map((note) => [note.slot, note.bearsOn, note.evidence.kind]),
    [
      ['contact_left', 'relationship', 'memory'],
      ['competitor', null, 'memory'],
    ],
  )
  await clients.refreshStandings([id])
  facts.clear()
  assert.deepEqual(await read(), before)
  await clients.refreshStandings([id])
  assert.equal((await clients.get(EVERYONE, id)).health?.score, before.score)
})

async function countStored(): Promise<number | undefined> {
  const stored = await database.read((handle) =>
    handle.first(
      z.object({ rows: z.int() }),
      sql`select ((select count(*) from client_standings) + (select count(*) from client_snapshots)
        + (select count(*) from snapshot_days where kind = 'clients'))::int as rows`,
    ),
  )
  return stored?.rows
}

test('removing the sample removes standings, history and looked-at days', async () => {
  await database.inTransaction(deleteSample)
  assert.equal(await countStored(), 0)
  for (const name of ['review-portfolio', 'forecast-renewals']) {
    const skill = clients.skills.find((candidate) => candidate.name === name)
    const outcome = await skill?.run({ principal: EVERYONE, input: {}, signal: new AbortController().signal })
    assert.equal(outcome?.kind, 'nothing', name)
  }
})

test('a refresh that the removal of the sample overtakes writes nothing of it any more', async () => {
  await database.inTransaction((handle) => insertSample(handle, createSampleCompany({ today: TODAY }), TODAY))
  onRecall = () => database.inTransaction(deleteSample)
  await clients.refreshStandings()
  assert.equal(await countStored(), 0)
})
