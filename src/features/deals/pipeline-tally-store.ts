import { z } from 'zod'
import { addDays } from '#domain/day.ts'
import type { PipelineGrouping } from '#domain/deal/pipeline.ts'
import { RECENT_DAYS, type DealTally, type TallyTerms } from '#domain/deal/tally.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'
import { SEGMENT } from './pipeline-store.ts'

/** Counts of a scope's deals: all of them, by stage, and by the group asked for. */
export interface PipelineCounts {
  readonly all: DealTally
  readonly stages: readonly DealTally[]
  /** Empty when no group was asked for. */
  readonly groups: readonly DealTally[]
}

interface Terms extends TallyTerms {
  readonly by?: PipelineGrouping | undefined
}

interface GroupTerms {
  readonly key: Sql
  readonly label: Sql
}

function groupTerms(by: PipelineGrouping | undefined): GroupTerms {
  switch (by) {
    case 'rep':
      return { key: sql`d.rep_id`, label: sql`coalesce(r.name, d.rep_id)` }
    case 'manager':
      return { key: sql`r.manager`, label: sql`r.manager` }
    case 'product':
      return { key: sql`d.product_id`, label: sql`coalesce(p.name, d.product_id)` }
    case 'segment':
      return { key: SEGMENT, label: SEGMENT }
    // Cells are told apart by stage as it is.
    case 'stage':
    case undefined:
      return { key: sql`null::text`, label: sql`null::text` }
  }
}

/**
 * The SQL twin of `tallyDeals` and `tallyAll`. Open and decided deals are read once each, into cells of group and stage;
 * the sums over cells are made here, so that the grouping costs no further reading.
 */
export async function tallyPipeline(handle: Handle, scope: Sql, terms: Terms): Promise<PipelineCounts> {
  const group = groupTerms(terms.by)
  const open = await countOpen(handle, scope, { ...terms, group })
  const decided = await countDecided(handle, scope, { ...terms, group })
  const cycles = await listCycles(handle, scope, terms.by === undefined || terms.by === 'stage' ? null : group)
  const all = cycles.find((row) => row.isAll)
  const tallyBy = (nameOf: (cell: Cell) => Name, cyclesOf: (key: string | null) => Cycle | undefined): DealTally[] =>
    [...Map.groupBy([...open, ...decided], (cell) => nameOf(cell).key)].map(([key, cells]) =>
      tallyOf(cells, { ...labelOf(cells, nameOf), key, cycles: cyclesOf(key) }),
    )
  const byKey = (key: string | null): Cycle | undefined => cycles.find((row) => !row.isAll && row.key === key)
  // Every cycle is that of a won deal.
  const stages = tallyBy(byStage, (stage) => (stage === 'won' ? all : undefined))
  return {
    all: tallyOf([...open, ...decided], { key: null, label: null, cycles: all }),
    stages,
    groups: terms.by === undefined ? [] : terms.by === 'stage' ? stages : tallyBy((cell) => cell, byKey),
  }
}

interface Name {
  readonly key: string | null
  readonly label: string | null
}

function byStage({ stage }: Cell): Name {
  return { key: stage, label: stage }
}

function labelOf(cells: readonly Cell[], nameOf: (cell: Cell) => Name): { label: string | null } {
  return { label: cells.map((cell) => nameOf(cell).label).find((label) => label !== null) ?? null }
}

const cellOf = { key: z.string().nullable(), label: z.string().nullable(), stage: z.string() }
const OpenRow = z.object({
  ...cellOf,
  openDeals: z.number(),
  openWithoutClient: z.number(),
  openDated: z.number(),
  valuedRows: z.number(),
  amountMicros: z.number(),
  estimatedRows: z.number(),
  otherCurrencyRows: z.number(),
  olderThanP75: z.number(),
  olderThanP90: z.number(),
})
const DecidedRow = z.object({ ...cellOf, time: z.enum(['recent', 'earlier']).nullable(), decided: z.number() })
type Cell = z.infer<typeof OpenRow> | z.infer<typeof DecidedRow>

interface CellTerms extends TallyTerms {
  readonly group: GroupTerms
}

