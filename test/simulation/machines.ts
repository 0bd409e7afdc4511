import { simulateCache } from './simulate-cache.ts'
import { simulateSchedule } from './simulate-schedule.ts'
import { simulateSharing } from './simulate-sharing.ts'
import { simulateTurns } from './simulate-turns.ts'

/** What one seed gave: what it broke of the promises, in words, and counts of what was done. */
interface Simulated {
  readonly breaches: readonly string[]
  readonly counts: Readonly<Record<string, number>>
}

/** A machine that a seed runs, the same to the last event each time. */
export type Simulate = (seed: number) => Promise<Simulated>

/** By the names under which `npm run simulate` knows them, in the order in which it runs them. */
export const MACHINES: Readonly<Record<string, Simulate>> = {
  async turns(seed) {
    const { breaches, ...counts } = simulateTurns(seed)
    return { breaches, counts }
  },
  async cache(seed) {
    const { breaches, ...counts } = await simulateCache({ seed })
    return { breaches, counts }
  },
  async sharing(seed) {
    const { breaches, ...counts } = await simulateSharing({ seed })
    return { breaches, counts }
  },
  async schedule(seed) {
    const { breaches, ...counts } = simulateSchedule(seed)
    return { breaches, counts }
  },
}
