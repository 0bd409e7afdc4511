import { z } from 'zod'
import { Day, Instant, Money, PageQuery, Uuid, pageOf } from './common.ts'
import { CallsPreview } from './call-preview.ts'
import { EvidenceRef } from './personas.ts'

const Stage = z.enum(['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost'])

/** A value with how we know it: `estimated` is a list price standing in by an explicit mapping; null is unknown. */
const DealValue = z.strictObject({ amount: Money, isEstimated: z.boolean() }).nullable()

export const Deal = z.strictObject({
  id: z.string(),
  name: z.string(),
  clientId: z.string().nullable(),
  clientName: z.string().nullable(),
  repId: z.string().nullable(),
  repName: z.string().nullable(),
  productName: z.string().nullable(),
  stage: Stage,
  status: z.enum(['open', 'won', 'lost']),
  value: DealValue,
  createdOn: Day.nullable(),
  expectedCloseOn: Day.nullable(),
  closedOn: Day.nullable(),
  nextStep: z.string().nullable(),
  nextStepOn: Day.nullable(),
  lastActivityOn: Day.nullable(),
  ageDays: z.int().nullable(),
  stageEnteredOn: Day.nullable(),
  /** As last computed from shared rows; null for decided deals and those not looked at yet. */
  risk: z
    .strictObject({
      level: z.enum(['high', 'medium', 'low', 'unknown']),
      /** 0 to 1. */
      score: z.number().nullable(),
      /** The heaviest signal in one sentence. */
      reason: z.string().nullable(),
      computedFor: Day,
    })
    .nullable(),
})
export type Deal = z.infer<typeof Deal>
export const DealPage = pageOf(Deal).extend({ asOf: Day, total: z.int() })
export const DealQuery = PageQuery.extend({
  search: z.string().trim().max(200).optional(),
  status: z.enum(['open', 'won', 'lost']).optional(),
  stage: Stage.optional(),
  repId: z.string().max(200).optional(),
  clientId: z.string().max(200).optional(),
  risk: z.enum(['high', 'medium', 'low', 'unknown']).optional(),
  sort: z
    .enum([
      'name',
      'client',
      'value',
      'stage',
      'createdOn',
      'expectedCloseOn',
      'closedOn',
      'lastActivityOn',
      'ageDays',
      'risk',
    ])
    .default('createdOn'),
  order: z.enum(['asc', 'desc']).default('desc'),
})

/** `GET /api/deals/board`: open deals by stage; each column's first fifty by the order asked for. */
export const DealBoardQuery = DealQuery.pick({ search: true, repId: true, clientId: true, risk: true }).extend({
  sort: z.enum(['risk', 'value', 'expectedCloseOn', 'ageDays', 'lastActivityOn']).default('risk'),
})
export const DealBoard = z.strictObject({
  asOf: Day,
  columns: z.array(
    z.strictObject({
      stage: Stage,
      deals: z.int(),
      atRisk: z.int(),
      /** Sum of what has a value in the board's main currency; rows without one are counted, not guessed. */
      total: Money.nullable(),
      unvaluedDeals: z.int(),
      estimatedDeals: z.int(),
      otherCurrencyDeals: z.int(),
      items: z.array(Deal),
    }),
  ),
})
export type DealBoard = z.infer<typeof DealBoard>

