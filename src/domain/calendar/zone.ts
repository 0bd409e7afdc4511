import type { Day } from '../day.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** True for a name that this system's time-zone data knows. */
export function isTimeZone(name: string): boolean {
  try {
    readerOf(name)
    return true
  } catch {
    // The constructor's way of saying no.
    return false
  }
}

/** The calendar day on which an instant falls in a zone. Throws a RangeError for an unknown zone. */
export function localDayOf(timeZone: string, instantMs: number): Day {
  return new Date(instantMs + offsetAt(readerOf(timeZone), instantMs)).toISOString().slice(0, 10)
}

/**
 * The instant at which the zone's clocks show so many minutes after midnight of a day; 1440 is the midnight that ends it. A
 * time that the clocks skip gives the instant at which they jump, one that they show twice the first of the two. Throws a
 * RangeError for an unknown zone.
 */
export function instantOf(timeZone: string, { day, minutes }: { readonly day: Day; readonly minutes: number }): number {
  return instantOfWall(timeZone, Date.parse(`${day}T00:00:00Z`) + minutes * MINUTE_MS)
}

/** The same for what the clocks show, given as if it were UTC. */
export function instantOfWall(timeZone: string, wallMs: number): number {
  return firstInstant(timeZone, wallMs) ?? findJump(readerOf(timeZone), wallMs)
}

/** The first instant at which the clocks show this time, given as if it were UTC; undefined when they skip it. */
export function firstInstant(timeZone: string, wallMs: number): number | undefined {
  const reader = readerOf(timeZone)
  // Whichever offsets are in force nearby: no zone is more than a day from UTC.
  const [before, after] = [offsetAt(reader, wallMs - DAY_MS), offsetAt(reader, wallMs + DAY_MS)]
  const [early, late] = [wallMs - Math.max(before, after), wallMs - Math.min(before, after)]
  if (early + offsetAt(reader, early) === wallMs) return early
  return late + offsetAt(reader, late) === wallMs ? late : undefined
}

/** The clocks pass over this time: the first instant that shows a later one. */
function findJump(reader: ZoneReader, wallMs: number): number {
  let [showsEarlier, showsLater] = [wallMs - DAY_MS, wallMs + DAY_MS]
  while (showsLater - showsEarlier > 1) {
    const middle = Math.floor((showsEarlier + showsLater) / 2)
    if (middle + offsetAt(reader, middle) < wallMs) showsEarlier = middle
    else showsLater = middle
  }
  return showsLater
}

/** What was learned of a zone. Asking the system costs some microseconds each time, and a plan asks ten thousand times. */
interface ZoneReader {
  readonly format: Intl.DateTimeFormat
  /** How far the clocks are ahead of UTC at the beginning of a UTC day, by the day's number. */
  readonly offsets: Map<number, number>
}

/** Twenty years of one zone; more than any plan covers. */
const MOST_OFFSETS = 7500
const readers = new Map<string, ZoneReader>()

function readerOf(timeZone: string): ZoneReader {
  const known = readers.get(timeZone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone,
    calendar: 'iso8601',
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const reader: ZoneReader = { format, offsets: new Map() }
  readers.set(timeZone, reader)
  return reader
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. No zone has changed its clocks twice within a UTC day. */
function offsetAt(reader: ZoneReader, instantMs: number): number {
  const dayNumber = Math.floor(instantMs / DAY_MS)
  const before = dailyOffset(reader, dayNumber)
  return before === dailyOffset(reader, dayNumber + 1) ? before : readOffset(reader, instantMs)
}

function dailyOffset(reader: ZoneReader, dayNumber: number): number {
  const known = reader.offsets.get(dayNumber)
  if (known !== undefined) return known
  if (reader.offsets.size >= MOST_OFFSETS) reader.offsets.clear()
  const offset = readOffset(reader, dayNumber * DAY_MS)
  reader.offsets.set(dayNumber, offset)
  return offset
}

function readOffset({ format }: ZoneReader, instantMs: number): number {
  const wholeSeconds = Math.floor(instantMs / 1000) * 1000
  const parts = Object.fromEntries(format.formatToParts(wholeSeconds).map(({ type, value }) => [type, value]))
  const { year, month, day, hour, minute, second } = parts
  return Date.parse(`${year?.padStart(4, '0')}-${month}-${day}T${hour}:${minute}:${second}Z`) - wholeSeconds
}
