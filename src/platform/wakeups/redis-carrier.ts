import type { Clock } from '#domain/clock.ts'
import type { RedisAddress } from '#platform/config/redis-address.ts'
import type { Log } from '../log/log.ts'
import { isRefusal } from '../redis/redis-client.ts'
import { openLine, type RedisLine } from '../redis/redis-line.ts'
import type { Carrier, CarrierEnds, OpenCarrier } from './carrier.ts'

export interface RedisCarrierNeeds {
  readonly address: RedisAddress
  /** Certificates in PEM form that vouch for it over TLS; null: the public ones. */
  readonly ca: string | null
  /** Keeps deployments apart that share a Redis. */
  readonly namespace: string
  readonly clock: Clock
  readonly log: Log
}

/** So much on its way to a Redis that does not take it is enough: what comes on top is lost, and found by looking. */
const MOST_UNDER_WAY = 1000
/** Of what is told before the way is known so much is kept, the newest. */
const MOST_KEPT = 100
const ASK_AGAIN_MS = 500
const CLOSE_MS = 1000

/**
 * Publish and subscribe on a line of its own, so that what waits for a slow cache holds nobody up. Sharded where Redis knows that
 * (7 and newer): in a cluster a topic then burdens one node. A Redis that freezes or dies is noticed by its silence, and once it, or
 * another primary, is there everybody is told that something may have been missed.
 */
export function createRedisCarrier(needs: RedisCarrierNeeds): OpenCarrier {
  return (ends) => {
    const { clock, namespace } = needs
    const prefix = `sophia:{${namespace}}:wake`
    const topics = new Set<string>()
    let way = openWay({ ...needs, prefix, ends, onChanged: anew })
    // What was subscribed to in one manner is not heard in the other, and some clients do not get over being refused it.
    function anew(): void {
      way.close()
      way = openWay({ ...needs, prefix, ends, onChanged: anew })
      topics.forEach(way.listen)
    }
    return {
      send: (topic, text) => way.send(topic, text),
      hear(topic) {
        if (topics.has(topic)) return ends.onGap(topic)
        topics.add(topic)
        way.listen(topic)
      },
      async close() {
        const until = clock.monotonicMs() + CLOSE_MS
        // What is under way would be cut off with the line.
        // oxlint-disable-next-line no-await-in-loop
        while (way.isBusy() && clock.monotonicMs() < until) await clock.sleep(10)
        way.close()
      },
    } satisfies Carrier
  }
}

interface Way {
  send(topic: string, text: string): void
  listen(topic: string): void
  /** Something is kept or on its way. */
  isBusy(): boolean
  close(): void
}

interface WayNeeds extends RedisCarrierNeeds {
  readonly prefix: string
  readonly ends: CarrierEnds
  /** Redis knows now what it did not know, or the other way round. */
  readonly onChanged: () => void
}

/** A line in one manner, sharded or not, which its first answer decides. */
function openWay({ address, ca, prefix, clock, log, ends, onChanged }: WayNeeds): Way {
  let isRight = true
  // What fails otherwise is told by nothing but silence, which cuts the connection.
  const line = openLine({ address, ca, key: prefix, clock, log, isWell: () => isRight })
  const channelOf = (topic: string): string => `${prefix}:${topic}`
  const closed = new AbortController()
  const topics: string[] = []
  const kept: { readonly topic: string; readonly text: string }[] = []
  let isSharded: boolean | null = null
  let underWay = 0
  const send = (topic: string, text: string): void => {
    if (isSharded === null) {
      kept.push({ topic, text })
      if (kept.length > MOST_KEPT) kept.shift()
      return
    }
    if (underWay >= MOST_UNDER_WAY) return
    underWay += 1
    const sent = line.send([isSharded ? 'SPUBLISH' : 'PUBLISH', channelOf(topic), text])
    const end = (error?: unknown): void => {
      // A lost wake-up is found by looking.
      isRight = !(isRefusal(error) && error.message.startsWith('MOVED'))
      underWay -= 1
    }
    sent.then(() => end(), end)
  }
  const listen = (topic: string): void => {
    if (isSharded === null) return void topics.push(topic)
    const hear = (text: string): void => ends.onText(topic, text)
    line.listen({ channel: channelOf(topic), isSharded, hear, onHeard: () => ends.onGap(topic) })
  }
  const learn = (known: boolean): void => {
    if (isSharded !== null) return known === isSharded ? undefined : onChanged()
    isSharded = known
    topics.splice(0).forEach(listen)
    for (const { topic, text } of kept.splice(0)) send(topic, text)
  }
  keepAsking({ line, clock, channel: channelOf('shards'), learn, signal: closed.signal })
  return {
    send,
    listen,
    isBusy: () => kept.length + underWay > 0,
    close() {
      closed.abort()
      line.close()
    },
  }
}

interface Asking {
  readonly line: RedisLine
  readonly clock: Clock
  readonly channel: string
  /** Told each answer. */
  readonly learn: (isSharded: boolean) => void
  readonly signal: AbortSignal
}

/** Asks each connection anew: behind it there may be another Redis, or the same with other rights. */
function keepAsking({ line, clock, channel, learn, signal }: Asking): void {
  let isAsking = false
  const ask = async (): Promise<void> => {
    while (line.isReady() && !signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop
      const known = await knowsShards(line, channel)
      if (known !== null) return signal.aborted ? undefined : learn(known)
      // Its early end is the end of all.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(ASK_AGAIN_MS, signal).catch(() => undefined)
    }
  }
  line.onReady((which) => {
    if (which !== 'commands' || isAsking) return
    isAsking = true
    void ask().finally(() => (isAsking = false))
  })
}

/** Asked by telling nothing to nobody. Null: nobody answered, or nobody who could say, as while a cluster moves its slots or elects. */
function knowsShards(line: RedisLine, channel: string): Promise<boolean | null> {
  return line.send(['SPUBLISH', channel, '']).then(
    () => true,
    (error: unknown) => (isRefusal(error) && /^(ERR unknown command|NOPERM)/.test(error.message) ? false : null),
  )
}
