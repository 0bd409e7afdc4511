import pg from 'pg'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '../log/log.ts'
import { countListeners, listenTo, notifyAll } from './notify-store.ts'
import type { CarrierEnds, OpenCarrier } from './carrier.ts'

export interface PostgresCarrierNeeds {
  /** Past a pooler: a pooled connection hears nothing. */
  readonly connection: pg.ClientConfig
  readonly clock: Clock
  readonly log: Log
}

const LOOK_EVERY_MS = 5000
const QUERY_MS = 5000
const CONNECT_MS = 3000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 5000
const TELL_EVERY_MS = 60_000
const CLOSE_MS = 1000
/** What cannot be told yet is kept up to here, newest first to stay. */
const MOST_WAITING = 1000
const AT_ONCE = 200
const HELLO = 'hello '

/**
 * LISTEN and NOTIFY on one connection of its own, for deployments without Redis. Each notification is its own statement, never part of
 * the transaction that it tells of: commits with one stand in line behind each other. While no other process listens nothing is sent.
 */
export function createPostgresCarrier(needs: PostgresCarrierNeeds): OpenCarrier {
  return (ends) => {
    const line: Line = {
      needs,
      ends,
      ending: new AbortController(),
      waiting: [],
      client: null,
      isAlone: false,
      sending: null,
      kept: Promise.resolve(),
    }
    line.kept = keepLine(line)
    return {
      // One channel for all: PostgreSQL wakes every listener of a database whatever it listens to.
      hear: (topic) => void (line.client && ends.onGap(topic)),
      send(topic, text) {
        if (line.isAlone) return
        line.waiting.push(`${topic} ${text}`)
        if (line.waiting.length > MOST_WAITING) line.waiting.shift()
        flush(line)
      },
      async close() {
        const { clock } = needs
        const until = clock.monotonicMs() + CLOSE_MS
        // What is under way would be cut off with the line.
        // oxlint-disable-next-line no-await-in-loop
        while ((line.waiting.length > 0 || line.sending) && clock.monotonicMs() < until) await clock.sleep(10)
        line.ending.abort()
        await line.kept
      },
    }
  }
}

interface Line {
  readonly needs: PostgresCarrierNeeds
  readonly ends: CarrierEnds
  readonly ending: AbortController
  waiting: string[]
  /** null: not connected. */
  client: pg.Client | null
  isAlone: boolean
  sending: Promise<void> | null
  /** Resolves when the line is given up for good. */
  kept: Promise<void>
}

/** Connects, again and again, until it is closed. */
async function keepLine(line: Line): Promise<void> {
  const { clock, log } = line.needs
  let toldMs = Number.NEGATIVE_INFINITY
  for (let pauseMs = FIRST_PAUSE_MS; !line.ending.signal.aborted; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      await holdLine(line, () => (pauseMs = FIRST_PAUSE_MS))
    } catch (error) {
      if (line.ending.signal.aborted) return
      if (clock.monotonicMs() - toldMs >= TELL_EVERY_MS) {
        toldMs = clock.monotonicMs()
        log.warn({ error }, 'wake-ups of other processes cannot be heard; they are found by looking')
      }
    }
    // It rejects only when the line is closed.
    await clock.sleep(pauseMs * (0.75 + Math.random() / 2), line.ending.signal).catch(() => undefined)
  }
}

/** One connection, from its start until it is lost. */
async function holdLine(line: Line, onUp: () => void): Promise<void> {
  const { needs, ends, ending } = line
  const client = new pg.Client({
    application_name: 'sophia wakeups',
    ...needs.connection,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: QUERY_MS,
  })
  const lost = new AbortController()
  let own: number | undefined
  for (const event of ['error', 'end'] as const) client.on(event, () => lost.abort())
  client.on('notification', ({ payload = '', processId }) => {
    if (processId !== own) line.isAlone = false
    const space = payload.indexOf(' ')
    ends.onText(payload.slice(0, space), payload.slice(space + 1))
  })
  try {
    await client.connect()
    own = await listenTo(client)
    line.client = client
    // Whoever thought to be alone hears that they are not.
    await notifyAll(client, [HELLO])
    onUp()
    ends.onGap()
    const over = AbortSignal.any([lost.signal, ending.signal])
    while (!over.aborted) {
      // Looks whether the line still answers, too.
      line.isAlone = (await countListeners(client)) <= 1
      flush(line)
      await needs.clock.sleep(LOOK_EVERY_MS, over).catch(() => undefined)
    }
  } finally {
    line.client = null
    line.isAlone = false
    await client.end().catch(() => undefined)
  }
}

/** Sends what waits; what is told meanwhile goes along in the next statement. */
function flush(line: Line): void {
  line.sending ??= send(line).finally(() => (line.sending = null))
}

async function send(line: Line): Promise<void> {
  // What is told in one go of the event loop shares a statement.
  await new Promise((resolve) => setImmediate(resolve))
  while (line.client && line.waiting.length > 0) {
    const texts = line.isAlone ? [] : line.waiting.slice(0, AT_ONCE)
    line.waiting = line.isAlone ? [] : line.waiting.slice(AT_ONCE)
    if (texts.length === 0) continue
    // A lost wake-up is found by looking; a lost line is noticed by its owner.
    await notifyAll(line.client, texts).catch(() => undefined)
  }
}
