import type { MouseEvent } from 'react'
import type { Look, Period, PeriodWindow } from '../state/calendar-bars.ts'
import { shareOf, ticksOf, timelineRows, type Span, type Tick, type TimelineRow } from '../state/calendar-timeline.ts'
import { stretchWords, type Reader } from '../state/calendar-words.ts'
import { plural } from '../state/words.ts'
import { lookClass, Swatch } from './calendar-marks.tsx'
import { Section } from './page.tsx'

interface TimelineProps {
  periods: readonly Period[]
  looks: ReadonlyMap<string, Look>
  windows: readonly PeriodWindow[]
  span: Span
  reader: Reader
  onChoose: (ms: number) => void
}

/** In per cent: nearer to the end a label would not find room. */
const LAST_LABEL = 92

/** The next 30 days, one row for each period. */
export function CalendarTimeline({ periods, looks, windows, span, reader, onChoose }: TimelineProps) {
  const rows = timelineRows(periods, windows, { span, nowMs: reader.nowMs })
  const ticks = ticksOf(reader.zone, span)
  return (
    <Section title="The next 30 days" note={`Times are in ${reader.zone}.`}>
      <div className="line-scroll" tabIndex={0} role="group" aria-label="Periods of the next 30 days">
        <div className="line-head" aria-hidden="true">
          <span />
          <div className="line-days tiny quiet tabular">
            {ticks
              .filter(({ isWeekStart, left }) => isWeekStart && left < LAST_LABEL)
              .map(({ day, left }) => (
                <span key={day} style={{ left: `${left}%` }}>
                  {dayWords(day)}
                </span>
              ))}
          </div>
        </div>
        <ul>
          {rows.map((row) => (
            <Row
              key={row.period.name}
              row={row}
              look={looks.get(row.period.name)}
              ticks={ticks}
              span={span}
              reader={reader}
              onChoose={onChoose}
            />
          ))}
        </ul>
      </div>
    </Section>
  )
}

function dayWords(day: string): string {
  const form = { day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat('en-GB', form).format(Date.parse(`${day}T00:00:00Z`))
}

interface RowProps {
  row: TimelineRow
  look: Look | undefined
  ticks: readonly Tick[]
  span: Span
  reader: Reader
  onChoose: (ms: number) => void
}

const HOUR_MS = 3_600_000

function Row({ row, look, ticks, span, reader, onChoose }: RowProps) {
  const { period, stretches, next } = row
  // With a mouse any hour may be pointed at; by keyboard the field for the time does the same.
  const point = (event: MouseEvent<HTMLDivElement>): void => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    const ms = span.fromMs + ((event.clientX - left) / width) * (span.toMs - span.fromMs)
    onChoose(Math.floor(ms / HOUR_MS) * HOUR_MS)
  }
  return (
    <li className="line-row">
      <div className="line-name">
        <p className="small">
          <Swatch look={look} />
          <span>{period.label}</span>
        </p>
        <p className="tiny quiet">{period.timeZone}</p>
      </div>
      <div>
        <div className="line-track" onClick={point} role="img" aria-label={trackWords(row)}>
          {ticks.map(({ day, left, isWeekStart }) => (
            <i key={day} className={isWeekStart ? 'line-tick is-week' : 'line-tick'} style={{ left: `${left}%` }} />
          ))}
          {stretches.map(({ left, width }) => (
            <span
              key={left}
              className={`${lookClass(look)} line-stretch`}
              style={{ left: `${left}%`, width: `${width}%` }}
            />
          ))}
          <i className="line-now" style={{ left: `${shareOf(span, reader.nowMs)}%` }} />
        </div>
        {next ? (
          <Next window={next} label={period.label} reader={reader} onChoose={onChoose} />
        ) : (
          <p className="tiny quiet">Not within 30 days</p>
        )}
      </div>
    </li>
  )
}

function trackWords({ period, stretches }: TimelineRow): string {
  return stretches.length === 0
    ? `${period.label}: not within 30 days`
    : `${period.label}: ${plural(stretches.length, 'stretch', 'stretches')} within 30 days`
}

interface NextProps {
  window: PeriodWindow
  label: string
  reader: Reader
  onChoose: (ms: number) => void
}

function Next({ window, label, reader, onChoose }: NextProps) {
  const startMs = Date.parse(window.startsAt)
  const words = stretchWords(window, reader)
  return (
    <button
      type="button"
      className="text-link tiny tabular line-next"
      aria-label={`${label}, ${words}: show what holds then`}
      onClick={() => onChoose(Math.max(startMs, reader.nowMs))}
    >
      {words}
    </button>
  )
}
