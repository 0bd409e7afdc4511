import { useQuery } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import type { CalendarNow } from '#contract/calendar.ts'
import { calendarAtQuery, upcomingQuery } from '../api/calendar-queries.ts'
import { ButtonLink } from '../parts/button.tsx'
import { FailedAddresses } from '../parts/calendar-addresses.tsx'
import { CalendarEditor } from '../parts/calendar-editor.tsx'
import { CalendarFaults, CalendarVerdict } from '../parts/calendar-head.tsx'
import { CalendarHolds } from '../parts/calendar-holds.tsx'
import { CalendarMonth } from '../parts/calendar-month.tsx'
import { CalendarTimeline } from '../parts/calendar-timeline.tsx'
import { FreezeNotice } from '../parts/freeze-notice.tsx'
import { Page } from '../parts/page.tsx'
import { Empty, Loaded } from '../parts/states.tsx'
import { clipWindows, looksOf } from '../state/calendar-bars.ts'
import {
  addDays,
  browserZone,
  dayAt,
  instantOf,
  monthOf,
  reachable,
  reachOf,
  reachSpan,
  startOfDay,
  weeksOf,
} from '../state/calendar-days.ts'
import { timelineSpan } from '../state/calendar-timeline.ts'
import type { Reader } from '../state/calendar-words.ts'
import { useMay } from '../state/use-me.ts'

const AHEAD_DAYS = 30

/** The business calendar: what holds now, what comes, and for those who may, the file that says so. */
export function CalendarPage({ part }: { part?: string }) {
  const now = useQuery(calendarAtQuery(null))
  const mayManage = useMay('calendar:manage')
  const isFile = part === 'file' && mayManage
  const zone = browserZone()
  return (
    <Page title="Calendar" width="wide" note={now.data ? <InForce now={now.data} /> : null}>
      <Loaded asked={now} lines={10}>
        {(found) => {
          const reader = { zone, nowMs: Date.parse(found.at) }
          return (
            <>
              <Head now={found} reader={reader} isFile={isFile} />
              {mayManage ? <Parts isFile={isFile} /> : null}
              {isFile ? <CalendarEditor reader={reader} /> : <Reading now={found} reader={reader} />}
            </>
          )
        }}
      </Loaded>
    </Page>
  )
}

function InForce({ now: { isShipped, faults } }: { now: CalendarNow }) {
  if (faults.length > 0) return 'The last good calendar is in force.'
  return isShipped
    ? 'The calendar that ships with Sophia is in force; nobody has written one here yet.'
    : 'Your own calendar file is in force.'
}

function Head({ now, reader, isFile }: { now: CalendarNow; reader: Reader; isFile: boolean }) {
  const upcoming = useQuery(upcomingQuery(spanAhead(reader)))
  return (
    <>
      <CalendarFaults faults={now.faults} />
      <CalendarVerdict now={now} windows={upcoming.data?.windows} reader={reader} />
      {/* Beside the file stands what it means for saving. */}
      <FreezeNotice sentences={isFile || now.deploys.sentence === null ? [] : [now.deploys.sentence]} reader={reader} />
      <FailedAddresses addresses={now.addresses} reader={reader} />
    </>
  )
}

/** One question for the head and the line. */
function spanAhead({ zone, nowMs }: Reader) {
  return reachable(timelineSpan(zone, nowMs, AHEAD_DAYS), nowMs)
}

function Parts({ isFile }: { isFile: boolean }) {
  return (
    <nav className="tabs" aria-label="Parts of the calendar">
      <Link href="/calendar" className="tab" aria-current={isFile ? undefined : 'page'}>
        Days
      </Link>
      <Link href="/calendar/file" className="tab" aria-current={isFile ? 'page' : undefined}>
        The file
      </Link>
    </nav>
  )
}

/** The chosen instant stands in the address, so that a link shows the same; null is now. */
function useChosen(): [string | null, (ms: number | null) => void] {
  const asked = new URLSearchParams(useSearch()).get('at') ?? ''
  const [, go] = useLocation()
  const ms = Date.parse(asked)
  const choose = (next: number | null): void =>
    go(next === null ? '/calendar' : `/calendar?at=${new Date(next).toISOString()}`, { replace: true })
  return [Number.isNaN(ms) ? null : new Date(ms).toISOString(), choose]
}

function Reading({ now, reader }: { now: CalendarNow; reader: Reader }) {
  const mayManage = useMay('calendar:manage')
  const { zone, nowMs } = reader
  const [at, choose] = useChosen()
  const today = dayAt(zone, nowMs)
  const chosen = at === null ? today : dayAt(zone, Date.parse(at))
  const reach = reachOf(zone, nowMs)
  const [month, setMonth] = useState(monthWithin(reach, chosen))
  const looks = useMemo(() => looksOf(now.periods), [now.periods])
  if (now.periods.length === 0)
    return (
      <Empty
        title="The calendar has no periods."
        hint="A period is a stretch of business time, such as the close of a month. While one is in force it can move limits, probes and what the colleagues are told."
      >
        {mayManage ? (
          <ButtonLink href="/calendar/file" look="accent">
            Write the first
          </ButtonLink>
        ) : null}
      </Empty>
    )
  const chooseInstant = (ms: number | null): void => {
    choose(ms)
    setMonth(monthWithin(reach, ms === null ? today : dayAt(zone, ms)))
  }
  return (
    <div className="calendar">
      <Month
        {...{ now, reader, looks, reach, month, today, chosen }}
        onMonth={setMonth}
        onChoose={(day) => chooseInstant(day === today ? null : instantOf(zone, { day, time: '12:00' }))}
      />
      <CalendarHolds at={at} looks={looks} reader={reader} onChoose={chooseInstant} />
      <Ahead {...{ now, reader, looks }} onChoose={chooseInstant} />
    </div>
  )
}

interface PartProps {
  now: CalendarNow
  reader: Reader
  looks: ReturnType<typeof looksOf>
}

/** The month of a day, or the nearest that the calendar is worked out for. */
function monthWithin([first, last]: readonly [string, string], day: string): string {
  return monthOf(day < first ? first : day > last ? last : day)
}

interface MonthPartProps extends PartProps {
  reach: readonly [string, string]
  month: string
  today: string
  chosen: string
  onMonth: (month: string) => void
  onChoose: (day: string) => void
}

function Month({ now, reader: { zone, nowMs }, ...rest }: MonthPartProps) {
  const days = weeksOf(rest.month).flat()
  const [first = '', last = ''] = [days[0], days.at(-1)]
  const span = { fromMs: startOfDay(zone, first), toMs: startOfDay(zone, addDays(last, 1)) }
  const windows = useQuery(upcomingQuery(reachable(span, nowMs)))
  return (
    <Loaded asked={windows} lines={12}>
      {(found) => (
        <CalendarMonth
          {...rest}
          zone={zone}
          periods={now.periods}
          windows={clipWindows(found.windows, reachSpan(nowMs))}
        />
      )}
    </Loaded>
  )
}

function Ahead({ now, reader, looks, onChoose }: PartProps & { onChoose: (ms: number) => void }) {
  const windows = useQuery(upcomingQuery(spanAhead(reader)))
  const span = timelineSpan(reader.zone, reader.nowMs, AHEAD_DAYS)
  return (
    <Loaded asked={windows} lines={6}>
      {(found) => (
        <CalendarTimeline
          periods={now.periods}
          windows={found.windows}
          looks={looks}
          span={span}
          reader={reader}
          onChoose={onChoose}
        />
      )}
    </Loaded>
  )
}
