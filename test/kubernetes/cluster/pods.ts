import { z } from 'zod'
import { untilSeen, type Client } from './client.ts'

const SERVERS = ['--selector', 'app.kubernetes.io/component=server']
const LIMIT_MS = 300_000

const Pod = z
  .looseObject({
    metadata: z.looseObject({ name: z.string(), deletionTimestamp: z.string().optional() }),
    status: z.looseObject({
      podIP: z.string().optional(),
      phase: z.string(),
      conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]),
      containerStatuses: z.array(z.looseObject({ restartCount: z.number() })).default([]),
    }),
  })
  .transform(({ metadata, status }) => ({
    name: metadata.name,
    isLeaving: metadata.deletionTimestamp !== undefined,
    isReady: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    restarts: status.containerStatuses.reduce((sum, { restartCount }) => sum + restartCount, 0),
  }))
export type ServerPod = z.infer<typeof Pod>

/** The replicas as they are now. */
export async function serverPods(client: Client): Promise<ServerPod[]> {
  return (await client.get(z.looseObject({ items: z.array(Pod) }), ['pods', ...SERVERS])).items
}

/** Waits until there are so many replicas, all ready and none leaving. */
export function untilReady(client: Client, count: number): Promise<ServerPod[]> {
  const isWanted = (pods: readonly ServerPod[]): boolean =>
    pods.length === count && pods.every(({ isReady, isLeaving }) => isReady && !isLeaving)
  return untilSeen(() => serverPods(client), isWanted, { what: `${count} replicas are ready`, limitMs: LIMIT_MS })
}
