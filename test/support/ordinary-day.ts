import { NOTHING, plus, type Counts } from '#domain/objectives/budget.ts'
import type { ObjectiveId } from '#domain/objectives/objectives.ts'
import { createRandom } from '../chaos/seeded-random.ts'
import type { DayMoment, ProcessMoment } from './replay-alerts.ts'

/**
 * A made-up day of three processes with what an ordinary one brings: few ask at night and many by day, single faults and missed probes,
 * three rolling deployments, the close of a month with two and a half times the load, a provider of two that is slow for an hour, a
 * connection that is away for a moment, and a Redis that is started anew. Its figures are assumptions, written out here.
 */
export interface DayWishes {
  readonly seed: number
  readonly planted?: Outage
  /** Judged is this stretch of the last day only, seconds from its midnight; all of it unless told. */
  readonly judged?: readonly [from: number, until: number]
}

/** What is planted, from a moment of the last day on. */
export interface Outage {
  readonly kind: 'requests fail' | 'a process is killed' | 'the provider is down' | 'answers wait' | 'too much is asked'
  readonly fromSeconds: number
}

const HOUR = 3600
export const DAY = 24 * HOUR
/** The longest span that a rule looks at. */
const DAYS_BEFORE = 3
const STEP = 5
const COARSE_STEP = 300
const REPLICAS = ['one', 'two', 'three'] as const
const RESTART_SECONDS = 6
const APART_SECONDS = 60
const WARMING_SECONDS = 20
const DEPLOYS = [10 * HOUR, 14.5 * HOUR, 22 * HOUR]
const CLOSE = [14 * HOUR, 20 * HOUR] as const
const SLOW_PROVIDER = [11 * HOUR, 12 * HOUR] as const
const SILENT_SECONDS = 12

/** From three days before on, coarsely; then the last day each five seconds. */
export function* ordinaryDay({ seed, planted, judged = [0, DAY] }: DayWishes): Generator<DayMoment> {
  const random = createRandom(seed)
  const counters = createCounters()
  const [from, until] = judged
  const judgedFrom = DAYS_BEFORE * DAY + from
  // A while that is not judged fills the spans of counters and budgets.
  const fineFrom = Math.max(DAYS_BEFORE * DAY, judgedFrom - HOUR)
  let atSeconds = 0
  while (atSeconds < DAYS_BEFORE * DAY + until) {
    const step = atSeconds < fineFrom ? COARSE_STEP : STEP
    atSeconds += step
    const isLastDay = atSeconds > DAYS_BEFORE * DAY
    const moment: Moment = {
      seconds: isLastDay ? atSeconds - DAYS_BEFORE * DAY : atSeconds % DAY,
      step,
      random,
      planted: isLastDay ? planted : undefined,
    }
    yield {
      atSeconds,
      counted: countedIn(moment),
      processes: processesAt(moment, counters),
      isJudged: atSeconds > judgedFrom,
    }
  }
}

interface Moment {
  /** From midnight. */
  readonly seconds: number
  readonly step: number
  readonly random: () => number
  readonly planted: Outage | undefined
}

const isIn = (seconds: number, [from, until]: readonly [number, number]): boolean => seconds > from && seconds <= until

/** How much of the step before this moment an outage of a kind took. */
function outageShare({ seconds, step, planted }: Moment, kind: Outage['kind']): number {
  if (planted?.kind !== kind) return 0
  return Math.min(1, Math.max(0, (seconds - planted.fromSeconds) / step))
}

/** In a second: 0.4 at night, 12 at noon, thirty at the close of the month. */
function requestsPerSecond(seconds: number): number {
  const bump = (hour: number): number => Math.exp(-(((seconds / HOUR - hour) / 2) ** 2))
  const usual = 0.4 + 8 * bump(10.5) + 8 * bump(15)
  return isIn(seconds, CLOSE) ? 2.5 * usual : usual
}

