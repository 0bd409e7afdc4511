import { scaleLinear } from 'd3-scale'
import type { OperationsReport } from '#contract/watch.ts'
import type { Span } from './figure-lines.ts'

/** How many shades tell few from many. */
export const SHADES = 6
/** Longer answers than this stand in one row. */
const LAST_ROW_SECONDS = 10

interface Size {
  readonly width: number
  readonly height: number
}

export interface Heat {
  /** One path for all cells of a shade, the lightest first. */
  readonly paths: readonly string[]
  /** The upper ends of rows, from the quickest at the base up: where each lies. */
  readonly ends: readonly { readonly y: number; readonly seconds: number }[]
  /** How many answers the fullest cell holds. */
  readonly most: number
}

/** Answers by time (across) and by how long they took (up): the more, the darker, by the root of their number, so that few are seen too. */
export function heatOf(
  { points, secondSteps }: Pick<OperationsReport, 'points' | 'secondSteps'>,
  { span, size }: { readonly span: Span; readonly size: Size },
): Heat {
  const bounds = secondSteps.filter((end) => end <= LAST_ROW_SECONDS)
  const rows = bounds.length + 1
  const high = size.height / rows
  const x = scaleLinear([span.startMs, span.endMs], [0, size.width]).clamp(true)
  const cells = points.flatMap(({ at, latency }) => {
    const startMs = Date.parse(at)
    const [left, right] = [x(startMs), x(startMs + span.stepMs)]
    return rowsOf(latency, rows).flatMap((count, row) =>
      count > 0 ? [{ count, left, wide: right - left, top: size.height - (row + 1) * high }] : [],
    )
  })
  const most = Math.max(0, ...cells.map(({ count }) => count))
  const paths = Array.from({ length: SHADES }, () => '')
  for (const { count, left, wide, top } of cells) {
    const shade = Math.min(SHADES - 1, Math.floor(Math.sqrt(count / most) * SHADES))
    paths[shade] += `M${round(left)} ${round(top)}h${round(wide)}v${round(high)}h${round(-wide)}z`
  }
  return { paths, most, ends: bounds.map((seconds, row) => ({ seconds, y: size.height - (row + 1) * high })) }
}

function rowsOf(latency: readonly number[], rows: number): number[] {
  const short = latency.slice(0, rows - 1)
  return [...short, latency.slice(rows - 1).reduce((sum, count) => sum + count, 0)]
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
