import { minuteText } from '#domain/day.ts'
import type { CalendarNow } from '#contract/calendar.ts'
import { EXIT } from './exit-code.ts'
import { tellFaults } from './calendar-lines.ts'

/** Tells a pipeline whether it may deploy, and sets the exit code. Never a yes by a calendar that is not the written one. */
export function tellWhetherFrozen({ addresses, deploys, faults }: CalendarNow): void {
  if (faults.length > 0) {
    console.error('Whether deploys may go ahead cannot be told; the calendar file has faults:')
    return tellFaults(faults)
  }
  for (const address of addresses) tellFailure(address)
  if (deploys.sentence !== null) return sayNo(deploys.sentence)
  if (addresses.some(({ fetchedAt }) => fetchedAt === null))
    return sayNo('Whether deploys may go ahead cannot be told without these events; try again later.')
  console.log('Deploys may go ahead.')
}

function sayNo(reason: string): void {
  console.error(reason)
  process.exitCode = EXIT.tryAgain
}

function tellFailure({ from, reason, fetchedAt }: CalendarNow['addresses'][number]): void {
  if (reason === null) return
  const known = fetchedAt === null ? 'None are known.' : `Those of ${minuteText(fetchedAt)} are gone by.`
  console.error(`The events of ${from} could not be fetched: ${reason}. ${known}`)
}
