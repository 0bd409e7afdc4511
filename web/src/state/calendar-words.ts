import type { CalendarCheck, CalendarNow } from '#contract/calendar.ts'
import type { PeriodWindow } from './calendar-bars.ts'
import { addDays, dayAt, isBeyondReach, localTimeAt, startOfDay } from './calendar-days.ts'
import { countWords, NO_BREAK, plural } from './words.ts'

export type Policy = CalendarNow['policies'][number]
export type PolicyStep = Policy['steps'][number]
export type FreshDemand = Policy['fresh'][number]
export type ValueChange = CalendarCheck['values'][number]
type Active = CalendarNow['active'][number]
type Value = Policy['value']

/** Where and when somebody looks: their zone, and what time it is. */
export interface Reader {
  readonly zone: string
  readonly nowMs: number
}

/** `today 22:00`, `Tue 1 Dec, 05:00`, `Fri 1 Jan 2027, 05:00`: of an instant, past or to come. */
export function momentWords(instant: string, { zone, nowMs }: Reader): string {
  const { day, time } = localTimeAt(zone, Date.parse(instant))
  const today = dayAt(zone, nowMs)
  const near = new Map([
    [addDays(today, -1), 'yesterday'],
    [today, 'today'],
    [addDays(today, 1), 'tomorrow'],
  ]).get(day)
  if (near !== undefined) return `${near} ${time}`
  const isThisYear = day.slice(0, 4) === today.slice(0, 4)
  return `${shortDay(day, isThisYear)}, ${time}`
}

function shortDay(day: string, isThisYear: boolean): string {
  const at = Date.parse(`${day}T00:00:00Z`)
  const form = { weekday: 'short', day: 'numeric', month: 'short', timeZone: 'UTC' } as const
  const year = isThisYear ? '' : ` ${day.slice(0, 4)}`
  return `${new Intl.DateTimeFormat('en-GB', form).format(at).replace(',', '')}${year}`
}

