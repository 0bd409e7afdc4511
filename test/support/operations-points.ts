import type { OperationsReport } from '#contract/watch.ts'
import { SECOND_STEPS as STEPS } from '#domain/figures/figures.ts'

type Point = OperationsReport['points'][number]

export const SECOND_STEPS = [...STEPS]
const NOTHING = { amountMicros: 0, currency: 'USD' }

/** A step of time in which was seen what is given, and else nothing. */
export function pointAt(at: string, seen: Partial<Point> = {}): Point {
  return {
    at,
    requests: 0,
    failed: 0,
    shed: 0,
    latency: [],
    latencyP50: null,
    latencyP95: null,
    firstTokenP95: null,
    turns: 0,
    turnsFailed: 0,
    cacheKept: 0,
    cacheMade: 0,
    saved: NOTHING,
    cost: NOTHING,
    tokens: 0,
    turnsActive: null,
    turnsQueued: null,
    sockets: null,
    poolBusy: null,
    poolWaiting: null,
    memory: null,
    eventLoopSeconds: null,
    ...seen,
  }
}