export const Client = z.strictObject({
  id: z.string(),
  name: z.string(),
  segment: z.string().nullable(),
  industry: z.string().nullable(),
  region: z.string().nullable(),
  ownerName: z.string().nullable(),
  csmName: z.string().nullable(),
  arr: Money.nullable(),
  renewalOn: Day.nullable(),
  customerSince: Day.nullable(),
  employees: z.int().nullable(),
  openDeals: z.int(),
  lastActivityOn: Day.nullable(),
  /** As last computed from shared rows; null when it was not looked at yet. */
  health: z
    .strictObject({
      /** 0 to 100; null when no component has rows. */
      score: z.number().nullable(),
      band: z.enum(['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown']),
      /** Points gained or lost in 30 days; null without a score from then. */
      change30: z.number().nullable(),
      /** Stored scores of the last 12 weeks, oldest first; null where there is none. */
      weekly: z.array(z.number().nullable()),
      /** What moves it most, in one sentence. */
      reason: z.string().nullable(),
      computedFor: Day,
    })
    .nullable(),
})
export type Client = z.infer<typeof Client>
export const ClientPage = pageOf(Client).extend({ asOf: Day, total: z.int() })
export const ClientQuery = PageQuery.extend({
  search: z.string().trim().max(200).optional(),
  segment: z.string().max(200).optional(),
  industry: z.string().max(200).optional(),
  band: z.enum(['thriving', 'healthy', 'at_risk', 'critical', 'churning', 'unknown']).optional(),
  csmRepId: z.string().max(200).optional(),
  sort: z
    .enum(['name', 'arr', 'renewalOn', 'openDeals', 'lastActivityOn', 'customerSince', 'health', 'change30'])
    .default('name'),
  order: z.enum(['asc', 'desc']).default('asc'),
})

export const Contact = z.strictObject({
  id: z.string(),
  name: z.string(),
  title: z.string().nullable(),
  role: z.string().nullable(),
  email: z.string().nullable(),
  leftOn: Day.nullable(),
  lastContactedOn: Day.nullable(),
})
/** One line of a record's history: what happened or what changed. */
export const TimelineEntry = z.strictObject({
  kind: z.enum(['activity', 'ticket', 'invoice', 'transcript', 'change']),
  id: z.string(),
  onDay: Day,
  title: z.string(),
  detail: z.string().nullable(),
})
export const DealDetail = Deal.extend({
  asOf: Day,
  champion: z.string().nullable(),
  economicBuyer: z.string().nullable(),
  decisionCriteria: z.string().nullable(),
  timeline: z.string().nullable(),
  competitor: z.string().nullable(),
  lostReason: z.string().nullable(),
  pushedCount: z.int(),
  listPrice: Money.nullable(),
  contacts: z.array(Contact),
  history: z.array(TimelineEntry),
})
export type DealDetail = z.infer<typeof DealDetail>
export const ClientDetail = Client.extend({
  asOf: Day,
  parentName: z.string().nullable(),
  revenue: Money.nullable(),
  licensedSeats: z.int().nullable(),
  unitsManaged: z.int().nullable(),
  nps: z.int().nullable(),
  contacts: z.array(Contact),
  deals: z.array(Deal),
  history: z.array(TimelineEntry),
  usage: z.array(z.strictObject({ onDay: Day, activeUsers: z.int().nullable(), sessions: z.int().nullable() })),
})
export type ClientDetail = z.infer<typeof ClientDetail>

export const Rep = z.strictObject({
  id: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  kind: z.enum(['rep', 'csm']),
  manager: z.string().nullable(),
  region: z.string().nullable(),
})
export const RepPage = pageOf(Rep)
/** `GET /api/reps/:id`; NOT_FOUND for a peer out of the asker's row scope. */
export const RepDetail = Rep.extend({
  asOf: Day,
  quota: Money.nullable(),
  openDeals: z.int(),
  openValue: Money.nullable(),
  clients: z.int(),
})
export type RepDetail = z.infer<typeof RepDetail>

export const EvidenceKind = z.enum([
  'deal',
  'client',
  'contact',
  'activity',
  'usage',
  'invoice',
  'ticket',
  'transcript',
  'rep',
  'product',
  'change',
  'snapshot',
  'memory',
])
export type EvidenceKind = z.infer<typeof EvidenceKind>
/** `GET /api/evidence?refs=kind:id,kind:id`; an id that holds a comma or a percent sign is percent-encoded itself. */
export const EvidenceQuery = z.strictObject({
  refs: z
    .string()
    .max(8000)
    .regex(/^[a-z]+:[^,]{1,600}(,[a-z]+:[^,]{1,600}){0,39}$/, 'Up to 40 rows as kind:id, with commas between.'),
})
/** A row that a figure came from, in words for a reader; `about` is the deal or client it belongs to. */
export const EvidenceRow = z.strictObject({
  kind: EvidenceKind,
  id: z.string(),
  label: z.string(),
  onDay: Day.nullable(),
  facts: z.array(z.strictObject({ label: z.string(), value: z.string() })),
  about: EvidenceRef.nullable(),
})
export type EvidenceRow = z.infer<typeof EvidenceRow>
/** Rows that are gone and rows out of sight are left out alike. */
export const EvidenceList = z.strictObject({ items: z.array(EvidenceRow) })

