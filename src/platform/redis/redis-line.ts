import type { Clock } from '#domain/clock.ts'
import type { RedisAddress, RedisNode } from '#platform/config/redis-address.ts'
import type { Log } from '#platform/log/log.ts'
import { findBySentinels, findInCluster, type FindPrimary } from './find-primary.ts'
import { endClient, openClient, type RedisClient, type RedisManner } from './redis-client.ts'

/** The connections to whoever takes writes, wherever that is just now: one for commands, one for hearing. */
export interface RedisLine {
  isReady(): boolean
  /** Rejects while there is no connection; waits as long as the node does. */
  send(words: readonly (string | Buffer)[]): Promise<unknown>
  /** From now on, and again after each reconnect or move. */
  listen(subscription: Subscription): void
  /** Called when either connection is there, or there again. */
  onReady(listener: (which: 'commands' | 'hearing') => void): void
  /** Where it leads; null before that is known. */
  place(): RedisNode | null
  close(): void
}

interface LineNeeds {
  readonly address: RedisAddress
  readonly ca: string | null
  /** In a cluster, this key's slot decides on the node. */
  readonly key: string
  readonly clock: Clock
  readonly log: Log
  /** False after a command that failed: then it is looked whether somebody else takes writes by now. */
  readonly isWell: () => boolean
}

const LOOK_EVERY_MS = 500
/** A move that cuts no connection is noticed by then. */
const LOOK_WELL_MS = 10_000
const TELL_EVERY_MS = 60_000

export function openLine({ address, ca, key, clock, log, isWell }: LineNeeds): RedisLine {
  const manner: RedisManner = { ...address, ca }
  const listeners: ((which: 'commands' | 'hearing') => void)[] = []
  const subscriptions: Subscription[] = []
  let pair: Pair | null = null
  const following = new AbortController()
  // What the node has taken away together with its slot.
  const deaf = new Set<string>()
  const keep = (subscription: Subscription, { hearing }: Pair): void =>
    keepListening({ client: hearing, log, clock, deaf, signal: following.signal }, subscription)
  const open = (node: RedisNode): void => {
    const before = pair
    deaf.clear()
    pair = { node, commands: openClient(node, manner, log), hearing: openClient(node, manner, log) }
    const { commands, hearing } = pair
    commands.on('ready', () => listeners.forEach((listener) => listener('commands')))
    hearing.on('ready', () => listeners.forEach((listener) => listener('hearing')))
    for (const subscription of subscriptions) keep(subscription, pair)
    if (before) endPair(before)
  }
  const isReady = (): boolean => pair?.commands.isReady === true
  const find = finderOf(address, manner, key)
  if (find === null) address.nodes.slice(0, 1).forEach(open)
  else {
    const isFine = (): boolean => isReady() && pair?.hearing.isReady === true && deaf.size === 0 && isWell()
    const needs = { find, clock, log, isFine, place: () => pair?.node ?? null, move: open, signal: following.signal }
    // It rejects only when the line is closed.
    follow(needs).catch(() => undefined)
  }
  return {
    isReady,
    send: (words) => (pair ? pair.commands.sendCommand([...words]) : Promise.reject(new Error('No primary is known.'))),
    listen(subscription) {
      subscriptions.push(subscription)
      if (pair) keep(subscription, pair)
    },
    onReady: (listener) => void listeners.push(listener),
    place: () => pair?.node ?? null,
    close() {
      following.abort()
      if (pair) endPair(pair)
    },
  }
}

interface Pair {
  readonly node: RedisNode
  readonly commands: RedisClient
  readonly hearing: RedisClient
}

function endPair({ commands, hearing }: Pair): void {
  endClient(commands)
  endClient(hearing)
}

function finderOf(address: RedisAddress, manner: RedisManner, key: string): FindPrimary | null {
  switch (address.kind) {
    case 'single':
      return null
    case 'sentinel':
      return findBySentinels(address, manner)
    case 'cluster':
      return findInCluster(address, manner, key)
  }
}

interface FollowNeeds {
  readonly find: FindPrimary
  readonly clock: Clock
  readonly log: Log
  readonly isFine: () => boolean
  readonly place: () => RedisNode | null
  readonly move: (node: RedisNode) => void
  readonly signal: AbortSignal
}

/** Asks who takes writes: twice a second while anything is wrong, and now and then besides. */
async function follow({ find, clock, log, isFine, place, move, signal }: FollowNeeds): Promise<void> {
  let lookedMs = Number.NEGATIVE_INFINITY
  let toldMs = Number.NEGATIVE_INFINITY
  for (; !signal.aborted; await clock.sleep(LOOK_EVERY_MS, signal)) {
    const nowMs = clock.monotonicMs()
    if (isFine() && nowMs - lookedMs < LOOK_WELL_MS) continue
    lookedMs = nowMs
    try {
      const node = await find()
      const before = place()
      if (signal.aborted || (before?.host === node.host && before.port === node.port)) continue
      log.info({ 'server.address': node.host, 'server.port': node.port }, 'the primary of Redis is here')
      move(node)
    } catch (error) {
      if (nowMs - toldMs < TELL_EVERY_MS) continue
      toldMs = nowMs
      log.warn({ error }, 'nobody says who the primary of Redis is')
    }
  }
}

export interface Subscription {
  readonly channel: string
  /** By the node that holds the channel's slot, which Redis 7 and newer offer. */
  readonly isSharded?: boolean
  readonly hear: (text: string) => void
  /** It is heard from here on, for the first time or again: what was said before may have been missed. */
  readonly onHeard?: () => void
}

interface ListenNeeds extends Pick<LineNeeds, 'log' | 'clock'> {
  readonly client: RedisClient
  /** Channels that are not heard any more, although the connection stands. */
  readonly deaf: Set<string>
  /** Fires when the line is closed. */
  readonly signal: AbortSignal
}

/** A subscription that was refused, as by a cluster that moves slots or elects, is tried again so soon. */
const SUBSCRIBE_AGAIN_MS = 500

/** Subscribes whenever connected: what the client has subscribed to again by itself costs nothing, and what it gave up is made good. */
function keepListening(
  { client, log, clock, deaf, signal }: ListenNeeds,
  { channel, isSharded, hear, onHeard }: Subscription,
): void {
  let isUnderWay = false
  let isTold = false
  const onText = (text: string): void => hear(String(text))
  const subscribe = async (): Promise<void> => {
    if (isUnderWay || !client.isReady) return
    isUnderWay = true
    try {
      await (isSharded ? client.sSubscribe(channel, onText) : client.subscribe(channel, onText))
      deaf.delete(channel)
      onHeard?.()
    } catch (error) {
      if (!isTold) log.warn({ error }, 'messages of other processes cannot be heard')
      isTold = true
      again()
    } finally {
      isUnderWay = false
    }
  }
  const again = (): void => {
    // It rejects only when the line is closed.
    clock.sleep(SUBSCRIBE_AGAIN_MS, signal).then(subscribe, () => undefined)
  }
  client.on('ready', () => void subscribe())
  // Its slot went to another node, and may be back before anybody has looked: the client has dropped the listeners for good.
  client.on('sharded-channel-moved', (moved: string) => {
    if (moved !== channel) return
    deaf.add(channel)
    again()
  })
  void subscribe()
}
