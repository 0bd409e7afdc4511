import { checkCache } from './check-cache.ts'
import { checkDeliveries } from './check-deliveries.ts'
import { checkHouse } from './check-house.ts'
import { checkMessages } from './check-messages.ts'
import { checkTurns } from './check-turns.ts'
import type { Breach, Evidence } from './history.ts'

/** Holds what clients saw against what is stored and observed; answers every breach. Pure: it can be run on any recorded history. */
export function checkHistory(evidence: Evidence): Breach[] {
  const breaches = [
    ...checkMessages(evidence),
    ...checkTurns(evidence),
    ...checkDeliveries(evidence),
    ...checkCache(evidence),
    ...checkHouse(evidence),
  ]
  // A breach that several entries show is one.
  return [...new Map(breaches.map((breach) => [describeBreach(breach), breach])).values()]
}

export function describeBreach({ invariant, what }: Breach): string {
  return `${invariant}: ${what}`
}
