import { z } from 'zod'
import { Instant } from './common.ts'
import { Recovery } from './recoveries.ts'

export const ComponentState = z.enum(['ok', 'degraded', 'down', 'not_configured', 'unknown'])
export const ComponentHealth = z.strictObject({
  status: ComponentState,
  /** Since when the process that answers has seen it so, which is no longer than it runs; null before the first look. */
  since: Instant.nullable(),
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
  /** What the process that answers did about trouble by itself, newest first. */
  recoveries: z.array(Recovery),
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
  /** Null: not known without opening it. */
  schemaVersion: z.int().nullable(),
  rows: z.int().nullable(),
  reason: z.enum(['manual', 'scheduled', 'before-migration', 'before-restore', 'unknown']),
  verifiedAt: Instant.nullable(),
  state: z.enum(['verified', 'unverified', 'damaged']),
  isEncrypted: z.boolean(),
  /** Where it lies: on the machine that answers, in the store of SOPHIA_BACKUP_TARGET, or both. */
  places: z.array(z.enum(['machine', 'store'])),
  detail: z.string().nullable(),
})
export const BackupList = z.strictObject({
  items: z.array(Backup),
  /** Why nothing of the store is listed; null when it answered, or there is none. */
  storeFault: z.string().nullable(),
})
