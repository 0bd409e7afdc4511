import { WHOLE } from '#domain/alerts/condition.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { judgeBackup, judgeMemory } from '#domain/objectives/judge.ts'
import { CACHE_OBJECTIVES, PROMISING_CLASSES } from '#domain/objectives/objectives.ts'
import { watchEventLoop } from '#platform/telemetry/event-loop-delay.ts'
import { memoryUsedShare } from '#platform/telemetry/process-metrics.ts'
import { findBegun } from './begun-store.ts'
import { limitsOf } from './judge-rules.ts'
import type { Objectives } from './objectives.ts'
import type { ReplicaRow } from './replicas-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

/** Backups and money are looked at so often: both take reading. */
const SLOW_LOOK_MS = 60_000

/** Measures what nobody reports by itself: memory, event loop, backups, kept pages, money, and where thresholds stand. */
export interface Look {
  /** Never rejects: a part that cannot be looked at is warned of, and the others are. Given what the replicas last told. */
  (known: readonly ReplicaRow[]): Promise<void>
  close(): void
}

type Looking = WatchNeeds & { readonly objectives: Pick<Objectives, 'note'> }

export function createLook(needs: WatchNeeds, objectives: Pick<Objectives, 'note'>): Look {
  const loop = watchEventLoop()
  const looking = { ...needs, objectives }
  const looks: Readonly<Record<string, (known: readonly ReplicaRow[]) => void | Promise<void>>> = {
    memory: () => objectives.note(judgeMemory(memoryUsedShare())),
    'event loop': () => needs.metrics.eventLoopDelay.set(loop.take()),
    cache: lookAtCache(looking),
    thresholds: () => {
      for (const rule of ALERT_RULES)
        needs.metrics.alertThreshold.set({ alert: rule.id }, limitsOf(needs, rule).threshold)
    },
    money: seldom(needs, () => lookAtMoney(needs)),
    backups: lookAtBackups(looking),
  }
  const failing = new Set<string>()
  const look = async (known: readonly ReplicaRow[]): Promise<void> => {
    for (const [part, lookAt] of Object.entries(looks))
      try {
        // One after the other: it is done beside everything else.
        // oxlint-disable-next-line no-await-in-loop
        await lookAt(known)
        failing.delete(part)
      } catch (error) {
        if (!failing.has(part)) needs.log.warn({ error, part }, 'the watch cannot look at a part; it tries again')
        failing.add(part)
      }
  }
  return Object.assign(look, { close: loop.close })
}

/** No more often than each minute; after a failure with the next round. */
function seldom({ clock }: Pick<WatchNeeds, 'clock'>, look: () => Promise<void>): () => Promise<void> {
  let lookedMs: number | null = null
  return async () => {
    if (lookedMs !== null && clock.monotonicMs() - lookedMs < SLOW_LOOK_MS) return
    await look()
    lookedMs = clock.monotonicMs()
  }
}

/** The classes of the cache that promise a share of hits. */
function lookAtCache({ keptOf, objectives }: Looking): () => void {
  let before = new Map(PROMISING_CLASSES.map((name) => [name, keptOf(name)]))
  return () => {
    const now = new Map(PROMISING_CLASSES.map((name) => [name, keptOf(name)]))
    for (const [name, { hits, misses }] of now) {
      const last = before.get(name)
      objectives.note({ objective: CACHE_OBJECTIVES[name], isGood: true }, hits - (last?.hits ?? 0))
      objectives.note({ objective: CACHE_OBJECTIVES[name], isGood: false }, misses - (last?.misses ?? 0))
    }
    before = now
  }
}

async function lookAtMoney({ budgetUsed, metrics }: WatchNeeds): Promise<void> {
  const budget = await budgetUsed()
  if (budget !== null) metrics.budgetUsed.set(budget)
  else metrics.budgetUsed.remove()
}

/** A backup that another replica made is one of the deployment: the newest of all counts. */
function lookAtBackups(needs: Looking): (known: readonly ReplicaRow[]) => Promise<void> {
  const { clock, database, metrics, newestVerified, objectives, replica } = needs
  let verifiedAt: Date | null = null
  const lookForNewest = seldom(needs, async () => {
    const newest = await newestVerified()
    metrics.backupVerified.set(newest ? newest.getTime() / 1000 : 0)
    verifiedAt = newest ?? (await database.read(findBegun))
  })
  return async (known) => {
    await lookForNewest()
    if (!verifiedAt) return
    const ageMs = Math.max(0, clock.now().getTime() - verifiedAt.getTime())
    metrics.backupAge.set(ageMs / 1000)
    const ofOthers = known
      .filter((row) => row.replica !== replica && !row.is_silent)
      .flatMap(({ signals }) => signals['backup-stale']?.[WHOLE] ?? [])
      // Who has not looked yet tells none.
      .filter((seconds) => seconds > 0)
    objectives.note(judgeBackup(Math.min(ageMs, ...ofOthers.map((seconds) => seconds * 1000))))
  }
}
