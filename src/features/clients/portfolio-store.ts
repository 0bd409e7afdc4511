import { z } from 'zod'
import type { AgeingRow, BandRow, PortfolioClientRow } from '#domain/client/portfolio-figures.ts'
import { SLOWING_FROM_DAYS } from '#domain/client/payment-delay.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { Band, dayOfKind, ofVisibleDeals } from './clients-store.ts'
import type { PortfolioScope } from './portfolio-scope-store.ts'

const JOINED = sql`clients c left join client_standings s on s.client_id = c.id left join reps csm on csm.id = c.csm_rep_id`
const AT_RISK = sql`s.band in ('at_risk', 'critical', 'churning')`

const sums = { clients: z.int(), valued: z.int(), arrMicros: z.number() }
const BandTally: z.ZodType<BandRow> = z.object({
  ...sums,
  band: Band,
  currency: z.string(),
  notLookedAt: z.int(),
  computedFor: z.string().nullable(),
  fallen: z.int(),
  risen: z.int(),
  renewing90: z.object(sums),
  renewing180: z.object(sums),
})

/** Clients by band and currency: how many, what they pay, who moved by `moveFrom` points, what renews soon. */
export function tallyBands(handle: Handle, scope: PortfolioScope, moveFrom: number): Promise<BandRow[]> {
  const soon = (days: number): Sql =>
    sql`c.renewal_on >= ${scope.asOf}::date and c.renewal_on <= ${scope.asOf}::date + ${days}::int`
  const renewing = (days: number): Sql => sql`jsonb_build_object('clients', count(*) filter (where ${soon(days)}),
    'valued', count(c.arr_micros) filter (where ${soon(days)}), 'arrMicros', coalesce(sum(c.arr_micros) filter (where ${soon(days)}), 0))`
  return handle.rows(
    BandTally,
    sql`select coalesce(s.band, 'unknown') as band, c.currency, count(*)::int as clients, count(c.arr_micros)::int as valued,
        coalesce(sum(c.arr_micros), 0) as "arrMicros", count(*) filter (where s.client_id is null)::int as "notLookedAt",
        min(s.day) as "computedFor", count(*) filter (where s.change_30 <= -${moveFrom}::float8)::int as fallen,
        count(*) filter (where s.change_30 >= ${moveFrom}::float8)::int as risen,
        ${renewing(90)} as "renewing90", ${renewing(180)} as "renewing180"
      from clients c left join client_standings s on s.client_id = c.id where ${scope.clients} group by 1, 2`,
  )
}

const ListedRow = z.object({
  id: z.string(),
  name: z.string(),
  csmName: z.string().nullable(),
  arrMicros: z.number().nullable(),
  currency: z.string(),
  renewalOn: z.string().nullable(),
  score: z.number().nullable(),
  band: Band,
  change30: z.number().nullable(),
  churnBand: z.enum(['low', 'elevated', 'high', 'severe', 'unknown']),
  reason: z.string().nullable(),
  moveReason: z.string().nullable(),
})
const LISTED = sql`c.id, c.name, csm.name as "csmName", c.arr_micros as "arrMicros", c.currency, c.renewal_on as "renewalOn", s.score,
  coalesce(s.band, 'unknown') as band, s.change_30 as "change30", coalesce(s.churn_band, 'unknown') as "churnBand", s.reason,
  s.move_reason as "moveReason"`

export type PortfolioPick = 'at_risk' | 'down' | 'up' | 'unknown'

/** The first clients of one kind, the heaviest first. */
export function listPortfolioClients(
  handle: Handle,
  scope: PortfolioScope,
  { pick, moveFrom, limit }: { readonly pick: PortfolioPick; readonly moveFrom: number; readonly limit: number },
): Promise<PortfolioClientRow[]> {
  const picks: Record<PortfolioPick, { where: Sql; order: Sql }> = {
    at_risk: {
      where: AT_RISK,
      order: sql`(c.renewal_on between ${scope.asOf}::date and ${scope.asOf}::date + 180) desc nulls last,
        c.arr_micros desc nulls last, s.score`,
    },
    down: { where: sql`s.change_30 <= -${moveFrom}::float8`, order: sql`s.change_30, c.arr_micros desc nulls last` },
    up: { where: sql`s.change_30 >= ${moveFrom}::float8`, order: sql`s.change_30 desc, c.arr_micros desc nulls last` },
    unknown: { where: sql`coalesce(s.band, 'unknown') = 'unknown'`, order: sql`c.arr_micros desc nulls last, c.name` },
  }
  const { where, order } = picks[pick]
  return handle.rows(
    ListedRow,
    sql`select ${LISTED} from ${JOINED} where ${where} and ${scope.clients} order by ${order}, c.id limit ${limit}`,
  )
}

const SilentRow = ListedRow.extend({ lastActivityOn: z.string(), days: z.int(), total: z.int() })

