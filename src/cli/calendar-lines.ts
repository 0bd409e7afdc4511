import type { CalendarNow } from '#contract/calendar.ts'
import { EXIT } from './exit-code.ts'

/** One line for each fault, and the exit code for them. */
export function tellFaults(faults: CalendarNow['faults']): void {
  for (const { file, line, message } of faults) console.error(`${file}:${line}: ${message}`)
  process.exitCode = EXIT.configuration
}

/** The same below what the last good calendar says; nothing without faults. */
export function tellFaultsBelow(faults: CalendarNow['faults']): void {
  if (faults.length === 0) return
  console.error('The file has faults; what is above is the last good calendar:')
  tellFaults(faults)
}
