import { z } from 'zod'
import { Instant, Uuid } from './common.ts'
import { ServerId } from './mcp.ts'

/** Keeping clients, contacts, deals and activities in step with a CRM behind an MCP server. */

const Settings = z.record(z.string().regex(/^[A-Za-z]{1,40}$/), z.string().max(400))
const Currency = z.string().regex(/^[A-Z]{3}$/, 'three capital letters such as EUR')
const Minutes = z.int().min(1).max(10_080)
const MappingName = z.string().regex(/^[a-z0-9-]{1,40}$/)
const MappingText = z.string().min(1).max(100_000)

/** How old what came from a connection is; for wherever its data is shown. */
export const Freshness = z.strictObject({
  source: ServerId,
  name: z.string(),
  lastOkAt: Instant.nullable(),
  ageSeconds: z.int().nullable(),
  /** `stale`: two turns of the schedule have passed since it last came. */
  state: z.enum(['never', 'fresh', 'stale', 'off']),
  says: z.string(),
})
export type Freshness = z.infer<typeof Freshness>

const ReadCounts = z.strictObject({
  read: z.int(),
  created: z.int(),
  changed: z.int(),
  unchanged: z.int(),
  removed: z.int(),
  merged: z.int(),
  faulty: z.int(),
})

/** What could not be taken, what both sides had changed, or what a person should know. */
export const Finding = z.strictObject({
  sort: z.enum(['fault', 'conflict', 'note']),
  kind: z.string(),
  /** The record's id in the CRM. */
  sourceId: z.string().nullable(),
  field: z.string().nullable(),
  reason: z.string(),
  value: z.string().nullable(),
})
export type Finding = z.infer<typeof Finding>

export const SyncRun = z.strictObject({
  id: Uuid,
  status: z.enum(['waiting', 'running', 'complete', 'failed']),
  /** Everything was read, and what no pass met was taken out. */
  full: z.boolean(),
  dryRun: z.boolean(),
  /** By the name of a read of the mapping. */
  counts: z.record(z.string(), ReadCounts),
  calls: z.int(),
  /** How long it was waited because the CRM asked for it. */
  waitedMs: z.int(),
  faults: z.int(),
  conflicts: z.int(),
  errorDetail: z.string().nullable(),
  createdAt: Instant,
  startedAt: Instant.nullable(),
  endedAt: Instant.nullable(),
})
export type SyncRun = z.infer<typeof SyncRun>

export const Sync = z.strictObject({
  id: Uuid,
  serverId: ServerId,
  serverName: z.string(),
  mapping: z.string(),
  /** The mapping is the sync's own, not the file's. */
  ownMapping: z.boolean(),
  settings: Settings,
  currency: z.string(),
  scheduleMinutes: z.int(),
  enabled: z.boolean(),
  freshness: Freshness,
  lastFullAt: Instant.nullable(),
  nextRunAt: Instant.nullable(),
  /** In a row, until now. */
  failures: z.int(),
  lastRun: SyncRun.nullable(),
})
export type Sync = z.infer<typeof Sync>
export const SyncList = z.strictObject({ items: z.array(Sync) })

/** With the last runs, newest first; findings are for those who may manage syncs and see all rows. */
export const SyncDetail = Sync.extend({
  mappingText: z.string(),
  runs: z.array(SyncRun.extend({ findings: z.array(Finding) })),
})
export type SyncDetail = z.infer<typeof SyncDetail>

export const NewSync = z.strictObject({
  serverId: ServerId,
  mapping: MappingName.default('generic'),
  /** A mapping of one's own, as YAML, instead of the file's. */
  mappingText: MappingText.optional(),
  settings: Settings.default({}),
  currency: Currency.default('USD'),
  scheduleMinutes: Minutes.default(60),
})
export type NewSync = z.infer<typeof NewSync>
export const SyncChange = z
  .strictObject({
    mapping: MappingName.optional(),
    mappingText: MappingText.nullable().optional(),
    settings: Settings.optional(),
    currency: Currency.optional(),
    scheduleMinutes: Minutes.optional(),
    enabled: z.boolean().optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'name at least one change')
export type SyncChange = z.infer<typeof SyncChange>

export const RunRequest = z.strictObject({
  /** Read everything, not only what changed. */
  full: z.boolean().default(false),
  /** Read and count, store nothing. */
  dryRun: z.boolean().default(false),
  /** Take out what a full run does not meet, also when it is much. */
  acceptRemovals: z.boolean().default(false),
})
export type RunRequest = z.infer<typeof RunRequest>

export const SyncPreview = z.strictObject({
  reads: z.array(
    z.strictObject({
      name: z.string(),
      kind: z.string(),
      tool: z.string(),
      records: z.array(z.strictObject({ id: z.string(), fields: z.record(z.string(), z.string().nullable()) })),
      findings: z.array(Finding),
      /** Why nothing could be read. */
      errorDetail: z.string().nullable(),
    }),
  ),
})
export type SyncPreview = z.infer<typeof SyncPreview>

/** The mapping files there are, to start from. */
export const MappingList = z.strictObject({
  items: z.array(
    z.strictObject({
      name: z.string(),
      label: z.string().nullable(),
      settings: z.array(z.string()),
      text: z.string(),
      /** `line 12: reads.0.kind: ...`. */
      faults: z.array(z.string()),
    }),
  ),
})
