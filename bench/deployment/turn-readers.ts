import { setTimeout as delay } from 'node:timers/promises'
import { addMember } from '../../test/chaos/chaos-cluster.ts'
import { checkHistory, describeBreach } from '../../test/chaos/check-history.ts'
import { NOTHING_OBSERVED, type HistoryEntry, type TimedEntry } from '../../test/chaos/history.ts'
import { measure } from '../../test/chaos/measure.ts'
import { readStored } from '../../test/chaos/read-stored.ts'
import { answerTextOf, createRandom } from '../../test/chaos/seeded-random.ts'
import { runClient } from '../../test/chaos/virtual-client.ts'
import type { LoadedDeployment } from './loaded-deployment.ts'

/** What those who read answers had of it. */
export interface ReadersFigures {
  /** Kept open all the time, each reading one answer after the other. */
  readonly streams: number
  readonly answersRead: number
  readonly eventsRead: number
  /** Ended by a server on its way out, in order, and read on at another. */
  readonly handedOver: number
  /** All else: broken off, refused when read on, given up, or with an event missing, twice or other than it is stored. */
  readonly cut: number
  /** The longest silence in each answer that was handed over or cut. */
  readonly silenceMsP95: number | null
  readonly silenceMsMax: number | null
  /** Of the requests of these readers, each try that had to be repeated and each that was given up. */
  readonly requestsFailed: number
  /** The promises of test/chaos that did not hold. */
  readonly violations: readonly string[]
  readonly failures: readonly string[]
}

export interface TurnReaders {
  /** Lets everybody read their answer to its end, and holds what they had against what is stored. */
  end(): Promise<ReadersFigures>
}

/** Half of them read server-sent events, half a WebSocket. */
const READERS = 20
const FIRST_WORD_LIMIT_MS = 60_000
/** Longer than the last answers may take. */
const LAST_WORD_LIMIT_MS = 60_000

/** Members who ask one question after the other and read each answer as it comes. Resolves when all of them read. */
export async function startTurnReaders({ cluster, database }: LoadedDeployment): Promise<TurnReaders> {
  const history: TimedEntry[] = []
  const record = (entry: HistoryEntry): void => void history.push({ ...entry, atMs: performance.now() })
  const closing = new AbortController()
  const deadline = new AbortController()
  const clients: Promise<void>[] = []
  for (let place = 0; place < READERS; place += 1) {
    const member = await addMember(database, `Reader ${place}`)
    const kind = place % 2 === 0 ? 'sse' : 'socket'
    const signals = { closing: closing.signal, deadline: deadline.signal }
    const origin = (): Promise<string> => Promise.resolve(cluster.url)
    clients.push(runClient({ ...member, ...signals, kind, random: createRandom(place + 1), origin, record }))
  }
  await untilAllRead(history)
  return {
    async end() {
      closing.abort()
      const timer = setTimeout(() => deadline.abort(), LAST_WORD_LIMIT_MS)
      await Promise.all(clients)
      clearTimeout(timer)
      return summarise(history, await readStored(database))
    },
  }
}

async function untilAllRead(history: readonly HistoryEntry[]): Promise<void> {
  const readers = (): number =>
    new Set(history.flatMap((entry) => (entry.type === 'delivered' ? [entry.reader] : []))).size
  for (const deadlineMs = performance.now() + FIRST_WORD_LIMIT_MS; readers() < READERS; await delay(100))
    if (performance.now() > deadlineMs) throw new Error(`Only ${readers()} of ${READERS} read an answer.`)
}

function summarise(history: readonly TimedEntry[], stored: Awaited<ReturnType<typeof readStored>>): ReadersFigures {
  const breaches = checkHistory({
    history,
    stored,
    observed: NOTHING_OBSERVED,
    answerTo: answerTextOf,
    mayFailWith: () => false,
  })
  const { gapMsP95, gapMsMax, delivered } = measure(history, breaches)
  const count = (isSo: (entry: TimedEntry) => boolean): number => history.filter(isSo).length
  const isCut = (entry: TimedEntry): boolean => entry.type === 'broken' && !entry.isHandedOver
  const failures = history.flatMap((entry) => (entry.type === 'retry' || entry.type === 'fail' ? [entry.reason] : []))
  return {
    streams: READERS,
    answersRead: count((entry) => entry.type === 'assembled'),
    eventsRead: delivered,
    handedOver: count((entry) => entry.type === 'broken' && entry.isHandedOver),
    // What was given up, or not read as it is stored, is among the breaches.
    cut: count(isCut) + breaches.filter(({ invariant }) => invariant === 'I5').length,
    silenceMsP95: gapMsP95,
    silenceMsMax: gapMsMax,
    requestsFailed: failures.length,
    violations: breaches.map(describeBreach),
    failures: failures.slice(0, 3),
  }
}
