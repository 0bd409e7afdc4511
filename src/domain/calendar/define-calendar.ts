import { PLAIN_CALENDAR, type BusinessCalendar } from './business-days.ts'
import { defineBusinessCalendar, type WrittenCalendar } from './define-business-calendar.ts'
import { definePeriod, type WrittenPeriod } from './define-period.ts'
import { definePolicy, type WrittenPolicy } from './define-policy.ts'
import { createFaultList, type CalendarFault, type Defined, type Source } from './fault.ts'
import type { CalendarDefinition } from './plan.ts'

/** Everything that an operator's calendar file says, as plain values with the lines they stand on. */
export interface WrittenDefinition {
  readonly calendars: readonly WrittenCalendar[]
  readonly periods: readonly WrittenPeriod[]
  readonly policies: readonly WrittenPolicy[]
}

/** Checks all of it and answers with all faults, in the order of calendars, periods and policies, or with none. */
export function defineCalendar(written: WrittenDefinition): Defined<CalendarDefinition> {
  const calendars = written.calendars.map((calendar) => ({ name: calendar.name, ...defineBusinessCalendar(calendar) }))
  // A faulty one is known by its name all the same: whoever uses it has no fault of their own.
  const byName = new Map<string, BusinessCalendar>(
    calendars.map((made) => [made.name, 'value' in made ? made.value : PLAIN_CALENDAR]),
  )
  const periods = written.periods.map((period) => definePeriod(period, byName))
  const names = new Set(written.periods.map(({ name }) => name))
  const policies = written.policies.map((policy, place) => definePolicy(policy, { place, names }))
  const faults = [
    ...listTwins('calendars', written.calendars),
    ...listTwins('periods', written.periods),
    ...[...calendars, ...periods, ...policies].flatMap((made) => ('faults' in made ? made.faults : [])),
  ]
  if (faults.length > 0) return { faults }
  return {
    value: {
      periods: periods.flatMap((made) => ('value' in made ? [made.value] : [])),
      policies: policies.flatMap((made) => ('value' in made ? [made.value] : [])),
    },
  }
}

function listTwins(
  kind: 'calendars' | 'periods',
  named: readonly { readonly name: string; readonly source: Source }[],
): readonly CalendarFault[] {
  const lines = new Map<string, number>()
  return named.flatMap(({ name, source }) => {
    const before = lines.get(name)
    if (before === undefined) {
      lines.set(name, source.line)
      return []
    }
    const faults = createFaultList(source, [kind, name])
    faults.add('name', `\`${name}\` is defined already, on line ${before}.`)
    return faults.all
  })
}
