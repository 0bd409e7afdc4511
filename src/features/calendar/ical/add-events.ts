import type { WrittenDefinition } from '#domain/calendar/define-calendar.ts'
import type { CalendarFault, Source } from '#domain/calendar/fault.ts'
import type { PeriodEvents } from '#domain/calendar/period-events.ts'
import type { EventFiles } from './event-files.ts'

/** A calendar or period that takes its days from a file of events, beside the calendar or at an address. */
export interface EventUse {
  readonly kind: 'calendars' | 'periods'
  readonly name: string
  readonly file: string
  readonly source: Source
}

/**
 * The definition with what its files of events say: a period gets their days and times, a calendar their whole days as
 * holidays. Events with a time of day are no holidays.
 */
export async function addEvents(
  written: WrittenDefinition,
  uses: readonly EventUse[],
  files: EventFiles,
): Promise<{ readonly written: WrittenDefinition } | { readonly faults: readonly CalendarFault[] }> {
  const found = new Map<string, PeriodEvents>()
  const faults: CalendarFault[] = []
  for (const use of uses) {
    const reading = await files.read(use.file, use.name)
    const path = [use.kind, use.name, use.kind === 'periods' ? 'ical' : 'add']
    if ('refusal' in reading) {
      faults.push({ source: use.source, path, message: reading.refusal, place: null, suggestion: null })
    } else if ('faults' in reading) faults.push(...reading.faults.map((fault) => ({ ...fault, path })))
    else found.set(`${use.kind} ${use.name}`, reading.events)
  }
  if (faults.length > 0) return { faults }
  return {
    written: {
      ...written,
      calendars: written.calendars.map((calendar) => {
        const events = found.get(`calendars ${calendar.name}`)
        return events ? { ...calendar, add: events.days } : calendar
      }),
      periods: written.periods.map((period) => {
        const events = found.get(`periods ${period.name}`)
        return events ? { ...period, events } : period
      }),
    },
  }
}
