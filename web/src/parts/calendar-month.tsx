import { useEffect, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import { placeWeek, type Look, type Period, type PeriodWindow, type PlacedWeek } from '../state/calendar-bars.ts'
import { addDays, addMonths, monthOf, sameDayIn, weeksOf } from '../state/calendar-days.ts'
import { monthWords } from '../state/calendar-words.ts'
import { longDay } from '../state/words.ts'
import { Button, IconButton } from './button.tsx'
import { lookClass } from './calendar-marks.tsx'

const LANES = 3
const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export interface MonthProps {
  month: string
  today: string
  chosen: string
  /** The first and the last day that the calendar is worked out for. */
  reach: readonly [string, string]
  zone: string
  periods: readonly Period[]
  looks: ReadonlyMap<string, Look>
  windows: readonly PeriodWindow[]
  onMonth: (month: string) => void
  onChoose: (day: string) => void
}

/** A month of days with a bar for each period on them. Arrows, Home, End and Page keys walk; Enter chooses. */
export function CalendarMonth(props: MonthProps) {
  const { month, today, reach, onMonth, onChoose } = props
  const grid = useRef<HTMLDivElement>(null)
  const { focused, move } = useWalk(props, grid)
  return (
    <section className="calendar-month" aria-label="Month">
      <header className="calendar-month-head">
        <h2 aria-live="polite">{monthWords(month)}</h2>
        <div className="actions">
          <Button look="bare" onClick={() => onChoose(today)}>
            Today
          </Button>
          <IconButton
            icon="left"
            label="Previous month"
            disabled={month <= monthOf(reach[0])}
            onClick={() => onMonth(addMonths(month, -1))}
          />
          <IconButton
            icon="right"
            label="Next month"
            disabled={month >= monthOf(reach[1])}
            onClick={() => onMonth(addMonths(month, 1))}
          />
        </div>
      </header>
      <div ref={grid} className="month-grid" role="grid" aria-label={monthWords(month)} onKeyDown={move}>
        <div className="month-week month-names" role="row">
          {WEEKDAYS.map((name) => (
            <span key={name} role="columnheader" aria-label={name}>
              {name.slice(0, 3)}
            </span>
          ))}
        </div>
        {weeksOf(month).map((days) => (
          <MonthWeek key={days[0]} {...props} days={days} focused={focused} />
        ))}
      </div>
    </section>
  )
}

const STEPS: Readonly<Record<string, (day: string) => string>> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  Home: (day) => addDays(day, -weekday(day)),
  End: (day) => addDays(day, 6 - weekday(day)),
  PageUp: (day) => sameDayIn(addMonths(monthOf(day), -1), day),
  PageDown: (day) => sameDayIn(addMonths(monthOf(day), 1), day),
}

/** Days since Monday. */
function weekday(day: string): number {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7
}

/** One day of the grid is reached by Tab, the others from it by keys. */
function useWalk({ month, chosen, reach, onMonth }: MonthProps, grid: RefObject<HTMLDivElement | null>) {
  const [walked, setWalked] = useState(chosen)
  const isWalking = useRef(false)
  useEffect(() => setWalked(chosen), [chosen])
  useEffect(() => {
    if (!isWalking.current) return
    isWalking.current = false
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus()
  }, [grid, walked, month])
  const focused = monthOf(walked) === month ? walked : `${month}-01`
  const move = (event: KeyboardEvent): void => {
    const step = STEPS[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const day = step(focused)
    const held = day < reach[0] ? reach[0] : day > reach[1] ? reach[1] : day
    isWalking.current = true
    setWalked(held)
    if (monthOf(held) !== month) onMonth(monthOf(held))
  }
  return { focused, move }
}

type WeekProps = MonthProps & { days: readonly string[]; focused: string }

function MonthWeek(props: WeekProps) {
  const { days, periods, looks, windows, zone } = props
  const order = periods.map(({ name }) => name)
  const placed = placeWeek({ days, windows, order, zone, lanes: LANES })
  const labels = new Map(periods.map(({ name, label }) => [name, label]))
  return (
    <div className="month-week" role="row">
      {days.map((day, at) => (
        <MonthDay key={day} {...props} day={day} at={at} placed={placed} labels={labels} />
      ))}
      <div className="month-bars" aria-hidden="true">
        {placed.bars.map(({ period, lane, left, width, isWide }) => (
          <span
            key={`${period} ${left}`}
            className={`${lookClass(looks.get(period))} month-bar month-lane-${lane}`}
            style={{ left: `${left}%`, width: `${width}%` }}
          >
            {isWide ? <span>{labels.get(period)}</span> : null}
          </span>
        ))}
      </div>
    </div>
  )
}

interface DayProps extends WeekProps {
  day: string
  at: number
  placed: PlacedWeek
  labels: ReadonlyMap<string, string>
}

function MonthDay({ day, at, placed, labels, month, today, chosen, reach, focused, onChoose }: DayProps) {
  const names = (placed.periods[at] ?? []).map((name) => labels.get(name) ?? name)
  const hidden = placed.hidden[at] ?? 0
  const isKnown = day >= reach[0] && day <= reach[1]
  const marks = [
    [monthOf(day) !== month, 'is-beside'],
    [day === chosen, 'is-chosen'],
    [!isKnown, 'is-unknown'],
  ] as const
  return (
    <div role="gridcell" aria-selected={day === chosen}>
      <button
        type="button"
        className={`month-day ${marks.flatMap(([holds, name]) => (holds ? [name] : [])).join(' ')}`}
        tabIndex={day === focused ? 0 : -1}
        aria-current={day === today ? 'date' : undefined}
        aria-label={`${longDay(day)}: ${isKnown ? periodWords(names) : 'not worked out'}`}
        aria-disabled={!isKnown}
        data-more={hidden > 0 ? `+${hidden}` : undefined}
        onClick={() => (isKnown ? onChoose(day) : undefined)}
      >
        <span className="month-number">{Number(day.slice(8))}</span>
      </button>
    </div>
  )
}

function periodWords(names: readonly string[]): string {
  return names.length === 0 ? 'no period' : names.join(', ')
}
