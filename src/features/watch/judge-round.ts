import { createAlertNews, type AlertNews } from './alert-news.ts'
import { listActive } from './alerts-store.ts'
import { createBeat } from './beat.ts'
import { createChangeLog } from './changes.ts'
import { createFigureLog } from './figures.ts'
import { createJudge } from './judge-rules.ts'
import { createLook } from './look-around.ts'
import type { Objectives } from './objectives.ts'
import { storeLeaving } from './replicas-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

const BUDGETS_EVERY_MS = 60_000

/** What is done each five seconds: looking, writing down, judging. */
export interface JudgeRound {
  /** Rejects when the database is away; what was measured is kept until there is one. */
  run(): Promise<void>
  hearAlerts: AlertNews['hear']
  /** Told after each round, when its figures are stored. Answers how to stop. */
  hearRounds(listener: () => void): () => void
  /** Writes what is left, and that this process leaves. */
  leave(): Promise<void>
}

export function createJudgeRound(needs: WatchNeeds, objectives: Objectives): JudgeRound {
  const { clock, database, moment, replica } = needs
  const look = createLook(needs, objectives)
  const beat = createBeat(needs)
  const judge = createJudge(needs)
  const figures = createFigureLog(needs)
  const changes = createChangeLog(needs)
  const news = createAlertNews()
  const listeners = new Set<() => void>()
  let budgetsMs: number | null = null
  return {
    async run() {
      // Needs no database.
      await figures.look()
      // Then the sign of life: whatever takes long, or fails, is no reason to be missed.
      await look(await beat())
      await objectives.flush()
      await judge()
      await tellAlerts(needs, news)
      await figures.flush()
      await changes.look()
      for (const listener of listeners) listener()
      if (budgetsMs !== null && clock.monotonicMs() - budgetsMs < BUDGETS_EVERY_MS) return
      budgetsMs = clock.monotonicMs()
      await objectives.tellBudgets()
    },
    hearAlerts: news.hear,
    hearRounds(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async leave() {
      look.close()
      await objectives.flush()
      await figures.look()
      await figures.flush()
      await changes.leave()
      await database.read(async (handle) => storeLeaving(handle, replica, await moment(handle)))
    },
  }
}

async function tellAlerts({ database, metrics }: WatchNeeds, news: AlertNews): Promise<void> {
  const active = await database.read(listActive)
  news.update(active)
  metrics.alertState.reset()
  for (const { ruleId, state } of active) metrics.alertState.inc({ alert: ruleId, state })
}
