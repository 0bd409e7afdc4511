import { minuteText } from '#domain/day.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { beginRun, findHeldRun, holdRuns, keepRun, type RunRow } from './backup-runs-store.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

/** So long after its last sign a process that makes a backup is taken for dead. */
const LEASE_MS = 60_000
const SIGNS_A_LEASE = 4
const LOOK_MS = 5000

export interface BegunRun {
  readonly id: string
  /** Gives no further signs of life. */
  readonly release: () => void
}

type Needs = Pick<ScheduleNeeds, 'clock' | 'database' | 'host' | 'log' | 'leaseMs'>

/**
 * Begins a backup by schedule if it `isWanted` still: of any number of processes at one moment exactly one begins. Until it is released it
 * gives signs of life. Null where none is wanted any more, or a living process makes one now.
 */
export async function beginScheduledRun(
  needs: Needs,
  isWanted: (handle: Handle) => Promise<boolean>,
): Promise<BegunRun | null> {
  const begun = await begin(needs, isWanted)
  return begun.id === null ? null : toRun(needs, begun.id)
}

/** The same where it is wanted in any case: after what a living process makes now. */
export async function beginAfterOthers(needs: Needs): Promise<BegunRun> {
  for (let isFirst = true; ; isFirst = false) {
    // One look after the other, by intent.
    // oxlint-disable-next-line no-await-in-loop
    const { id, by } = await begin(needs, async () => true)
    if (id !== null) return toRun(needs, id)
    if (isFirst && by)
      needs.log.warn(`waiting: ${by.host} makes a backup by schedule since ${minuteText(by.started_at)}`)
    // oxlint-disable-next-line no-await-in-loop
    await needs.clock.sleep(LOOK_MS)
  }
}

interface Begun {
  readonly id: string | null
  /** Whoever makes one now. */
  readonly by: Pick<RunRow, 'started_at' | 'host'> | null
}

function begin(
  { clock, database, host, leaseMs = LEASE_MS }: Needs,
  isWanted: (handle: Handle) => Promise<boolean>,
): Promise<Begun> {
  return database.inTransaction(async (handle) => {
    await holdRuns(handle)
    const by = await findHeldRun(handle)
    if (by || !(await isWanted(handle))) return { id: null, by }
    const startedAt = clock.now()
    const id = createId(startedAt.getTime())
    await beginRun(handle, { id, started_at: startedAt, host }, leaseMs)
    return { id, by: null }
  })
}

/** Signs go by the machine's own time: it is the database that waits for them. */
function toRun({ database, leaseMs = LEASE_MS, log }: Needs, id: string): BegunRun {
  const give = (): void => {
    database
      .read((handle) => keepRun(handle, id, leaseMs))
      .catch((error: unknown) => log.debug({ error }, 'a backup gave no sign of life; it is given again'))
  }
  const signs = setInterval(give, leaseMs / SIGNS_A_LEASE).unref()
  return { id, release: () => clearInterval(signs) }
}
