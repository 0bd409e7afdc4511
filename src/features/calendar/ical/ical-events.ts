import ICAL from 'ical.js'
import { addDays, daysBetween } from '#domain/day.ts'
import type { EventStretch } from '#domain/calendar/period-events.ts'
import type { DaySpan } from '#domain/calendar/windows.ts'
import { IcalFault, momentKey, readMoments, wallMsOf, type IcalMoment, type ToMoment } from './ical-moment.ts'
import { listTimes, type StepBudget } from './ical-recurrence.ts'

const DAY_MS = 86_400_000

/** Days or stretches of one event within a span. */
export interface Occurrences {
  readonly days: readonly string[]
  readonly stretches: readonly EventStretch[]
}

interface EventTimes {
  readonly start: ICAL.Time
  readonly toMoment: ToMoment
  readonly first: IcalMoment
  /** In days for whole days, else in milliseconds. */
  readonly length: number
}

interface Working {
  readonly span: DaySpan
  readonly budget: StepBudget
  /** Occurrences that another event of the same UID stands in for, by their keys. */
  readonly replaced: ReadonlySet<string>
}

/** Works an event out for a span. Throws an IcalFault. */
export function listOccurrences(event: ICAL.Component, { span, budget, replaced }: Working): Occurrences {
  const times = readTimes(event)
  const left = new Set([...replaced, ...keysOf(event, 'exdate')])
  const untilWallMs = Date.parse(span.toDay) + 2 * DAY_MS
  const starts = new Map<string, IcalMoment>([[momentKey(times.first), times.first]])
  for (const start of listStarts(event, times, { untilWallMs, budget })) starts.set(momentKey(start), start)
  const kept = [...starts].filter(([key, start]) => !left.has(key) && !left.has(dayKey(start))).map(([, one]) => one)
  return {
    days: kept.flatMap((start) => (start.kind === 'day' ? daysOf(start.day, times.length, span) : [])),
    stretches: kept.flatMap((start) => (start.kind === 'day' ? [] : stretchOf(start, times.length, span))),
  }
}

/** Keys of the moments that a property of an event names, such as those it leaves out. */
export function keysOf(event: ICAL.Component, name: string): readonly string[] {
  return event.getAllProperties(name).flatMap((property) => {
    const { times, toMoment } = readMoments(property)
    return times.map((time) => momentKey(toMoment(time)))
  })
}

function readTimes(event: ICAL.Component): EventTimes {
  const property = event.getFirstProperty('dtstart')
  if (!property) throw new IcalFault('It has no DTSTART.')
  const { times, toMoment } = readMoments(property)
  const [start] = times
  if (!start) throw new IcalFault('It has no start.', 'DTSTART')
  const first = toMoment(start)
  const length = lengthOf(event, start, first)
  if (length < 0) throw new IcalFault('It ends before it begins.', 'DTEND')
  return { start, toMoment, first, length }
}

function lengthOf(event: ICAL.Component, start: ICAL.Time, first: IcalMoment): number {
  const property = event.getFirstProperty('dtend')
  if (property) {
    const { times, toMoment } = readMoments(property)
    const [end] = times.map(toMoment)
    if (first.kind === 'day' && end?.kind === 'day') return Math.max(1, daysBetween(first.day, end.day))
    if (first.kind !== 'day' && end?.kind === first.kind) return end.ms - first.ms
    throw new IcalFault('It begins and ends in different forms (a day, a time with a zone, a time without).', 'DTEND')
  }
  const duration: unknown = event.getFirstPropertyValue('duration')
  const seconds = duration instanceof ICAL.Duration ? duration.toSeconds() : 0
  return start.isDate ? Math.max(1, Math.round(seconds / 86_400)) : seconds * 1000
}

function* listStarts(
  event: ICAL.Component,
  { start, toMoment }: EventTimes,
  { untilWallMs, budget }: { readonly untilWallMs: number; readonly budget: StepBudget },
): Generator<IcalMoment> {
  for (const property of event.getAllProperties('rdate')) {
    const dates = readMoments(property)
    yield* dates.times.map(dates.toMoment)
  }
  for (const property of event.getAllProperties('rrule')) {
    const rule: unknown = property.getFirstValue()
    if (!(rule instanceof ICAL.Recur)) throw new IcalFault('It is no rule.', 'RRULE')
    const isOver = endOfRule(rule)
    // The library compares an end in UTC with local times as if they were of one zone.
    const endless = rule.clone()
    endless.until = null
    for (const time of listTimes({ rule: endless, start }, untilWallMs, budget)) {
      const moment = toMoment(time)
      if (isOver(moment, time)) break
      yield moment
    }
  }
}

function endOfRule({ until }: ICAL.Recur): (moment: IcalMoment, time: ICAL.Time) => boolean {
  if (!until) return () => false
  const untilMs = wallMsOf(until)
  if (until.isDate) return (_moment, time) => wallMsOf(time) >= untilMs + DAY_MS
  const isUtc = until.zone?.tzid === 'UTC'
  return (moment, time) => (isUtc && moment.kind === 'instant' ? moment.ms : wallMsOf(time)) > untilMs
}

function daysOf(first: string, length: number, { fromDay, toDay }: DaySpan): readonly string[] {
  const last = addDays(first, length - 1)
  const [from, to] = [first < fromDay ? fromDay : first, last > toDay ? toDay : last]
  if (from > to) return []
  return Array.from({ length: daysBetween(from, to) + 1 }, (_, at) => addDays(from, at))
}

function stretchOf(
  { kind, ms }: { readonly kind: 'instant' | 'floating'; readonly ms: number },
  length: number,
  { fromDay, toDay }: DaySpan,
): readonly EventStretch[] {
  const isWithin = length > 0 && ms + length > Date.parse(fromDay) && ms < Date.parse(addDays(toDay, 1))
  return isWithin ? [{ startMs: ms, endMs: ms + length, isFloating: kind === 'floating' }] : []
}

/** A time that is left out by its day alone, as some programs write it. */
function dayKey(moment: IcalMoment): string {
  return moment.kind === 'day' ? moment.day : new Date(moment.ms).toISOString().slice(0, 10)
}
