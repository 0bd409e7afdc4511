import { z } from 'zod'
import type { Sample } from '#domain/alerts/condition.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'

/** Of a histogram the name says what of it a value is, such as a bucket. */
export type MetricValue = Sample & { readonly metricName?: string | undefined }

const Values = z.object({
  values: z.array(
    z.object({
      metricName: z.string().optional(),
      labels: z.record(z.string(), z.union([z.string(), z.number()])),
      value: z.number(),
    }),
  ),
})

/** What one of this process's own metrics tells, under the very name that is scraped. Throws where there is none of that name. */
export async function readMetric({ registry }: Pick<Metrics, 'registry'>, name: string): Promise<MetricValue[]> {
  const metric = registry.getSingleMetric(name)
  if (!metric) throw new Error(`The watch reads ${name}, which is no metric`)
  return Values.parse(await metric.get()).values
}
