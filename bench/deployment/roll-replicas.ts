import type { Replica } from '../../test/support/cluster/start-replica.ts'
import { percentile } from '../support/statistics.ts'

interface Rolled {
  readonly restarts: number
  /** Those that were asked to end and did not do so in order. */
  readonly endedBadly: readonly string[]
  /** From SIGTERM until the process has ended. */
  readonly stopMsP50: number
  readonly stopMsMax: number
  /** From the start of the process until it takes traffic. */
  readonly readyMsP50: number
  readonly readyMsMax: number
}

/** Ends one replica after the other as an operator would, and starts it anew, again and again; after the signal the one under way is the last. */
export async function rollReplicas(replicas: readonly Replica[], over: AbortSignal): Promise<Rolled> {
  const stopMs: number[] = []
  const readyMs: number[] = []
  const endedBadly: string[] = []
  for (let place = 0; !over.aborted; place += 1) {
    const replica = replicas[place % replicas.length]
    if (!replica) break
    const askedMs = performance.now()
    const { code, signal } = await replica.term()
    const startedMs = performance.now()
    await replica.start()
    stopMs.push(startedMs - askedMs)
    readyMs.push(performance.now() - startedMs)
    if (code !== 0) endedBadly.push(`${replica.name} with ${code ?? signal}`)
  }
  return {
    restarts: readyMs.length,
    endedBadly,
    stopMsP50: percentile(stopMs, 0.5),
    stopMsMax: percentile(stopMs, 1),
    readyMsP50: percentile(readyMs, 0.5),
    readyMsMax: percentile(readyMs, 1),
  }
}
