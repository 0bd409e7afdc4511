import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createAdmission, RANKS, type Rank } from './admission.ts'
import { BOUNDS, createAdaptiveLimit } from './adaptive-limit.ts'

/** Numbers that look random and are the same each time. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

interface Run {
  readonly perSecond: (atMs: number) => number
  readonly untilMs: number
  readonly rankOf?: (number: number) => Rank
}

interface Outcome {
  readonly atMs: number
  readonly rank: Rank
  /** From arrival; null when refused. */
  readonly tookMs: number | null
}

const WORKERS = 4
/** Two kinds of work, one ten times as long: 4 workers do about 727 a second. */
const KINDS = { quick: 1, slow: 10 } as const
const CAPACITY = (WORKERS * 1000) / ((KINDS.quick + KINDS.slow) / 2)

/** A server of four workers that share what is in flight, as processors and connections are shared; in steps of a quarter of a millisecond. */
function simulate({ perSecond, untilMs, rankOf = () => 'page' }: Run) {
  const random = sequence(7)
  const limit = createAdaptiveLimit()
  const admission = createAdmission<number>()
  const outcomes: Outcome[] = []
  const work = new Map<
    number,
    { kind: keyof typeof KINDS; rank: Rank; arrivedMs: number; begunMs: number; left: number }
  >()
  const running = new Set<number>()
  const STEP_MS = 0.25
  let made = 0
  let owed = 0
  const begin = (ticket: number, nowMs: number): void => {
    const one = work.get(ticket)
    if (one) one.begunMs = nowMs
    running.add(ticket)
    limit.began(admission.inFlight)
  }
  const drop = (ticket: number, nowMs: number): void => {
    const one = work.get(ticket)
    if (one) outcomes.push({ atMs: nowMs, rank: one.rank, tookMs: null })
    work.delete(ticket)
  }
  for (let nowMs = 0; nowMs < untilMs; nowMs += STEP_MS) {
    owed += (perSecond(nowMs) * STEP_MS) / 1000
    while (owed >= 1) {
      owed -= 1
      const ticket = (made += 1)
      const kind = random() < 0.5 ? 'quick' : 'slow'
      const rank = rankOf(ticket)
      work.set(ticket, { kind, rank, arrivedMs: nowMs, begunMs: 0, left: KINDS[kind] })
      const decision = admission.ask({ ticket, rank, limit: limit.limit, nowMs })
      if (decision === 'begin') begin(ticket, nowMs)
      if (decision === 'refuse') drop(ticket, nowMs)
    }
    const share = Math.min(1, WORKERS / Math.max(1, running.size)) * STEP_MS
    for (const ticket of running) {
      const one = work.get(ticket)
      if (!one) continue
      one.left -= share
      if (one.left > 0) continue
      running.delete(ticket)
      work.delete(ticket)
      outcomes.push({ atMs: nowMs, rank: one.rank, tookMs: nowMs - one.arrivedMs })
      limit.ended({ kind: one.kind, ms: nowMs - one.begunMs, nowMs })
      for (const next of admission.leave(limit.limit)) begin(next, nowMs)
    }
    for (const ticket of admission.expire(nowMs)) drop(ticket, nowMs)
  }
  return outcomes
}

const during = (outcomes: readonly Outcome[], fromMs: number, toMs: number): Outcome[] =>
  outcomes.filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
const done = (outcomes: readonly Outcome[]): number[] =>
  outcomes.flatMap(({ tookMs }) => (tookMs === null ? [] : [tookMs]))
const p95 = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)] ?? 0

/** Half a minute as usual, a minute of five times what can be done, then as usual. */
const storm = (atMs: number): number => (atMs >= 30_000 && atMs < 90_000 ? 5 * CAPACITY : 0.6 * CAPACITY)

test('at five times the load nearly as much is done as can be, in a bounded time, and soon after nothing is refused', () => {
  const outcomes = simulate({ perSecond: storm, untilMs: 120_000 })
  const calm = during(outcomes, 10_000, 30_000)
  assert.equal(calm.length, done(calm).length, 'nothing is refused as long as all can be done')
  const stormy = done(during(outcomes, 35_000, 90_000))
  assert.ok(stormy.length / 55 >= 0.95 * CAPACITY, `${stormy.length / 55} of ${CAPACITY} a second`)
  assert.ok(p95(stormy) < 250, `${p95(stormy)} ms`)
  const after = during(outcomes, 93_000, 120_000)
  assert.equal(after.length, done(after).length, 'three seconds later all is taken in again')
})

test('in a storm of pages and background work, answers to people are hardly refused', () => {
  const rankOf = (number: number): Rank => RANKS[number % 10 === 0 ? 0 : 1 + (number % 2)] ?? 'page'
  const stormy = during(simulate({ perSecond: storm, untilMs: 90_000, rankOf }), 35_000, 90_000)
  const chat = stormy.filter(({ rank }) => rank === 'chat')
  assert.ok(done(chat).length >= 0.99 * chat.length, `${done(chat).length} of ${chat.length}`)
  const share = (wanted: Rank): number => {
    const all = stormy.filter(({ rank }) => rank === wanted)
    return done(all).length / all.length
  }
  assert.ok(share('page') > 4 * share('background'), `${share('page')} and ${share('background')}`)
})

test('a burst that can be worked off in a moment is not refused', () => {
  const outcomes = simulate({ perSecond: (atMs) => (atMs < 100 ? 1000 : 0), untilMs: 2000 })
  assert.equal(done(outcomes).length, 100)
})

test('the limit stays within its bounds, whatever the times', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 100, maxLength: 400 }), (times) => {
      const limit = createAdaptiveLimit()
      for (const [place, ms] of times.entries()) {
        limit.began(limit.limit)
        limit.ended({ kind: `kind ${place % 3}`, ms, nowMs: place * 11 })
        assert.ok(limit.limit >= BOUNDS.least && limit.limit <= BOUNDS.most)
      }
    }),
  )
})

test('no more is in flight than the limit, no rank passes its share, and everything asked ends in one way', () => {
  const step = fc.record({
    kind: fc.constantFrom('ask', 'leave', 'expire'),
    rank: fc.constantFrom(...RANKS),
    afterMs: fc.nat(300),
  })
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 200 }), (limit, steps) => {
      const admission = createAdmission<number>()
      let nowMs = 0
      let begun = 0
      let refused = 0
      let left = 0
      for (const [ticket, { kind, rank, afterMs }] of steps.entries()) {
        nowMs += afterMs
        if (kind === 'ask') {
          const isRefused = admission.wouldRefuse(rank, limit)
          const decision = admission.ask({ ticket, rank, limit, nowMs })
          assert.equal(decision === 'refuse', isRefused)
          if (decision === 'begin') begun += 1
          if (decision === 'refuse') refused += 1
        } else if (kind === 'leave' && admission.inFlight > 0) {
          left += 1
          begun += admission.leave(limit).length
        } else refused += admission.expire(nowMs).length
        assert.ok(admission.inFlight <= limit)
        assert.equal(admission.inFlight, begun - left)
      }
      const asked = steps.filter(({ kind }) => kind === 'ask').length
      assert.equal(asked, begun + refused + admission.waiting)
    }),
  )
})
