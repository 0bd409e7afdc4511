import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { checkHistory, describeBreach } from '../chaos/check-history.ts'
import { NOTHING_OBSERVED, type HistoryEntry, type TimedEntry } from '../chaos/history.ts'
import { measure, type Figures } from '../chaos/measure.ts'
import type { ClientNeeds } from '../chaos/operate.ts'
import { readStored } from '../chaos/read-stored.ts'
import { answerTextOf, createRandom } from '../chaos/seeded-random.ts'
import { runClient } from '../chaos/virtual-client.ts'
import type { Replica } from '../support/cluster/start-replica.ts'
import { prepareVersions, type TwoVersions } from './two-versions.ts'
import type { Version } from './versions.ts'
import { joinVersion, walkVersion, writeToVersion } from './visit-version.ts'

interface BesideWish {
  readonly from: Version
  readonly to: Version
  readonly hasRedis: boolean
  /** How long each stretch of asking takes. */
  readonly stretchMs: number
  readonly onStep: (step: string) => void
}

export interface BesideReport extends Figures {
  readonly from: Version
  readonly to: Version
  readonly hasRedis: boolean
  readonly hasOtherPackages: boolean
  /** From the start of the newer one until it was ready, with its backup and its migration. */
  readonly migratedMs: number
  /** Answers that one of the two had begun when it was killed, and the other gave. */
  readonly takenOverByOld: number
  readonly takenOverByNext: number
  /** Pages and skills that the older one answered as before, and kinds of what it wrote. */
  readonly pages: number
  readonly writes: number
  readonly violations: readonly string[]
}

const MEMBERS = 9
const QUIET_MS = 90_000

/**
 * A process of the version before answers on the schema that it made; the newer one migrates beneath it, and both answer beside each
 * other. Each is killed while it answers, and the other goes on. Everything that members saw is held against what is stored.
 */
export async function runBeside(wish: BesideWish): Promise<BesideReport> {
  const versions = await prepareVersions(wish)
  const deadline = new AbortController()
  try {
    const { old, database } = versions
    const serving = new Set<Replica>()
    wish.onStep(`${describe(wish.from)} starts on an empty database`)
    await old.start()
    serving.add(old)
    const door = { url: old.url, key: versions.key }
    const members = []
    for (let place = 0; place < MEMBERS; place += 1) members.push(await joinVersion(door, place))
    const before = await visit(versions, old, 'before')
    const history: TimedEntry[] = []
    const closing = new AbortController()
    const clients = members.map((member, place) =>
      runClient({
        ...member,
        kind: (['sse', 'socket', 'rest'] as const)[place % 3] ?? 'sse',
        random: createRandom(place + 1),
        origin: originOf(serving),
        record: (entry: HistoryEntry) => void history.push({ ...entry, atMs: performance.now() }),
        closing: closing.signal,
        deadline: deadline.signal,
      } satisfies ClientNeeds),
    )
    const seen = await rage(wish, { ...versions, serving }, before)
    closing.abort()
    const timer = setTimeout(() => deadline.abort(), QUIET_MS)
    await Promise.all(clients)
    clearTimeout(timer)
    const breaches = checkHistory({
      history,
      stored: await readStored(database),
      observed: NOTHING_OBSERVED,
      answerTo: answerTextOf,
      mayFailWith: () => false,
    })
    const left = await leave(versions)
    return {
      from: wish.from,
      to: wish.to,
      hasRedis: wish.hasRedis,
      hasOtherPackages: versions.hasOtherPackages,
      ...seen,
      takenOverByNext: (await countTakenOver(database)) - seen.takenOverByOld,
      pages: countGood(before.pages),
      writes: countGood(before.writes),
      ...measure(history, breaches),
      violations: [...breaches.map(describeBreach), ...seen.violations, ...left],
    }
  } finally {
    deadline.abort()
    await versions.end()
  }
}

function describe({ commit, title, migrations }: Version): string {
  return `${migrations} migrations (${commit?.slice(0, 7) ?? 'here'}, ${title})`
}

