import type { z } from 'zod'
import type { AlertReport, AlertSilence, AlertTrial, OperationsReport, SloReport } from '#contract/watch.ts'
import type { Principal } from '#domain/permission.ts'
import { createAlertNews, type AlertNews } from './alert-news.ts'
import { listActive, sweepAlerts } from './alerts-store.ts'
import { createChangeLog } from './changes.ts'
import { sweepChanges } from './changes-store.ts'
import { createDelivery, tellNoMessages } from './deliver-messages.ts'
import { createFigureLog } from './figures.ts'
import { sweepFigures } from './figures-store.ts'
import { createJudge } from './judge-rules.ts'
import { listAlerts } from './list-alerts.ts'
import { createLook } from './look-around.ts'
import type { Objectives } from './objectives.ts'
import { readOperations } from './read-operations.ts'
import { createSignalReader } from './read-signals.ts'
import {
  SILENT_AFTER_SECONDS,
  listReplicas,
  storeBeat,
  storeLeaving,
  sweepReplicas,
  type ReplicaRow,
} from './replicas-store.ts'
import { silenceAlert } from './silence-alert.ts'
import { tryChannels } from './try-channels.ts'
import type { WatchNeeds } from './watch-needs.ts'

export { readMoment } from './moment-store.ts'
export { createObjectives, type Objectives } from './objectives.ts'
export type { WatchNeeds } from './watch-needs.ts'

const EVERY_MS = 5000
const BUDGETS_EVERY_MS = 60_000

/** Sophia's eye on herself: objectives, who takes part, alerts and who is told of them. */
export interface Watch {
  /** Looks, judges and tells every five seconds until `close`. */
  start(): void
  /** One such round, and what is to be told is sent when it resolves; rejects when the database is away. */
  round(): Promise<void>
  readObjectives(hours: number): Promise<SloReport>
  listAlerts(): Promise<AlertReport>
  /** What fires and may soon: once as far as it is known, then whenever that has become another. Answers how to stop. */
  hearAlerts: AlertNews['hear']
  /** Told after each round of this process, whose figures are stored then. Answers how to stop. */
  hearRounds(listener: () => void): () => void
  /** How it went over the last hours, how it is now, and what was changed. */
  readOperations(hours: number): Promise<OperationsReport>
  /** Throws NOT_FOUND for a rule that there is not. */
  silence(principal: Principal, silence: z.infer<typeof AlertSilence> & { readonly id: string }): Promise<void>
  tryChannels(principal: Principal): Promise<z.infer<typeof AlertTrial>>
  sweep(): Promise<void>
  /** Says that this process leaves: nobody shall miss it. */
  close(): Promise<void>
}

export function createWatch(needs: WatchNeeds, objectives: Objectives): Watch {
  const { clock, database, log, moment, replica } = needs
  const closing = new AbortController()
  const look = createLook(needs, objectives)
  const beat = createBeat(needs)
  const judge = createJudge(needs)
  const delivery = createDelivery(needs)
  tellNoMessages(needs)
  const news = createAlertNews()
  const figures = createFigureLog(needs)
  const changes = createChangeLog(needs)
  const listeners = new Set<() => void>()
  let budgetsMs: number | null = null
  async function judgeRound(): Promise<void> {
    // Needs no database, and is kept until there is one.
    await figures.look()
    // Then the sign of life: whatever takes long, or fails, is no reason to be missed.
    await look(await beat())
    await objectives.flush()
    await figures.flush()
    await judge()
    await tellAlerts(needs, news)
    await changes.look()
    for (const listener of listeners) listener()
    if (budgetsMs !== null && clock.monotonicMs() - budgetsMs < BUDGETS_EVERY_MS) return
    budgetsMs = clock.monotonicMs()
    await objectives.tellBudgets()
  }
  const begin = async (): Promise<void> => {
    await judgeRound()
    delivery.begin()
  }
  let running: Promise<void> = Promise.resolve()
  return {
    async round() {
      await judgeRound()
      await delivery.deliver()
    },
    start: () => void (running = runRounds(needs, begin, closing.signal)),
    readObjectives: (hours) => objectives.read(hours, needs.isConfigured),
    listAlerts: () => listAlerts(needs),
    hearAlerts: news.hear,
    hearRounds(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    readOperations: (hours) => readOperations(needs, hours),
    silence: (principal, silence) => silenceAlert(needs, principal, silence),
    tryChannels: (principal) => tryChannels(needs, principal.name),
    async sweep() {
      await objectives.sweep()
      await database.read(async (handle) => {
        const now = await moment(handle)
        await sweepReplicas(handle, now)
        await sweepAlerts(handle, now)
        await sweepChanges(handle, now)
      })
      await database.inTransaction(async (handle) => sweepFigures(handle, await moment(handle)))
    },
    async close() {
      closing.abort()
      await delivery.close()
      await running
      await delivery.close()
      look.close()
      await objectives
        .flush()
        .then(() => figures.look())
        .then(() => figures.flush())
        .then(() => changes.leave())
        .then(() => database.read(async (handle) => storeLeaving(handle, replica, await moment(handle))))
        .catch((error: unknown) => log.warn({ error }, 'this process could not say that it leaves'))
    },
  }
}

async function runRounds({ clock, log }: WatchNeeds, round: () => Promise<void>, signal: AbortSignal): Promise<void> {
  let isFailing = false
  while (!signal.aborted) {
    try {
      // One round after the other.
      // oxlint-disable-next-line no-await-in-loop
      await round()
      isFailing = false
    } catch (error) {
      // A database that is away is told by /health each second; here once.
      if (!isFailing) log.warn({ error }, 'the watch could not look around; it tries again every five seconds')
      isFailing = true
    }
    // It rejects only when the house closes.
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(EVERY_MS, signal).catch(() => undefined)
  }
}

/** Writes that this process is there and what it measures of itself; resolves with those that take part, as they were before. */
function createBeat(needs: WatchNeeds): () => Promise<ReplicaRow[]> {
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

async function tellAlerts({ database, metrics }: WatchNeeds, news: AlertNews): Promise<void> {
  const active = await database.read(listActive)
  news.update(active)
  metrics.alertState.reset()
  for (const { ruleId, state } of active) metrics.alertState.inc({ alert: ruleId, state })
}
