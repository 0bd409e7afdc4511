import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Log } from '#platform/log/log.ts'
import {
  connectionTo,
  spawnEngine,
  stopEngine,
  waitUntilReady,
  type EngineLaunch,
  type EngineProcess,
} from './engine-process.ts'
import { createRestartPace, FIRST_PAUSE_MS } from './restart-pace.ts'
import { settleRunningEngine } from './running-engine.ts'
import { giveBack } from './unprivileged-account.ts'

export interface EngineExit {
  readonly pid: number
  /** In words: an exit code or the signal. */
  readonly reason: string
}

export interface EngineSupervisor {
  readonly connection: pg.ClientConfig
  readonly pid: number | undefined
  readonly isAdopted: boolean
  stop(): Promise<void>
}

interface SupervisorNeeds {
  readonly log: Log
  readonly onExit?: (exit: EngineExit) => void
  readonly onRestarted?: (exit: EngineExit) => void
  readonly onSlowed?: () => void
}

const LONGEST_PAUSE_MS = 5000
/** Longer than the statement timeout of Sophia's own connections. */
const LEFTOVER_BACKENDS_LIMIT_MS = 20_000

/** Brings the engine up, by adoption or start, and up again whenever it ends unasked. */
export async function superviseEngine(wanted: EngineLaunch, needs: SupervisorNeeds): Promise<EngineSupervisor> {
  const adopted = await settleRunningEngine(wanted, needs.log)
  const launch = adopted?.launch ?? wanted
  const stopping = new AbortController()
  let current: EngineProcess | undefined = adopted?.process ?? (await startFirst(launch, stopping.signal))
  needs.log.info({ pid: current.pid, isAdopted: adopted !== undefined }, 'embedded PostgreSQL is up')

  const pace = createRestartPace()
  const keepUp = async (): Promise<void> => {
    while (current) {
      const { pid } = current
      const reason = await current.gone
      current = undefined
      if (stopping.signal.aborted) return
      needs.log.error({ pid, reason }, 'embedded PostgreSQL ended unasked; starting it again')
      needs.onExit?.({ pid, reason })
      const { pauseMs, isSlowed } = pace.next(performance.now())
      if (isSlowed) {
        needs.log.error({ pauseMs }, 'embedded PostgreSQL ends again and again; it is given time before each start')
        needs.onSlowed?.()
      }
      current = await startAgain({ launch, log: needs.log, pauseMs }, stopping.signal)
      if (current) needs.onRestarted?.({ pid, reason })
    }
  }
  const keeping = keepUp()
  return {
    connection: connectionTo(launch, 'postgres'),
    get pid() {
      return current?.pid
    },
    isAdopted: adopted !== undefined,
    stop: async () => {
      stopping.abort()
      if (current) await stopEngine(launch, current)
      await keeping
    },
  }
}

/**
 * The first start. Backends of a postmaster that was killed finish their statement before they notice, and until then the
 * cluster is refused to a new one: that passes by itself.
 */
async function startFirst(launch: EngineLaunch, signal: AbortSignal): Promise<EngineProcess> {
  for (const folder of [launch.engine.root, launch.cluster.folder]) await giveBack(launch.account, folder)
  const deadline = performance.now() + LEFTOVER_BACKENDS_LIMIT_MS
  for (;;) {
    try {
      return await startOnce(launch, signal)
    } catch (error) {
      const isPassing = error instanceof Error && /pre-existing shared memory block/.test(error.message)
      if (!isPassing || performance.now() > deadline) throw error
      await delay(FIRST_PAUSE_MS)
    }
  }
}

async function startOnce(launch: EngineLaunch, signal: AbortSignal): Promise<EngineProcess> {
  const started = spawnEngine(launch)
  // A long crash recovery must not hold up a stop; the wait below ends when the process does.
  const onAbort = (): void => void stopEngine(launch, started)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    await waitUntilReady(launch, started)
  } catch (error) {
    await stopEngine(launch, started)
    throw error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
  return started
}

interface Restart {
  readonly launch: EngineLaunch
  readonly log: Log
  /** Before the first try. */
  readonly pauseMs: number
}

/** Tries until it is up or no longer wanted: a full disk is freed some day, and giving up would need a person. */
async function startAgain(wanted: Restart, signal: AbortSignal): Promise<EngineProcess | undefined> {
  const { launch, log } = wanted
  const longestMs = Math.max(LONGEST_PAUSE_MS, wanted.pauseMs)
  for (let { pauseMs } = wanted; !signal.aborted; pauseMs = Math.min(pauseMs * 2, longestMs)) {
    // an abort only ends the pause early
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return undefined
    try {
      const adopted = await settleRunningEngine(launch, log)
      const started = adopted?.process ?? (await startOnce(launch, signal))
      log.info({ pid: started.pid }, 'embedded PostgreSQL is up again')
      // stop() may have come while it was starting and found nothing to stop
      if (signal.aborted) await stopEngine(launch, started)
      return started
    } catch (error) {
      if (!signal.aborted) log.error({ error }, 'embedded PostgreSQL did not start')
    }
  }
  return undefined
}