export const RECORD_KINDS = [
  'clients',
  'contacts',
  'deals',
  'activities',
  'usage',
  'invoices',
  'tickets',
  'reps',
  'products',
  'transcripts',
] as const
export const RecordKind = z.enum(RECORD_KINDS)
export type RecordKind = z.infer<typeof RecordKind>

export const ImportOptions = z.strictObject({
  /** Made by the client (UUIDv7), so that it can ask for the progress while the upload runs. */
  id: Uuid.optional(),
  kind: RecordKind,
  fileName: z.string().min(1).max(300).default('upload.csv'),
  /** `column=field` pairs, comma separated; `@list-price=value` lets list price stand in for a missing value. */
  map: z.string().max(4000).optional(),
  asOf: Day.optional(),
  atomic: z.enum(['true', 'false']).default('false'),
  dryRun: z.enum(['true', 'false']).default('false'),
  /** Removes the sample company first. */
  replaceSample: z.enum(['true', 'false']).default('false'),
  /** Of a file of calls (.txt, .vtt, .json), where it does not say so itself: whose call it is, its day and its title. */
  deal: z.string().max(300).optional(),
  client: z.string().max(300).optional(),
  rep: z.string().max(300).optional(),
  on: Day.optional(),
  title: z.string().max(300).optional(),
})
export const ImportFault = z.strictObject({
  line: z.int(),
  column: z.string().nullable(),
  reason: z.string(),
  value: z.string().nullable(),
})
export const ImportReport = z.strictObject({
  id: Uuid,
  kind: RecordKind,
  fileName: z.string(),
  status: z.enum(['running', 'complete', 'failed']),
  asOf: Day.nullable(),
  isAtomic: z.boolean(),
  isDryRun: z.boolean(),
  mapping: z.record(z.string(), z.string()),
  ignoredColumns: z.array(z.string()),
  rowsRead: z.int(),
  rowsCreated: z.int(),
  rowsChanged: z.int(),
  rowsUnchanged: z.int(),
  rowsFaulty: z.int(),
  bytesRead: z.int(),
  bytesTotal: z.int().nullable(),
  errorDetail: z.string().nullable(),
  notes: z.array(z.string()),
  startedAt: Instant,
  endedAt: Instant.nullable(),
})
export type ImportReport = z.infer<typeof ImportReport>
export const ImportPage = pageOf(ImportReport)
export const ImportFaultPage = pageOf(ImportFault)

/** `POST /api/imports/preview`: the first 64 KB of a file; what each column would become. */
export const ImportPreviewQuery = z.strictObject({
  kind: RecordKind.optional(),
  map: z.string().max(4000).optional(),
  /** By its ending a file of calls is told from a table: of those the first megabyte is looked at. */
  fileName: z.string().max(300).optional(),
})
export const ImportPreview = z.strictObject({
  kind: RecordKind,
  /** Other kinds whose headers fit, best first. */
  kinds: z.array(z.strictObject({ kind: RecordKind, matched: z.int() })),
  encoding: z.enum(['utf-8', 'latin-1', 'utf-16']),
  delimiter: z.string(),
  columns: z.array(z.strictObject({ column: z.string(), field: z.string().nullable(), sample: z.array(z.string()) })),
  fields: z.array(z.strictObject({ field: z.string(), label: z.string(), isRequired: z.boolean() })),
  missingRequired: z.array(z.string()),
  /** Of a file of calls, which has no columns; null for a table. */
  calls: CallsPreview.nullable(),
})
export type ImportPreview = z.infer<typeof ImportPreview>

export const SampleStatus = z.strictObject({
  isLoaded: z.boolean(),
  asOf: Day.nullable(),
  counts: z.record(z.string(), z.int()),
})
