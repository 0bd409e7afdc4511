import { scaleLinear } from 'd3-scale'
import { line } from 'd3-shape'
import { shareWords } from './server-words.ts'
import type { Slo } from './watch-words.ts'

interface Span {
  readonly stepSeconds: number
  /** Of the whole span that is drawn. */
  readonly hours: number
  readonly endMs: number
}

interface Size {
  readonly width: number
  readonly height: number
}

interface ObjectiveLine {
  readonly path: string
  /** Where the promise stands. */
  readonly targetY: number
  /** The worst step; null where nothing was seen. */
  readonly lowest: { readonly at: string; readonly share: number } | null
}

interface Point {
  readonly ms: number
  readonly share: number | null
}

/**
 * The share of good ones by step, in the place of its time: the line breaks where nothing was seen, and does not begin before
 * there was something to see. From a little below the lower of promise and worst step, up to all.
 */
export function objectiveLine(
  { history, target }: Pick<Slo, 'history' | 'target'>,
  span: Span,
  size: Size,
): ObjectiveLine {
  const steps = history.flatMap(({ at, good, bad }) => (good + bad === 0 ? [] : [{ at, share: good / (good + bad) }]))
  const lowest = steps.reduce<ObjectiveLine['lowest']>(
    (worst, step) => (worst === null || step.share < worst.share ? step : worst),
    null,
  )
  const least = Math.min(target, lowest?.share ?? 1)
  const x = scaleLinear([span.endMs - span.hours * 3_600_000, span.endMs], [0, size.width]).clamp(true)
  const y = scaleLinear([Math.max(0, least - (1 - least) * 0.2), 1], [size.height, 0])
  const draw = line<Point>()
    .defined(({ share }) => share !== null)
    .x(({ ms }) => x(ms))
    .y(({ share }) => y(share ?? 0))
    .digits(1)
  return { path: draw(withGaps(steps, span.stepSeconds * 1000)) ?? '', targetY: y(target), lowest }
}

function withGaps(steps: readonly { readonly at: string; readonly share: number }[], stepMs: number): Point[] {
  return steps.flatMap(({ at, share }, index) => {
    const ms = Date.parse(at)
    const before = steps[index - 1]
    const isGap = before !== undefined && ms - Date.parse(before.at) > 1.5 * stepMs
    return isGap
      ? [
          { ms, share: null },
          { ms, share },
        ]
      : [{ ms, share }]
  })
}

/** What the line says, in a sentence. */
export function lineWords(title: string, { lowest }: ObjectiveLine, spanWords: string): string {
  if (lowest === null) return `${title}: nothing was seen in ${spanWords}`
  return `${title} in ${spanWords}: at its lowest ${shareWords(lowest.share)}`
}
