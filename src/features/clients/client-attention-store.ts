import { z } from 'zod'
import { addDays, type Day } from '#domain/day.ts'
import { STALE_AFTER_DAYS } from '#domain/home/attention.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { visibleClients } from '#platform/postgres/row-scope.ts'
import { sql, type Sql } from '#platform/postgres/sql.ts'
import { dayOfKind, findDayOfKind, ofVisibleDeals, type ClientScope } from './clients-store.ts'

const AttentionRow = z.object({
  id: z.string(),
  name: z.string(),
  owner: z.string().nullable(),
  amountMicros: z.number().nullable(),
  currency: z.string(),
  /** Days to the renewal, days overdue, days of silence: the kind says which. */
  days: z.int(),
  count: z.number(),
  personId: z.string().nullable(),
  personName: z.string().nullable(),
  change: z.number().nullable(),
  rowIds: z.array(z.string()),
})
export type ClientAttentionRow = z.infer<typeof AttentionRow>

const PER_KIND = 10
const OWNERS = sql`left join reps owner on owner.id = c.owner_rep_id left join reps csm on csm.id = c.csm_rep_id`
const WHO = sql`c.id, c.name, coalesce(csm.name, owner.name) as owner`
const NO_PERSON = sql`null::text as "personId", null::text as "personName"`

/** Clients whose renewal falls within the next 90 days, soonest first. */
export function listRenewals(handle: Handle, scope: ClientScope): Promise<ClientAttentionRow[]> {
  return handle.rows(
    AttentionRow,
    sql`select ${WHO}, c.arr_micros as "amountMicros", c.currency, c.renewal_on - ${scope.asOf}::date as days, 1 as count,
        ${NO_PERSON}, null::float8 as change, array[]::text[] as "rowIds"
      from clients c ${OWNERS}
      where c.renewal_on between ${scope.asOf}::date and ${addDays(scope.asOf, 90)}::date and ${visibleClients(scope.visible)}
      order by c.renewal_on, c.id limit 50`,
  )
}

/** Unpaid invoices past their due day, by client and currency; `days` is the oldest one's. */
export function listOverdueInvoices(
  handle: Handle,
  scope: ClientScope & { readonly today: Day },
): Promise<ClientAttentionRow[]> {
  const day = dayOfKind('invoices', scope.today)
  return handle.rows(
    AttentionRow,
    sql`select ${WHO}, sum(i.amount_micros) as "amountMicros", i.currency, ${day} - min(i.due_on) as days, count(*) as count,
        ${NO_PERSON}, null::float8 as change, (array_agg(i.id order by i.due_on, i.id))[1:5] as "rowIds"
      from invoices i join clients c on c.id = i.client_id ${OWNERS}
      where (i.paid_on is null or (i.paid_on is not null and i.paid_on > ${day})) and i.due_on < ${day} and i.due_on >= ${day} - ${STALE_AFTER_DAYS}::int
        and ${visibleClients(scope.visible)}
      group by c.id, c.name, csm.name, owner.name, i.currency order by 4 desc nulls last, c.id limit ${PER_KIND}`,
  )
}

/** Unpaid invoices that fell due too long ago to be urgent. */
export async function countOldInvoices(handle: Handle, scope: ClientScope & { readonly today: Day }): Promise<number> {
  const row = await handle.first(
    z.object({ count: z.number() }),
    sql`select count(*) as count from invoices i join clients c on c.id = i.client_id
      where i.paid_on is null and i.due_on < ${dayOfKind('invoices', scope.today)} - ${STALE_AFTER_DAYS}::int and ${visibleClients(scope.visible)}`,
  )
  return row?.count ?? 0
}

/** Champions who left within 90 days, at clients that renew within 180 days or have no known renewal. */
export function listChampionsGone(
  handle: Handle,
  scope: ClientScope & { readonly today: Day },
): Promise<ClientAttentionRow[]> {
  const day = dayOfKind('contacts', scope.today)
  return handle.rows(
    AttentionRow,
    sql`select ${WHO}, c.arr_micros as "amountMicros", c.currency, ${day} - k.left_on as days, 1 as count,
        k.id as "personId", k.name as "personName", null::float8 as change, array[]::text[] as "rowIds"
      from contacts k join clients c on c.id = k.client_id ${OWNERS}
      where k.role ilike '%champion%' and k.left_on <= ${day} and k.left_on > ${day} - 90
        and c.renewal_on between ${scope.asOf}::date and ${addDays(scope.asOf, 180)}::date and ${visibleClients(scope.visible)}
      order by c.arr_micros desc nulls last, k.id limit ${PER_KIND}`,
  )
}

