import { hostname } from 'node:os'
import { join } from 'node:path'
import { judgeAnswer, type Answered } from '#domain/objectives/judge.ts'
import type { LimitBounds } from '#domain/overload/adaptive-limit.ts'
import { createHealth } from '#features/operations/health.ts'
import { watchParts } from '#features/operations/recoveries.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { nearAddress, ownAddress, type Config } from '#platform/config/config.ts'
import { assertHomeIsFree } from '#platform/home-lock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Patiently } from '#platform/supervision/systemd-notices.ts'
import { watchComponents } from '#platform/telemetry/watch-metrics.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { openRooms, type Rooms } from './wiring/open-rooms.ts'
import { choosePort, openHttp } from './http/open-http.ts'
import type { RequestLimits } from './http/rate-limit.ts'
import { createReadinessAskers, type ReadinessAskers } from './http/readiness-askers.ts'
import { startWatchdog } from './worker/watchdog/start-watchdog.ts'
import { startWorker } from './worker/start-worker.ts'

export interface House {
  readonly publicUrl: string
  readonly rooms: Rooms
  /** Stops in reverse: no new work, turns end or are handed on, sockets leave, the engine stops last. */
  close(): Promise<void>
}

interface Startup {
  /** `http`, `worker`. */
  readonly doors: readonly string[]
  /** Has whoever keeps this process running wait for the parts of its start that may take long. */
  readonly patiently?: Patiently
  /** Gives up a start that is not wanted any more; what was opened is closed again. */
  readonly signal?: AbortSignal
  /** A second process watches this one, and tells people when it is down. */
  readonly isWatched?: boolean
  /** Instead of the limits that Sophia ships with. */
  readonly requestLimits?: RequestLimits
  /** Instead of how many requests may be worked on at once. */
  readonly requestBounds?: LimitBounds | undefined
}

/** The running house: rooms, then the doors that are wanted. */
export async function openHouse(config: Config, log: Log, startup: Startup): Promise<House> {
  const { doors, signal, patiently, requestLimits, requestBounds } = startup
  const { host } = config.http
  await assertHomeIsFree(config.home)
  const port = await choosePort(host, config.http.port)
  const publicUrl = config.http.publicUrl ?? ownAddress(config.http, port)
  const rooms = await openRooms({
    config,
    log,
    purpose: 'server',
    publicUrl,
    signal,
    patiently,
    requestBounds,
    replica: replicaOf(port),
  })
  const health = createHealth({ clock, components: rooms.components })
  const askers = createReadinessAskers(clock)
  const { leavers, closers, drainSignal, close } = prepareEnd({ rooms, health, askers })
  try {
    signal?.throwIfAborted()
    await rooms.imports.failInterrupted()
    await rooms.access.ensureAdminKey(config.access.adminApiKey?.reveal() ?? null)
    await rooms.personas.start()
    await tellNoTurns(rooms)
    await rooms.tools.start()
    if (doors.includes('worker')) {
      const worker = await startWorker(rooms)
      leavers.push(worker.leave)
      closers.push(worker.close)
    }
    await health.refresh()
    health.start()
    watchParts(health, rooms.recoveries)
    rooms.memoryRelief.start()
    rooms.cacheLedger.start()
    watchComponents(rooms.metrics, () => health.snapshot().components)
    closers.push(
      async () => health.close(),
      async () => rooms.memoryRelief.close(),
      rooms.watch.close,
    )
    const door = { rooms, health, askers, port, drainSignal, ...(requestLimits ? { requestLimits } : {}) }
    if (doors.includes('http')) {
      closers.push(await openDoor(door))
      if (startup.isWatched) leavers.push(await startWatchdog(watchdogNeeds(rooms, port)))
    }
    rooms.watch.start()
    signal?.throwIfAborted()
    await rooms.letRestoresIn()
    return { publicUrl, rooms, close }
  } catch (error) {
    await close()
    throw error
  }
}

type Ending = Pick<DoorNeeds, 'rooms' | 'health' | 'askers'>

/** What is done at the end: by `leavers` at once, then by `closers` from the last one on, each waited for. */
function prepareEnd({ rooms, health, askers }: Ending) {
  const closing = new AbortController()
  const closers: (() => Promise<void>)[] = [rooms.close]
  const leavers: (() => void)[] = [health.startDraining]
  const close = async (): Promise<void> => {
    for (const leave of leavers) leave()
    // A balancer goes on sending until it has heard: what it sends is answered as ever.
    await askers.untilHeard()
    closing.abort()
    // What a drill started takes a while to end, and is waited for with the worker.
    void rooms.drills.close()
    for (const step of closers.toReversed()) await step()
  }
  return { leavers, closers, drainSignal: closing.signal, close }
}

/** From the start on, so that the first answer that fails is seen to be more than none. */
async function tellNoTurns({ personas, metrics, log }: Rooms): Promise<void> {
  const known = await personas.list().catch((error: unknown) => {
    log.debug({ error }, 'turns are told with the first of each colleague')
    return []
  })
  for (const { id } of known)
    for (const status of ['complete', 'cancelled', 'failed']) metrics.turns.inc({ persona: id, status }, 0)
}

/** From this machine a server is reached where it listens, whatever lies before its public address. */
function watchdogNeeds(rooms: Rooms, port: number): Parameters<typeof startWatchdog>[0] {
  const url = nearAddress(rooms.config.http, port)
  return { ...rooms, owners: rooms.access.listOwners, url, replica: replicaOf(port) }
}

function replicaOf(port: number): string {
  return `${hostname()}:${port}`
}

interface DoorNeeds {
  readonly rooms: Rooms
  readonly health: ReturnType<typeof createHealth>
  readonly askers: ReadinessAskers
  readonly port: number
  readonly drainSignal: AbortSignal
  readonly requestLimits?: RequestLimits
}

async function openDoor(needs: DoorNeeds): Promise<() => Promise<void>> {
  const { rooms, health, askers, port, drainSignal, requestLimits } = needs
  const { config, gate, log, metrics, publicUrl, storage, chain, tracing } = rooms
  const { metricsToken } = config.http
  const facts = {
    mode: storage.mode,
    modelLabel: chain.label,
    registry: metrics.registry,
    metricsToken,
    version: VERSION,
  }
  const settings = { ...config.http, port, publicUrl, version: VERSION, webFolder: join(PACKAGE_ROOT, 'web/dist') }
  const rateNow = (limit: string, perSecond: number): number => rooms.calendar.number(`limits.${limit}.rate`, perSecond)
  const onAnswered = (answered: Answered): void => {
    for (const judgement of judgeAnswer(answered)) {
      rooms.objectives.note(judgement)
      if (judgement.objective === 'latency') metrics.answers.observe(answered.ms / 1000)
    }
  }
  const opening = {
    onAnswered,
    rateNow,
    rooms: { ...rooms, ...facts, health, askers, drainSignal },
    settings,
    log,
    metrics,
    tracing,
    clock,
    gate,
    certificate: rooms.certificate,
  }
  const door = await openHttp({ ...opening, ...(requestLimits ? { requestLimits } : {}) })
  try {
    await storage.lock?.publishAddress(publicUrl)
  } catch (error) {
    // Nobody else would: a door that is left open keeps a process that cannot start from ending.
    await door.close()
    throw error
  }
  return door.close
}
