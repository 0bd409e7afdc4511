import type { z } from 'zod'
import type { AlertReport, AlertSilence, AlertTrial, OperationsReport, SloReport } from '#contract/watch.ts'
import type { Principal } from '#domain/permission.ts'
import { sweepAlerts } from './alerts-store.ts'
import { sweepChanges } from './changes-store.ts'
import { createDelivery, tellNoMessages } from './deliver-messages.ts'
import { sweepFigures } from './figures-store.ts'
import { createJudgeRound, type JudgeRound } from './judge-round.ts'
import { listAlerts } from './list-alerts.ts'
import type { Objectives } from './objectives.ts'
import { readOperations, type OperationsWanted } from './read-operations.ts'
import { sweepReplicas } from './replicas-store.ts'
import { silenceAlert } from './silence-alert.ts'
import { tryChannels } from './try-channels.ts'
import type { WatchNeeds } from './watch-needs.ts'

export { readMoment } from './moment-store.ts'
export { createObjectives, type Objectives } from './objectives.ts'
export type { WatchNeeds } from './watch-needs.ts'

const EVERY_MS = 5000

/** Sophia's eye on herself: objectives, who takes part, alerts and who is told of them. */
export interface Watch {
  /** Looks, judges and tells every five seconds until `close`. */
  start(): void
  /** One such round, and what is to be told is sent when it resolves; rejects when the database is away. */
  round(): Promise<void>
  readObjectives(hours: number): Promise<SloReport>
  listAlerts(): Promise<AlertReport>
  /** What fires and may soon: once as far as it is known, then whenever that has become another. Answers how to stop. */
  hearAlerts: JudgeRound['hearAlerts']
  /** Told after each round of this process, whose figures are stored then. Answers how to stop. */
  hearRounds(listener: () => void): () => void
  /** How it went over the last hours, how it is now, and what was changed; what people did only for who may read the audit log. */
  readOperations(wanted: OperationsWanted): Promise<OperationsReport>
  /** Throws NOT_FOUND for a rule that there is not. */
  silence(principal: Principal, silence: z.infer<typeof AlertSilence> & { readonly id: string }): Promise<void>
  tryChannels(principal: Principal): Promise<z.infer<typeof AlertTrial>>
  sweep(): Promise<void>
  /** Says that this process leaves: nobody shall miss it. */
  close(): Promise<void>
}

export function createWatch(needs: WatchNeeds, objectives: Objectives): Watch {
  const { database, log, moment } = needs
  const closing = new AbortController()
  const round = createJudgeRound(needs, objectives)
  const delivery = createDelivery(needs)
  tellNoMessages(needs)
  const all = async (tell: () => void | Promise<void>): Promise<void> => {
    try {
      await round.judge()
      await tell()
      await round.writeDown()
    } finally {
      round.end()
    }
  }
  let running: Promise<void> = Promise.resolve()
  return {
    round: () => all(delivery.deliver),
    start: () => void (running = runRounds(needs, () => all(delivery.begin), closing.signal)),
    readObjectives: (hours) => objectives.read(hours, needs.isConfigured),
    listAlerts: () => listAlerts(needs),
    hearAlerts: round.hearAlerts,
    hearRounds: round.hearRounds,
    readOperations: (wanted) => readOperations(needs, wanted),
    silence: (principal, silence) => silenceAlert(needs, principal, silence),
    tryChannels: (principal) => tryChannels(needs, principal.name),
    async sweep() {
      await objectives.sweep()
      for (const sweep of [sweepReplicas, sweepAlerts, sweepChanges, sweepFigures])
        // One that fails takes nothing from the others that came before it.
        // oxlint-disable-next-line no-await-in-loop
        await database.inTransaction(async (handle) => sweep(handle, await moment(handle)))
    },
    async close() {
      closing.abort()
      await delivery.close()
      await running
      await delivery.close()
      await round.leave().catch((error: unknown) => log.warn({ error }, 'this process could not say that it leaves'))
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
