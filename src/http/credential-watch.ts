import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Log } from '#platform/log/log.ts'

/** Called with what a principal has become; null: the credential holds no more. */
type Listener = (now: Principal | null) => void

/** Connections outlive the request that opened them; this tells them when their credential ends or permits something else. */
export interface CredentialWatch {
  /** Answers how to stop. */
  watch(principal: Principal, listener: Listener): () => void
  /** Something changed about somebody: looks now, not at the next round. */
  lookNow(): void
  close(): Promise<void>
}

interface WatchNeeds {
  /** Of credentials that were good those that are otherwise now, by their id. */
  readonly check: (held: readonly Principal[]) => Promise<ReadonlyMap<string, Principal | null>>
  readonly clock: Clock
  readonly log: Log
  readonly everyMs?: number
}

/** Well within the five seconds after which nobody may be in who should not be. */
const EVERY_MS = 2000
/** Many may be changed one by one: looks for all of them are this far apart. */
const LEAST_MS = 250

/** One connection, and what it takes its principal for. */
interface Watching {
  principal: Principal
  readonly listener: Listener
}

/** All connections with one credential. */
interface Watched {
  /** As it was read last. */
  principal: Principal
  readonly watching: Set<Watching>
}

/** One statement a round for all connections of this process, however many. */
export function createCredentialWatch({ check, clock, log, everyMs = EVERY_MS }: WatchNeeds): CredentialWatch {
  const watched = new Map<string, Watched>()
  const ending = new AbortController()
  let pause = new AbortController()
  const look = async (): Promise<void> => {
    // Who joins while it is looked may know more than is about to be read: they are for the next look.
    const looked = [...watched].map(([id, group]) => ({ id, group, watching: [...group.watching] }))
    try {
      const otherwise = await check(looked.map(({ group }) => group.principal))
      for (const { id, group, watching } of looked) tellGroup(group, watching, otherwise.get(id))
    } catch (error) {
      // The database is away: nobody is let in by that who was not in, and the next round decides.
      log.warn({ error }, 'the credentials of open connections could not be checked')
    }
  }
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      // Each round begins when the one before is over.
      // oxlint-disable no-await-in-loop
      await sleep(clock, LEAST_MS, ending.signal)
      await sleep(clock, Math.max(0, everyMs - LEAST_MS), AbortSignal.any([pause.signal, ending.signal]))
      pause = new AbortController()
      if (watched.size > 0 && !ending.signal.aborted) await look()
      // oxlint-enable no-await-in-loop
    }
  }
  const running = run()
  const lookNow = (): void => pause.abort(WOKEN)
  return {
    watch(principal, listener) {
      const { id } = principal.credential
      const group = watched.get(id) ?? { principal, watching: new Set() }
      watched.set(id, group)
      const one = { principal, listener }
      group.watching.add(one)
      // One of the two is behind; which, the database says.
      if (!isSameStanding(principal, group.principal)) lookNow()
      return () => {
        group.watching.delete(one)
        if (group.watching.size === 0 && watched.get(id) === group) watched.delete(id)
      }
    },
    lookNow,
    async close() {
      ending.abort(WOKEN)
      await running
    },
  }
}

// Made once: the default reason would record a stack each time.
const WOKEN = new Error('woken')

/** Its early end is no event. */
function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return signal.aborted ? Promise.resolve() : clock.sleep(ms, signal).catch(() => undefined)
}

/** `now`: undefined where nothing is otherwise than it was read before, null where the credential has ended. */
function tellGroup(group: Watched, looked: readonly Watching[], now: Principal | null | undefined): void {
  if (now) group.principal = now
  for (const one of looked) if (group.watching.has(one)) tell(one, now === undefined ? group.principal : now)
}

function tell(one: Watching, now: Principal | null): void {
  if (now && isSameStanding(one.principal, now)) return
  if (now) one.principal = now
  one.listener(now)
}

function isSameStanding(one: Principal, other: Principal): boolean {
  return (
    one.role === other.role &&
    one.rowScope === other.rowScope &&
    one.teamId === other.teamId &&
    one.repId === other.repId
  )
}
