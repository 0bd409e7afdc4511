import { z } from 'zod'
import { ACTIONS, type Action } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { TraceContext } from '#platform/tracing/trace-context.ts'
import { fromNow, OPEN } from './turns-store.ts'

const ActionName = z.custom<Action>((name) => typeof name === 'string' && name in ACTIONS)

const ClaimedRow = z
  .object({
    id: z.string(),
    conversation_id: z.string(),
    member_id: z.string(),
    persona: z.string(),
    attempt: z.int(),
    fence: z.string(),
    correlation_id: z.string(),
    allowed_actions: z.array(ActionName).nullable(),
    // Whatever a former version wrote there, the turn is answered.
    trace_context: TraceContext.nullable().catch(null),
    created_at: z.date(),
    claimed_at: z.date(),
    is_cancelled: z.boolean(),
  })
  .transform((row) => ({
    id: row.id,
    conversationId: row.conversation_id,
    memberId: row.member_id,
    persona: row.persona,
    attempt: row.attempt,
    fence: row.fence,
    correlationId: row.correlation_id,
    allowedActions: row.allowed_actions,
    traceContext: row.trace_context,
    createdAt: row.created_at,
    claimedAt: row.claimed_at,
    isCancelled: row.is_cancelled,
  }))

export type ClaimedTurn = z.infer<typeof ClaimedRow>

interface Claim {
  readonly processId: string
  readonly leaseMs: number
  readonly limit: number
  /** Also of turns that somebody holds by a lease that has run out. */
  readonly takesOver: boolean
  /** Only of those whose lease has run out by then, on the database's clock: the claim may be done much later than it was sent. */
  readonly latest?: Date | undefined
}

const CLAIMED = sql`turns.id, turns.conversation_id, turns.member_id, turns.persona, turns.attempt, turns.fence, turns.correlation_id,
  turns.allowed_actions, turns.trace_context, turns.created_at, clock_timestamp() as claimed_at,
  turns.cancel_requested_at is not null as is_cancelled`

/** Turns that somebody may claim: nobody holds them, and no earlier one of their conversation is open. */
const DUE = sql`t.status in ${OPEN} and (t.lease_until is null or t.lease_until < clock_timestamp())
  and not exists (select 1 from turns earlier where earlier.conversation_id = t.conversation_id and earlier.status in ${OPEN}
    and (earlier.created_at, earlier.id) < (t.created_at, t.id))`

/**
 * Due turns in the order of claiming: first of those whose member has least under way, then by age. Whoever asks thirty
 * questions at once waits for twenty-nine of them, and nobody else does.
 */
const QUEUE = sql`working as (
    select member_id, count(*) as turns from turns where status = 'running' and lease_until >= clock_timestamp() group by member_id),
  queue as (
    select t.id, t.created_at, t.lease_until,
      coalesce(working.turns, 0) + row_number() over (partition by t.member_id order by t.created_at, t.id) as round
    from turns t left join working on working.member_id = t.member_id where ${DUE})`

/**
 * Takes due turns, fairly over members. Each claim is a new attempt under a new fence. Others claim at the same time: what
 * they are about to take is passed over, so the head of the queue is looked at somewhat further than is wanted.
 */
export async function claimTurns(handle: Handle, claim: Claim): Promise<ClaimedTurn[]> {
  // Of nothing that is null anything is true: then no lease counts as run out.
  const latest = claim.takesOver ? (claim.latest ?? 'infinity') : null
  return handle.rows(
    ClaimedRow,
    sql`with ${QUEUE},
      head as (select id, round, created_at from queue where lease_until is null or lease_until < ${latest}
        order by round, created_at, id limit ${4 * claim.limit}),
      next as (
        select t.id from turns t join head on head.id = t.id where ${DUE} and (t.lease_until is null or t.lease_until < ${latest})
        order by head.round, head.created_at, head.id limit ${claim.limit} for update of t skip locked)
      update turns set status = 'running', attempt = turns.attempt + 1, fence = gen_random_uuid(), owner = ${claim.processId},
        lease_until = ${fromNow(claim.leaseMs)}, started_at = coalesce(turns.started_at, now())
      from next where turns.id = next.id returning ${CLAIMED}`,
  )
}

/** What time it is for all. */
export async function readClock(handle: Handle): Promise<Date | undefined> {
  return (await handle.first(z.object({ now: z.date() }), sql`select clock_timestamp() as now`))?.now
}

const PlaceRow = z.object({ id: z.string(), place: z.int().nullable() })

/**
 * Every turn that nobody has begun, with how many are claimed before it and itself: 1 is next. Null when an earlier one of its
 * conversation is open.
 */
export async function rankQueue(handle: Handle): Promise<ReadonlyMap<string, number | null>> {
  const rows = await handle.rows(
    PlaceRow,
    sql`with ${QUEUE}, placed as (select id, row_number() over (order by round, created_at, id)::int as place from queue)
      select turns.id, placed.place from turns left join placed on placed.id = turns.id where turns.status = 'queued'`,
  )
  return new Map(rows.map(({ id, place }) => [id, place]))
}

const QueueRow = z
  .object({ queued: z.int(), oldest_seconds: z.number() })
  .transform((row) => ({ queued: row.queued, oldestSeconds: row.oldest_seconds }))

/** How many turns nobody has begun, over all processes, and for how long the oldest that is due has waited. */
export async function measureQueue(
  handle: Handle,
): Promise<{ readonly queued: number; readonly oldestSeconds: number }> {
  const row = await handle.first(
    QueueRow,
    sql`select count(*)::int as queued,
      coalesce(extract(epoch from clock_timestamp() - min(t.created_at) filter (where ${DUE})), 0)::float8 as oldest_seconds
      from turns t where t.status = 'queued'`,
  )
  return row ?? { queued: 0, oldestSeconds: 0 }
}

/** Claims one turn whoever is due, if nobody holds it: to end it without answering. Needs the conversation's lock. */
export async function claimIdleTurn(
  handle: Handle,
  claim: Pick<Claim, 'processId' | 'leaseMs'> & { id: string },
): Promise<ClaimedTurn | undefined> {
  return handle.first(
    ClaimedRow,
    sql`update turns set status = 'running', attempt = attempt + 1, fence = gen_random_uuid(), owner = ${claim.processId},
        lease_until = ${fromNow(claim.leaseMs)}
      where id = ${claim.id} and status in ${OPEN} and (lease_until is null or lease_until < clock_timestamp()) returning ${CLAIMED}`,
  )
}