/** One after the other of those that take traffic; waits while there is none. */
function originOf(serving: ReadonlySet<Replica>): () => Promise<string> {
  let turn = 0
  return async () => {
    for (;;) {
      const chosen = [...serving][turn % Math.max(1, serving.size)]
      turn += 1
      if (chosen) return chosen.url
      await delay(50)
    }
  }
}

interface Visit {
  readonly pages: ReadonlyMap<string, number>
  readonly writes: ReadonlyMap<string, number>
}

async function visit({ key }: TwoVersions, { url }: Replica, mark: string): Promise<Visit> {
  const writes = await writeToVersion({ url, key }, mark)
  return { writes, pages: await walkVersion({ url, key }) }
}

/** Those that did what was asked. */
function countGood(statuses: ReadonlyMap<string, number>): number {
  return [...statuses.values()].filter((status) => status < 300).length
}

/** What was answered before and is not now, or was otherwise. */
function differences(who: string, before: Visit, now: Visit): string[] {
  const all = [...before.pages, ...before.writes]
  return all.flatMap(([what, status]) => {
    const found = now.pages.get(what) ?? now.writes.get(what)
    return found === status ? [] : [`${who}: ${what} gives ${found ?? 'nothing'} and gave ${status}`]
  })
}

interface Serving extends TwoVersions {
  /** Those that members are sent to. */
  readonly serving: Set<Replica>
}

async function rage({ stretchMs, onStep, to }: BesideWish, versions: Serving, before: Visit) {
  const { old, next, database, serving } = versions
  await delay(stretchMs)
  onStep(`${describe(to)} starts beside it and migrates`)
  const startedMs = performance.now()
  await next.start()
  serving.add(next)
  const migratedMs = Math.round(performance.now() - startedMs)
  onStep('both answer')
  await delay(stretchMs)
  const violations: string[] = [
    ...differences('the old one on the new schema', before, await visit(versions, old, 'after')),
    ...differences('the new one', before, await visit(versions, next, 'beside')),
  ]
  onStep('the new one is killed, and the old one goes on')
  serving.delete(next)
  const { out, err } = await next.kill()
  violations.push(...misfitsOf('the new one', out + err))
  await delay(stretchMs)
  const takenOverByOld = await countTakenOver(database)
  onStep('the new one is back, and both answer')
  await next.start()
  serving.add(next)
  await delay(stretchMs)
  onStep('the old one is killed, and may not come back')
  serving.delete(old)
  const ended = await old.kill()
  violations.push(...misfitsOf('the old one', ended.out + ended.err))
  await delay(stretchMs)
  const refusal = await old.start().then(
    () => 'it came back',
    (error: Error) => error.message,
  )
  if (!/newer than this Sophia/.test(refusal)) violations.push(`the old one was to be refused: ${refusal.slice(-1000)}`)
  return { migratedMs, takenOverByOld, violations }
}

async function countTakenOver(database: Database): Promise<number> {
  const count = sql`select count(*)::int as n from turns where attempt > 1 and status = 'complete'`
  return (await database.read((handle) => handle.first(z.object({ n: z.int() }), count)))?.n ?? 0
}

/** What a program says whose SQL and schema do not fit, or that failed for any reason but a database that a busy machine kept from answering. */
const MISFIT =
  /does not exist|violates .*constraint|unhandled|"log\.level":"(error|fatal)"(?!.*(DATABASE_UNAVAILABLE|OVERLOADED|not queryable))/

function misfitsOf(who: string, words: string): string[] {
  const lines = words.split('\n').filter((line) => MISFIT.test(line))
  return lines.map((line) => `${who} said: ${line.slice(0, 600)}`)
}

/** The one that is left ends in order. */
async function leave({ next }: TwoVersions): Promise<string[]> {
  const { code, out, err } = await next.term()
  return [...(code === 0 ? [] : [`the new one ended with ${code}`]), ...misfitsOf('the new one', out + err)]
}
