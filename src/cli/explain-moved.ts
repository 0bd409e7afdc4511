import { minuteText } from '#domain/day.ts'
import type { CalendarNow } from '#contract/calendar.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { tellFaultsBelow } from './calendar-lines.ts'

/** Prints each key that is moved at an instant, a paragraph each, or that none is; with a fault in the file that too. */
export function explainMoved(calendar: Calendar, { at, faults }: CalendarNow, isJson = false): void {
  const told = calendar.explainMoved(new Date(at))
  if (isJson) console.log(JSON.stringify(told))
  else if (told.length === 0)
    console.log(`Nothing is moved at ${minuteText(at)}: each value is as without the calendar.`)
  else console.log(told.map(({ sentences }) => sentences.join('\n')).join('\n\n'))
  tellFaultsBelow(faults)
}
