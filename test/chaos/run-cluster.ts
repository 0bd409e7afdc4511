import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { Replica } from '../support/cluster/start-replica.ts'
import { isReady } from '../support/cluster/start-replica.ts'
import { startChaosCluster, type ChaosCluster } from './chaos-cluster.ts'
import { checkHistory, describeBreach } from './check-history.ts'
import { settleMail } from './mailbox.ts'
import type { Evidence, HistoryEntry, Observations, TimedEntry } from './history.ts'
import { injectFault, type Nemesis } from './inject-fault.ts'
import { measure, type Figures } from './measure.ts'
import { planFaults, type Fault } from './plan-faults.ts'
import { CACHE_READERS, startCacheReaders } from './read-cache.ts'
import { readNothing } from './read-nothing.ts'
import { readStored } from './read-stored.ts'
import { createRandom, rightAnswerTo } from './seeded-random.ts'
import { runClient } from './virtual-client.ts'
import { readTakeovers, watchTakeovers } from './watch-takeovers.ts'
import type { ClientNeeds } from './operate.ts'

export interface ClusterPlan {
  readonly seed: number
  readonly users: number
  readonly replicas: number
  readonly kills: number
  readonly faults: readonly Fault[]
  /** Goes on with further rounds of faults until so much time has passed; one round unless told. */
  readonly atLeastMs?: number
  /** Of another copy of the program than this one. */
  readonly root?: string
  /** A disk for the deployment alone; without it none is filled. */
  readonly disk?: string
  /** How long turns may take to end when all is good again. */
  readonly quietMs?: number
  /** Ends the run before its time; everything that was started is ended. */
  readonly signal?: AbortSignal
  /** Told of each fault as it is done, and of what follows them. */
  readonly onStep?: (step: string) => void
}

export interface ClusterReport extends Figures {
  readonly seed: number
  readonly kills: number
  /** Orders that members placed through the tool. */
  readonly sideEffects: number
  /** Mails that arrived. */
  readonly mails: number
  /** Turns that were claimed although somebody held them. */
  readonly takeovers: number
  /** How often a client that read nothing was cut off. */
  readonly cutOff: number
  /** What was read of the cache beside the product. */
  readonly cacheReads: number
  /** How often each was done. */
  readonly faults: Partial<Record<Fault, number>>
  readonly violations: readonly string[]
}

/** All members have it: nothing but who they are tells them apart. */
const NAME = 'Robin Member'
/** Longer than each turn may take to end after the last fault: two minutes are promised. */
const QUIET_MS = 150_000
/** Between two pieces of an answer: with its seventy pieces or so, one takes a second and a half. */
const PIECE_MS = 25
/** What the product may end a turn with when its provider, or its disk, was taken away. */
const HONEST_FAILURES = new Set([
  'MODEL_UNAVAILABLE',
  'MODEL_TIMEOUT',
  'MODEL_STREAM_BROKEN',
  'STORAGE_FULL',
  'TURN_LIMIT_REACHED',
])

/** Lets members ask and read while the nemesis follows its plan; then, when all is quiet, holds what they saw against what is stored. */
export async function runCluster(plan: ClusterPlan): Promise<ClusterReport> {
  const house = await startChaosCluster({
    replicas: plan.replicas,
    pieceMs: PIECE_MS,
    hasSentinels: plan.faults.includes('redis-failover'),
    ...(plan.root === undefined ? {} : { root: plan.root }),
    ...(plan.disk === undefined ? {} : { disk: plan.disk }),
  })
  const deadline = new AbortController()
  const history: TimedEntry[] = []
  const record = (entry: HistoryEntry): void => void history.push({ ...entry, atMs: performance.now() })
  let cacheReaders: ReturnType<typeof startCacheReaders> | undefined
  try {
    await watchTakeovers(house.database)
    const { replicas: running } = house.cluster
    const closing = new AbortController()
    const calm = Promise.withResolvers<void>()
    const handlesBefore = await countHandles(running)
    const stage = { closing: closing.signal, deadline: deadline.signal, calm: calm.promise, record }
    const clients = await letMembersIn(plan, house, stage)
    cacheReaders = startCacheReaders({ seed: plan.seed, root: plan.root, redisUrl: house.redisUrl, record })
    const storm = await rage(plan, house, history)
    closing.abort()
    plan.onStep?.('all is good again')
    const recovery = await recover(storm.nemesis)
    plan.onStep?.('every part is back')
    calm.resolve()
    const timer = setTimeout(() => deadline.abort(), plan.quietMs ?? QUIET_MS)
    await Promise.all(clients)
    clearTimeout(timer)
    plan.onStep?.('every member is done')
    await settleMail(house.database)
    plan.onStep?.('no mail is on its way')
    await cacheReaders.end()
    const { outages, restarts, logs } = storm.nemesis
    const observed: Observations = {
      recovery,
      outages,
      restarts,
      effects: house.effects(),
      jobs: house.mails(),
      takeovers: await readTakeovers(house.database),
      handles: await compareHandles(handlesBefore, running),
      logs: [...logs, ...running.map((replica) => ({ name: replica.name, text: replica.output() }))],
    }
    return report(plan, { history, observed, faults: storm.done, stored: await readStored(house.database) })
  } finally {
    deadline.abort()
    await cacheReaders?.kill()
    await house.end()
  }
}

type Stage = Pick<ClientNeeds, 'closing' | 'deadline' | 'record'> & { readonly calm: Promise<void> }

