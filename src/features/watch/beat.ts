import { createSignalReader } from './read-signals.ts'
import { SILENT_AFTER_SECONDS, listReplicas, storeBeat, type ReplicaRow } from './replicas-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** Writes that this process is there and what it measures of itself; resolves with those that take part, as they were before. */
export function createBeat(needs: WatchNeeds): () => Promise<ReplicaRow[]> {
  const { clock, database, metrics, moment, publicUrl: address, replica, version } = needs
  const startedAt = clock.now()
  const readSignals = createSignalReader(metrics, () => clock.monotonicMs())
  const tellReplicas = createReplicaTeller(needs)
  return async () => {
    const known = await tellReplicas()
    const signals = await readSignals()
    await database.read(async (handle) =>
      storeBeat(handle, { replica, address, version, startedAt, signals, now: await moment(handle) }),
    )
    return known
  }
}

/** Answers how many take part, and who is silent, to whoever scrapes; resolves with those that are known. */
function createReplicaTeller({ database, metrics, moment, replica }: WatchNeeds): () => Promise<ReplicaRow[]> {
  // Since when this process beats without a gap. While it could not write, nobody could: their silence says nothing before they
  // had as long to be heard of again.
  let steadySinceMs: number | null = null
  return async () => {
    const { known, nowMs } = await database.read(async (handle) => {
      const now = await moment(handle)
      return { known: await listReplicas(handle, now), nowMs: now.getTime() }
    })
    const own = known.find((row) => row.replica === replica)
    if (steadySinceMs === null || own?.is_silent) steadySinceMs = nowMs
    const others = known.filter((row) => row.replica !== replica)
    const isSteady = nowMs - steadySinceMs >= SILENT_AFTER_SECONDS * 1000
    const silent = isSteady ? others.filter((row) => row.is_silent).length : 0
    metrics.replicas.set({ state: 'silent' }, silent)
    // Of itself a process knows that it is there, however late its last word.
    metrics.replicas.set({ state: 'alive' }, others.length - silent + 1)
    return known
  }
}
