import type { Clock } from '#domain/clock.ts'
import { toSophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { leaseProbers, releaseProbers, type ReportKey } from './shared-store.ts'

/** Which servers this process asks: each is asked by one process. */
export interface ProberLeases {
  /** Takes what is free and renews what is held, of those that are wanted; the others are let go. Never rejects. */
  renew(wanted: readonly ReportKey[]): Promise<void>
  /**
   * The right to ask a server now: the fence that goes with what is seen. Null while another process has it. With the database
   * away nobody can say who asks, and everybody may, without a fence.
   */
  of(key: ReportKey): { readonly fence: number | null } | null
  held(): number
  release(): Promise<void>
}

interface LeaseNeeds {
  readonly database: Database
  readonly keeping?: Pick<Database, 'read'> | undefined
  readonly clock: Clock
  readonly log: Log
  readonly processId: string
  /** All durations times this. */
  readonly pace: number
  /** A server that this process may ask from now on. */
  readonly onTaken: (key: ReportKey) => void
}

/** One that dies is noticed after so long. */
const LEASE_MS = 8000
/** However quick the tests: a process that is busy for a moment is not dead. */
const LEAST_MS = 3000

interface Held {
  readonly key: ReportKey
  readonly fence: number
  readonly untilMs: number
}

export function createProberLeases(needs: LeaseNeeds): ProberLeases {
  const { database, keeping = database, clock, processId: owner } = needs
  const ms = Math.max(LEAST_MS, LEASE_MS * needs.pace)
  let held = new Map<string, Held>()
  let isAway = false
  const isHeld = (one: Held | undefined): one is Held => one !== undefined && clock.monotonicMs() < one.untilMs
  const take = async (wanted: readonly ReportKey[]): Promise<void> => {
    const gone = [...held.entries()].filter(([name]) => !wanted.some((key) => nameOf(key) === name))
    if (gone.length > 0)
      await keeping.read((handle) =>
        releaseProbers(
          handle,
          owner,
          gone.map(([, { key }]) => key),
        ),
      )
    // From before it was asked for: here it ends no later than in the database.
    const untilMs = clock.monotonicMs() + ms
    const rows =
      wanted.length === 0 ? [] : await keeping.read((handle) => leaseProbers(handle, { keys: wanted, owner, ms }))
    const before = new Map([...held].filter(([, one]) => isHeld(one)))
    held = new Map(rows.map(({ fence, ...key }) => [nameOf(key), { key, fence, untilMs }]))
    for (const [name, { key, fence }] of held) if (before.get(name)?.fence !== fence) needs.onTaken(key)
  }
  const renew = async (wanted: readonly ReportKey[]): Promise<void> => {
    try {
      await take(wanted)
      isAway = false
    } catch (error) {
      // No connection is free here: that says nothing of the database, nor of the others.
      if (toSophiaError(error).code === 'OVERLOADED')
        return needs.log.warn({ error }, 'the right to ask MCP servers could not be renewed yet')
      // Those that wait are told once: from then on each goes at its own pace, as ever.
      if (isAway) return
      needs.log.warn({ error }, 'which process asks MCP servers cannot be settled; this one asks')
      isAway = true
      for (const key of wanted) if (!isHeld(held.get(nameOf(key)))) needs.onTaken(key)
    }
  }
  let last: Promise<void> = Promise.resolve()
  return {
    // One after the other: what an earlier one took must not replace what a later one did.
    renew: (wanted) => (last = last.then(() => renew(wanted))),
    of(key) {
      const one = held.get(nameOf(key))
      if (isHeld(one)) return { fence: one.fence }
      return isAway ? { fence: null } : null
    },
    held: () => [...held.values()].filter(isHeld).length,
    release: async () => {
      held = new Map()
      await keeping.read((handle) => releaseProbers(handle, owner))
    },
  }
}

function nameOf({ serverId, setup }: ReportKey): string {
  return `${serverId} ${setup}`
}