/** Clients `c` in the order in which they are shown: who looks them through one by one stops at the tenth found. */
const BY_REVENUE = sql`c.arr_micros desc nulls last, c.id`

/** Clients whose mean active users of 30 days fell by a fifth or more against the 30 days before. */
export async function listUsageDrops(
  handle: Handle,
  scope: ClientScope & { readonly today: Day },
): Promise<ClientAttentionRow[]> {
  const day = await findDayOfKind(handle, 'usage', scope.today)
  const isNow = sql`u.on_day > ${addDays(day, -30)}::date`
  const inSixtyDays = sql`u.on_day > ${addDays(day, -60)}::date and u.on_day <= ${day}::date`
  const rowOf = (end: Sql): Sql =>
    sql`(select u.id from usage_days u where u.client_id = c.id and ${inSixtyDays} order by ${end} limit 1)`
  return handle.rows(
    AttentionRow,
    // Sums and counts instead of means, and rows as evidence for the few that are shown.
    sql`with mine as materialized (select c.id, c.arr_micros from clients c where ${visibleClients(scope.visible)} order by ${BY_REVENUE}),
      page as materialized (
        select c.id, rows_now, (used.now::float8 * rows_before / (used.before::float8 * rows_now) - 1) as change
        from mine c cross join lateral (
          select sum(u.active_users) filter (where ${isNow}) as now, sum(u.active_users) filter (where not ${isNow}) as before,
            count(u.active_users) filter (where ${isNow}) as rows_now, count(u.active_users) filter (where not ${isNow}) as rows_before
          from usage_days u where u.client_id = c.id and ${inSixtyDays}) used
        where rows_now >= 2 and rows_before >= 2 and used.before > 0 and used.now * rows_before <= 0.8 * used.before * rows_now
        order by ${BY_REVENUE} limit ${PER_KIND})
      select ${WHO}, c.arr_micros as "amountMicros", c.currency, 30 as days, rows_now as count, ${NO_PERSON}, page.change,
        array[${rowOf(sql`u.on_day desc`)}, ${rowOf(sql`u.on_day`)}] as "rowIds"
      from page join clients c on c.id = page.id ${OWNERS} order by ${BY_REVENUE}`,
  )
}

/** Clients that pay us and whose last recorded contact lies 45 to 180 days back. */
export async function listSilentClients(
  handle: Handle,
  scope: ClientScope & { readonly today: Day },
): Promise<ClientAttentionRow[]> {
  const day = await findDayOfKind(handle, 'activities', scope.today)
  const from = addDays(day, -STALE_AFTER_DAYS)
  const until = addDays(day, -45)
  const seen = sql`a.client_id = c.id and ${ofVisibleDeals(scope.visible, sql`a.deal_id`)}`
  // Who sees every row may leave out those whose last contact, as last computed, is recent: a later one changes nothing.
  const mayBeSilent =
    scope.visible.kind === 'all' ? sql`(s.client_id is null or s.last_activity_on < ${until}::date)` : sql`true`
  return handle.rows(
    AttentionRow,
    sql`with mine as materialized (select c.id, c.arr_micros from clients c left join client_standings s on s.client_id = c.id
        where c.arr_micros > 0 and ${mayBeSilent} and ${visibleClients(scope.visible)} order by ${BY_REVENUE}),
      page as materialized (select c.id, last.on_day from mine c
        cross join lateral (select a.on_day from activities a where ${seen} and a.on_day <= ${day}::date order by a.on_day desc limit 1) last
        where last.on_day < ${until}::date and last.on_day >= ${from}::date order by ${BY_REVENUE} limit ${PER_KIND})
      select ${WHO}, c.arr_micros as "amountMicros", c.currency, ${day}::date - page.on_day as days, 1 as count, ${NO_PERSON},
        null::float8 as change, array[(select a.id from activities a where ${seen} and a.on_day = page.on_day order by a.id limit 1)] as "rowIds"
      from page join clients c on c.id = page.id ${OWNERS} order by ${BY_REVENUE}`,
  )
}