/** `November 2026` of `2026-11`. */
export function monthWords(month: string): string {
  const form = { month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat('en-GB', form).format(Date.parse(`${month}-01T00:00:00Z`))
}

/** More than so many are counted. */
const MOST_TOLD = 2

/** What holds, in one sentence. */
export function holdsWords(active: readonly Active[], reader: Reader): string {
  if (active.length === 0) return 'No period is in force.'
  const told = active.length > MOST_TOLD + 1 ? active.slice(0, MOST_TOLD) : active
  const words = told.map(({ label, until }) =>
    until === null || isBeyondReach(Date.parse(until), reader.nowMs)
      ? `${label} with no end in sight`
      : `${label} until ${momentWords(until, reader)}`,
  )
  const rest = active.length - told.length
  return `${listed(rest > 0 ? [...words, `${countWords(rest)} more`] : words)}.`
}

function listed(words: readonly string[]): string {
  const [last = '', ...others] = words.toReversed()
  if (others.length === 0) return last
  return `${others.toReversed().join(', ')}${words.length > 2 ? ',' : ''} and ${last}`
}

interface Change {
  readonly atMs: number
  readonly label: string
  readonly isStart: boolean
}

/** What changes next; null when nothing does among these windows. */
export function nextChangeWords(
  windows: readonly PeriodWindow[],
  labels: ReadonlyMap<string, string>,
  reader: Reader,
): string | null {
  const changes: Change[] = windows.flatMap(({ period, startsAt, endsAt }) => {
    const label = labels.get(period) ?? period
    return [
      { atMs: Date.parse(startsAt), label, isStart: true },
      { atMs: Date.parse(endsAt), label, isStart: false },
    ].filter(({ atMs }) => atMs > reader.nowMs && !isBeyondReach(atMs, reader.nowMs))
  })
  const [first, ...others] = changes.toSorted(
    (one, other) => one.atMs - other.atMs || Number(other.isStart) - Number(one.isStart),
  )
  if (!first) return null
  const more = others.filter(({ atMs }) => atMs === first.atMs).length
  const also = more === 0 ? '' : `, with ${countWords(more)} more`
  const when = momentWords(new Date(first.atMs).toISOString(), reader)
  return `${first.label} ${first.isStart ? 'begins' : 'ends'} ${when}${also}.`
}

/** From when to when a window lasts, as far as that is worked out. */
export function stretchWords({ startsAt, endsAt }: PeriodWindow, reader: Reader): string {
  const isOpen = (at: string): boolean => isBeyondReach(Date.parse(at), reader.nowMs)
  const [from, to] = [startsAt, endsAt].map((at) => momentWords(at, reader))
  if (isOpen(startsAt)) return isOpen(endsAt) ? 'all the time' : `until ${to}`
  return isOpen(endsAt) ? `from ${from} on` : `${from} to ${to}`
}

/** `all day`, `from 22:00`, `until 06:00`, `06:00 to 20:00`: of a window, on one of its days. */
export function hoursWords({ startsAt, endsAt }: PeriodWindow, day: string, zone: string): string {
  const [from, to] = [startsAt, endsAt].map((at) => Date.parse(at))
  if (from === undefined || to === undefined) return ''
  const startsBefore = from <= startOfDay(zone, day)
  const endsAfter = to >= startOfDay(zone, addDays(day, 1))
  const [start, end] = [from, to].map((ms) => localTimeAt(zone, ms).time)
  if (startsBefore && endsAfter) return 'all day'
  if (startsBefore) return `until ${end}`
  return endsAfter ? `from ${start}` : `${start} to ${end}`
}

/** The windows that touch a day. */
export function windowsOn(windows: readonly PeriodWindow[], day: string, zone: string): readonly PeriodWindow[] {
  const [from, to] = [startOfDay(zone, day), startOfDay(zone, addDays(day, 1))]
  return windows.filter(({ startsAt, endsAt }) => Date.parse(endsAt) > from && Date.parse(startsAt) < to)
}

const UNITS: readonly (readonly [number, string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

function spanWords(ms: number): string {
  if (ms === 0) return `0${NO_BREAK}s`
  const [size, name] = UNITS.find(([unit]) => ms % unit === 0) ?? (ms < 1000 ? [1, 'ms'] : [1000, 's'])
  return `${Number((ms / size).toPrecision(6))}${NO_BREAK}${name}`
}

/** A value with its unit, as people read it. */
export function valueWords(value: Value, unit: string): string {
  if (value === null) return 'nothing'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return value
  if (typeof value !== 'number') return value.length === 0 ? 'nothing' : value.join(' ')
  if (unit === 'ms') return spanWords(value)
  const number = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 6 }).format(value)
  if (unit === 'US dollars a day') return `$${number} a day`
  const one = unit.replace(/ies\b/, 'y').replace(/s\b/, '')
  return `${number} ${value === 1 ? one : unit}`.trim()
}

const KEYS: Readonly<Record<string, (target: string) => string>> = {
  'cache.ttl': (what) => `How long the cache keeps ${what}`,
  'cache.stale': (what) => `How long an old ${what} may still be given`,
  'cache.prewarm': (what) => `Entries of ${what} made ready`,
  'limits.rate': (who) => `How fast ${who} may ask`,
  'limits.budget': (who) => `What ${who} may spend in a day`,
  'alerts.threshold': (rule) => `From where on ${rule} alerts`,
  'alerts.for': (rule) => `How long ${rule} lasts before it alerts`,
  'mcp.probe': (server) => `How often ${server} is probed`,
  'scale.min': (part) => `Least replicas of ${part}`,
  'backup.every': () => 'How often a backup is made',
  'backup.at': () => 'When a backup is made',
  'drills.every': () => 'How often each disaster is rehearsed',
  'freeze.deploys': () => 'Whether deploys wait',
  'context.': () => 'What the colleagues are told',
}
const WHOM: Readonly<Record<string, string>> = {
  'limits.member': 'each member',
  'limits.key': 'each key',
  'limits.address': 'each address',
  'mcp.*': 'every connection',
}

/** What a key moves, in words; null for one that this page does not know. */
export function keyWords(key: string): string | null {
  const [first = '', ...rest] = key.split('.')
  const last = rest.pop() ?? ''
  const target = rest.join('.')
  return KEYS[`${first}.${last}`]?.(WHOM[`${first}.${target}`] ?? target) ?? null
}

/** Those that something moves, those that nothing here goes by whatever is said of them, and those left as they are. */
export function partPolicies(
  policies: readonly Policy[],
): Readonly<Record<'moved' | 'unused' | 'still', readonly Policy[]>> {
  const said = policies.filter(({ steps }) => steps.length > 0)
  return {
    moved: said.filter(({ isUsed }) => isUsed),
    unused: said.filter(({ isUsed }) => !isUsed),
    still: policies.filter(({ steps }) => steps.length === 0),
  }
}

/** Whether a step is what counts, and if not, why. */
export function verdictWords(step: PolicyStep, steps: readonly PolicyStep[]): string {
  if (step.isDecisive) return 'Decides'
  const highest = Math.max(...steps.map(({ priority }) => priority))
  return step.priority === highest ? 'Overruled by an equal' : 'Overruled by a higher priority'
}

/** The two values without what they share: of many texts only those that differ. */
export function differingParts({ before, after }: Pick<ValueChange, 'before' | 'after'>): readonly [Value, Value] {
  if (!Array.isArray(before) || !Array.isArray(after)) return [before, after]
  const [gone, come] = [before.filter((text) => !after.includes(text)), after.filter((text) => !before.includes(text))]
  // The same texts in another order.
  return gone.length + come.length === 0 ? [before, after] : [gone, come]
}

/** What is asked for is told by the time of another clock, and the page looks at its own now and then. */
const MINUTE_MS = 60_000

/** From when until when a value would differ, whether it gets there by a ramp, and how often it does so besides. */
export function differsWords({ startsAt, endsAt, isMoving, again }: ValueChange, reader: Reader): string {
  const isNow = Date.parse(startsAt) <= reader.nowMs + MINUTE_MS
  const from = isNow ? 'Now' : `From ${momentWords(startsAt, reader)}`
  const end = endsAt === null ? null : momentWords(endsAt, reader)
  const beyond = isNow ? ', and beyond the next 30 days' : ' on, beyond the next 30 days'
  const until = end === null ? beyond : ` ${isNow ? 'until' : 'to'} ${end}`
  const ramp = isMoving ? ', by a ramp' : ''
  return `${from}${until}${ramp}${again > 0 ? `; and ${plural(again, 'more time', 'more times')}` : ''}`
}

/** From when a period wants what is kept to be fresh. */
export function freshWords({ from, isUnderway }: FreshDemand, reader: Reader): string {
  const when = momentWords(from, reader)
  return isUnderway ? `wants fresh values as of ${when}` : `wants fresh values from ${when} on`
}

/** Instants that Sophia writes in UTC, in the zone of whoever reads: `2026-12-01 05:00 UTC`. */
export function withLocalTimes(text: string, reader: Reader): string {
  return text.replaceAll(/(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC/g, (_, day: string, time: string) =>
    momentWords(`${day}T${time}:00.000Z`, reader),
  )
}
