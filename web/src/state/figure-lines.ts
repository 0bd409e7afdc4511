import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import type { OperationsReport } from '#contract/watch.ts'
import { msWords, shareWords } from './server-words.ts'
import { countWords, moneyWords, perSecondWords } from './words.ts'

export type Point = OperationsReport['points'][number]

/** What is drawn, from left to right. */
export interface Span {
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
}

export function spanOf({ measuredAt, stepSeconds }: OperationsReport, hours: number): Span {
  const endMs = Date.parse(measuredAt)
  return { startMs: endMs - hours * 3_600_000, endMs, stepMs: stepSeconds * 1000 }
}

/** A figure over time: how it is read of a point, in its own unit, and put into words. */
export interface Series {
  readonly id: string
  readonly title: string
  /** What the second line is; it has a tone of its own. */
  readonly second?: string
  readonly words: (value: number) => string
  /** Of the line, and of the second one; null where nothing is known. `seconds` of the point that are over. */
  readonly read: (point: Point, seconds: number) => readonly (number | null)[]
}

const whole = (value: number): string => countWords(Math.round(value))
const seconds = (value: number): string => msWords(value * 1000)

export const SERIES: readonly Series[] = [
  {
    id: 'requests',
    title: 'Requests',
    second: 'failed',
    words: perSecondWords,
    read: ({ requests, failed }, span) => [requests / span, failed / span],
  },
  { id: 'first-words', title: 'First words after, P95', words: seconds, read: ({ firstTokenP95 }) => [firstTokenP95] },
  {
    id: 'answers',
    title: 'Answers at work',
    second: 'waiting',
    words: whole,
    read: ({ turnsActive, turnsQueued }) => [turnsActive, turnsQueued],
  },
  { id: 'sockets', title: 'Sockets', words: whole, read: ({ sockets }) => [sockets] },
  {
    id: 'pool',
    title: 'Connections to PostgreSQL',
    second: 'waited for',
    words: whole,
    read: ({ poolBusy, poolWaiting }) => [poolBusy, poolWaiting],
  },
  {
    id: 'kept',
    title: 'Answered from what was kept',
    words: shareWords,
    read: ({ cacheKept, cacheMade }) => [cacheKept + cacheMade === 0 ? null : cacheKept / (cacheKept + cacheMade)],
  },
  { id: 'memory', title: 'Memory, the worst process', words: shareWords, read: ({ memory }) => [memory] },
  { id: 'lag', title: 'Event loop late by', words: seconds, read: ({ eventLoopSeconds }) => [eventLoopSeconds] },
  {
    id: 'cost',
    title: 'Money for models',
    words: (usd) => `${moneyWords({ amountMicros: Math.round(usd * 1_000_000), currency: 'USD' })}/h`,
    read: ({ cost }, span) => [((cost.amountMicros / 1_000_000) * 3600) / span],
  },
]

interface Size {
  readonly width: number
  readonly height: number
}

export interface DrawnSeries {
  /** One path a line; empty where nothing is known of it. */
  readonly paths: readonly string[]
  readonly ticks: readonly { readonly y: number; readonly value: number }[]
  /** Of the first line; null where nothing is known. */
  readonly highest: { readonly at: string; readonly value: number } | null
  readonly last: number | null
}

interface Placed {
  readonly ms: number
  readonly value: number | null
}

/** Lines through the middles of their steps; each breaks where nobody measured. From 0 to a round number above all of them. */
export function drawSeries(
  { read }: Series,
  points: readonly Point[],
  { span, size }: { span: Span; size: Size },
): DrawnSeries {
  const rows = points.map((point) => ({ at: point.at, values: read(point, secondsOf(point, span)) }))
  const known = rows.flatMap(({ values }) => values.flatMap((value) => (value === null ? [] : [value])))
  const x = scaleLinear([span.startMs, span.endMs], [0, size.width]).clamp(true)
  const y = scaleLinear([0, Math.max(0, ...known) || 1], [size.height, 0]).nice(2)
  const draw = line<Placed>()
    .defined(({ value }) => value !== null)
    .x(({ ms }) => x(ms))
    .y(({ value }) => y(value ?? 0))
    .digits(1)
  const count = Math.max(0, ...rows.map(({ values }) => values.length))
  const paths = Array.from({ length: count }, (_, index) => {
    const placed = rows.map(({ at, values }) => ({
      ms: Date.parse(at) + span.stepMs / 2,
      value: values[index] ?? null,
    }))
    return placed.some(({ value }) => value !== null) ? (draw(withGaps(placed, span.stepMs)) ?? '') : ''
  })
  return { paths, ticks: y.ticks(2).map((value) => ({ y: y(value), value })), ...extremes(rows) }
}

function extremes(rows: readonly { readonly at: string; readonly values: readonly (number | null)[] }[]) {
  const first = rows.flatMap(({ at, values: [value] }) =>
    value === null || value === undefined ? [] : [{ at, value }],
  )
  const highest = first.reduce<DrawnSeries['highest']>(
    (most, one) => (most === null || one.value > most.value ? one : most),
    null,
  )
  return { highest, last: rows.at(-1)?.values[0] ?? null }
}

/** So long after its beginning all have written what they measured in a step of ten seconds. */
const WRITTEN_MS = 15_000

/** Points of which enough is over to be told by the second; all, while there is none of these yet. */
export function toldPoints(points: readonly Point[], { endMs, stepMs }: Span): readonly Point[] {
  const told = points.filter(({ at }) => endMs - Date.parse(at) >= Math.max(WRITTEN_MS, stepMs / 3))
  return told.length > 0 ? told : points
}

/** How much of a point is over: the last one goes on. */
export function secondsOf({ at }: Pick<Point, 'at'>, { endMs, stepMs }: Span): number {
  return Math.max(1, Math.min(stepMs, endMs - Date.parse(at)) / 1000)
}

function withGaps(placed: readonly Placed[], stepMs: number): Placed[] {
  return placed.flatMap((one, index) => {
    const before = placed[index - 1]
    return before && one.ms - before.ms > 1.5 * stepMs ? [{ ms: one.ms, value: null }, one] : [one]
  })
}

/** What a picture says, in a sentence. */
export function seriesWords({ title, words }: Series, { highest, last }: DrawnSeries, spanWords: string): string {
  if (highest === null) return `${title}: nothing was measured in ${spanWords}`
  return `${title} in ${spanWords}: at most ${words(highest.value)}, ${last === null ? 'not known now' : `now ${words(last)}`}`
}