/** Everybody begins at once; with slow consumers among the faults one more comes, who reads nothing at all. */
async function letMembersIn({ seed, users, faults }: ClusterPlan, house: ChaosCluster, stage: Stage) {
  const isMuteThere = faults.includes('slow-consumer')
  const members = []
  for (let index = 0; index < users + (isMuteThere ? 1 : 0); index += 1) members.push(await house.addMember(NAME))
  const others: NonNullable<ClientNeeds['others']> = []
  const origin = (): Promise<string> => Promise.resolve(house.url)
  return members.map((member, index) => {
    const needs = { ...stage, ...member, origin, random: createRandom(seed + index + 1) }
    if (index === users)
      return readNothing({ ...needs, kind: 'rest', hangAt: house.cluster.replicas[0]?.url ?? house.url })
    const kind = (['sse', 'socket', 'rest'] as const)[index % 3] ?? 'sse'
    return runClient({ ...needs, kind, others, writeMail: house.writeMail })
  })
}

interface Seen extends Pick<Evidence, 'stored' | 'observed'> {
  readonly history: readonly TimedEntry[]
  readonly faults: ClusterReport['faults']
}

function report({ seed }: ClusterPlan, { history, stored, observed, faults }: Seen): ClusterReport {
  const asked = new Map(
    history.flatMap((entry) => (entry.type === 'posted' ? [[entry.messageId, entry.text] as const] : [])),
  )
  const breaches = checkHistory({
    history,
    stored,
    observed,
    answerTo: (messageId) => rightAnswerTo(messageId, asked.get(messageId) ?? ''),
    mayFailWith: (code) => code !== null && HONEST_FAILURES.has(code),
  })
  return {
    seed,
    kills: faults['replica-kill'] ?? 0,
    sideEffects: observed.effects.filter(({ count }) => count > 0).length,
    mails: observed.jobs.length,
    takeovers: observed.takeovers.length,
    cutOff: history.filter((entry) => entry.type === 'read-nothing' && entry.code !== null).length,
    cacheReads: history.filter((entry) => entry.type === 'note-read').length,
    faults,
    ...measure(history, breaches),
    violations: breaches.map(describeBreach),
  }
}

/** Members have been answered: what falls on a house at rest shows nothing. */
async function untilAtWork(history: readonly HistoryEntry[]): Promise<void> {
  const deadlineMs = performance.now() + QUIET_MS
  while (!history.some((entry) => entry.type === 'delivered') && performance.now() < deadlineMs) await delay(50)
}

/** One round of the plan after the other. */
async function rage(plan: ClusterPlan, house: ChaosCluster, history: readonly HistoryEntry[]) {
  const hasOwnDisk = plan.disk !== undefined
  const nemesis: Nemesis = { house, starting: new Set(), outages: [], restarts: [], logs: [], hasOwnDisk }
  const done: Partial<Record<Fault, number>> = {}
  const beganMs = performance.now()
  await untilAtWork(history)
  try {
    for (let round = 0; round === 0 || performance.now() - beganMs < (plan.atLeastMs ?? 0); round += 1) {
      for (const planned of planFaults({ ...plan, seed: plan.seed + round })) {
        plan.signal?.throwIfAborted()
        plan.onStep?.(planned.fault)
        await injectFault(nemesis, planned)
        done[planned.fault] = (done[planned.fault] ?? 0) + 1
        await delay(planned.pauseMs)
      }
      plan.signal?.throwIfAborted()
      // Without faults the time itself is the storm.
      if (plan.faults.length === 0) await delay(plan.atLeastMs ?? 0)
    }
  } catch (error) {
    // What only comes up now would outlive the deployment.
    await Promise.allSettled(nemesis.starting)
    throw error
  }
  return { nemesis, done }
}

/** Makes every line good again and waits for every part; answers how long each took. */
async function recover({ house, starting }: Nemesis): Promise<Observations['recovery']> {
  const beganMs = performance.now()
  for (const line of house.allLines()) line.clear()
  await Promise.all(starting)
  const doors = [...house.cluster.replicas, { name: 'the balancer', url: house.url }]
  const parts: Part[] = doors.map(({ name, url }) => ({ name, isWell: () => isReady(url) }))
  const { watched, cluster } = house
  const isWhole = (): Promise<boolean> =>
    watched?.isWhole(cluster.replicas.length + CACHE_READERS) ?? Promise.resolve(true)
  parts.push({ name: 'Redis with its replica', isWell: isWhole })
  return Promise.all(
    parts.map(async ({ name, isWell }) => {
      while (performance.now() - beganMs < QUIET_MS) {
        if (await isWell()) return { name, ms: performance.now() - beganMs }
        await delay(100)
      }
      return { name, ms: null }
    }),
  )
}

interface Part {
  readonly name: string
  readonly isWell: () => Promise<boolean>
}

async function countHandles(replicas: readonly Replica[]): Promise<Map<string, number>> {
  const counts = new Map<string, number>()
  for (const { name, pid } of replicas) {
    // Only Linux shows them as files.
    const files = await readdir(`/proc/${pid()}/fd`).catch(() => undefined)
    if (files) counts.set(name, files.length)
  }
  return counts
}

async function compareHandles(
  before: ReadonlyMap<string, number>,
  replicas: readonly Replica[],
): Promise<Observations['handles']> {
  const after = await countHandles(replicas)
  return [...after].flatMap(([name, count]) => {
    const earlier = before.get(name)
    return earlier === undefined ? [] : [{ name, before: earlier, after: count }]
  })
}
