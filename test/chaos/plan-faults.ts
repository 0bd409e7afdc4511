import { createRandom } from './seeded-random.ts'

/** All that is done to a deployment. */
export const FAULTS = [
  'replica-kill',
  'replica-freeze',
  'replica-term',
  'clock-offset',
  'redis-kill',
  'redis-freeze',
  'redis-flush',
  'redis-full',
  'redis-failover',
  'postgres-fast',
  'postgres-immediate',
  'postgres-freeze',
  'lock-held',
  'pool-exhausted',
  'replica-pool-taken',
  'disk-full',
  'line-latency',
  'line-narrow',
  'line-black-hole',
  'line-reset',
  'line-cut',
  'half-open',
  'slow-consumer',
] as const
export type Fault = (typeof FAULTS)[number]

/** Between which two programs a line is made bad. */
export const LINES = ['client', 'balancer', 'postgres', 'redis', 'model', 'tools'] as const
export type LineName = (typeof LINES)[number]

export interface PlannedFault {
  readonly fault: Fault
  /** Of the replica it falls on, from 0. */
  readonly place: number
  readonly line: LineName
  readonly lastsMs: number
  /** Quiet after it, before the next. */
  readonly pauseMs: number
  /** How far a clock is off. */
  readonly offsetMs: number
}

interface Wish {
  readonly seed: number
  readonly replicas: number
  /** Each happens once at least. */
  readonly faults: readonly Fault[]
  /** How many of `replica-kill` there are in all, if it is among the faults. */
  readonly kills: number
}

const HOUR_MS = 3_600_000
/** What is over too soon shows nothing: a lease must be able to run out. */
const LEAST_MS: Partial<Record<Fault, number>> = {
  'replica-freeze': 3200,
  'redis-freeze': 2000,
  'postgres-immediate': 3200,
  'postgres-freeze': 3200,
  'lock-held': 3200,
  'replica-pool-taken': 3200,
}

/** Which faults fall when on what: the same seed gives the same plan. */
export function planFaults({ seed, replicas, faults, kills }: Wish): PlannedFault[] {
  const random = createRandom(seed)
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[Math.floor(random() * items.length)] ?? items[0]
  const others = faults.filter((fault) => fault !== 'replica-kill')
  const all: Fault[] = faults.includes('replica-kill')
    ? [...others, ...Array.from({ length: kills }, (): Fault => 'replica-kill')]
    : others
  const order = all.map((fault) => ({ fault, at: random() })).toSorted((one, other) => one.at - other.at)
  return order.map(({ fault }) => ({
    fault,
    place: Math.floor(random() * replicas),
    line: pick(LINES),
    lastsMs: Math.round((LEAST_MS[fault] ?? 400) + random() * 1800),
    pauseMs: Math.round(100 + random() * 500),
    offsetMs: pick([-24 * HOUR_MS, -HOUR_MS, -5000, HOUR_MS, 24 * HOUR_MS]),
  }))
}
