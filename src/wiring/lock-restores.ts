import { systemClock as clock } from '#platform/clock.ts'
import {
  claimForRestore,
  keepRestoresOut,
  type RestoreClaim,
  type RestoreLock,
} from '#platform/postgres/restore-lock.ts'
import type { Storage } from '#platform/storage.ts'
import type { Opening } from './foundation.ts'

type Locking = Pick<Opening, 'config' | 'log' | 'purpose' | 'signal' | 'isAlone'> & {
  readonly storage: Pick<Storage, 'directConnection'>
}

interface Locked {
  readonly lock: RestoreLock
  /** The same, where it is had alone. */
  readonly claim: RestoreClaim | null
}

/** A command has somebody waiting at it. */
const LIMITS_MS = { server: 600_000, command: 30_000 } as const

/**
 * Before a process touches the database: a restore claims it, everybody else waits for one that is under way and keeps others out. Throws
 * CONFLICT, DATABASE_UNAVAILABLE.
 */
export async function lockRestores({ config, isAlone, log, purpose, signal, storage }: Locking): Promise<Locked> {
  const connection = storage.directConnection
  if (isAlone) {
    const claim = await claimForRestore({ connection, clock, isPooled: config.postgres.isPooled })
    return { lock: claim, claim }
  }
  return { lock: await keepRestoresOut({ connection, clock, log, limitMs: LIMITS_MS[purpose], signal }), claim: null }
}
