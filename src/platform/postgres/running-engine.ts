import { readFile, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Log } from '#platform/log/log.ts'
import {
  connectionTo,
  stopEngine,
  tryConnect,
  watchForeignEngine,
  type EngineLaunch,
  type EngineProcess,
} from './engine-process.ts'
import { findProcess } from '#platform/process-table.ts'
import { setTimeout as delay } from 'node:timers/promises'

const ANSWER_LIMIT_MS = 10_000

/** An engine that a killed Sophia left running on this home, with what is needed to go on with it. */
export interface AdoptedEngine {
  readonly launch: EngineLaunch
  readonly process: EngineProcess
}

/**
 * Looks for an engine that already runs on the cluster. One of ours that answers is adopted; one that does not answer, or
 * runs other programs, is stopped cleanly. What a dead one left is removed: PostgreSQL itself would take a zombie, or a
 * stranger with the recycled number, for a running postmaster and refuse to start.
 */
export async function settleRunningEngine(launch: EngineLaunch, log: Log): Promise<AdoptedEngine | undefined> {
  const { folder, socketFolder = '' } = launch.cluster
  const lines = (await readFile(join(folder, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const pid = Number(lines[0])
  const found = await findProcess(pid)
  if (found && isEngineOf(found.command, launch)) {
    const running = watchForeignEngine(pid, found.startedAt)
    const itsLaunch = { ...launch, port: Number(lines[3]) || launch.port }
    const isSame = found.command.includes(launch.engine.root) && lines[4] === socketFolder
    if (isSame && (await answersInTime(itsLaunch, running))) return { launch: itsLaunch, process: running }
    log.warn({ pid }, 'stopping a PostgreSQL that an earlier Sophia left here')
    await stopEngine(launch, running)
  }
  await removeLeftovers(launch)
  return undefined
}

/** Safe only while no engine runs on the cluster and the home is locked: these folders are this home's alone. */
async function removeLeftovers(launch: EngineLaunch): Promise<void> {
  const { folder, socketFolder } = launch.cluster
  const socket = socketFolder && join(socketFolder, `.s.PGSQL.${launch.port}`)
  const files = [join(folder, 'postmaster.pid'), ...(socket ? [`${socket}.lock`, socket] : [])]
  await Promise.all(files.map((file) => rm(file, { force: true })))
}

/** Whether a process with this command line is a postmaster of our data folder, and not one that got a recycled number. */
function isEngineOf(command: string, launch: EngineLaunch): boolean {
  return /postgres(\.exe)?\b/.test(command) && command.includes(resolve(launch.cluster.folder))
}

async function answersInTime(launch: EngineLaunch, running: EngineProcess): Promise<boolean> {
  let isGone = false
  void running.gone.then(() => {
    isGone = true
  })
  const deadline = performance.now() + ANSWER_LIMIT_MS
  while (!isGone && performance.now() < deadline) {
    const answer = await tryConnect(connectionTo(launch, 'postgres'))
    if (answer === 'ready') return true
    if (answer instanceof Error) return false
    await delay(50)
  }
  return false
}
