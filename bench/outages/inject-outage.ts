import { setTimeout as delay } from 'node:timers/promises'
import { watchdogOf } from '../../test/support/sophia-process.ts'
import type { Received } from './message-receiver.ts'
import type { WatchedCluster } from './watched-cluster.ts'

/** One way in which a deployment fails; `begin` makes it so and answers how to mend it. */
export interface OutageKind {
  readonly name: string
  /** The alerts that tell of it. */
  readonly rules: readonly string[]
  begin(watched: WatchedCluster): Promise<() => Promise<void>>
}

/** What is broken in one of two replicas, or in what both stand on. */
export const OUTAGE_KINDS: readonly OutageKind[] = [
  {
    name: 'process killed',
    rules: ['server-unreachable', 'replica-silent'],
    async begin({ cluster }) {
      const replica = victimOf(cluster)
      await replica.kill()
      return () => replica.start()
    },
  },
  {
    name: 'process frozen',
    rules: ['server-unreachable', 'replica-silent'],
    async begin({ cluster }) {
      const replica = victimOf(cluster)
      replica.stop()
      return async () => replica.cont()
    },
  },
  {
    name: 'machine gone',
    rules: ['replica-silent'],
    async begin({ cluster }) {
      const replica = victimOf(cluster)
      const watchdog = watchdogOf(replica.pid())
      if (watchdog === undefined) throw new Error('The replica has no second process.')
      process.kill(watchdog, 'SIGKILL')
      await replica.kill()
      return () => replica.start()
    },
  },
  {
    name: 'database killed',
    rules: ['server-unreachable'],
    async begin({ cluster }) {
      await cluster.postgres.kill()
      return () => cluster.postgres.start()
    },
  },
  {
    name: 'database frozen',
    rules: ['server-unreachable'],
    async begin({ cluster }) {
      cluster.postgres.freeze()
      return async () => cluster.postgres.thaw()
    },
  },
  {
    name: 'requests fail',
    rules: ['errors-flash'],
    async begin({ query }) {
      await query('alter table audit_entries rename to audit_entries_away')
      return () => query('alter table audit_entries_away rename to audit_entries')
    },
  },
]

function victimOf({ replicas }: WatchedCluster['cluster']) {
  const victim = replicas.at(-1)
  if (!victim) throw new Error('There is no replica.')
  return victim
}

/** Until a message comes that fits; null when none does in that time. */
export async function untilReceived(
  received: readonly Received[],
  {
    from,
    limitMs,
    fits,
  }: { readonly from: number; readonly limitMs: number; readonly fits: (one: Received) => boolean },
): Promise<Received | null> {
  for (const deadlineMs = performance.now() + limitMs; performance.now() < deadlineMs; await delay(20)) {
    const found = received.slice(from).find(fits)
    if (found) return found
  }
  return null
}
