import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** Daily caps in micros of a dollar; null: none. */
export interface Caps {
  readonly deploymentMicros: number | null
  readonly memberMicros: number | null
}

/** What is spent and held back on a day. */
export interface Totals {
  readonly deploymentSpent: number
  readonly deploymentReserved: number
  readonly memberSpent: number
  readonly memberReserved: number
}

const TotalsRow = z.object({
  deploymentSpent: z.number(),
  deploymentReserved: z.number(),
  memberSpent: z.number(),
  memberReserved: z.number(),
})

/** Serialises reservations of a day until the transaction ends, over all processes. */
export async function lockDay(handle: Handle, day: Day): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtextextended(${`sophia budget ${day}`}, 0))`)
}

/** Limits set on screen; undefined where the settings decide. A member's own limit goes before the one for all members. */
export async function findStoredCaps(
  handle: Handle,
  memberId: string | null,
): Promise<{ deployment: number | undefined; member: number | undefined }> {
  const rows = await handle.rows(
    z.object({ scope: z.string(), limit: z.number() }),
    sql`select scope, daily_limit_micros as "limit" from budgets where scope in ('deployment', 'member', ${memberId ?? 'member'})`,
  )
  const limitOf = (scope: string): number | undefined => rows.find((row) => row.scope === scope)?.limit
  const own = memberId === null ? undefined : limitOf(memberId)
  return { deployment: limitOf('deployment'), member: own ?? limitOf('member') }
}

/** Sets or, with null, removes the limit of a scope: `deployment`, `member`, or a member's id. */
export async function storeCap(
  handle: Handle,
  scope: string,
  cap: { limitMicros: number | null; now: Date },
): Promise<void> {
  if (cap.limitMicros === null) {
    await handle.run(sql`delete from budgets where scope = ${scope}`)
    return
  }
  await handle.run(
    sql`insert into budgets (scope, daily_limit_micros, updated_at) values (${scope}, ${cap.limitMicros}, ${cap.now})
        on conflict (scope) do update set daily_limit_micros = excluded.daily_limit_micros, updated_at = excluded.updated_at`,
  )
}

export async function sumDay(
  handle: Handle,
  { day, memberId, now }: { day: Day; memberId: string | null; now: Date },
): Promise<Totals> {
  const row = await handle.first(
    TotalsRow,
    sql`select spent."all" as "deploymentSpent", spent.own as "memberSpent",
          held."all" as "deploymentReserved", held.own as "memberReserved"
        from (select coalesce(sum(cost_micros), 0) as "all",
                coalesce(sum(cost_micros) filter (where member_id = ${memberId}::uuid), 0) as own
              from usage_entries where day = ${day}::date) spent,
             (select coalesce(sum(amount_micros), 0) as "all",
                coalesce(sum(amount_micros) filter (where member_id = ${memberId}::uuid), 0) as own
              from budget_reservations where day = ${day}::date and expires_at > ${now}) held`,
  )
  if (!row) throw new Error('a sum without a row')
  return row
}

export async function insertReservation(
  handle: Handle,
  held: { id: string; memberId: string; day: Day; amountMicros: number; expiresAt: Date },
): Promise<void> {
  await handle.run(
    sql`insert into budget_reservations (id, member_id, day, amount_micros, expires_at)
        values (${held.id}, ${held.memberId}, ${held.day}::date, ${held.amountMicros}, ${held.expiresAt})`,
  )
}

export async function removeReservation(handle: Handle, id: string): Promise<void> {
  await handle.run(sql`delete from budget_reservations where id = ${id}::uuid`)
}

export async function removeExpiredReservations(handle: Handle, now: Date): Promise<void> {
  await handle.run(sql`delete from budget_reservations where expires_at <= ${now}`)
}
