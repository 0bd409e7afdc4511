import { WHOLE, readSamples } from '#domain/alerts/condition.ts'
import { createGrowth } from '#domain/alerts/growth.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import { readMetric } from './read-metric.ts'
import type { Signals } from './replicas-store.ts'

export type ReadSignals = () => Promise<Signals>

/** Reads from this process's own metrics, under the very names that are scraped, what the rules go by. */
export function createSignalReader(metrics: Pick<Metrics, 'registry'>, nowMs: () => number): ReadSignals {
  const growth = createGrowth()
  return async () => {
    const names = [
      ...new Set(ALERT_RULES.flatMap(({ condition }) => (condition.kind === 'burn' ? [] : [condition.metric]))),
    ]
    const samples = new Map(
      await Promise.all(names.map(async (name) => [name, await readMetric(metrics, name)] as const)),
    )
    const ofRule = ALERT_RULES.flatMap(({ id, condition }) => {
      if (condition.kind === 'burn') return []
      const read = readSamples(condition, samples.get(condition.metric) ?? [])
      if (condition.kind !== 'increase') return [[id, Object.fromEntries(read)] as const]
      if (condition.by === undefined && !read.has(WHOLE)) read.set(WHOLE, 0)
      const span = { seconds: condition.seconds, nowMs: nowMs() }
      const grown = [...read].map(([subject, total]) => [subject, growth.of(`${id} ${subject}`, total, span)])
      return [[id, Object.fromEntries(grown)] as const]
    })
    return Object.fromEntries(ofRule)
  }
}
