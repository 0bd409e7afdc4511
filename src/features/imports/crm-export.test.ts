import assert from 'node:assert/strict'
import { createReadStream } from 'node:fs'
import { z } from 'zod'
import type { ImportReport, RecordKind } from '#contract/records.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createTestImports, importer, requestOf } from '../../../test/support/import-fixture.ts'
import { EXPORT_FOLDER, testOfExport as test } from '../../../test/support/public-export.ts'

/** The public CRM export, where this working copy has it beside itself. */
const FILES = {
  clients: 'accounts.csv',
  reps: 'sales_teams.csv',
  products: 'products.csv',
  deals: 'sales_pipeline.csv',
} as const
type CrmKind = keyof typeof FILES
const ORDERS: readonly (readonly CrmKind[])[] = [
  ['clients', 'reps', 'products', 'deals'],
  ['deals', 'products', 'clients', 'reps'],
]

const Figures = z.object({
  clients: z.int(),
  deals: z.int(),
  open: z.int(),
  no_client: z.int(),
  no_date: z.int(),
  open_valued: z.int(),
  reps: z.int(),
  managers: z.int(),
  products: z.int(),
  with_product: z.int(),
  with_rep: z.int(),
  with_known_client: z.int(),
  won_value: z.int(),
  closed_dated: z.int(),
  parents: z.int(),
})

async function importAll(order: readonly CrmKind[], map?: string) {
  const { database } = await openTestDatabase()
  const { imports } = createTestImports(database)
  const load = (kind: RecordKind & CrmKind): Promise<ImportReport> =>
    imports.runImport({
      stream: createReadStream(new URL(FILES[kind], EXPORT_FOLDER)),
      request: requestOf(kind, { asOf: '2017-12-31', map: kind === 'deals' ? map : undefined }),
      principal: importer,
    })
  const reports = new Map<CrmKind, ImportReport>()
  for (const kind of order) reports.set(kind, await load(kind))
  const figures = await database.read((handle) =>
    handle.first(
      Figures,
      sql`select (select count(*)::int from clients) as clients, (select count(*)::int from reps) as reps,
        (select count(distinct manager)::int from reps) as managers, (select count(*)::int from products) as products,
        (select count(*)::int from clients c join clients p on p.id = c.parent_client_id) as parents,
        count(*)::int as deals, (count(*) filter (where status = 'open'))::int as open,
        (count(*) filter (where client_id is null))::int as no_client, (count(*) filter (where created_on is null))::int as no_date,
        (count(*) filter (where status = 'open' and value_micros is not null))::int as open_valued,
        (count(*) filter (where exists (select 1 from products p where p.id = product_id)))::int as with_product,
        (count(*) filter (where exists (select 1 from reps r where r.id = rep_id)))::int as with_rep,
        (count(*) filter (where exists (select 1 from clients c where c.id = client_id)))::int as with_known_client,
        (sum(value_micros) filter (where status = 'won') / 1000000)::bigint as won_value,
        (count(*) filter (where status <> 'open' and closed_on is not null))::int as closed_dated
        from deals`,
    ),
  )
  return { imports, reports, figures, load }
}

for (const order of ORDERS) {
  test(`the CRM export imports completely in the order ${order.join(', ')}`, async () => {
    const { reports, figures, load } = await importAll(order)
    for (const report of reports.values())
      assert.equal(report.rowsFaulty, 0, `${report.kind}: ${report.notes.join(' ')}`)
    assert.deepEqual(figures, {
      clients: 85,
      deals: 8800,
      open: 2089,
      no_client: 1425,
      no_date: 500,
      open_valued: 0,
      reps: 35,
      managers: 6,
      products: 7,
      with_product: 8800,
      with_rep: 8800,
      with_known_client: 7375,
      won_value: 10_005_534,
      closed_dated: 6711,
      parents: 15,
    })
    const again = await load('deals')
    assert.deepEqual([again.rowsCreated, again.rowsChanged, again.rowsUnchanged], [0, 0, 8800])
  })
}

test('list price stands in for the missing values only when mapped, and says so', async () => {
  const { figures, reports } = await importAll(['products', 'deals'], '@list-price=value')
  assert.equal(figures?.open_valued, 2089)
  const notes = reports.get('deals')?.notes.join('\n') ?? ''
  assert.match(notes, /list price stands in for a missing value in 2,089 rows/)
  assert.match(notes, /"GTXPro" was read as "GTX Pro" \(1,480 rows\)/)
})
