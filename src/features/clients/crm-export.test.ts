import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { before } from 'node:test'
import { parse } from 'csv-parse/sync'
import { z } from 'zod'
import type { ChurnFigures } from '#domain/client/churn.ts'
import type { PortfolioFigures } from '#domain/client/portfolio.ts'
import type { RenewalFigures } from '#domain/client/renewals.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { EXPORT_FOLDER, hasExport, testOfExport as test } from '../../../test/support/public-export.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createClients } from './index.ts'

const { database } = await openTestDatabase()
const clients = createClients({ database, clock: clockAt('2026-03-01') })

before(async () => {
  if (!hasExport) return
  const accounts = z
    .array(z.record(z.string(), z.string()))
    .parse(parse(readFileSync(new URL('accounts.csv', EXPORT_FOLDER)), { columns: true }))
  await insertRecords(
    database,
    'clients',
    accounts.map((row) => ({ id: row.account, name: row.account, industry: row.sector, employees: row.employees })),
  )
  await clients.refreshStandings()
})

async function run(name: string, input: object) {
  const skill = clients.skills.find((candidate) => candidate.name === name)
  const outcome = await skill?.run({ principal: principalSeeing(), input, signal: new AbortController().signal })
  assert.ok(outcome?.kind === 'result')
  return outcome.result
}

test('accounts without usage, invoices or tickets are unknown, every one of them, with what would supply it', async () => {
  const result = await run('review-portfolio', {})
  const counted = await database.read((handle) =>
    handle.first(z.object({ count: z.number() }), sql`select count(*) as count from clients`),
  )
  // The shape that the skill's name promises.
  const figures = result.figures as PortfolioFigures
  assert.equal(counted?.count, 85)
  assert.deepEqual([figures.clients, figures.unknown.count, figures.atRisk.all.clients], [85, 85, 0])
  assert.match(result.headline, /unknown/)
  assert.equal(result.confidence.level, 'none')
  assert.ok(result.coverage.missing.length >= 4)
})

test('no renewal is made up where none is on record', async () => {
  const result = await run('forecast-renewals', { months: 12 })
  const figures = result.figures as RenewalFigures
  assert.deepEqual([figures.count, figures.withoutRenewalDay, figures.pastDue.count], [0, 85, 0])
  assert.match(result.headline, /^No renewal can be forecast/)
})

test('the churn risk of an account is unknown, not low', async () => {
  const result = await run('predict-churn', { client: 'Isdom' })
  const { estimate } = result.figures as ChurnFigures
  assert.deepEqual([estimate.points, estimate.band, result.confidence.level], [null, 'unknown', 'none'])
})
