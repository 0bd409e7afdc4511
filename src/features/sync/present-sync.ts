import type { Freshness, Sync, SyncRun } from '#contract/sync.ts'
import { freshnessOf, freshnessWords } from '#domain/sync/pace.ts'
import type { RunRow } from './runs-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import type { SyncRow } from './syncs-store.ts'

/** How old what this connection brought is. */
export function presentFreshness({ clock, serverName }: SyncNeeds, sync: SyncRow): Freshness {
  const { serverId, lastOkAt, scheduleMinutes: minutes, isEnabled } = sync
  const name = serverName(serverId) ?? serverId
  const age = freshnessOf({ lastOkAt, minutes, isEnabled, now: clock.now() })
  return { source: serverId, name, lastOkAt: lastOkAt?.toISOString() ?? null, ...age, says: freshnessWords(name, age) }
}

export function presentSync(needs: SyncNeeds, sync: SyncRow, lastRun: RunRow | undefined): Sync {
  const { id, serverId, mapping, mappingText, settings, currency, scheduleMinutes, isEnabled, failures } = sync
  return {
    id,
    serverId,
    serverName: needs.serverName(serverId) ?? serverId,
    mapping,
    ownMapping: mappingText !== null,
    settings,
    currency,
    scheduleMinutes,
    enabled: isEnabled,
    freshness: presentFreshness(needs, sync),
    lastFullAt: sync.lastFullAt?.toISOString() ?? null,
    nextRunAt: isEnabled ? (sync.nextRunAt?.toISOString() ?? null) : null,
    failures,
    lastRun: lastRun ? presentRun(lastRun) : null,
  }
}

export function presentRun(run: RunRow): SyncRun {
  const { id, status, isFull, isDryRun, counts, calls, waitedMs, faults, conflicts, errorDetail } = run
  return {
    id,
    status,
    full: isFull,
    dryRun: isDryRun,
    counts,
    calls,
    waitedMs,
    faults,
    conflicts,
    errorDetail,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    endedAt: run.endedAt?.toISOString() ?? null,
  }
}
