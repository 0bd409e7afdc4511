import type ICAL from 'ical.js'
import { isDay, type Day } from '#domain/day.ts'
import { instantOfWall, isTimeZone } from '#domain/calendar/zone.ts'

/** When something begins or ends: a local day, an instant, or what the clocks show wherever it is read (as if in UTC). */
export type IcalMoment =
  | { readonly kind: 'day'; readonly day: Day }
  | { readonly kind: 'instant' | 'floating'; readonly ms: number }

/** Makes a moment of a time in the zone of its property. */
export type ToMoment = (time: ICAL.Time) => IcalMoment

/** What is wrong with a property, for `read-ical.ts` to say where. */
export class IcalFault extends Error {
  /** `DTSTART`, in whose line it stands; null for the whole event. */
  readonly property: string | null
  constructor(message: string, property: string | null = null) {
    super(message)
    this.property = property
  }
}

const TIME = /^T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)Z?$/

/** The moments of a property, and how further times in its zone become moments. Throws an IcalFault. */
export function readMoments(property: ICAL.Property): { readonly times: readonly ICAL.Time[]; toMoment: ToMoment } {
  const name = property.name.toUpperCase()
  // The library rolls 31 February on into March; what is written is looked at first.
  for (const raw of property.toJSON().slice(3)) checkWritten(name, raw)
  return { times: property.getValues().map((value: unknown) => toTime(name, value)), toMoment: momentsOf(property) }
}

/** The same moment has the same key. */
export function momentKey(moment: IcalMoment): string {
  return moment.kind === 'day' ? moment.day : `${moment.kind} ${moment.ms}`
}

/** What its fields show, as if in UTC; of a day its midnight. */
export function wallMsOf({ year, month, day, hour, minute, second, isDate }: ICAL.Time): number {
  return isDate ? Date.UTC(year, month - 1, day) : Date.UTC(year, month - 1, day, hour, minute, second)
}

function checkWritten(name: string, raw: unknown): void {
  if (typeof raw !== 'string') throw new IcalFault('Stretches of the form `VALUE=PERIOD` are not read.', name)
  const [day, time] = [raw.slice(0, 10), raw.slice(10)]
  if (!isDay(day) || (time !== '' && !TIME.test(time))) throw new IcalFault(`\`${raw}\` is no day or time.`, name)
}

function toTime(name: string, value: unknown): ICAL.Time {
  if (typeof value === 'object' && value !== null && 'isDate' in value && 'zone' in value) {
    // The library's own values carry no discriminant; a time is the only one with both fields.
    return value as ICAL.Time
  }
  throw new IcalFault('It is no day or time.', name)
}

function momentsOf(property: ICAL.Property): ToMoment {
  const tzid = property.getFirstParameter('tzid')
  return (time) => {
    const wallMs = wallMsOf(time)
    if (time.isDate) return { kind: 'day', day: new Date(wallMs).toISOString().slice(0, 10) }
    if (time.zone?.tzid === 'UTC') return { kind: 'instant', ms: wallMs }
    if (!tzid) return { kind: 'floating', ms: wallMs }
    // The system's data of a known zone is newer than a copy within a file.
    if (isTimeZone(tzid)) return { kind: 'instant', ms: instantOfWall(tzid, wallMs) }
    if (time.zone?.tzid === tzid) return { kind: 'instant', ms: time.toUnixTime() * 1000 }
    throw new IcalFault(
      `The file does not define the time zone \`${tzid}\` (no VTIMEZONE), and this system does not know it.`,
      property.name.toUpperCase(),
    )
  }
}
