import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { createRandom } from '../test/chaos/seeded-random.ts'
import { OUTAGE_KINDS, untilReceived, type OutageKind } from './outages/inject-outage.ts'
import { pagesOf } from './outages/message-receiver.ts'
import { openWatchedCluster, type WatchedCluster } from './outages/watched-cluster.ts'
import { percentile, round } from './support/statistics.ts'
import type { BenchOptions } from './support/bench-options.ts'

/** From the beginning of an outage until somebody was told. */
const GOAL_SECONDS = 17
const LOOK_LIMIT_MS = 90_000
/** So long it is broken at least, so that whoever else would tell does. */
const LASTS_MS = 15_000
const QUIET_MS = 60_000
const LOOKS_EVERY_MS = 5000

interface Outage {
  readonly kind: string
  /** Null: nobody was told. */
  readonly tookMs: number | null
  readonly rule: string | null
  /** Messages that wake somebody, while it lasted. */
  readonly pages: number
}

/**
 * How long it takes until people are told of an outage. Two replicas with PostgreSQL and Redis, all real processes, under eight requests a
 * second; before each outage three days without a fault stand in the counts, so that none is told the sooner for the one before. It
 * begins at a random moment between two looks. Pages that nothing was broken for are counted: between outages, and in a minute at the
 * end in which Redis is frozen, which must wake nobody.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({
    args,
    options: { outages: { type: 'string', default: isQuick ? '2' : '50' }, seed: { type: 'string', default: '1' } },
  })
  const random = createRandom(Number(values.seed))
  const kinds = isQuick
    ? OUTAGE_KINDS.filter(({ name }) => ['process killed', 'requests fail'].includes(name))
    : OUTAGE_KINDS
  const watched = await openWatchedCluster()
  try {
    const outages: Outage[] = []
    const false_: string[] = []
    for (let place = 0; place < Number(values.outages); place += 1) {
      const kind = kinds[place % kinds.length]
      if (!kind) break
      false_.push(...(await calm(watched, LOOKS_EVERY_MS * (0.4 + random()))))
      outages.push(await endure(watched, kind, isQuick))
      const { kind: name, tookMs, rule, pages } = outages.at(-1) ?? {}
      process.stderr.write(`${place + 1} ${name}: ${tookMs ?? 'not told'} ms by ${rule}, ${pages} pages\n`)
    }
    if (!isQuick) false_.push(...(await withRedisFrozen(watched)))
    return summarise(outages, false_)
  } finally {
    await watched.end()
  }
}

/** All is well for so long; answers what woke somebody meanwhile. */
async function calm({ untilCalm, receiver }: WatchedCluster, lastsMs: number): Promise<string[]> {
  await untilCalm()
  const from = receiver.received.length
  await delay(lastsMs)
  return receiver.received.slice(from).flatMap(pagesOf)
}

async function endure(watched: WatchedCluster, kind: OutageKind, isQuick: boolean): Promise<Outage> {
  const { received } = watched.receiver
  const from = received.length
  const beganMs = performance.now()
  const mend = await kind.begin(watched)
  const fits = (one: (typeof received)[number]): boolean => pagesOf(one).some((rule) => kind.rules.includes(rule))
  const told = await untilReceived(received, { from, limitMs: LOOK_LIMIT_MS, fits })
  if (!isQuick) await delay(Math.max(0, beganMs + LASTS_MS - performance.now()))
  const pages = received.slice(from).flatMap(pagesOf)
  await mend()
  return {
    kind: kind.name,
    tookMs: told ? round(told.atMs - beganMs) : null,
    rule: told ? (pagesOf(told)[0] ?? null) : null,
    pages: pages.length,
  }
}

async function withRedisFrozen(watched: WatchedCluster): Promise<string[]> {
  await watched.untilCalm()
  watched.cluster.redis.freeze()
  try {
    return await calm(watched, QUIET_MS)
  } finally {
    watched.cluster.redis.thaw()
  }
}

function summarise(outages: readonly Outage[], false_: readonly string[]) {
  const told = outages.flatMap(({ tookMs }) => tookMs ?? [])
  const seconds = (share: number, ofThese: readonly number[] = told): number => round(percentile(ofThese, share) / 1000)
  const kinds = [...new Set(outages.map(({ kind }) => kind))]
  const byKind = Object.fromEntries(
    kinds.map((name) => {
      const ofKind = outages.filter(({ kind }) => kind === name)
      const took = ofKind.flatMap(({ tookMs }) => tookMs ?? [])
      const figures = { p50Seconds: seconds(0.5, took), maxSeconds: seconds(1, took) }
      return [name, { outages: ofKind.length, told: took.length, ...figures }]
    }),
  )
  return {
    results: {
      outages: outages.length,
      told: told.length,
      p50Seconds: seconds(0.5),
      p99Seconds: seconds(0.99),
      falsePages: false_.length,
      pagesPerOutage: round(outages.reduce((sum, { pages }) => sum + pages, 0) / outages.length),
      byKind,
    },
    baselines: { goalSeconds: GOAL_SECONDS },
    ratios: { p99ToGoal: round(seconds(0.99) / GOAL_SECONDS) },
  }
}
