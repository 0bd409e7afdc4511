import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findOtherwise } from '#features/access/standing-store.ts'
import { selectEventsOfMany } from '#features/conversations/journal-store.ts'
import { rankQueue } from '#features/conversations/queue-store.ts'
import { releaseTurns, renewLeases } from '#features/conversations/turns-store.ts'
import { DEFAULT_TURN_LIMITS } from '#domain/turn/limits.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { toStatement, type Sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../support/database.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openTestHouse } from '../support/house.ts'
import { loadLargeRest, LOADED } from '../support/large-rest.ts'
import { assertNoLargeScan, recording, tablesWith } from '../support/statement-plans.ts'
import { until } from '../support/until.ts'
import { joinHouse } from '../support/visitors.ts'

const { database, connection } = await openTestDatabase({ statementTimeoutMs: 120_000 })
await loadLargeRest(database)
const large = await tablesWith(database, 5000)
const url = databaseUrlOf(connection)
const house = await openTestHouse({ DATABASE_URL: url, DATABASE_DIRECT_URL: url })
const { rooms } = house
const noted: Sql[] = []
// Every room holds this one object: whatever any of them asks from now on is noted, also what the house does by itself.
Object.assign(rooms.database, recording({ ...rooms.database }, noted))
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all' })

/** Asked by a job after imports and once a day, of all imports there ever were: that is its answer. */
const FIRST_DAY = /from imports where kind = 'deals' and status = 'complete'/

async function walk(what: string, path: () => Promise<unknown>): Promise<void> {
  noted.length = 0
  await path()
  const hot = noted.splice(0).filter((query) => !FIRST_DAY.test(toStatement(query).text))
  await assertNoLargeScan(what, { database, noted: hot, large })
}

const held = [{ id: createId(), fence: createId() }]
const after = { attempt: 1, n: 3 }

test('the tables that grow are large here', () => {
  const missing = ['drafts', 'sync_runs', 'watch_figures', 'slo_counts', 'audit_entries', 'sign_in_attempts', 'imports']
  assert.deepEqual(
    missing.filter((table) => !large.includes(table)),
    [],
  )
})

for (const path of [
  '/api/home',
  '/api/me',
  '/api/usage?days=30',
  '/api/budgets',
  '/api/conversations?search=deal%209',
  '/api/conversations?persona=marcus',
  '/api/memories?search=buyer',
  '/api/drafts',
  '/api/drafts?status=draft',
  '/api/briefings',
  '/api/briefing',
  '/api/commitments',
  '/api/imports',
  `/api/imports/${LOADED.importId}`,
  `/api/imports/${LOADED.importId}/faults`,
  '/api/mcp/syncs',
  `/api/mcp/syncs/${LOADED.syncId}`,
  '/api/operations?hours=1',
  '/api/operations?hours=24',
  '/api/operations?hours=720',
  '/api/slo',
  '/api/slo?hours=24',
  '/api/alerts',
  '/api/cache/savings?days=7',
  '/api/drills',
  '/api/audit',
  '/api/keys',
  '/api/members',
  '/api/teams',
])
  test(`GET ${path} reads no growing table whole`, () =>
    walk(path, async () => {
      const { status, text } = await owner.ask({ method: 'GET', path })
      assert.equal(status, 200, text)
    }))

const inRead = (work: (handle: Handle) => Promise<unknown>) => () => rooms.database.read(work)

for (const [what, work] of Object.entries<() => Promise<unknown>>({
  'the look at held credentials': inRead((handle) => findOtherwise(handle, [owner.principal], new Date())),
  'the heartbeat of leases': inRead((handle) => renewLeases(handle, held, DEFAULT_TURN_LIMITS.leaseMs)),
  'the ranking of the queue': inRead(rankQueue),
  'the release of turns': inRead((handle) => releaseTurns(handle, held)),
  'the reading of far turns': inRead((handle) => selectEventsOfMany(handle, [{ turnId: createId(), after }])),
  'the sweep of the journal': rooms.conversations.maintainJournal,
  'the sweep of traces': rooms.conversations.sweepTraces,
  'the sweep of credentials': rooms.access.sweep,
  'the sweep of cache figures': rooms.cacheLedger.sweep,
  'the sweep of hot skills': rooms.hotSkills.sweep,
  'the sweep of figures and alerts': rooms.watch.sweep,
  'the folding of epochs': rooms.epochs.fold,
}))
  test(`${what} reads no growing table whole`, () => walk(what, work))

test('what the house does by itself, as it judges its objectives, reads no growing table whole', () => {
  const hasJudged = (): boolean => noted.some((query) => toStatement(query).text.includes('from slo_counts'))
  return walk('the house', () => until(hasJudged, 'a round was judged', 60_000))
})
