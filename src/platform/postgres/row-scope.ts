import type { VisibleReps } from '#domain/permission.ts'
import { sql, type Sql } from './sql.ts'

/** Which records a principal sees, as conditions over their aliases: the one place that decides it for every room. */

/** Deals `d` of the reps the principal stands for. */
export function visibleDeals(visible: VisibleReps): Sql {
  return visible.kind === 'all' ? sql`true` : sql`d.rep_id = any(${visible.repIds}::text[])`
}

/** Clients `c` that one of the reps owns, serves or has a deal with. */
export function visibleClients(visible: VisibleReps): Sql {
  if (visible.kind === 'all') return sql`true`
  const reps = sql`any(${visible.repIds}::text[])`
  return sql`(c.owner_rep_id = ${reps} or c.csm_rep_id = ${reps}
    or exists (select 1 from deals own where own.client_id = c.id and own.rep_id = ${reps}))`
}

/** Rows that hang on a deal as well as on a client go with the deal: a peer's deal at a shared client stays unseen. */
export function ofVisibleDeal(visible: VisibleReps, dealId: Sql): Sql {
  if (visible.kind === 'all') return sql`true`
  return sql`(${dealId} is null or exists (select 1 from deals d where d.id = ${dealId} and ${visibleDeals(visible)}))`
}

/**
 * Rows `w` of work (activities, transcripts, commitments), with their deal joined as `d` and their client as `c`: what
 * hangs on a deal goes with the deal alone, so that a peer's deal at a shared client stays unseen; what hangs on neither
 * goes with its rep.
 */
export function visibleWork(visible: VisibleReps): Sql {
  if (visible.kind === 'all') return sql`true`
  return sql`coalesce(case when w.deal_id is not null then ${visibleDeals(visible)}
    when w.client_id is not null then ${visibleClients(visible)}
    else w.rep_id = any(${visible.repIds}::text[]) end, false)`
}

/** Reps `r` themselves. */
export function visibleReps(visible: VisibleReps): Sql {
  return visible.kind === 'all' ? sql`true` : sql`r.id = any(${visible.repIds}::text[])`
}
