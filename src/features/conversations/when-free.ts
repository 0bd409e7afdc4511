import { SophiaError } from '#domain/errors.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import type { TurnWork } from './turn-work.ts'

/** Past this another process may have more room; the turn is left to its lease. */
const LIMIT_MS = 10_000

/** Whether no connection to the database was free: nothing was sent, and the answer is no smaller for having waited. */
function isOverloaded(thrown: unknown): boolean {
  return thrown instanceof SophiaError && thrown.code === 'OVERLOADED'
}

/** Does it once a connection to the database is free. Work that asks more than once must bear being begun again. */
export function whenFree<Result>({ house, signal }: TurnWork, work: () => Promise<Result>): Promise<Result> {
  return storePatiently(work, { clock: house.clock, passes: isOverloaded, limitMs: LIMIT_MS, signal })
}