/** How many replicas were started anew so lately that they are not warm yet. */
function warming(seconds: number): number {
  return REPLICAS.filter((_, place) => DEPLOYS.some((deploy) => isIn(seconds, warmingSpan(deploy, place)))).length
}

function warmingSpan(deploy: number, place: number): readonly [number, number] {
  const startedAt = deploy + place * APART_SECONDS + RESTART_SECONDS
  return [startedAt, startedAt + WARMING_SECONDS]
}

function countedIn(moment: Moment): Partial<Record<ObjectiveId, Counts>> {
  const { seconds, step, random } = moment
  const cold = warming(seconds) / REPLICAS.length
  const requests = poisson(requestsPerSecond(seconds) * step, random)
  const failing = outageShare(moment, 'requests fail')
  const shed = outageShare(moment, 'too much is asked') * 0.05
  const errors = split(requests, Math.max(failing, shed, 1 / 20_000 + cold * 0.01), random)
  const slow = split(errors.good, 0.015 + cold * 0.25 + (isIn(seconds, CLOSE) ? 0.02 : 0), random)
  const answers = poisson(requestsPerSecond(seconds) * step * 0.03, random)
  const isSlowProvider = isIn(seconds, SLOW_PROVIDER)
  const late = Math.max(outageShare(moment, 'the provider is down'), isSlowProvider ? 0.5 : 0.02)
  const looks = step / 5
  return {
    availability: split(REPLICAS.length * looks, 1 / 4000, random),
    errors,
    latency: slow,
    'first-token': split(answers, late, random),
    'cache-api-response': split(Math.round(requests * 0.7), 0.03 + cold * 0.5, random),
    memory: { good: REPLICAS.length * looks, bad: 0 },
    backup: { good: REPLICAS.length * looks, bad: 0 },
    mcp: plus(
      split(poisson(step / 6, random), 1 / 200, random),
      isConnectionAway(seconds) ? { good: 0, bad: 1 } : NOTHING,
    ),
  }
}

/** For longer than a probe, and for less than the time after which it is told. */
function isConnectionAway(seconds: number): boolean {
  return isIn(seconds, [16 * HOUR, 16 * HOUR + 90])
}

type Counters = ReturnType<typeof createCounters>

/** What each process has counted since it began. */
function createCounters() {
  const totals = new Map<string, Record<string, number>>()
  return {
    add(process: string, more: Readonly<Record<string, number>>): Record<string, number> {
      const known = totals.get(process) ?? {}
      for (const [name, count] of Object.entries(more)) known[name] = (known[name] ?? 0) + count
      totals.set(process, known)
      return known
    },
  }
}

function processesAt(moment: Moment, counters: Counters): ProcessMoment[] {
  const { seconds, planted } = moment
  const isKilled = planted?.kind === 'a process is killed' && seconds >= planted.fromSeconds
  return REPLICAS.flatMap((replica, place) => {
    const isRestarting = DEPLOYS.some((deploy) => {
      const leftAt = deploy + place * APART_SECONDS
      return isIn(seconds, [leftAt, leftAt + RESTART_SECONDS])
    })
    if (isRestarting || (isKilled && place === 2)) return []
    const started = DEPLOYS.filter((deploy) => seconds > deploy + place * APART_SECONDS).length
    return [processAt(moment, { process: `${replica} ${started}`, place, counters })]
  })
}

interface ProcessPlace {
  readonly process: string
  readonly place: number
  readonly counters: Counters
}

const whole = (value: number): Record<string, number> => ({ '': value })

function processAt(moment: Moment, { process, place, counters }: ProcessPlace): ProcessMoment {
  const isCold = DEPLOYS.some((deploy) => isIn(moment.seconds, warmingSpan(deploy, place)))
  const counted = Object.entries(counters.add(process, happenedAt(moment, isCold)))
  return {
    process,
    values: {
      ...partsAt(moment),
      ...loadAt(moment),
      'event-loop-slow': whole(isCold ? 0.4 : 0.02 + 0.08 * moment.random()),
      ...Object.fromEntries(counted.map(([id, total]) => [id, whole(total)])),
    },
  }
}

