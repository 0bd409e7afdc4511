import { z } from 'zod'
import type { Manifest } from '../kubernetes/objects.ts'
import { Behavior, directionsOf, type Metric, type ScalerSpec } from './scaler.ts'

const Target = z.object({ averageUtilization: z.number().optional(), averageValue: z.coerce.number().optional() })
const Named = z.object({ name: z.string() })
const Autoscaler = z.looseObject({
  spec: z.looseObject({
    minReplicas: z.number(),
    maxReplicas: z.number(),
    behavior: Behavior,
    metrics: z.array(
      z.object({
        type: z.string(),
        resource: z.object({ name: z.string(), target: Target }).optional(),
        pods: z.object({ metric: Named, target: Target }).optional(),
        external: z.object({ metric: Named, target: Target }).optional(),
      }),
    ),
  }),
})
const Trigger = z.looseObject({ type: z.string(), metadata: z.record(z.string(), z.string()) })
const ScaledObject = z.looseObject({
  spec: z.looseObject({
    minReplicaCount: z.number(),
    maxReplicaCount: z.number(),
    advanced: z.object({ horizontalPodAutoscalerConfig: z.object({ behavior: Behavior }) }),
    triggers: z.array(Trigger),
  }),
})

/** What the scaler of a kept manifest goes by. Throws where it holds something that is not known here. */
export function scalerOf(manifest: Manifest): ScalerSpec {
  if (manifest.kind === 'ScaledObject') return scalerOfKeda(manifest)
  const { minReplicas, maxReplicas, behavior, metrics } = Autoscaler.parse(manifest).spec
  return { min: minReplicas, max: maxReplicas, metrics: metrics.map(toMetric), ...directionsOf(behavior) }
}

function toMetric({ resource, pods, external }: z.infer<typeof Autoscaler>['spec']['metrics'][number]): Metric {
  if (resource) return { name: resource.name, kind: 'perPod', target: resource.target.averageUtilization ?? Number.NaN }
  if (pods) return { name: pods.metric.name, kind: 'perPod', target: pods.target.averageValue ?? Number.NaN }
  if (external) return { name: external.metric.name, kind: 'total', target: external.target.averageValue ?? Number.NaN }
  throw new Error('There is a metric of a type that is not known here.')
}

/** KEDA makes a HorizontalPodAutoscaler of it, with a metric for each trigger; cron triggers come as one figure of their own. */
function scalerOfKeda(manifest: Manifest): ScalerSpec {
  const { minReplicaCount: min, maxReplicaCount: max, advanced, triggers } = ScaledObject.parse(manifest).spec
  const metrics = triggers
    .filter(({ type }) => type !== 'cron')
    .map(({ type, metadata }): Metric => {
      if (type === 'metrics-api')
        return { name: 'sophia_desired_replicas', kind: 'total', target: Number(metadata['targetValue']) }
      return { name: type, kind: 'perPod', target: Number(metadata['value']) }
    })
  const { behavior } = advanced.horizontalPodAutoscalerConfig
  return { min, max, metrics: [...metrics, { name: 'cron', kind: 'total', target: 1 }], ...directionsOf(behavior) }
}
