import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Client } from './client.ts'

const Scaler = z.looseObject({
  status: z.looseObject({
    desiredReplicas: z.number().default(0),
    conditions: z.array(z.looseObject({ type: z.string(), status: z.string(), reason: z.string() })).default([]),
  }),
})

/** The cluster's scaler holds the least number of replicas, though the chart asks for none; without metrics it goes no further. */
export async function checkScaler({ get }: Client): Promise<{ replicas: number; measured: boolean }> {
  const { status } = await get(Scaler, ['horizontalpodautoscaler', 'sophia'])
  assert.equal(status.desiredReplicas, 2)
  const active = status.conditions.find(({ type }) => type === 'ScalingActive')
  return { replicas: status.desiredReplicas, measured: active?.status === 'True' }
}
