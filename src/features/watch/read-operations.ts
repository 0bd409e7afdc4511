import type { OperationsReport } from '#contract/watch.ts'
import { SECOND_STEPS, stepsOf, type Figures } from '#domain/figures/figures.ts'
import { quantileOf } from '#domain/figures/quantile.ts'
import { MICROS, type Money } from '#domain/money.ts'
import { listChanges, listMigrations, type StoredChange } from './changes-store.ts'
import { listFigures, listReplicaFigures, type ReplicaFigures, type StoredPoint } from './figures-store.ts'
import type { WatchNeeds } from './watch-needs.ts'

type Point = OperationsReport['points'][number]
type Change = OperationsReport['changes'][number]

/** An hour by ten seconds, a day by five minutes; then so that no more than these are drawn. */
const STEPS = [10, 60, 300, 1800, 7200, 21_600]
const MOST_POINTS = 365
/** What stands as now: the last minute that is written. */
const NOW_MS = 60_000
/** So long after its beginning a span of ten seconds is written by all: each looks every five. */
const WRITTEN_MS = 15_000
const MOST_CHANGES = 100
/** A change by hand is noticed within so long by what comes into force. */
const ECHO_MS = 30_000

/** What a person may do by which something else is in force from then on. */
const ACTIONS = [
  'budget.change',
  'cache.invalidate',
  'calendar.save',
  'drill.run',
  'mcp.add',
  'mcp.approve',
  'mcp.change',
  'mcp.remove',
  'persona:activate',
  'sync.change',
  'sync.create',
  'sync.remove',
]

export interface OperationsWanted {
  readonly hours: number
  /** What people did stands in the audit log, and is told to who may read that. */
  readonly mayReadAudit: boolean
}

/** How it went over the last hours, how it is now, replica by replica, and what was changed meanwhile. */
export async function readOperations(
  needs: WatchNeeds,
  { hours, mayReadAudit }: OperationsWanted,
): Promise<OperationsReport> {
  const stepSeconds = STEPS.find((step) => (hours * 3600) / step <= MOST_POINTS) ?? 21_600
  const read = await needs.database.inSnapshot(async (handle) => {
    const now = await needs.moment(handle)
    const from = new Date(now.getTime() - hours * 3_600_000)
    const until = new Date(now.getTime() - WRITTEN_MS)
    const recent = new Date(until.getTime() - NOW_MS)
    return {
      now,
      from,
      points: await listFigures(handle, { from, now, stepSeconds }),
      // Of one step that holds it all, however its edges lie.
      minute: await listFigures(handle, { from: recent, now, stepSeconds: 10 }),
      replicas: await listReplicaFigures(handle, { from: recent, until }),
      changes: await listChanges(handle, { from, limit: MOST_CHANGES }),
      migrations: await listMigrations(handle, from),
    }
  })
  const wanted = { actions: ACTIONS, from: read.from, limit: MOST_CHANGES }
  const done = mayReadAudit ? await needs.listActions(wanted) : []
  return {
    measuredAt: read.now.toISOString(),
    stepSeconds,
    secondSteps: [...SECOND_STEPS],
    points: read.points.map((point) => toPoint(point)),
    now: together(read.minute, read.now),
    replicas: read.replicas.map(toLoad),
    changes: toChanges({ ...read, done }),
  }
}

function toPoint({ at, sums, peaks }: StoredPoint): Point {
  const count = (name: string): number => Math.round(sums[name] ?? 0)
  const level = (name: string): number | null => peaks[name] ?? null
  const latency = stepsOf(sums, 'latency')
  return {
    at: at.toISOString(),
    requests: count('requests'),
    failed: count('failed'),
    shed: count('shed'),
    latency,
    latencyP50: quantileOf(latency, 0.5),
    latencyP95: quantileOf(latency, 0.95),
    firstTokenP95: quantileOf(stepsOf(sums, 'firstToken'), 0.95),
    turns: count('turns'),
    turnsFailed: count('turnsFailed'),
    cacheKept: count('cacheKept'),
    cacheMade: count('cacheMade'),
    saved: usd(sums['savedUsd']),
    cost: usd(sums['costUsd']),
    tokens: count('tokens'),
    turnsActive: level('turnsActive'),
    turnsQueued: level('turnsQueued'),
    sockets: level('sockets'),
    poolBusy: level('poolBusy'),
    poolWaiting: level('poolWaiting'),
    memory: level('memory'),
    eventLoopSeconds: level('eventLoopSeconds'),
  }
}

function usd(amount = 0): Money {
  return { amountMicros: Math.round(amount * MICROS), currency: 'USD' }
}

/** The last spans that are over as one; null where nobody measured in them. Before there is one of these, what there is. */
function together(measured: readonly StoredPoint[], now: Date): OperationsReport['now'] {
  const over = measured.filter(({ at }) => now.getTime() - at.getTime() >= WRITTEN_MS)
  const points = over.length > 0 ? over : measured
  const last = points.at(-1)
  if (!last) return null
  const sums: Record<string, number> = {}
  for (const point of points)
    for (const [name, value] of Object.entries(point.sums)) sums[name] = (sums[name] ?? 0) + value
  // Levels as they stood last: what was high a minute ago is seen in the history.
  return { ...toPoint({ at: last.at, sums, peaks: last.peaks }), seconds: points.length * 10 }
}

function toLoad({ replica, seconds, sums, peaks }: ReplicaFigures): OperationsReport['replicas'][number] {
  const perSecond = (figures: Figures, name: string): number => (figures[name] ?? 0) / seconds
  return {
    replica,
    requestsPerSecond: perSecond(sums, 'requests'),
    processors: perSecond(sums, 'cpuSeconds'),
    turnsActive: peaks['turnsActive'] ?? null,
    sockets: peaks['sockets'] ?? null,
    memory: peaks['memory'] ?? null,
  }
}

interface Changed {
  readonly changes: readonly StoredChange[]
  readonly migrations: readonly { readonly at: Date; readonly version: number }[]
  readonly done: Awaited<ReturnType<WatchNeeds['listActions']>>
}

/** All of them, newest first; what somebody did is not told again as what came into force by it. */
function toChanges({ changes, migrations, done }: Changed): Change[] {
  const isEcho = ({ kind, at, subject }: StoredChange): boolean =>
    kind === 'changed' &&
    done.some(
      (one) =>
        subject === (one.action === 'calendar.save' ? 'calendar' : `persona ${one.targetId}`) &&
        Math.abs(at.getTime() - one.at.getTime()) <= ECHO_MS,
    )
  const all: Change[] = [
    ...changes
      .filter((change) => !isEcho(change))
      .map(({ at, kind, subject, replica }) => ({ at: at.toISOString(), kind, subject, by: replica })),
    ...migrations.map(({ at, version }) => ({
      at: at.toISOString(),
      kind: 'schema' as const,
      subject: String(version),
      by: null,
    })),
    ...done.map(({ at, action, targetId, by }) => ({
      at: at.toISOString(),
      kind: 'done' as const,
      subject: targetId === null ? action : `${action} ${targetId}`,
      by,
    })),
  ]
  return all.toSorted((one, other) => other.at.localeCompare(one.at)).slice(0, MOST_CHANGES)
}