/** Paying clients whose last recorded contact lies more than `afterDays` back, those who pay most first. */
export function listSilent(
  handle: Handle,
  scope: PortfolioScope,
  { afterDays, limit }: { readonly afterDays: number; readonly limit: number },
): Promise<z.infer<typeof SilentRow>[]> {
  const day = dayOfKind('activities', scope.today)
  // Who does not see every deal gets the last contact in their own sight, not that of a peer.
  const last =
    scope.visible.kind === 'all'
      ? sql`(select s.last_activity_on as on_day)`
      : sql`(select a.on_day from activities a where a.client_id = c.id and a.on_day <= ${day}
          and ${ofVisibleDeals(scope.visible, sql`a.deal_id`)} order by a.on_day desc limit 1)`
  return handle.rows(
    SilentRow,
    // Whose clients they are is settled first, so that only those are searched for their last contact.
    sql`with mine as materialized (select c.* from clients c where (c.arr_micros > 0 or c.customer_since is not null) and ${scope.clients})
      select ${LISTED}, last.on_day as "lastActivityOn", day.day - last.on_day as days, (count(*) over ())::int as total
      from mine c left join client_standings s on s.client_id = c.id left join reps csm on csm.id = c.csm_rep_id
      cross join (select ${day} as day) day join lateral ${last} last on true
      where last.on_day < day.day - ${afterDays}::int
      order by c.arr_micros desc nulls last, c.id limit ${limit}`,
  )
}

const AgeingTally: z.ZodType<AgeingRow> = z.object({
  bucket: z.enum(['current', '1-30', '31-60', '61-90', '>90']),
  currency: z.string(),
  invoices: z.int(),
  clients: z.int(),
  amountMicros: z.number(),
  withoutAmount: z.int(),
})

/** Invoices not paid by the day invoices speak for, by days past their due day; without a due day they have no age. */
export function tallyAgeing(handle: Handle, scope: PortfolioScope): Promise<AgeingRow[]> {
  const day = dayOfKind('invoices', scope.today)
  return handle.rows(
    AgeingTally,
    sql`with unpaid as (select i.client_id, i.currency, i.amount_micros, ${day} - i.due_on as late from invoices i
          where (i.paid_on is null or (i.paid_on is not null and i.paid_on > ${day})) and i.due_on is not null
            and coalesce(i.issued_on, i.due_on) <= ${day})
      select case when u.late <= 0 then 'current' when u.late <= 30 then '1-30' when u.late <= 60 then '31-60'
          when u.late <= 90 then '61-90' else '>90' end as bucket, u.currency, count(*)::int as invoices,
        count(distinct u.client_id)::int as clients, coalesce(sum(u.amount_micros), 0) as "amountMicros",
        (count(*) - count(u.amount_micros))::int as "withoutAmount"
      from unpaid u join clients c on c.id = u.client_id where ${scope.clients} group by 1, 2`,
  )
}

const SlowingRow = z.object({
  id: z.string(),
  name: z.string(),
  csmName: z.string().nullable(),
  recentMean: z.number(),
  earlierMean: z.number(),
  overdueMicros: z.number().nullable(),
  overdueCurrency: z.string().nullable(),
  oldestOverdueDays: z.int().nullable(),
  daysLate: z.array(z.int()),
  invoiceIds: z.array(z.string()),
  total: z.int(),
})

/** Clients whose last three paid invoices were late, and clearly later than the three before; the rule of `isSlowing`. */
export function listSlowing(
  handle: Handle,
  scope: PortfolioScope,
  limit: number,
): Promise<z.infer<typeof SlowingRow>[]> {
  return handle.rows(
    SlowingRow,
    sql`with slowing as (select c.id, c.name, csm.name as csm, s.late_days_recent, s.late_days_before, s.overdue_micros, s.overdue_currency,
          s.oldest_overdue_days, (count(*) over ())::int as total from ${JOINED}
        where s.late_days_recent > 0 and s.late_days_recent - s.late_days_before >= ${SLOWING_FROM_DAYS}::float8 and ${scope.clients}
        order by s.late_days_recent - s.late_days_before desc, c.id limit ${limit})
      select w.id, w.name, w.csm as "csmName", w.late_days_recent as "recentMean", w.late_days_before as "earlierMean",
        w.overdue_micros as "overdueMicros", w.overdue_currency as "overdueCurrency", w.oldest_overdue_days as "oldestOverdueDays",
        paid.late as "daysLate", paid.ids as "invoiceIds", w.total
      from slowing w cross join (select data_day('invoices', ${scope.today}::date) as day) day
      cross join lateral (select coalesce(array_agg(p.late order by p.due_on, p.id desc), '{}') as late,
          coalesce(array_agg(p.id order by p.due_on desc, p.id), '{}') as ids
        from (select i.id, i.due_on, i.paid_on - i.due_on as late from invoices i where i.client_id = w.id and i.paid_on <= day.day
          and i.due_on > day.day - 400 order by i.due_on desc, i.id limit 8) p) paid
      order by w.late_days_recent - w.late_days_before desc, w.id`,
  )
}

const AboveRow = z.object({ id: z.string(), name: z.string(), active: z.number(), seats: z.number() })

/** Clients with more active users than seats, mean of 30 days, the furthest above first. */
export function listAboveLicence(
  handle: Handle,
  scope: PortfolioScope,
  limit: number,
): Promise<z.infer<typeof AboveRow>[]> {
  return handle.rows(
    AboveRow,
    sql`select c.id, c.name, s.active_mean as active, s.seats_mean as seats from ${JOINED}
      where s.seats_mean > 0 and s.active_mean > s.seats_mean and ${scope.clients}
      order by s.active_mean / s.seats_mean desc, c.id limit ${limit}`,
  )
}

const DayRow = z.object({ day: z.string() })

/** The day that invoices speak for. */
export async function findInvoiceDay(handle: Handle, { today }: PortfolioScope): Promise<string> {
  const row = await handle.first(DayRow, sql`select data_day('invoices', ${today}::date) as day`)
  return row?.day ?? today
}
