import { z } from 'zod'
import { Instant } from './common.ts'

export const ComponentState = z.enum(['ok', 'degraded', 'down', 'not_configured', 'unknown'])
export const ComponentHealth = z.strictObject({
  status: ComponentState,
  checkedAt: Instant.nullable(),
  latencyMs: z.number().optional(),
  detail: z.string().optional(),
})
export const Health = z.strictObject({
  status: z.enum(['ok', 'degraded', 'down']),
  version: z.string(),
  uptimeSeconds: z.int(),
  mode: z.enum(['embedded', 'cluster']),
  components: z.record(z.string(), ComponentHealth),
})
export type Health = z.infer<typeof Health>
export const Live = z.strictObject({ status: z.literal('ok') })
export const Ready = z.strictObject({
  status: z.enum(['ready', 'not-ready']),
  checkedAt: Instant,
  components: z.record(z.string(), ComponentHealth),
})

export const Backup = z.strictObject({
  id: z.string(),
  createdAt: Instant,
  bytes: z.int(),
  schemaVersion: z.int(),
  rows: z.int(),
  reason: z.enum(['manual', 'before-migration', 'before-restore', 'unknown']),
  verifiedAt: Instant.nullable(),
  state: z.enum(['verified', 'unverified', 'damaged']),
  detail: z.string().nullable(),
})
export const BackupList = z.strictObject({ items: z.array(Backup) })
