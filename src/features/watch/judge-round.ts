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

/** What is done each five seconds: looking and judging first, then what can wait. */
export interface JudgeRound {
  /** Until alerts are judged. Rejects when the database is away; what was measured is kept until there is one. */
  judge(): Promise<void>
  /** Writes down figures and changes and tells budgets, each for itself: none of it holds up an alert. Never rejects. */
  writeDown(): Promise<void>
  /** The round is over, well or not: whoever looks on may look again. */
  end(): void
  hearAlerts: AlertNews['hear']
  /** Told at the end of each round. Answers how to stop. */
  hearRounds(listener: () => void): () => void
  /** Says that this process leaves, then writes what is left. */
  leave(): Promise<void>
}

export function createJudgeRound(needs: WatchNeeds, objectives: Objectives): JudgeRound {
  const { clock, database, moment, replica } = needs
  const look = createLook(needs, objectives)
  const beat = createBeat(needs)
  const judgeRules = createJudge(needs)
  const figures = createFigureLog(needs)
  const changes = createChangeLog(needs)
  const news = createAlertNews()
  const listeners = new Set<() => void>()
  let budgetsMs: number | null = null
  const tellBudgets = async (): Promise<void> => {
    if (budgetsMs !== null && clock.monotonicMs() - budgetsMs < BUDGETS_EVERY_MS) return
    budgetsMs = clock.monotonicMs()
    await objectives.tellBudgets()
  }
  const eachForItself = createParts(needs)
  return {
    async judge() {
      // Needs no database.
      await figures.look()
      // Then the sign of life: whatever takes long, or fails, is no reason to be missed.
      await look(await beat())
      await objectives.flush()
      await judgeRules()
      await tellAlerts(needs, news)
    },
    writeDown: () => eachForItself({ figures: figures.flush, changes: changes.look, budgets: tellBudgets }),
    end: () => listeners.forEach((listener) => listener()),
    hearAlerts: news.hear,
    hearRounds(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async leave() {
      look.close()
      await objectives.flush()
      await database.read(async (handle) => storeLeaving(handle, replica, await moment(handle)))
      const rest = async (): Promise<void> => (await figures.look(), figures.flush())
      await eachForItself({ figures: rest, changes: changes.leave })
    },
  }
}

/** Does one after the other; one that fails is warned of once, until it works again. */
function createParts({
  log,
}: Pick<WatchNeeds, 'log'>): (parts: Readonly<Record<string, () => Promise<void>>>) => Promise<void> {
  const failing = new Set<string>()
  return async (parts) => {
    for (const [part, work] of Object.entries(parts))
      try {
        // One after the other: each takes a connection.
        // oxlint-disable-next-line no-await-in-loop
        await work()
        failing.delete(part)
      } catch (error) {
        if (!failing.has(part)) log.warn({ error, part }, 'the watch cannot write a part down; it tries again')
        failing.add(part)
      }
  }
}

async function tellAlerts({ database, metrics }: WatchNeeds, news: AlertNews): Promise<void> {
  const active = await database.read(listActive)
  news.update(active)
  metrics.alertState.reset()
  for (const { ruleId, state } of active) metrics.alertState.inc({ alert: ruleId, state })
}