/** What a process counts in a step. */
function happenedAt(moment: Moment, isCold: boolean): Record<string, number> {
  const { seconds, step, random } = moment
  const answers = (requestsPerSecond(seconds) * step * 0.03) / REPLICAS.length
  const failing = Math.max(outageShare(moment, 'the provider is down'), isIn(seconds, SLOW_PROVIDER) ? 0.02 : 0.002)
  const usuallyShed = isIn(seconds, CLOSE) ? 0.05 * step * random() : 0
  return {
    'turns-failing': poisson(answers * failing, random),
    'takeovers-many': isCold ? poisson(0.2 * step, random) : 0,
    'load-shed': poisson(outageShare(moment, 'too much is asked') * 2 * step + usuallyShed, random),
    'messages-failing': 0,
  }
}

function partsAt(moment: Moment): Record<string, Record<string, number>> {
  const { seconds, random, planted } = moment
  const isSilent = planted?.kind === 'a process is killed' && seconds > planted.fromSeconds + SILENT_SECONDS
  return {
    'server-unreachable': whole(random() < 1 / 4000 ? 1 : 0),
    'replica-silent': whole(isSilent ? 1 : 0),
    'database-down': whole(0),
    'disk-low': whole(0),
    'redis-down': whole(isIn(seconds, [3 * HOUR, 3 * HOUR + 30]) ? 1 : 0),
    'jobs-down': whole(0),
    'model-failing': whole(isModelFailing(moment) ? 1 : 0),
    'mcp-server-down': { crm: isConnectionAway(seconds) ? 1 : 0, wiki: 0 },
    'backup-stale': whole((seconds + 22 * HOUR) % DAY),
  }
}

function loadAt(moment: Moment): Record<string, Record<string, number>> {
  const { seconds, random } = moment
  const waiting = isIn(seconds, [17 * HOUR, 17 * HOUR + 25]) ? 28 : 15 * random()
  return {
    'turns-waiting': whole(queueAt(moment)),
    'turns-hanging': whole(isIn(seconds, SLOW_PROVIDER) && random() < 0.1 ? 1 : 0),
    'pool-exhausted': whole(isIn(seconds, CLOSE) ? waiting : 0),
    'memory-high': whole(memoryAt(seconds)),
    'memory-critical': whole(memoryAt(seconds)),
    'budget-nearly-spent': whole((0.88 * seconds) / DAY),
  }
}

/** While a provider is slow its calls fail for a moment now and then; the other one of the chain answers. */
function isModelFailing(moment: Moment): boolean {
  const { seconds } = moment
  if (outageShare(moment, 'the provider is down') > 0) return true
  return isIn(seconds, SLOW_PROVIDER) && seconds % 900 < 45
}

/** How many questions wait: a few, at the close of the month up to forty, once for forty seconds more than are told of. */
function queueAt(moment: Moment): number {
  const { seconds, random } = moment
  if (outageShare(moment, 'answers wait') > 0) return 120
  if (isIn(seconds, [18 * HOUR, 18 * HOUR + 40])) return 65
  return Math.floor((isIn(seconds, CLOSE) ? 40 : 3) * random())
}

function memoryAt(seconds: number): number {
  return 0.45 + (0.2 * seconds) / DAY + (isIn(seconds, CLOSE) ? 0.05 : 0)
}

/** So many of them bad by this share, by chance. */
function split(total: number, badShare: number, random: () => number): Counts {
  const bad = badShare >= 1 ? total : Math.min(total, poisson(total * badShare, random))
  return { good: total - bad, bad }
}

/** How many of rare things happen where so many do on average. */
function poisson(mean: number, random: () => number): number {
  if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)))
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
