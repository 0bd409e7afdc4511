import { z } from 'zod'
import type { Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { joinSql, sql, type Sql } from '#platform/postgres/sql.ts'
import { DEAL_CURRENCY, DEAL_VALUE, DEALS_JOINED, IS_ESTIMATED } from './deals-store.ts'

/** Where one open deal stands, as computed from shared rows. */
export interface DealStanding {
  readonly dealId: string
  readonly riskLevel: 'high' | 'medium' | 'low' | 'unknown'
  readonly riskScore: number | null
  readonly reason: string | null
  readonly winProbability: number | null
  readonly lastActivityOn: Day | null
}

const IdRow = z.object({ id: z.string() })

/** Ids of open deals after the last one, in order; only those named, where some are. */
export async function listOpenIds(
  handle: Handle,
  page: { readonly after: string; readonly limit: number; readonly ids?: readonly string[] | undefined },
): Promise<string[]> {
  const named = page.ids === undefined ? sql`true` : sql`d.id = any(${page.ids}::text[])`
  const rows = await handle.rows(
    IdRow,
    sql`select d.id from deals d where d.status = 'open' and d.id > ${page.after} and ${named} order by d.id limit ${page.limit}`,
  )
  return rows.map((row) => row.id)
}

/** One refresh at a time: two would only do the same work twice. */
export async function lockStandings(handle: Handle): Promise<void> {
  await handle.run(sql`select pg_advisory_xact_lock(hashtext('sophia-standings'), hashtext('deals'))`)
}

export async function upsertStandings(handle: Handle, day: Day, standings: readonly DealStanding[]): Promise<void> {
  await handle.run(
    sql`insert into deal_standings (deal_id, day, risk_level, risk_score, reason, win_probability, last_activity_on)
      select "dealId", ${day}::date, "riskLevel", "riskScore", reason, "winProbability", "lastActivityOn"
      from jsonb_to_recordset(${JSON.stringify(standings)}::jsonb) as given ("dealId" text, "riskLevel" text, "riskScore" real,
        reason text, "winProbability" real, "lastActivityOn" date)
      on conflict (deal_id) do update set day = excluded.day, risk_level = excluded.risk_level, risk_score = excluded.risk_score,
        reason = excluded.reason, win_probability = excluded.win_probability, last_activity_on = excluded.last_activity_on, updated_at = now()`,
  )
}

/** Keeps the day of the last activity up to the day, of all deals or those named. Only what differs is written, and locked. */
export async function refreshActivityDays(handle: Handle, day: Day, ids?: readonly string[]): Promise<void> {
  const named = ids === undefined ? sql`true` : sql`a.deal_id = any(${ids}::text[])`
  await handle.run(
    sql`insert into deal_activity_days as kept (deal_id, on_day)
      select latest.deal_id, latest.on_day from (select a.deal_id, max(a.on_day) as on_day from activities a
          where a.deal_id is not null and a.on_day <= ${day}::date and ${named} group by a.deal_id) latest
        left join deal_activity_days before on before.deal_id = latest.deal_id where before.on_day is distinct from latest.on_day
      on conflict (deal_id) do update set on_day = excluded.on_day`,
  )
}

/** Takes out what no open deal stands behind any more; snapshots of deals that are gone go too. */
export async function deleteGone(handle: Handle): Promise<void> {
  await handle.run(
    sql`delete from deal_standings s where not exists (select 1 from deals d where d.id = s.deal_id and d.status = 'open')`,
  )
  await handle.run(
    sql`delete from deal_activity_days t where not exists (select 1 from activities a where a.deal_id = t.deal_id)`,
  )
  await handle.run(sql`delete from deal_snapshots n where not exists (select 1 from deals d where d.id = n.deal_id)`)
}

/** Fresh tables without statistics make the first lists slow. */
export async function analyzeStandings(handle: Handle): Promise<void> {
  await handle.run(sql`analyze deal_standings`)
  await handle.run(sql`analyze deal_activity_days`)
  await handle.run(sql`analyze deal_snapshots`)
  // Pages that the index of days has not summed up yet are read whole to find one day.
  await handle.run(sql`select brin_summarize_new_values('deal_snapshots_day')`)
}

/** Names of fields that are empty on deal `d`, of those that some deal fills in; in order. */
export function missingFields(tracked: readonly string[]): Sql {
  return gapNames(tracked, {
    champion: sql`d.champion_contact_id`,
    client: sql`d.client_id`,
    'decision criteria': sql`d.decision_criteria`,
    'economic buyer': sql`d.economic_buyer_contact_id`,
    'expected close': sql`d.expected_close_on`,
    'next step': sql`d.next_step`,
    timeline: sql`d.timeline`,
    value: DEAL_VALUE,
  })
}

/** The names, in the order given, whose expression is null; only those tracked. */
export function gapNames(tracked: readonly string[], fields: Readonly<Record<string, Sql>>): Sql {
  const gaps = Object.entries(fields)
    .filter(([name]) => tracked.includes(name))
    .map(([name, field]) => sql`case when ${field} is null then ${name}::text end`)
  return gaps.length === 0 ? sql`'{}'::text[]` : sql`array_remove(array[${joinSql(gaps, ', ')}], null)`
}

/**
 * Writes the day's row of the open deals named, and of decided ones whose last row is still open, where anything differs
 * from the row before; answers how many.
 */
export async function writeSnapshots(
  handle: Handle,
  terms: { readonly day: Day; readonly ids: readonly string[]; readonly tracked: readonly string[] },
): Promise<number> {
  const { day, ids, tracked } = terms
  return handle.run(
    sql`with present as (
        select d.id as deal_id, d.stage, ${DEAL_VALUE} as value_micros, ${IS_ESTIMATED} as is_estimated, ${DEAL_CURRENCY} as currency,
          d.expected_close_on, d.next_step, d.next_step_on, d.rep_id, ${missingFields(tracked)} as missing,
          s.risk_level, s.risk_score, s.last_activity_on
        from ${DEALS_JOINED} left join deal_standings s on s.deal_id = d.id where d.id = any(${ids}::text[]))
      insert into deal_snapshots (deal_id, day, stage, value_micros, is_estimated, currency, expected_close_on, next_step, next_step_on,
        rep_id, missing, risk_level, risk_score, last_activity_on)
      select p.deal_id, ${day}::date, p.stage, p.value_micros, p.is_estimated, p.currency, p.expected_close_on, p.next_step, p.next_step_on,
        p.rep_id, p.missing, p.risk_level, p.risk_score, p.last_activity_on
      from present p left join lateral (select n.* from deal_snapshots n where n.deal_id = p.deal_id and n.day <= ${day}::date
        order by n.day desc limit 1) last on true
      where last.deal_id is null or (p.stage, p.value_micros, p.is_estimated, p.currency, p.expected_close_on, p.next_step, p.next_step_on,
          p.rep_id, p.missing, p.risk_level, p.risk_score, p.last_activity_on)
        is distinct from (last.stage, last.value_micros, last.is_estimated, last.currency, last.expected_close_on, last.next_step,
          last.next_step_on, last.rep_id, last.missing, last.risk_level, last.risk_score, last.last_activity_on)
      on conflict (deal_id, day) do update set stage = excluded.stage, value_micros = excluded.value_micros,
        is_estimated = excluded.is_estimated, currency = excluded.currency, expected_close_on = excluded.expected_close_on,
        next_step = excluded.next_step, next_step_on = excluded.next_step_on, rep_id = excluded.rep_id, missing = excluded.missing,
        risk_level = excluded.risk_level, risk_score = excluded.risk_score, last_activity_on = excluded.last_activity_on`,
  )
}

/** Decided deals whose last snapshot still shows them open. */
export async function listNewlyDecided(handle: Handle): Promise<string[]> {
  const rows = await handle.rows(
    IdRow,
    sql`select d.id from (select distinct on (n.deal_id) n.deal_id, n.stage from deal_snapshots n order by n.deal_id, n.day desc) last
      join deals d on d.id = last.deal_id where d.status <> 'open' and last.stage not in ('won', 'lost') order by d.id`,
  )
  return rows.map((row) => row.id)
}

/** Whether all deals were looked at on the day. */
export async function wasLookedAt(handle: Handle, day: Day): Promise<boolean> {
  const row = await handle.first(
    CountRow,
    sql`select count(*) as count from snapshot_days where kind = 'deals' and day = ${day}::date and not is_reconstructed`,
  )
  return (row?.count ?? 0) > 0
}

/** Notes that the deals were looked at on the day. */
export async function recordSnapshotDay(
  handle: Handle,
  day: Day,
  { isReconstructed = false }: { readonly isReconstructed?: boolean } = {},
): Promise<void> {
  await handle.run(
    sql`insert into snapshot_days (kind, day, rows, is_reconstructed)
      select 'deals', ${day}::date, count(*), ${isReconstructed} from deal_snapshots where day = ${day}::date
      on conflict (kind, day) do update set rows = excluded.rows, taken_at = now(), is_reconstructed = excluded.is_reconstructed`,
  )
}

const CountRow = z.object({ count: z.number() })

export async function hasSnapshots(handle: Handle): Promise<boolean> {
  // Days on which there was nothing to store tell no later one anything.
  const row = await handle.first(
    CountRow,
    sql`select count(*) as count from (select from deal_snapshots limit 1) found`,
  )
  return (row?.count ?? 0) > 0
}
