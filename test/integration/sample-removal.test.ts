import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { openTestHouse } from '../support/house.ts'

const { rooms, connection } = await openTestHouse()

/** Tables that hold something, with how many rows. */
async function filledTables(): Promise<Record<string, number>> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    const { rows } = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
    const counts: Record<string, number> = {}
    for (const { name } of rows) {
      const found = await client.query<{ n: number }>(`select count(*)::int as n from "${name}"`)
      const n = found.rows[0]?.n ?? 0
      if (n > 0) counts[name] = n
    }
    return counts
  } finally {
    await client.end()
  }
}

/** What stays is not the sample's: who did what, how often the data changed, that something was erased, and that nothing was there when looked at. */
const STAYS = new Set([
  'alert_messages',
  'alert_silences',
  'alerts',
  'audit_entries',
  'backup_runs',
  'cache_hot_skills',
  'cache_hours',
  'data_epochs',
  'data_marks',
  'drills',
  'memory_tombstones',
  'slo_counts',
  'slo_flushes',
  'snapshot_days',
  'watch_changes',
  'watch_figures',
  'watch_in_force',
  'watch_replicas',
  'watch_rounds',
])

test('removing the sample removes its records and everything that was computed or written from them', async () => {
  const principal = await rooms.access.localPrincipal()
  const before = await filledTables()
  await rooms.imports.loadSample(principal)
  const draft = rooms.skills.find(({ name }) => name === 'draft-follow-up')
  const input = draft?.parse({ about: 'Graywater Property Partners - Settle Recovery' })
  const outcome = await draft?.run({ principal, input, signal: new AbortController().signal })
  assert.equal(outcome?.kind, 'result')
  const loaded = await filledTables()
  for (const table of [
    'deal_standings',
    'deal_snapshots',
    'client_standings',
    'client_snapshots',
    'commitments',
    'drafts',
  ])
    assert.ok((loaded[table] ?? 0) > 0, `${table} ${JSON.stringify(loaded)}`)
  await rooms.imports.removeSample(principal)
  const withoutStaying = (tables: Record<string, number>): object =>
    Object.fromEntries(Object.entries(tables).filter(([table]) => !STAYS.has(table)))
  const after = await filledTables()
  assert.deepEqual(withoutStaying(after), withoutStaying(before))
  assert.ok((after['snapshot_days'] ?? 0) <= 2, 'one for deals, one for clients, both of today')
})
