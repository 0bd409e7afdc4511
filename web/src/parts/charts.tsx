import {
  columnGeometry,
  lineGeometry,
  type ChartColumn,
  type ChartPoint,
  type ColumnGeometry,
} from '../state/chart-geometry.ts'

const WIDTH = 640
/** Above and below a line, so that its end is not cut at the highest and the lowest value. */
const AIR = 6
const SPARK = { width: 72, height: 20 }

/** A dozen weeks in a table cell; the words carry what the eye may not see. */
export function Sparkline({ values, label }: { values: readonly (number | null)[]; label: string }) {
  if (values.every((value) => value === null))
    return <span className="spark is-unknown" role="img" aria-label={label} />
  const points = values.map((value, week) => ({ onDay: new Date(week * 604_800_000).toISOString(), value }))
  const known = values.flatMap((value) => (value === null ? [] : [value]))
  const { path, end } = lineGeometry(points, SPARK, Math.min(...known) - 4)
  return (
    <svg
      className="spark"
      viewBox={`-2 -3 ${SPARK.width + 4} ${SPARK.height + 6}`}
      width={SPARK.width + 4}
      height={SPARK.height + 6}
      role="img"
      aria-label={label}
    >
      <path d={path} className="chart-line" />
      {end ? <circle cx={end.x} cy={end.y} r="2" className="chart-end" /> : null}
    </svg>
  )
}

interface LineChartProps {
  readonly points: readonly ChartPoint[]
  /** Everything the picture says, in a sentence. */
  readonly label: string
  readonly format: (value: number) => string
  readonly height?: number
}

/** One series over days, in one hue. */
export function LineChart({ points, label, format, height = 120 }: LineChartProps) {
  const { path, end, ticks } = lineGeometry(points, { width: WIDTH, height })
  return (
    <div className="chart-frame" style={{ height: height + 2 * AIR }}>
      <Ticks ticks={ticks} height={height + 2 * AIR} above={AIR} format={format} />
      <svg viewBox={`0 ${-AIR} ${WIDTH} ${height + 2 * AIR}`} role="img" aria-label={label} preserveAspectRatio="none">
        <Grid ticks={ticks} />
        <path d={path} className="chart-line" vectorEffect="non-scaling-stroke" />
        {end ? (
          <path d={`M${end.x} ${end.y}h0`} className="chart-end-stroke" vectorEffect="non-scaling-stroke" />
        ) : null}
      </svg>
    </div>
  )
}

export type Tone = 'main' | 'soft' | 'good' | 'watch' | 'risk' | 'unknown'

interface ColumnChartProps {
  readonly columns: readonly ChartColumn[]
  /** Names and tones of the parts, from the base up; their words stand in the legend. */
  readonly parts: readonly { readonly name: string; readonly tone: Tone }[]
  readonly label: string
  readonly format: (value: number) => string
  /** Beside the axis, where there is less room; as `format` unless given. */
  readonly tick?: (value: number) => string
  readonly height?: number
  /** Where columns are too many for a word each: what stands below the first and the last. */
  readonly ends?: readonly [first: string, last: string]
}

/** Columns of parts: renewals by month, payments by age. The numbers stand in a table beside it or in the titles. */
export function ColumnChart({ columns, parts, label, format, tick, height = 140, ends }: ColumnChartProps) {
  const geometry = columnGeometry(columns, { width: WIDTH, height })
  return (
    <figure className="chart">
      <div className="chart-frame" style={{ height }}>
        <Ticks ticks={geometry.ticks} height={height} above={0} format={tick ?? format} />
        <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-label={label} preserveAspectRatio="none">
          <Grid ticks={geometry.ticks} />
          {geometry.columns.map((column) => (
            <Column key={column.label} column={column} parts={parts} format={format} />
          ))}
        </svg>
      </div>
      {ends ? (
        <p className="chart-words tiny quiet tabular" aria-hidden="true">
          <span>{ends[0]}</span>
          <span>{ends[1]}</span>
        </p>
      ) : (
        <ol className="chart-labels tiny quiet" aria-hidden="true">
          {geometry.columns.map((column) => (
            <li key={column.label}>{column.label}</li>
          ))}
        </ol>
      )}
      {parts.length > 1 ? (
        <ul className="chart-legend tiny">
          {parts.map((part) => (
            <li key={part.name}>
              <span className={`chart-key tone-${part.tone}`} aria-hidden="true" />
              {part.name}
            </li>
          ))}
        </ul>
      ) : null}
    </figure>
  )
}

function Column({ column, parts, format }: { column: ColumnGeometry } & Pick<ColumnChartProps, 'parts' | 'format'>) {
  return column.parts.map((part, index) => (
    <rect
      // Parts have no other identity than their place.
      // oxlint-disable-next-line react/no-array-index-key
      key={index}
      x={column.x}
      width={column.width}
      y={part.y}
      height={part.height}
      className={`chart-part tone-${parts[index]?.tone ?? 'main'}`}
    >
      <title>{`${column.label}, ${parts[index]?.name ?? ''}: ${format(part.value)}`}</title>
    </rect>
  ))
}

type TickList = readonly { readonly y: number; readonly value: number }[]

function Grid({ ticks }: { ticks: TickList }) {
  return ticks.map((tick) => (
    <path key={tick.value} d={`M0 ${tick.y}H${WIDTH}`} className="chart-base" vectorEffect="non-scaling-stroke" />
  ))
}

interface TicksProps {
  readonly ticks: TickList
  /** Of the whole picture. */
  readonly height: number
  /** Of the room over the highest tick. */
  readonly above: number
  readonly format: (value: number) => string
}

function Ticks({ ticks, height, above, format }: TicksProps) {
  return (
    <ol className="chart-ticks tiny quiet tabular" aria-hidden="true">
      {ticks.map((tick) => (
        <li key={tick.value} style={{ top: `${((tick.y + above) / height) * 100}%` }}>
          {format(tick.value)}
        </li>
      ))}
    </ol>
  )
}

interface RangeBarProps {
  readonly low: number
  readonly value: number
  readonly high: number
  /** What it is held against; null: nothing is known. */
  readonly target: number | null
  /** The end of the scale, where several bars stand on one; their own otherwise. */
  readonly most?: number
  readonly label: string
}

/** An estimate with its interval on one line, and the mark it is held against. */
export function RangeBar({ low, value, high, target, most = 0, label }: RangeBarProps) {
  const end = Math.max(most, high, target ?? 0, 1) * 1.04
  const share = (amount: number): string => `${Math.max(0, Math.min(100, (amount / end) * 100))}%`
  return (
    <span className="range" role="img" aria-label={label}>
      <span className="range-span" style={{ left: share(low), right: `calc(100% - ${share(high)})` }} />
      <span className="range-value" style={{ left: share(value) }} />
      {target === null ? null : <span className="range-target" style={{ left: share(target) }} />}
    </span>
  )
}
