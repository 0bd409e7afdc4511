import { join } from 'node:path'
import { Home } from '#contract/home.ts'
import { MICROS } from '#domain/money.ts'
import type { Skill } from '#domain/skill.ts'
import { createAccess } from '#features/access/index.ts'
import { composeFromHome, createBriefings } from '#features/briefings/index.ts'
import { createBudgets, loadPrices, type BudgetNeeds } from '#features/budgets/index.ts'
import { createCalendar, knownBases, type Calendar } from '#features/calendar/index.ts'
import { createClients } from '#features/clients/index.ts'
import { countOpenTurns, createConversations, type ConversationNeeds } from '#features/conversations/index.ts'
import { createCalls } from '#features/deals/calls.ts'
import { createDeals } from '#features/deals/index.ts'
import { createDrafts } from '#features/drafts/index.ts'
import { createEvidence } from '#features/evidence/index.ts'
import { createHome } from '#features/home/index.ts'
import { createImports } from '#features/imports/index.ts'
import { createMemory, type Memories } from '#features/memory/index.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { bringUpToDate } from '#features/operations/bring-up-to-date.ts'
import { createComponents } from '#features/operations/components.ts'
import { createPersonas } from '#features/personas/index.ts'
import { createSyncRoom } from '#features/sync/index.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { createCache, type Cache } from '#platform/cache/create-cache.ts'
import { systemClock as clock } from '#platform/clock.ts'
import type { Config } from '#platform/config/config.ts'
import { contentHash, createId } from '#platform/crypto/ids.ts'
import { createLazySecretBox } from '#platform/crypto/secret-box.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import type { Log } from '#platform/log/log.ts'
import { createMailer } from '#platform/mail/create-mailer.ts'
import { openModels } from '#platform/models/open-models.ts'
import { createWebhook } from '#platform/notify/create-webhook.ts'
import { waitForDatabase } from '#platform/postgres/wait-for-database.ts'
import { openRedis, type RedisLink } from '#platform/redis/redis-link.ts'
import { openStorage, type Storage } from '#platform/storage.ts'
import {
  countUsage,
  createMetrics,
  watchCache,
  watchCalendar,
  watchPool,
  watchServers,
} from '#platform/telemetry/metrics.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { DEFAULT_LIMITS } from './http/rate-limit.ts'
import { createStandings } from './worker/standings.ts'
import { defineJobs } from './worker/start-jobs.ts'

interface Opening {
  readonly config: Config
  readonly log: Log
  /** `server` owns the home and answers turns; `command` works beside a running server or alone for a moment. */
  readonly purpose: 'server' | 'command'
  /** Where people reach this deployment. */
  readonly publicUrl: string
  /** Ends the wait for a database that is not there yet. */
  readonly signal?: AbortSignal
}

/** Every room of the house, wired; nothing listens yet. `close` lets go of all of it in reverse. */
export type Rooms = Awaited<ReturnType<typeof openRooms>>

/** Opens storage, brings the schema up to date, and wires the rooms. */
export async function openRooms(opening: Opening) {
  const { config, log, purpose } = opening
  const metrics = createMetrics()
  const onQuery = (durationMs: number): void => metrics.queryDuration.observe(durationMs / 1000)
  const storage = await openStorage({ home: config.home, postgres: config.postgres, log, purpose, onQuery })
  try {
    const { mode, directConnection: connection } = storage
    if (mode === 'cluster' && purpose === 'server') await waitForDatabase({ ...opening, connection, clock })
    watchPool(metrics, () => storage.database.stats())
    const foundation = { ...opening, metrics, storage, database: storage.database, clock, log }
    const operations = wireOperations(foundation)
    await operations.update()
    return await wireRooms({ ...foundation, ...operations })
  } catch (error) {
    await storage.close()
    throw error
  }
}

interface Foundation extends Opening {
  readonly metrics: ReturnType<typeof createMetrics>
  readonly storage: Storage
  readonly database: Storage['database']
  readonly clock: typeof clock
}

function wireOperations({ config, storage, database, log }: Foundation) {
  const migrationsFolder = join(PACKAGE_ROOT, 'migrations')
  const folder = join(config.home, 'backups')
  const backups = createBackups({ database, clock, folder, migrationsFolder, version: VERSION })
  const update = () => bringUpToDate({ connection: storage.directConnection, migrationsFolder, backups, log })
  return { backups, update }
}

