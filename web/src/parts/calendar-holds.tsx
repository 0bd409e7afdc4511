import { useQuery } from '@tanstack/react-query'
import type { CalendarNow } from '#contract/calendar.ts'
import { calendarAtQuery, upcomingQuery } from '../api/calendar-queries.ts'
import type { Look, PeriodWindow } from '../state/calendar-bars.ts'
import { addDays, instantOf, localTimeAt, reachable, startOfDay } from '../state/calendar-days.ts'
import { hoursWords, windowsOn, type Reader } from '../state/calendar-words.ts'
import { longDay } from '../state/words.ts'
import { Button } from './button.tsx'
import { Swatch } from './calendar-marks.tsx'
import { CalendarPolicies } from './calendar-policies.tsx'
import { Tag } from './signal.tsx'
import { Loaded } from './states.tsx'

interface HoldsProps {
  /** The instant that was chosen; null is now. */
  at: string | null
  looks: ReadonlyMap<string, Look>
  reader: Reader
  onChoose: (ms: number | null) => void
}

/** What holds at an instant: the periods of its day, and what they move. */
export function CalendarHolds({ at, looks, reader, onChoose }: HoldsProps) {
  const holds = useQuery(calendarAtQuery(at))
  const { day, time } = localTimeAt(reader.zone, at === null ? reader.nowMs : Date.parse(at))
  const windows = useWindowsOn(day, reader)
  return (
    <section className="calendar-holds" aria-label="What holds">
      <header className="calendar-holds-head">
        <h2>{at === null ? 'Now' : longDay(day)}</h2>
        <div className="actions">
          <label className="calendar-time">
            <span className="small quiet">At</span>
            <input
              type="time"
              className="input"
              aria-label={`Time, in ${reader.zone}`}
              value={time}
              onChange={(event) => {
                // While it is being typed it may be none.
                if (event.target.value !== '') onChoose(instantOf(reader.zone, { day, time: event.target.value }))
              }}
            />
          </label>
          {at === null ? null : (
            <Button look="bare" onClick={() => onChoose(null)}>
              Back to now
            </Button>
          )}
        </div>
      </header>
      <Loaded asked={holds} lines={8}>
        {(found) => (
          <>
            <DayPeriods now={found} windows={windows} day={day} looks={looks} reader={reader} onChoose={onChoose} />
            <Told context={found.context} />
            <CalendarPolicies policies={found.policies} at={at} reader={reader} />
          </>
        )}
      </Loaded>
    </section>
  )
}

/** The windows of a day; undefined until they are known. */
function useWindowsOn(day: string, { zone, nowMs }: Reader): readonly PeriodWindow[] | undefined {
  const span = { fromMs: startOfDay(zone, day), toMs: startOfDay(zone, addDays(day, 1)) }
  const upcoming = useQuery(upcomingQuery(reachable(span, nowMs)))
  return upcoming.data && !upcoming.isPlaceholderData ? windowsOn(upcoming.data.windows, day, zone) : undefined
}

interface DayProps {
  now: CalendarNow
  windows: readonly PeriodWindow[] | undefined
  day: string
  looks: ReadonlyMap<string, Look>
  reader: Reader
  onChoose: (ms: number) => void
}

function DayPeriods({ now, windows, day, looks, reader, onChoose }: DayProps) {
  const active = new Set(now.active.map(({ name }) => name))
  const ofDay = now.periods.filter(
    ({ name }) => active.has(name) || windows?.some(({ period }) => period === name) === true,
  )
  if (ofDay.length === 0) return <p className="quiet small">No period on this day. Everything is as it always is.</p>
  return (
    <ul className="holds-periods" aria-label="Periods of this day">
      {ofDay.map((period) => (
        <li key={period.name}>
          <p className="holds-period">
            <Swatch look={looks.get(period.name)} />
            <strong>{period.label}</strong>
            {active.has(period.name) ? <Tag>In force</Tag> : null}
          </p>
          <p className="small">
            {windows
              ?.filter((window) => window.period === period.name)
              .map((window) => (
                <button
                  key={window.startsAt}
                  type="button"
                  className="text-link tabular holds-hours"
                  aria-label={`${period.label}, ${hoursWords(window, day, reader.zone)}: show what holds then`}
                  onClick={() => onChoose(Math.max(Date.parse(window.startsAt), startOfDay(reader.zone, day)))}
                >
                  {hoursWords(window, day, reader.zone)}
                </button>
              ))}
          </p>
          <p className="tiny quiet holds-source">
            <code>{period.when}</code> in {period.timeZone}, priority {period.priority},{' '}
            <span>
              {period.source.file}, line {period.source.line}
            </span>
          </p>
        </li>
      ))}
    </ul>
  )
}

function Told({ context }: { context: readonly string[] }) {
  if (context.length === 0) return null
  return (
    <div className="holds-told">
      <h3>What the colleagues are told</h3>
      <ul>
        {context.map((text) => (
          <li key={text} className="small">
            {text}
          </li>
        ))}
      </ul>
    </div>
  )
}
