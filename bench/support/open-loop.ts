import { setTimeout as delay } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { percentile } from './statistics.ts'

export interface Call {
  readonly url: string
  /** The kind of request, for figures by kind. */
  readonly kind: string
  readonly headers: Readonly<Record<string, string>>
}

interface Load {
  readonly requestsPerSecond: number
  readonly seconds: number
  readonly callAt: (index: number) => Call
  /** Told of what became of each request; the moment is on the monotonic clock of this process. */
  readonly onAnswer?: (answer: Answered) => void
}

export interface Answered {
  readonly dueMs: number
  readonly tookMs: number
  readonly isGood: boolean
}

export interface Measured {
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly errorRate: number
  /** Any answer but 200, and none. */
  readonly failed: number
  readonly requests: number
  /** How late the generator itself sent, so that a busy machine is not taken for a slow server unseen. */
  readonly sentLateMsP99: number
  /** Median by kind of request. */
  readonly p50MsByKind: Readonly<Record<string, number>>
  /** The first few failures, in words. */
  readonly failures: readonly string[]
}

/**
 * Sends at fixed moments whether or not answers have come, and measures each answer from the moment its request was due:
 * a server that stalls is charged for every request that was due meanwhile.
 */
export async function runOpenLoop({ requestsPerSecond, seconds, callAt, onAnswer }: Load): Promise<Measured> {
  const agent = new Agent({ connections: 128, pipelining: 1 })
  const total = Math.round(requestsPerSecond * seconds)
  const latenciesMs: number[] = []
  const byKind = new Map<string, number[]>()
  const lateMs: number[] = []
  const failures: string[] = []
  const underway: Promise<void>[] = []
  const startMs = performance.now() + 50
  for (let index = 0; index < total; index += 1) {
    const dueMs = startMs + (index * 1000) / requestsPerSecond
    while (performance.now() < dueMs) await delay(Math.max(0, dueMs - performance.now()))
    lateMs.push(performance.now() - dueMs)
    const { url, kind, headers } = callAt(index)
    const sent = request(url, { dispatcher: agent, headers })
      .then(async ({ statusCode, body }) => {
        const text = await body.text()
        const tookMs = performance.now() - dueMs
        latenciesMs.push(tookMs)
        onAnswer?.({ dueMs, tookMs, isGood: statusCode === 200 })
        byKind.set(kind, [...(byKind.get(kind) ?? []), tookMs])
        if (statusCode !== 200) failures.push(`${statusCode} ${url} ${text.slice(0, 200)}`)
      })
      .catch((error: unknown) => {
        failures.push(`${url} ${String(error)}`)
        onAnswer?.({ dueMs, tookMs: performance.now() - dueMs, isGood: false })
      })
    underway.push(sent)
  }
  await Promise.all(underway)
  await agent.close()
  return {
    p50Ms: percentile(latenciesMs, 0.5),
    p95Ms: percentile(latenciesMs, 0.95),
    p99Ms: percentile(latenciesMs, 0.99),
    errorRate: Math.round((failures.length / total) * 1e5) / 1e5,
    failed: failures.length,
    requests: total,
    sentLateMsP99: percentile(lateMs, 0.99),
    p50MsByKind: Object.fromEntries([...byKind].map(([kind, values]) => [kind, percentile(values, 0.5)])),
    failures: failures.slice(0, 3),
  }
}
