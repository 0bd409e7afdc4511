import { sumOf } from '#domain/alerts/condition.ts'
import {
  COUNTED,
  LEVELS,
  SECOND_STEPS,
  TIMED,
  stepName,
  widen,
  type FigureSource,
  type Slot,
  type Timed,
} from '#domain/figures/figures.ts'
import type { Clock } from '#domain/clock.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import { createBatches, onSharedClock, type Batch } from './batches.ts'
import { addFigures } from './figures-store.ts'
import { readMetric, type MetricValue } from './read-metric.ts'
import { SLOT_MS } from './tally.ts'

interface FigureNeeds {
  readonly clock: Clock
  readonly database: Database
  readonly metrics: Pick<Metrics, 'registry'>
  readonly moment: (handle: Handle) => Promise<Date>
  readonly replica: string
}

/** What this process measures of itself, written down over time. */
export interface FigureLog {
  /** Reads its own metrics: what grew since the last look, and how high levels stand. */
  look(): Promise<void>
  /** Writes what is there. Rejects when the database is away; then it is kept, for a day at most, and added once. */
  flush(): Promise<void>
}

/** A database that is away for longer than a day makes the oldest of it go. */
const MOST_SLOTS = 8640

export function createFigureLog({ clock, database, metrics, moment, replica }: FigureNeeds): FigureLog {
  let slots: Slot[] = []
  let totals: Readonly<Record<string, number>> = {}
  const write = ({ items, ...batch }: Batch<Slot>): Promise<void> =>
    database.read(async (handle) => {
      const aheadMs = clock.now().getTime() - (await moment(handle)).getTime()
      await addFigures(handle, { ...batch, replica, items: onSharedClock(items, { aheadMs, slotMs: SLOT_MS }) })
    })
  const take = (): Slot[] => {
    const taken = slots
    slots = []
    return taken
  }
  const writeNext = createBatches(take, write)
  return {
    async look() {
      const read = await readMetrics(metrics)
      const grown = Object.entries(read.totals).flatMap(([name, total]) => {
        const growth = total - (totals[name] ?? 0)
        return growth > 0 ? [[name, growth] as const] : []
      })
      totals = read.totals
      slots = widen(
        [...slots, { startsMs: clock.now().getTime(), sums: Object.fromEntries(grown), peaks: read.levels }],
        SLOT_MS,
      ).slice(-MOST_SLOTS)
    },
    async flush() {
      if (await writeNext()) await writeNext()
    },
  }
}

/** Every figure as it stands: of what is counted and timed the total since the process began. */
async function readMetrics(metrics: FigureNeeds['metrics']) {
  const names = new Set<string>([...Object.values(COUNTED), ...Object.values(LEVELS)].map(({ metric }) => metric))
  const values = new Map<string, readonly MetricValue[]>()
  for (const name of [...names, ...Object.values(TIMED)]) {
    // One after the other: some look something up when they are read.
    // oxlint-disable-next-line no-await-in-loop
    values.set(name, await readMetric(metrics, name))
  }
  const read = (sources: Readonly<Record<string, FigureSource>>): Record<string, number> =>
    Object.fromEntries(
      Object.entries(sources).flatMap(([name, source]) => {
        const sum = sumOf(source, values.get(source.metric) ?? [])
        return sum === undefined ? [] : [[name, sum]]
      }),
    )
  const timed = (Object.entries(TIMED) as [Timed, string][]).flatMap(([figure, metric]) =>
    readSteps(values.get(metric) ?? []).map((count, step) => [stepName(figure, step), count] as const),
  )
  return { totals: { ...read(COUNTED), ...Object.fromEntries(timed) }, levels: read(LEVELS) }
}

/** How many fell into each step: a bucket counts those of the smaller ones with its own. */
function readSteps(values: readonly MetricValue[]): number[] {
  const upTo = (end: number | string): number =>
    values
      .filter(({ metricName, labels }) => metricName?.endsWith('_bucket') && String(labels['le']) === String(end))
      .reduce((sum, { value }) => sum + value, 0)
  const ends = [...SECOND_STEPS.map(upTo), upTo('+Inf')]
  return ends.map((count, step) => count - (ends[step - 1] ?? 0))
}