async function wireRooms(foundation: Foundation & ReturnType<typeof wireOperations>) {
  const work = await wireWork(foundation)
  const { config, database, storage } = foundation
  const { access, calendar, home, jobs, models, memories, post, skills, standings, tools } = work
  const skillNames = skills.map((skill) => skill.name)
  const personas = createPersonas({ ...foundation, folder: config.personas.folder, skillNames, audit: work.onAudit })
  const getPersona: ConversationNeeds['getPersona'] = (id) => personas.get(id)
  const conversations = createConversations({
    ...work,
    memory: memories,
    getPersona,
    skillsFor: ({ definition }) => [
      ...skills.filter((skill) => definition.skills.includes(skill.name)),
      ...tools.skillsFor(definition.tools),
    ],
    notesFor: ({ definition }) => [...calendar.context(), ...tools.outages(definition.tools)],
  })
  const briefings = createBriefings({
    ...work,
    ...post,
    getPersona,
    postBriefing: conversations.postBriefing,
    composeBriefing: async (principal, cadence) => composeFromHome(Home.parse(await home.get(principal)), cadence),
  })
  const imports = createImports({
    ...work,
    onRecordsChanged: ({ isSample }) => (isSample ? standings.refresh() : standings.refreshSoon()),
    onRepsChanged: () => access.linkMembersByEmail(),
  })
  const syncs = createSyncRoom({
    ...work,
    folder: join(PACKAGE_ROOT, 'sync'),
    readTool: tools.read,
    serverName: (id) => tools.listServers().find((server) => server.id === id)?.name ?? null,
    rows: imports.linkedRows,
    audit: work.onAudit,
  })
  defineJobs(jobs, [briefings, standings, syncs])
  const components = createComponents({
    database,
    probe: storage.probe,
    home: config.home,
    personas: () => personas.health(),
    model: () => models.observe(),
    jobs: () => jobs.health(),
    mail: post.mailer,
    mcp: () => tools.health(),
    redis: work.redis,
    calendar: () => calendar.health(),
  })
  const close = async (): Promise<void> => {
    await jobs.stop(0)
    await post.webhook?.close()
    // One after the other: what others stand on goes last.
    for (const room of [tools, calendar, work.cache, work.redis, memories, personas, models, storage])
      await room?.close()
  }
  return { ...work, personas, conversations, briefings, imports, syncs, components, close }
}

/** What the colleagues work on and with: who asks, records, memory, models, drafts, and the skills over all of it. */
async function wireWork(foundation: Foundation & ReturnType<typeof wireOperations>) {
  const { log, publicUrl, database } = foundation
  const access = createAccess({ database, clock, log, publicUrl })
  const servers = () => tools.listServers()
  const hooks = { servers, countOpenTurns: () => database.read(countOpenTurns), audit: access.recordAudit }
  const calendar = await openCalendar(foundation, hooks)
  const { models, budgets } = await wireModels({ ...foundation, calendar })
  const post = wirePost(foundation)
  const { jobs } = post
  const shared = {
    ...foundation,
    processId: createId(),
    ...wireCache(foundation, calendar),
    jobs,
    chain: models.chain,
    budget: budgets,
    principalOf: access.principalOf,
    onAudit: access.recordAudit,
  }
  const memories = createMemory({
    ...shared,
    embedder: models.embedder,
    // Defined below: nothing is remembered before the rooms stand.
    onSharedFactChanged: (subject) => standings.refreshOne(subject),
  })
  const { deals, clients, calls } = wireRecords({ ...foundation, memories })
  const evidence = createEvidence({ database, clock, readMemories: memories.evidence })
  const drafts = createDrafts({
    ...shared,
    mailer: post.mailer,
    findFollowUpFacts: calls.findFollowUpFacts,
    applyDealUpdate: calls.applyDealUpdate,
    onDealChanged: (id) => standings.refreshOne({ kind: 'deal', id }),
  })
  const home = createHome({ deals, clients, clock, countDrafts: drafts.countWaiting })
  const standings = createStandings({ deals, clients, calls, home, jobs, log })
  const skills: readonly Skill[] = [...deals.skills, ...calls.skills, ...drafts.skills, ...clients.skills]
  const tools: Tools = wireTools({ ...shared, calendar })
  const rooms = { access, budgets, calendar, calls, clients, deals, drafts, evidence, home, memories, standings, tools }
  return { ...shared, ...rooms, models, post, skills }
}

/** What may be remembered instead of asked again; its counters are read at each scrape. */
function wireCache(
  { config, log, metrics }: Foundation,
  { seasonOf }: Calendar,
): { readonly cache: Cache; readonly redis: RedisLink | null } {
  const redis = config.redis.url && openRedis({ url: config.redis.url.reveal(), clock, log })
  const shared = redis && { redis, namespace: deploymentName(config) }
  const cache = createCache({ clock, log, random: Math.random, seasonOf, shared })
  watchCache(metrics, () => cache.ledgers().map(({ ledger }) => ledger))
  return { cache, redis }
}

