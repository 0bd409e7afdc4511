import { createUsualTimes } from './usual-time.ts'

/**
 * How much may be worked on at once, by how long it takes: additive increase while work takes its usual time, multiplicative
 * decrease when it takes several times as long (as TCP finds its window; Jacobson 1988, and Netflix's concurrency-limits).
 */
export interface AdaptiveLimit {
  readonly limit: number
  /** More was begun: `inFlight` with it. */
  began(inFlight: number): void
  /** A piece of work is done. `kind` comes from a closed set. */
  ended(work: { readonly kind: string; readonly ms: number; readonly nowMs: number }): void
}

export interface LimitBounds {
  readonly least: number
  readonly start: number
  readonly most: number
}

/** Enough for a page that asks for ten things at once, whatever the machine. */
export const BOUNDS: LimitBounds = { least: 10, start: 64, most: 512 }

const WINDOW_MS = 200
const WINDOW_SAMPLES = 20
/** Times the usual from which work is held back, and below which more is let in. */
const TOO_SLOW = 2.5
const WELL = 1.7
const DECREASE = 0.8
const INCREASE = 0.05
/** The limit is felt from this share of it; below it says nothing about whether more would do. */
const FELT = 0.8

export function createAdaptiveLimit({ least, start, most }: LimitBounds = BOUNDS): AdaptiveLimit {
  const usual = createUsualTimes()
  let limit = start
  let peak = 0
  let window = { fromMs: Number.NEGATIVE_INFINITY, samples: 0, tookMs: 0, usualMs: 0 }
  let isStrained = false
  const turn = (nowMs: number): void => {
    const strain = window.tookMs / window.usualMs
    const isFelt = peak >= limit * FELT
    isStrained = strain > WELL
    if (strain > TOO_SLOW && isFelt) limit = Math.max(least, limit * DECREASE)
    else if (strain < WELL && isFelt) limit = Math.min(most, limit + Math.max(1, limit * INCREASE))
    peak = 0
    window = { fromMs: nowMs, samples: 0, tookMs: 0, usualMs: 0 }
  }
  return {
    get limit() {
      return Math.floor(limit)
    },
    began(inFlight) {
      if (inFlight > peak) peak = inFlight
    },
    ended({ kind, ms, nowMs }) {
      window.samples += 1
      window.tookMs += ms
      window.usualMs += usual.of(kind, ms)
      usual.learn(kind, { ms, nowMs, isStrained })
      if (window.samples >= WINDOW_SAMPLES && nowMs - window.fromMs >= WINDOW_MS) turn(nowMs)
    },
  }
}
