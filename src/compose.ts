import { join } from 'node:path'
import type { LimitBounds } from '#domain/overload/adaptive-limit.ts'
import { createHealth } from '#features/operations/health.ts'
import { systemClock as clock } from '#platform/clock.ts'
import type { Config } from '#platform/config/config.ts'
import { assertHomeIsFree } from '#platform/home-lock.ts'
import type { Log } from '#platform/log/log.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { openRooms, type Rooms } from './wiring/open-rooms.ts'
import { choosePort, openHttp } from './http/open-http.ts'
import type { RequestLimits } from './http/rate-limit.ts'
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
  /** Gives up a start that is not wanted any more; what was opened is closed again. */
  readonly signal?: AbortSignal
  /** Instead of the limits that Sophia ships with. */
  readonly requestLimits?: RequestLimits
  /** Instead of how many requests may be worked on at once. */
  readonly requestBounds?: LimitBounds | undefined
}

/** The running house: rooms, then the doors that are wanted. */
export async function openHouse(config: Config, log: Log, startup: Startup): Promise<House> {
  const { doors, signal, requestLimits, requestBounds } = startup
  const { host } = config.http
  await assertHomeIsFree(config.home)
  const port = await choosePort(host, config.http.port)
  const publicUrl = config.http.publicUrl ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const rooms = await openRooms({ config, log, purpose: 'server', publicUrl, signal, requestBounds })
  const health = createHealth({ clock, components: rooms.components })
  const closing = new AbortController()
  const closers: (() => Promise<void>)[] = [rooms.close]
  const close = async (): Promise<void> => {
    health.startDraining()
    closing.abort()
    for (const step of closers.toReversed()) await step()
  }
  try {
    signal?.throwIfAborted()
    await rooms.imports.failInterrupted()
    await rooms.access.ensureAdminKey(config.access.adminApiKey?.reveal() ?? null)
    await rooms.personas.start()
    await rooms.tools.start()
    if (doors.includes('worker')) closers.push(await startWorker(rooms))
    await health.refresh()
    health.start()
    rooms.cacheLedger.start()
    closers.push(async () => health.close())
    const door = { rooms, health, port, drainSignal: closing.signal, ...(requestLimits ? { requestLimits } : {}) }
    if (doors.includes('http')) closers.push(await openDoor(door))
    signal?.throwIfAborted()
    return { publicUrl, rooms, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface DoorNeeds {
  readonly rooms: Rooms
  readonly health: ReturnType<typeof createHealth>
  readonly port: number
  readonly drainSignal: AbortSignal
  readonly requestLimits?: RequestLimits
}

async function openDoor({ rooms, health, port, drainSignal, requestLimits }: DoorNeeds): Promise<() => Promise<void>> {
  const { config, gate, log, metrics, publicUrl, storage, chain } = rooms
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
  const opening = { rateNow, rooms: { ...rooms, ...facts, health, drainSignal }, settings, log, metrics, clock, gate }
  const door = await openHttp({ ...opening, ...(requestLimits ? { requestLimits } : {}) })
  await storage.lock?.publishAddress(publicUrl)
  return () => door.close()
}
