import { z } from 'zod'
import type { RenewalRow, RenewalTallyRow } from '#domain/client/describe-renewals.ts'
import { RENEWAL_OUTLOOKS } from '#domain/client/renewals.ts'
import { monthStart } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { Band } from './clients-store.ts'
import type { PortfolioScope } from './portfolio-scope-store.ts'

const Outlook = z.enum(RENEWAL_OUTLOOKS)
const JOINED = sql`clients c left join client_standings s on s.client_id = c.id`
const OUTLOOK = sql`coalesce(s.outlook, 'unknown')`

/** Renewals from the day on to the end of the last of so many calendar months. */
function within({ asOf }: PortfolioScope, months: number): Sql {
  return sql`(c.renewal_on >= ${asOf}::date and c.renewal_on < ${monthStart(asOf, months)}::date)`
}

const TallyRow: z.ZodType<RenewalTallyRow> = z.object({
  month: z.string(),
  outlook: Outlook,
  currency: z.string(),
  renewals: z.int(),
  valued: z.int(),
  arrMicros: z.number(),
})

export function tallyRenewals(handle: Handle, scope: PortfolioScope, months: number): Promise<RenewalTallyRow[]> {
  return handle.rows(
    TallyRow,
    sql`select date_trunc('month', c.renewal_on)::date as month, ${OUTLOOK} as outlook, c.currency, count(*)::int as renewals,
        count(c.arr_micros)::int as valued, coalesce(sum(c.arr_micros), 0) as "arrMicros"
      from ${JOINED} where ${within(scope, months)} and ${scope.clients} group by 1, 2, 3`,
  )
}

const ListedRow: z.ZodType<RenewalRow> = z.object({
  id: z.string(),
  name: z.string(),
  csmName: z.string().nullable(),
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: z.string(),
  inDays: z.int(),
  outlook: Outlook,
  score: z.number().nullable(),
  band: Band,
  churnBand: z.enum(['low', 'elevated', 'high', 'severe', 'unknown']),
  reason: z.string().nullable(),
  isLookedAt: z.boolean(),
})

/** At risk first, the most churn points leading; then unknown, best case and commit, the nearest leading. */
export function listRenewalRows(
  handle: Handle,
  scope: PortfolioScope,
  { months, limit }: { readonly months: number; readonly limit: number },
): Promise<RenewalRow[]> {
  const order = sql`array_position(array['at_risk', 'unknown', 'best_case', 'commit'], ${OUTLOOK}),
    case when s.outlook = 'at_risk' then s.churn_points end desc nulls last, c.renewal_on, c.arr_micros desc nulls last`
  return listWhere(handle, scope, { where: within(scope, months), order, limit })
}

/** Renewal days that have passed, the newest first: the record was not brought up to date, or the client is gone. */
export async function listPastDue(handle: Handle, scope: PortfolioScope, limit: number) {
  const past = sql`c.renewal_on < ${scope.asOf}::date`
  const counted = await handle.first(
    z.object({ count: z.int() }),
    sql`select count(*)::int as count from clients c where ${past} and ${scope.clients}`,
  )
  const renewals = await listWhere(handle, scope, { where: past, order: sql`c.renewal_on desc`, limit })
  return { count: counted?.count ?? 0, renewals }
}

function listWhere(
  handle: Handle,
  scope: PortfolioScope,
  { where, order, limit }: { readonly where: Sql; readonly order: Sql; readonly limit: number },
): Promise<RenewalRow[]> {
  return handle.rows(
    ListedRow,
    sql`select c.id, c.name, csm.name as "csmName", c.arr_micros as "arrMicros", c.currency, c.renewal_on as "renewalOn",
        c.renewal_on - ${scope.asOf}::date as "inDays", ${OUTLOOK} as outlook, s.score, coalesce(s.band, 'unknown') as band,
        coalesce(s.churn_band, 'unknown') as "churnBand", s.reason, s.client_id is not null as "isLookedAt"
      from ${JOINED} left join reps csm on csm.id = c.csm_rep_id where ${where} and ${scope.clients}
      order by ${order}, c.id limit ${limit}`,
  )
}

const CountsRow = z.object({ clients: z.int(), withoutRenewalDay: z.int(), computedFor: z.string().nullable() })

export async function countRenewalClients(handle: Handle, scope: PortfolioScope): Promise<z.infer<typeof CountsRow>> {
  const row = await handle.first(
    CountsRow,
    sql`select count(*)::int as clients, count(*) filter (where c.renewal_on is null)::int as "withoutRenewalDay",
        min(s.day) as "computedFor" from ${JOINED} where ${scope.clients}`,
  )
  return row ?? { clients: 0, withoutRenewalDay: 0, computedFor: null }
}
