import type { Signal } from '../alerts/condition.ts'

/** What a process measures of itself, over time: each figure read from the metric under whose name it is scraped. */

/** Upper ends of the steps in which seconds are counted; what took longer than the last is one step more. */
export const SECOND_STEPS = [0.005, 0.01, 0.025, 0.04, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120] as const

/** Where a figure is read: its samples are added up. */
export type FigureSource = Pick<Signal, 'metric' | 'where'>

/** What grows: stored is by how much in a span. */
export const COUNTED = {
  requests: { metric: 'sophia_slo_events_total', where: { slo: { is: ['errors'] } } },
  failed: { metric: 'sophia_slo_events_total', where: { slo: { is: ['errors'] }, result: { is: ['bad'] } } },
  shed: { metric: 'sophia_requests_shed_total' },
  turns: { metric: 'sophia_turns_total' },
  turnsFailed: { metric: 'sophia_turns_total', where: { status: { is: ['failed'] } } },
  // Who stands behind a request is asked with each, and would drown what is answered by the rest.
  cacheKept: {
    metric: 'sophia_cache_requests_total',
    where: { class: { not: 'auth' }, result: { is: ['l1', 'l2', 'stale', 'joined'] } },
  },
  cacheMade: { metric: 'sophia_cache_requests_total', where: { class: { not: 'auth' }, result: { is: ['miss'] } } },
  savedUsd: { metric: 'sophia_cache_saved_usd_total', where: { class: { not: 'auth' } } },
  costUsd: { metric: 'sophia_model_cost_usd_total' },
  tokens: { metric: 'sophia_model_tokens_total' },
  cpuSeconds: { metric: 'process_cpu_seconds_total' },
} as const satisfies Record<string, FigureSource>

/** What is counted by how long it took: stored is how many fell into each step. */
export const TIMED = {
  latency: 'sophia_answer_seconds',
  firstToken: 'sophia_first_token_seconds',
} as const satisfies Record<string, string>

/** What rises and falls: stored is the highest of a span. */
export const LEVELS = {
  turnsActive: { metric: 'sophia_turns_active', across: 'sum' },
  turnsQueued: { metric: 'sophia_turns_queued', across: 'max' },
  sockets: { metric: 'sophia_websocket_connections', across: 'sum' },
  poolBusy: { metric: 'sophia_db_pool_connections', where: { state: { is: ['active'] } }, across: 'sum' },
  poolWaiting: { metric: 'sophia_db_pool_connections', where: { state: { is: ['waiting'] } }, across: 'sum' },
  memory: { metric: 'sophia_memory_used_ratio', across: 'max' },
  eventLoopSeconds: { metric: 'sophia_event_loop_delay_p99_seconds', across: 'max' },
} as const satisfies Record<string, FigureSource & { readonly across: 'sum' | 'max' }>

export type Timed = keyof typeof TIMED

/** Levels that each process knows of all, or that are of the worst: of several the highest counts. The others are added up. */
export const HIGHEST_OF_ALL: readonly string[] = Object.entries(LEVELS)
  .filter(([, { across }]) => across === 'max')
  .map(([name]) => name)

/** Figures by name, as they are stored; what is 0 is left out of sums. */
export type Figures = Readonly<Record<string, number>>

/** What one process measured in the span from `startsMs`. */
export interface Slot {
  readonly startsMs: number
  readonly sums: Figures
  readonly peaks: Figures
}

/** The name under which it is stored how many fell into one step of a timed figure. */
export function stepName(figure: Timed, step: number): string {
  return `${figure}.${step}`
}

/** How many fell into each step, the last one open. */
export function stepsOf(sums: Figures, figure: Timed): number[] {
  return [...SECOND_STEPS, Infinity].map((_, step) => sums[stepName(figure, step)] ?? 0)
}

/** The spans of another width in which these lie: sums added, of levels the highest. */
export function widen(slots: readonly Slot[], widthMs: number): Slot[] {
  const wide = new Map<number, Slot>()
  for (const { startsMs, sums, peaks } of slots) {
    const at = Math.floor(startsMs / widthMs) * widthMs
    const before = wide.get(at)
    wide.set(at, {
      startsMs: at,
      sums: before ? merge(before.sums, sums, (one, other) => one + other) : sums,
      peaks: before ? merge(before.peaks, peaks, Math.max) : peaks,
    })
  }
  return [...wide.values()]
}

function merge(one: Figures, other: Figures, join: (one: number, other: number) => number): Figures {
  const joined: Record<string, number> = { ...one }
  for (const [name, value] of Object.entries(other)) {
    const before = joined[name]
    joined[name] = before === undefined ? value : join(before, value)
  }
  return joined
}
