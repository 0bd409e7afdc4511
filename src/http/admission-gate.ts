import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import { createAdaptiveLimit, type AdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import { createAdmission, RANKS, type Admission, type Rank } from '#domain/overload/admission.ts'
import type { Log } from '#platform/log/log.ts'

export interface GateNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly limit?: AdaptiveLimit
  /** Told of every refusal, for the metric `sophia_requests_shed_total{rank}`. */
  readonly onRefused?: ((rank: Rank) => void) | undefined
}

/** Lets requests to their handlers: as many at once as can be answered in their usual time, by rank when not all can. */
export interface AdmissionGate {
  /** Whether a request of this rank would be refused now; so cheap that refusing costs next to nothing. */
  isShut(rank: Rank): boolean
  /** Counts one that was refused because the gate is shut. */
  noteRefused(rank: Rank): void
  /** Runs the work when it may begin, after a moment if need be. Throws OVERLOADED. `kind` comes from a closed set. */
  run<Result>(request: { readonly kind: string; readonly rank: Rank }, work: () => Promise<Result>): Promise<Result>
  /** The same for work whose length says nothing, such as streams and uploads: it is let in like any other, and then counts no more. */
  pass<Result>(rank: Rank, work: () => Promise<Result>): Promise<Result>
  observe(): { readonly state: 'ok' | 'degraded'; readonly detail: string }
  readonly limit: number
}

export const RETRY_AFTER_SECONDS = 2
const SWEEP_MS = 20
const TELL_EVERY_MS = 5000
/** For so long after the last refusal the health says so. */
const FELT_MS = 10_000

interface Ticket {
  readonly rank: Rank
  begin(): void
  refuse(): void
}

export function createAdmissionGate({
  clock,
  log,
  limit = createAdaptiveLimit(),
  onRefused,
}: GateNeeds): AdmissionGate {
  const admission = createAdmission<Ticket>()
  const refusals = createRefusals({ clock, log, onRefused })
  const sweep = createSweep(clock, admission)
  const enter = (rank: Rank): Promise<void> | undefined => {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const refuse = (): void => (refusals.note(rank), reject(overloaded()))
    const ticket = { rank, begin: resolve, refuse }
    const decision = admission.ask({ ticket, rank, limit: limit.limit, nowMs: clock.monotonicMs() })
    if (decision === 'begin') {
      limit.began(admission.inFlight)
      return undefined
    }
    if (decision === 'refuse') refuse()
    else sweep()
    return promise
  }
  const leave = (): void => {
    for (const ticket of admission.leave(limit.limit)) {
      limit.began(admission.inFlight)
      ticket.begin()
    }
  }
  return {
    isShut: (rank) => admission.wouldRefuse(rank, limit.limit),
    noteRefused: refusals.note,
    async run({ kind, rank }, work) {
      await enter(rank)
      const begunMs = clock.monotonicMs()
      try {
        return await work()
      } finally {
        const nowMs = clock.monotonicMs()
        limit.ended({ kind, ms: nowMs - begunMs, nowMs })
        leave()
      }
    },
    async pass(rank, work) {
      await enter(rank)
      leave()
      return work()
    },
    observe: refusals.observe,
    get limit() {
      return limit.limit
    },
  }
}

/** Refuses who has waited too long, for as long as anybody waits. */
function createSweep(clock: Clock, admission: Admission<Ticket>): () => void {
  let isSweeping = false
  const run = async (): Promise<void> => {
    isSweeping = true
    while (admission.waiting > 0) {
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(SWEEP_MS)
      for (const ticket of admission.expire(clock.monotonicMs())) ticket.refuse()
    }
    isSweeping = false
  }
  return () => void (isSweeping || run())
}

/** Counts what was refused and tells of it now and then: a line for each would cost more than the answers. */
function createRefusals({ clock, log, onRefused }: Pick<GateNeeds, 'clock' | 'log' | 'onRefused'>) {
  const counts: Record<Rank, number> = { chat: 0, page: 0, background: 0 }
  let untold = 0
  let toldMs = Number.NEGATIVE_INFINITY
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    note(rank: Rank): void {
      counts[rank] += 1
      untold += 1
      onRefused?.(rank)
      lastMs = clock.monotonicMs()
      if (lastMs - toldMs < TELL_EVERY_MS) return
      log.warn({ refused: untold }, 'as much work as can be done at once; requests are refused')
      untold = 0
      toldMs = lastMs
    },
    observe(): ReturnType<AdmissionGate['observe']> {
      const total = RANKS.reduce((sum, rank) => sum + counts[rank], 0)
      if (clock.monotonicMs() - lastMs >= FELT_MS) return { state: 'ok', detail: 'All requests are taken in.' }
      return {
        state: 'degraded',
        detail: `More is asked than can be answered: ${total} requests refused since the start.`,
      }
    },
  }
}

export function overloaded(): SophiaError {
  return new SophiaError('OVERLOADED', { retryAfterSeconds: RETRY_AFTER_SECONDS })
}
