import { loadavg } from 'node:os'
import { openLoadedDeployment, readRate } from './deployment/loaded-deployment.ts'
import { rollReplicas } from './deployment/roll-replicas.ts'
import { startTurnReaders } from './deployment/turn-readers.ts'
import { runOpenLoop } from './support/open-loop.ts'
import type { BenchOptions } from './support/bench-options.ts'

const REQUESTS = 50_000
const QUICK_SECONDS = 40

/**
 * `--rps N` (200): what members notice while one replica of three after the other is ended by SIGTERM and started anew, for the whole
 * run: requests at a fixed pace through HAProxy, and twenty who read answers all the time. Everything shares the machine; what fails is
 * said in words.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const requestsPerSecond = readRate(args)
  const loaded = await openLoadedDeployment(requestsPerSecond)
  try {
    const readers = await startTurnReaders(loaded)
    const over = new AbortController()
    const seconds = isQuick ? QUICK_SECONDS : REQUESTS / requestsPerSecond
    const rolling = rollReplicas(loaded.cluster.replicas, over.signal)
    const load = { requestsPerSecond, seconds, callAt: loaded.callAt }
    const { requests, failed, p50Ms, p95Ms, p99Ms, failures, sentLateMsP99 } = await runOpenLoop(load)
    over.abort()
    const { restarts, ...rolled } = await rolling
    const { failures: readerFailures, ...read } = await readers.end()
    return {
      results: { requests, failed, p50Ms, p95Ms, p99Ms, restarts, ...rolled, ...read },
      baselines: { sentLateMsP99, loadAverage: loadavg(), failures: [...failures, ...readerFailures] },
      ratios: { restartsPerMinute: Math.round((restarts / seconds) * 600) / 10 },
    }
  } finally {
    await loaded.end()
  }
}
