import type { Calendar } from '#features/calendar/index.ts'
import { toCronTrigger } from '#domain/scaling/floor-windows.ts'
import { tellFaults } from './calendar-lines.ts'
import { EXIT } from './exit-code.ts'

interface Wanted {
  readonly at: Date | undefined
  readonly days: number
  readonly aheadMs: number
}

/**
 * Prints the floor ahead as values of the chart, one cron trigger of KEDA for each stretch. With a fault in the calendar, or
 * events that could not be fetched, it prints none and sets the exit code: replicas would follow another calendar than the written one.
 */
export function tellTriggers(calendar: Calendar, { at, days, aheadMs }: Wanted): void {
  const { faults, addresses } = calendar.now(at)
  if (faults.length > 0) return tellFaults(faults)
  const unknown = addresses.filter(({ fetchedAt }) => fetchedAt === null)
  if (unknown.length > 0) {
    for (const { from } of unknown) console.error(`The events of ${from} could not be fetched; try again later.`)
    process.exitCode = EXIT.tryAgain
    return
  }
  const floors = calendar.floors({ from: at, days })
  console.log(floors.length === 0 ? 'keda:\n  cron: []' : 'keda:\n  cron:')
  for (const floor of floors) {
    const { timezone, start, end, desiredReplicas } = toCronTrigger(floor, aheadMs)
    console.log(`    # ${floor.says}`)
    console.log(
      `    - { timezone: ${timezone}, start: "${start}", end: "${end}", desiredReplicas: ${desiredReplicas} }`,
    )
  }
}
