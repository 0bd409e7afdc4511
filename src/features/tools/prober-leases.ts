import type { Clock } from '#domain/clock.ts'
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
  const { database, clock, processId: owner } = needs
  const ms = Math.max(LEAST_MS, LEASE_MS * needs.pace)
  let held = new Map<string, Held>()
  let isAway = false
  const isHeld = (one: Held | undefined): one is Held => one !== undefined && clock.monotonicMs() < one.untilMs
  const take = async (wanted: readonly ReportKey[]): Promise<void> => {
    const gone = [...held.entries()].filter(([name]) => !wanted.some((key) => nameOf(key) === name))
    if (gone.length > 0)
      await database.read((handle) =>
        releaseProbers(
          handle,
          owner,
          gone.map(([, { key }]) => key),
        ),
      )
    // From before it was asked for: here it ends no later than in the database.
    const untilMs = clock.monotonicMs() + ms
    const rows =
      wanted.length === 0 ? [] : await database.read((handle) => leaseProbers(handle, { keys: wanted, owner, ms }))
    const before = new Map([...held].filter(([, one]) => isHeld(one)))
    held = new Map(rows.map(({ fence, ...key }) => [nameOf(key), { key, fence, untilMs }]))
    for (const [name, { key, fence }] of held) if (before.get(name)?.fence !== fence) needs.onTaken(key)
  }
  return {
    async renew(wanted) {
      try {
        await take(wanted)
        isAway = false
      } catch (error) {
        // Those that wait are told once: from then on each goes at its own pace, as ever.
        if (isAway) return
        needs.log.warn({ error }, 'which process asks MCP servers cannot be settled; this one asks')
        isAway = true
        for (const key of wanted) if (!isHeld(held.get(nameOf(key)))) needs.onTaken(key)
      }
    },
    of(key) {
      const one = held.get(nameOf(key))
      if (isHeld(one)) return { fence: one.fence }
      return isAway ? { fence: null } : null
    },
    held: () => [...held.values()].filter(isHeld).length,
    release: async () => {
      held = new Map()
      await database.read((handle) => releaseProbers(handle, owner))
    },
  }
}

function nameOf({ serverId, setup }: ReportKey): string {
  return `${serverId} ${setup}`
}
