import type { Registry } from 'prom-client'
import type { Access } from '#features/access/index.ts'
import type { Briefings } from '#features/briefings/index.ts'
import type { Budgets } from '#features/budgets/index.ts'
import type { Clients } from '#features/clients/index.ts'
import type { Conversations } from '#features/conversations/index.ts'
import type { Calendar } from '#features/calendar/index.ts'
import type { Calls } from '#features/deals/calls.ts'
import type { DeadJobs } from '#features/operations/dead-jobs.ts'
import type { Deals } from '#features/deals/index.ts'
import type { Drafts } from '#features/drafts/index.ts'
import type { Drills } from '#features/drills/index.ts'
import type { EvidenceRoom } from '#features/evidence/index.ts'
import type { Home } from '#features/home/index.ts'
import type { Imports } from '#features/imports/index.ts'
import type { Memories } from '#features/memory/index.ts'
import type { Backups } from '#features/operations/backup/index.ts'
import type { Health } from '#features/operations/health.ts'
import type { Recoveries } from '#features/operations/recoveries.ts'
import type { Personas } from '#features/personas/index.ts'
import type { SyncRoom } from '#features/sync/index.ts'
import type { Tools } from '#features/tools/index.ts'
import type { Skill } from '#domain/skill.ts'
import type { CacheLedger } from '#features/cache/index.ts'
import type { Watch } from '#features/watch/index.ts'
import type { Epochs } from '#platform/cache/data-epochs.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { Log } from '#platform/log/log.ts'
import type { Secret } from '#platform/config/secret.ts'
import type { SessionCookie } from '../authenticate.ts'
import type { StreamBook } from '../stream/stream-book.ts'
import type { CredentialWatch } from '../credential-watch.ts'
import type { ReadinessAskers } from '../readiness-askers.ts'
import type { Route } from '../route.ts'
import { auditRoutes } from './audit-routes.ts'
import { backupRoutes } from './backup-routes.ts'
import { briefingRoutes } from './briefing-routes.ts'
import { cacheRoutes } from './cache-routes.ts'
import { calendarRoutes } from './calendar-routes.ts'
import { clientRoutes } from './client-routes.ts'
import { conversationRoutes } from './conversation-routes.ts'
import { dealRoutes } from './deal-routes.ts'
import { draftRoutes } from './draft-routes.ts'
import { drillRoutes } from './drill-routes.ts'
import { evidenceRoutes } from './evidence-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { importRoutes } from './import-routes.ts'
import { jobRoutes } from './job-routes.ts'
import { keyRoutes } from './key-routes.ts'
import { mcpRoutes } from './mcp-routes.ts'
import { memberRoutes } from './member-routes.ts'
import { memoryRoutes } from './memory-routes.ts'
import { operationRoutes } from './operation-routes.ts'
import { personaRoutes } from './persona-routes.ts'
import { repRoutes } from './rep-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { syncRoutes } from './sync-routes.ts'
import { usageRoutes } from './usage-routes.ts'
import { watchRoutes } from './watch-routes.ts'

/** The rooms that the HTTP door opens on. */
export interface HttpRooms {
  readonly access: Access
  /** Told who was told whether traffic may be sent here. */
  readonly askers: Pick<ReadinessAskers, 'note'>
  readonly backups: Backups
  readonly briefings: Briefings
  readonly budgets: Budgets
  readonly cache: Cache
  readonly cacheLedger: CacheLedger
  readonly calendar: Calendar
  readonly calls: Calls
  readonly clients: Clients
  readonly conversations: Conversations
  readonly cookie: SessionCookie
  readonly deadJobs: DeadJobs
  readonly deals: Deals
  /** Fires when the process begins to stop: event streams end and their readers come back elsewhere. */
  readonly drainSignal: AbortSignal
  readonly drafts: Drafts
  readonly drills: Drills
  readonly epochs: Pick<Epochs, 'move'>
  readonly evidence: EvidenceRoom
  readonly health: Health
  readonly home: Home
  readonly imports: Imports
  /** Tells when the credentials of a stream that is still open end. */
  readonly credentials: CredentialWatch
  /** How many streams each member has open. */
  readonly streams: StreamBook
  readonly log: Log
  readonly memories: Memories
  readonly metricsToken: Secret | null
  readonly mode: 'embedded' | 'cluster'
  readonly modelLabel: string
  readonly personas: Personas
  readonly recoveries: Pick<Recoveries, 'list'>
  readonly registry: Registry
  readonly skills: readonly Skill[]
  readonly syncs: SyncRoom
  readonly tellDay: Parameters<typeof calendarRoutes>[0]['tellDay']
  readonly tools: Tools
  readonly version: string
  readonly watch: Watch
}

/** Every route there is. The policy matrix, OpenAPI and the server are made from this one list. */
export function allRoutes(rooms: HttpRooms): Route[] {
  const readCompany = async () => {
    const [company, sources] = await Promise.all([rooms.imports.describeCompany(), rooms.syncs.freshness()])
    return { ...company, model: rooms.modelLabel, sources }
  }
  return [
    ...operationRoutes(rooms),
    ...sessionRoutes({
      ...rooms,
      readMemberLimits: (memberId) => rooms.budgets.readMemberLimits(memberId),
      readCompany,
    }),
    ...memberRoutes(rooms),
    ...keyRoutes(rooms),
    ...auditRoutes(rooms),
    ...usageRoutes(rooms),
    ...watchRoutes(rooms),
    ...homeRoutes(rooms),
    ...dealRoutes(rooms),
    ...repRoutes(rooms),
    ...clientRoutes(rooms),
    ...evidenceRoutes(rooms),
    ...importRoutes(rooms),
    ...personaRoutes(rooms),
    ...conversationRoutes(rooms),
    ...memoryRoutes(rooms),
    ...draftRoutes(rooms),
    ...briefingRoutes(rooms),
    ...backupRoutes(rooms),
    ...drillRoutes(rooms),
    ...cacheRoutes(rooms),
    ...jobRoutes(rooms),
    ...calendarRoutes(rooms),
    ...mcpRoutes(rooms),
    ...syncRoutes(rooms),
  ]
}
