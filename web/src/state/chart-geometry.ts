import { scaleBand, scaleLinear, scaleUtc } from 'd3-scale'
import { line, stack } from 'd3-shape'

/** A measured day; an unknown value breaks the line instead of bridging it. */
export interface ChartPoint {
  readonly onDay: string
  readonly value: number | null
}

interface Size {
  readonly width: number
  readonly height: number
}

export interface LineGeometry {
  readonly path: string
  /** Of the last known value; null without one. */
  readonly end: { readonly x: number; readonly y: number } | null
  readonly ticks: readonly { readonly y: number; readonly value: number }[]
}

/** A line through the days, from `lowest` (0 unless told) to a round number above the highest value. */
export function lineGeometry(points: readonly ChartPoint[], size: Size, lowest = 0): LineGeometry {
  const days = points.map((point) => Date.parse(point.onDay))
  const known = points.flatMap((point) => (point.value === null ? [] : [point.value]))
  const x = scaleUtc([Math.min(...days), Math.max(...days)], [0, size.width])
  const y = scaleLinear([lowest, Math.max(lowest + 1, ...known)], [size.height, 0]).nice(3)
  const at = (point: ChartPoint): number => x(Date.parse(point.onDay))
  const draw = line<ChartPoint>()
    .defined((point) => point.value !== null)
    .x(at)
    .y((point) => y(point.value ?? 0))
    .digits(1)
  const last = points.findLast((point) => point.value !== null)
  return {
    path: known.length === 0 ? '' : (draw(points) ?? ''),
    end: last ? { x: at(last), y: y(last.value ?? 0) } : null,
    ticks: y.ticks(3).map((value) => ({ y: y(value), value })),
  }
}

export interface ChartColumn {
  readonly label: string
  /** In the order of the parts of the chart; all at least 0. */
  readonly values: readonly number[]
}

export interface ColumnGeometry {
  readonly label: string
  readonly x: number
  readonly width: number
  readonly parts: readonly { readonly y: number; readonly height: number; readonly value: number }[]
}

/** Columns side by side, their parts on top of each other from the base up. */
export function columnGeometry(
  columns: readonly ChartColumn[],
  size: Size,
): { columns: ColumnGeometry[]; ticks: { y: number; value: number }[] } {
  const count = Math.max(0, ...columns.map((column) => column.values.length))
  const highest = Math.max(0, ...columns.map((column) => column.values.reduce((sum, value) => sum + value, 0)))
  const y = scaleLinear([0, highest || 1], [size.height, 0]).nice(3)
  const x = scaleBand(
    columns.map((_, index) => index),
    [0, size.width],
  ).padding(0.3)
  const layers = stack<ChartColumn, number>()
    .keys(Array.from({ length: count }, (_, index) => index))
    .value((column, index) => column.values[index] ?? 0)(columns)
  return {
    columns: columns.map((column, at) => ({
      label: column.label,
      x: x(at) ?? 0,
      width: x.bandwidth(),
      parts: layers.map((layer, part) => {
        const [from, to] = layer[at] ?? [0, 0]
        return { y: y(to), height: y(from) - y(to), value: column.values[part] ?? 0 }
      }),
    })),
    ticks: y.ticks(3).map((value) => ({ y: y(value), value })),
  }
}
