import { NOTHING, budgetOf } from '#domain/objectives/budget.ts'
import type { Judgement } from '#domain/objectives/judge.ts'
import type { SeenAt } from '#domain/objectives/missed-probes.ts'
import { OBJECTIVE_IDS, WINDOW_SECONDS, objectiveOf, type ObjectiveId } from '#domain/objectives/objectives.ts'
import { createBatches, onSharedClock, type Batch } from './batches.ts'
import { addCounts, sumSpans, sweepCounts } from './counts-store.ts'
import type { ObjectiveNeeds } from './objective-needs.ts'
import { readObjectives } from './read-objectives.ts'
import { SLOT_MS, createTally, type SlotCounts } from './tally.ts'

/** What is promised and how it is kept, over all processes and restarts. */
export interface Objectives {
  /** Takes note of what was seen; costs no more than a few additions. */
  note(judgement: Judgement, times?: number): void
  /**
   * Writes what was seen earlier, at its times, once for each `origin`, which names what it was. Rejects when the database is away; then
   * it may be stored or not, and the same may be recorded again.
   */
  record(judgement: Judgement, seen: readonly SeenAt[], origin: string): Promise<void>
  /** Writes what was seen since. Rejects when the database is away; then it is kept, with the time it was seen at, and is added once. */
  flush(): Promise<void>
  /** `isConfigured`: whether there is anything that an objective could count. */
  read(hours: number, isConfigured: (objective: ObjectiveId) => boolean): ReturnType<typeof readObjectives>
  /** Tells the budgets that are left to whoever scrapes. */
  tellBudgets(): Promise<void>
  sweep(): Promise<void>
}

export function createObjectives(needs: ObjectiveNeeds): Objectives {
  const { clock, database, metrics, moment, replica } = needs
  const tally = createTally(() => clock.now().getTime())
  const tell = ({ objective, isGood }: Judgement, times: number): void =>
    metrics.sloEvents.inc({ slo: objective, result: isGood ? 'good' : 'bad' }, times)
  const write = ({ items, ...batch }: Batch<SlotCounts>): Promise<void> =>
    database.read(async (handle) => {
      const aheadMs = clock.now().getTime() - (await moment(handle)).getTime()
      await addCounts(handle, { ...batch, replica, counts: onSharedClock(items, { aheadMs, slotMs: SLOT_MS }) })
    })
  const writeNext = createBatches(tally.take, write)
  return {
    note(judgement, times = 1) {
      if (times <= 0) return
      tally.note(judgement, times)
      tell(judgement, times)
    },
    async record(judgement, seen, origin) {
      const { objective: slo, isGood } = judgement
      const items = seen.map(({ atMs: startsMs, times }) => ({
        startsMs,
        slo,
        good: isGood ? times : 0,
        bad: isGood ? 0 : times,
      }))
      await write({ origin, sequence: 1, items })
      tell(
        judgement,
        seen.reduce((sum, { times }) => sum + times, 0),
      )
    },
    async flush() {
      // First what is left of the time before, then what came since: no more, for on a busy server there is always more.
      if (await writeNext()) await writeNext()
    },
    read: (hours, isConfigured) => readObjectives(needs, { hours, isConfigured }),
    async tellBudgets() {
      const sums = await database.read(async (handle) => sumSpans(handle, [WINDOW_SECONDS], await moment(handle)))
      for (const slo of OBJECTIVE_IDS) {
        const budget = budgetOf(sums.get(slo)?.get(WINDOW_SECONDS) ?? NOTHING, objectiveOf(slo))
        // Nothing is told where too little was seen: no figure is invented.
        if (budget) metrics.sloBudget.set({ slo }, budget.remaining)
        else metrics.sloBudget.remove({ slo })
      }
    },
    sweep: () => database.inTransaction((handle) => sweepCounts(handle, clock.now())),
  }
}