/** Of what all processes of a deployment have and no other: so that two of them in one Redis never read each other. */
function deploymentName({ secretKey, postgres, home }: Config): string {
  return contentHash(`cache ${secretKey?.reveal() ?? postgres.url?.reveal() ?? home}`).slice(0, 16)
}

type ToolFoundation = Foundation & {
  readonly calendar: Calendar
  readonly cache: Cache
  readonly processId: string
  readonly onAudit: Parameters<typeof createTools>[0]['audit']
}

/** Servers of the Model Context Protocol, and where their secrets are kept. */
function wireTools(foundation: ToolFoundation): Tools {
  const { calendar, config, storage, metrics, onAudit } = foundation
  const tools = createTools({
    ...foundation,
    version: VERSION,
    file: config.mcp.file,
    inherited: config.mcp.inherited,
    allowPrivate: config.network.allowPrivate,
    secrets: createLazySecretBox({
      secretKey: config.secretKey?.reveal() ?? null,
      home: config.home,
      isShared: storage.mode === 'cluster',
    }),
    audit: onAudit,
    intervalFor: (server, ms) => calendar.number(`mcp.${server}.probe`, ms),
    onProbe: (server, { ms, outcome }) => metrics.mcpProbe.observe({ server, outcome }, ms / 1000),
    onCall: (server, { ms, outcome }) => metrics.mcpCall.observe({ server, outcome }, ms / 1000),
  })
  watchServers(metrics, () => tools.states())
  return tools
}

/** What leaves the house besides model calls, and the work that waits in the database. */
function wirePost({ config, database, log }: Foundation) {
  const { smtpUrl, from } = config.mail
  const { webhookUrl } = config.notify
  return {
    jobs: createJobs({ database, log, clock }),
    mailer: smtpUrl && from ? createMailer({ url: smtpUrl.reveal(), from, log, clock }) : null,
    webhook: webhookUrl ? createWebhook({ url: webhookUrl.reveal(), log, clock }) : null,
  }
}

/** The rooms over the company's records; what is remembered bears on both. */
function wireRecords({ database, memories }: Foundation & { readonly memories: Memories }) {
  const { recallFacts, sharedFacts } = memories
  const deals = createDeals({ database, clock, recallFacts, sharedFacts })
  const { listDealsOfClient } = deals
  const clients = createClients({ database, clock, recallFacts, sharedFacts, listDealsOfClient })
  return { deals, clients, calls: createCalls({ database, clock, onCallsRead: memories.noteTranscripts }) }
}

async function wireModels({ calendar, config, log, metrics, database }: Foundation & { readonly calendar: Calendar }) {
  const onCall = (call: { provider: string; model: string; status: string }): void =>
    metrics.modelRequests.inc({ ...call })
  const models = openModels({ models: config.models, network: config.network, clock, log, onCall })
  const { dailyUsd, memberDailyUsd } = config.budgets
  const limits = { deploymentDailyMicros: toMicros(dailyUsd), memberDailyMicros: toMicros(memberDailyUsd) }
  const onSettled: BudgetNeeds['onSettled'] = ({ usage }, costMicros) => countUsage(metrics, usage, costMicros)
  const prices = await loadPrices(join(PACKAGE_ROOT, 'prices.yaml'))
  const memberCapNow = (micros: number): number => calendar.number('limits.member.budget', micros / MICROS) * MICROS
  return { models, budgets: createBudgets({ database, clock, prices, limits, onSettled, memberCapNow }) }
}

function toMicros(dollars: number | null): number | null {
  return dollars === null ? null : Math.round(dollars * MICROS)
}

interface CalendarHooks {
  readonly countOpenTurns: () => Promise<number>
  readonly servers: () => readonly { readonly id: string; readonly critical: boolean }[]
  readonly audit?: Parameters<typeof createCalendar>[0]['audit']
}

/** The business calendar, which needs no database. */
export function wireCalendar({ config, log }: Pick<Foundation, 'config' | 'log'>, hooks: CalendarHooks): Calendar {
  const { memberDailyUsd } = config.budgets
  const bases = () => knownBases({ rates: DEFAULT_LIMITS, memberDailyUsd, servers: hooks.servers() })
  const shippedFolder = join(PACKAGE_ROOT, 'calendars')
  return createCalendar({ ...hooks, bases, clock, log, file: config.calendar.file, shippedFolder })
}

async function openCalendar(foundation: Foundation, hooks: CalendarHooks): Promise<Calendar> {
  const calendar = wireCalendar(foundation, hooks)
  await calendar.start()
  watchCalendar(foundation.metrics, {
    periods: calendar.activeNames,
    replicas: async () => (await calendar.scaling.advise()).desiredReplicas,
  })
  return calendar
}