function countOpen(handle: Handle, scope: Sql, { asOf, currency, limits, group }: CellTerms) {
  return handle.rows(
    OpenRow,
    sql`select key, min(label) as label, stage, count(*) as "openDeals", count(*) filter (where client_id is null) as "openWithoutClient",
        count(age) as "openDated", count(value) filter (where is_main) as "valuedRows",
        coalesce(sum(value) filter (where is_main), 0) as "amountMicros",
        count(value) filter (where is_main and is_estimated) as "estimatedRows",
        count(value) filter (where not is_main) as "otherCurrencyRows",
        count(*) filter (where age > ${limits?.p75Days ?? null}::float8) as "olderThanP75",
        count(*) filter (where age > ${limits?.p90Days ?? null}::float8) as "olderThanP90"
      from (select ${group.key} as key, ${group.label} as label, d.stage, d.client_id, ${DEAL_VALUE} as value, ${IS_ESTIMATED} as is_estimated,
          ${DEAL_CURRENCY} = ${currency} as is_main, ${asOf}::date - d.created_on as age
        from ${DEALS_JOINED} where ${scope} and d.status = 'open') facts group by key, stage order by key, stage`,
  )
}

function countDecided(handle: Handle, scope: Sql, { asOf, group }: CellTerms) {
  const start = addDays(asOf, -RECENT_DAYS)
  return handle.rows(
    DecidedRow,
    sql`select key, min(label) as label, stage, time, count(*) as decided
      from (select ${group.key} as key, ${group.label} as label, d.status as stage, case when d.closed_on <= ${start}::date then 'earlier'
          when d.closed_on <= ${asOf}::date then 'recent' end as time
        from ${DEALS_JOINED} where ${scope} and d.status <> 'open') facts group by key, stage, time order by key, stage, time`,
  )
}

const CycleRow = z.object({
  isAll: z.boolean(),
  key: z.string().nullable(),
  cycleN: z.number(),
  cycleDays: z.tuple([z.number(), z.number(), z.number(), z.number()]).nullable(),
})
type Cycle = z.infer<typeof CycleRow>

/** Quartiles and the ninth decile of days from created to won: of all, and of each group where there are groups. */
function listCycles(handle: Handle, scope: Sql, group: GroupTerms | null): Promise<Cycle[]> {
  const key = group?.key ?? sql`null::text`
  return handle.rows(
    CycleRow,
    sql`select ${group === null ? sql`true` : sql`grouping(key) = 1`} as "isAll", ${group === null ? sql`null` : sql`key`} as key,
        count(*) as "cycleN", percentile_cont(array[0.25, 0.5, 0.75, 0.9]) within group (order by days) as "cycleDays"
      from (select ${key} as key, d.closed_on - d.created_on as days from ${DEALS_JOINED}
        where ${scope} and d.status = 'won' and d.closed_on >= d.created_on) cycles
      ${group === null ? sql`` : sql`group by grouping sets ((), (key))`}`,
  )
}

function tallyOf(
  cells: readonly Cell[],
  { key, label, cycles }: Name & { readonly cycles: Cycle | undefined },
): DealTally {
  const open = cells.flatMap((cell) => ('openDeals' in cell ? [cell] : []))
  const decided = cells.flatMap((cell) => ('decided' in cell ? [cell] : []))
  const sum = (field: Exclude<keyof z.infer<typeof OpenRow>, 'key' | 'label' | 'stage'>): number =>
    open.reduce((total, cell) => total + cell[field], 0)
  const count = (stage: string, time?: 'recent' | 'earlier'): number =>
    decided.reduce(
      (total, cell) =>
        cell.stage === stage && (time === undefined || cell.time === time) ? total + cell.decided : total,
      0,
    )
  return {
    key,
    label,
    openDeals: sum('openDeals'),
    openWithoutClient: sum('openWithoutClient'),
    openDated: sum('openDated'),
    valuedRows: sum('valuedRows'),
    amountMicros: sum('amountMicros'),
    estimatedRows: sum('estimatedRows'),
    otherCurrencyRows: sum('otherCurrencyRows'),
    olderThanP75: sum('olderThanP75'),
    olderThanP90: sum('olderThanP90'),
    won: count('won'),
    lost: count('lost'),
    recentWon: count('won', 'recent'),
    recentLost: count('lost', 'recent'),
    earlierWon: count('won', 'earlier'),
    earlierLost: count('lost', 'earlier'),
    cycleN: cycles?.cycleN ?? 0,
    cycleDays: cycles?.cycleDays ?? null,
  }
}
