import ICAL from 'ical.js'
import type { CalendarFault } from '#domain/calendar/fault.ts'
import type { PeriodEvents } from '#domain/calendar/period-events.ts'
import type { DaySpan } from '#domain/calendar/windows.ts'
import { IcalFault } from './ical-moment.ts'
import { keysOf, listOccurrences, type Occurrences } from './ical-events.ts'
import type { StepBudget } from './ical-recurrence.ts'

/** What a file of events gives within a span, or everything that is wrong with it. */
export type IcalReading = { readonly events: PeriodEvents } | { readonly faults: readonly CalendarFault[] }

export const MOST_ICAL_BYTES = 5_000_000
const MOST_EVENTS = 5000
const MOST_OCCURRENCES = 20_000
const MOST_STEPS = 150_000
const MOST_FAULTS = 20

/** Reads the text of an iCalendar file (RFC 5545): its events that are not cancelled, worked out for a span of days. */
export function readIcal(file: string, text: string, span: DaySpan): IcalReading {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const faultAt = (line: number, message: string): CalendarFault => ({
    source: { file, line },
    path: [],
    message,
    place: null,
    suggestion: null,
  })
  let calendars: readonly ICAL.Component[]
  try {
    calendars = parseCalendars(lines.join('\r\n'))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { faults: [faultAt(lineQuoted(lines, message), `This is no iCalendar file: ${clip(message)}.`)] }
  }
  const places = eventLines(lines)
  const events = calendars.flatMap((calendar) => calendar.getAllSubcomponents('vevent'))
  if (events.length > MOST_EVENTS) {
    return { faults: [faultAt(1, `${events.length} events; a file may hold ${MOST_EVENTS}.`)] }
  }
  const faults: CalendarFault[] = []
  const gather = <Value>(event: ICAL.Component, work: () => Value): Value | undefined => {
    try {
      return work()
    } catch (error) {
      const place = places[events.indexOf(event)] ?? 1
      const property = error instanceof IcalFault ? error.property : null
      const words = error instanceof Error ? error.message : String(error)
      if (faults.length < MOST_FAULTS) {
        faults.push(faultAt(propertyLine(lines, place, property), `${titleOf(event)}: ${clip(words)}`))
      }
      return undefined
    }
  }
  const found = expand(events, span, gather)
  if (faults.length > 0) return { faults }
  const count = found.reduce((sum, { days, stretches }) => sum + days.length + stretches.length, 0)
  if (count > MOST_OCCURRENCES) {
    return { faults: [faultAt(1, `Its events occur ${count} times around today; at most ${MOST_OCCURRENCES} may.`)] }
  }
  const days = [...new Set(found.flatMap((one) => one.days))].toSorted()
  return { events: { from: file, days, stretches: found.flatMap((one) => one.stretches) } }
}

type Gather = <Value>(event: ICAL.Component, work: () => Value) => Value | undefined

function expand(events: readonly ICAL.Component[], span: DaySpan, gather: Gather): readonly Occurrences[] {
  const replaced = new Map<string, Set<string>>()
  for (const event of events) {
    const keys = gather(event, () => keysReplaced(event)) ?? []
    const known = replaced.get(uidOf(event)) ?? new Set()
    replaced.set(uidOf(event), new Set([...known, ...keys]))
  }
  const budget: StepBudget = { left: MOST_STEPS, idle: 0 }
  return events.flatMap((event) => {
    if (isCancelled(event)) return []
    const isStandIn = event.hasProperty('recurrence-id')
    const others = isStandIn ? new Set<string>() : (replaced.get(uidOf(event)) ?? new Set<string>())
    return gather(event, () => listOccurrences(event, { span, budget, replaced: others })) ?? []
  })
}

function keysReplaced(event: ICAL.Component): readonly string[] {
  const property = event.getFirstProperty('recurrence-id')
  if (property?.getFirstParameter('range')) {
    throw new IcalFault('A change of all following occurrences (RANGE) is not read.', 'RECURRENCE-ID')
  }
  return keysOf(event, 'recurrence-id')
}

/** Throws when the text is no iCalendar file. */
function parseCalendars(text: string): readonly ICAL.Component[] {
  const parsed: unknown = ICAL.parse(text)
  if (!Array.isArray(parsed) || parsed.length === 0) throw new Error('it holds nothing')
  const all: readonly unknown[] = typeof parsed[0] === 'string' ? [parsed] : parsed
  // The library's own form of a component, a nested array without a type of its own.
  const calendars = all.map((one) => new ICAL.Component(one as never))
  const other = calendars.find(({ name }) => name !== 'vcalendar')
  if (other) throw new Error(`it begins with ${other.name.toUpperCase()} and not with VCALENDAR`)
  return calendars
}

function isCancelled(event: ICAL.Component): boolean {
  const { parent } = event
  if (parent && textOf(parent, 'method').toUpperCase() === 'CANCEL') return true
  return textOf(event, 'status').toUpperCase() === 'CANCELLED'
}

function uidOf(event: ICAL.Component): string {
  return textOf(event, 'uid')
}

function textOf(component: ICAL.Component, name: string): string {
  const value: unknown = component.getFirstPropertyValue(name)
  return typeof value === 'string' ? value : ''
}

function titleOf(event: ICAL.Component): string {
  const title = textOf(event, 'summary') || uidOf(event)
  return title === '' ? 'An event without a name' : `"${clip(title)}"`
}

function clip(text: string): string {
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}

/** On which line each event begins, from 1. */
function eventLines(lines: readonly string[]): readonly number[] {
  return lines.flatMap((line, at) => (/^BEGIN:VEVENT\s*$/i.test(line) ? [at + 1] : []))
}

/** The line of an event's property, or its own where there is no such line. */
function propertyLine(lines: readonly string[], eventLine: number, property: string | null): number {
  if (property === null) return eventLine
  for (let at = eventLine; at < lines.length && !/^END:VEVENT/i.test(lines[at] ?? ''); at += 1) {
    if (new RegExp(`^${property}[;:]`, 'i').test(lines[at] ?? '')) return at + 1
  }
  return eventLine
}

/** The library quotes the line that it could not read. */
function lineQuoted(lines: readonly string[], message: string): number {
  const [, quoted = ''] = /\) "(.+)"$/s.exec(message) ?? []
  const at = quoted === '' ? -1 : lines.findIndex((line) => line.startsWith(quoted.slice(0, 60)))
  return at + 1 || 1
}
