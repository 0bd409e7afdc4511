import { minuteText } from '#domain/day.ts'
import { toSophiaError } from '#domain/errors.ts'
import { formatDuration } from '#domain/calendar/written-time.ts'
import { hasFigure } from '#domain/calendar/context-figures.ts'
import type { CalendarNow } from '#contract/calendar.ts'
import { tellFaults } from './calendar-lines.ts'

/** Prints what is in force, what it moves and what the colleagues are told. */
export function showCalendar(now: CalendarNow): void {
  console.log(`${minuteText(now.at)}${now.isShipped ? ', by the calendar that ships' : ''}`)
  if (now.deploys.sentence !== null) console.log(now.deploys.sentence)
  showPeriods(now)
  showPolicies(now)
  for (const line of now.context) console.log(`  "${line}"`)
  for (const address of now.addresses) console.log(`  ${addressLine(address)}`)
  if (now.faults.length === 0) return
  console.error('The file has faults; what is above is the last good calendar:')
  tellFaults(now.faults)
}

/** With figures in what is told, as far as a Sophia that runs can count them; `tellDay` gives null without one. */
export async function withFigures(
  now: CalendarNow,
  tellDay: () => Promise<readonly string[] | null>,
): Promise<CalendarNow> {
  if (!now.context.some(hasFigure)) return now
  try {
    const told = await tellDay()
    if (told !== null) return { ...now, context: [...told] }
    console.error('Figures in braces are counted by a Sophia that runs; none runs on this home.')
  } catch (error) {
    // What is in force is worth telling all the same.
    console.error(`Figures in braces could not be counted: ${toSophiaError(error).message}`)
  }
  return now
}

function showPeriods(now: CalendarNow): void {
  if (now.active.length === 0) console.log('No period is in force.')
  for (const { name, label, until } of now.active) {
    const end = until === null ? '' : `until ${minuteText(until)}  `
    console.log(`${name.padEnd(20)}  ${label.padEnd(24)}  ${end}${originOf(now, name)}`.trimEnd())
  }
}

function showPolicies({ policies }: CalendarNow): void {
  for (const { key, base, value, unit, steps } of policies.filter((policy) => policy.steps.length > 0)) {
    const said = steps.map((step) => `${step.says} by ${step.period ?? step.label}`).join(', ')
    const what = value === null ? said : `${textOf(value, unit)} instead of ${textOf(base, unit)}: ${said}`
    console.log(`  ${key.padEnd(32)}  ${what}`)
  }
}

function addressLine({ from, usedBy, fetchedAt, reason }: CalendarNow['addresses'][number]): string {
  const what = `events of ${from} (${usedBy.join(', ')})`
  const when = fetchedAt === null ? 'never fetched' : `fetched ${minuteText(fetchedAt)}`
  return reason === null ? `${what}: ${when}` : `${what}: ${when}; the last try failed: ${reason}`
}

/** Where a period is written: its line, and the file of its events. */
function originOf({ periods }: CalendarNow, name: string): string {
  const period = periods.find((one) => one.name === name)
  if (!period) return ''
  const { when, source } = period
  return `(${source.file}:${source.line}${when.startsWith('events of ') ? `, ${when}` : ''})`
}

/** As people read it. */
function textOf(value: unknown, unit: string): string {
  if (typeof value === 'number' && unit === 'ms') return formatDuration(value)
  return typeof value === 'string' ? value : JSON.stringify(value)
}
