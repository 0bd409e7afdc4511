import { join } from 'node:path'
import { Home } from '#contract/home.ts'
import { fillFigures } from '#domain/calendar/context-figures.ts'
import type { Principal } from '#domain/permission.ts'
import { composeFromHome, createBriefings } from '#features/briefings/index.ts'
import { createCacheLedger } from '#features/cache/index.ts'
import { createConversations, type ConversationNeeds } from '#features/conversations/index.ts'
import { createImports } from '#features/imports/index.ts'
import { createComponents } from '#features/operations/components.ts'
import { createPersonas } from '#features/personas/index.ts'
import { createSyncRoom } from '#features/sync/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { waitForDatabase } from '#platform/postgres/wait-for-database.ts'
import { openStorage } from '#platform/storage.ts'
import { createMetrics, watchPool } from '#platform/telemetry/metrics.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { defineJobs } from '../worker/start-jobs.ts'
import { wireGate, wireOperations } from './wire-parts.ts'
import { wireWork } from './wire-work.ts'
import type { Foundation, Opening } from './foundation.ts'

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

async function wireRooms(foundation: Foundation & ReturnType<typeof wireOperations>) {
  const work = await wireWork(foundation)
  const { config, storage } = foundation
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
    notesFor: async ({ definition }, asker) => [
      ...(await calendarLines(work, asker)),
      ...tools.outages(definition.tools),
    ],
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
  const gate = wireGate(foundation)
  const cacheLedger = createCacheLedger({ ...foundation, cache: work.cache })
  const components = wireComponents({ ...foundation, ...work, personas, conversations, gate })
  const close = async (): Promise<void> => {
    await jobs.stop(0)
    await cacheLedger.close()
    await work.hotSkills.close()
    await post.webhook?.close()
    // One after the other: what others stand on goes last.
    for (const room of [tools, calendar, work.cache, work.redis, memories, personas, models, storage])
      await room?.close()
  }
  return { ...work, personas, conversations, briefings, imports, syncs, components, gate, cacheLedger, close }
}

/** What the colleagues are told of the day, with its figures as the asker may know them. */
function calendarLines(
  { calendar, clients, drafts }: Awaited<ReturnType<typeof wireWork>>,
  asker: Principal,
): Promise<string[]> {
  return fillFigures(calendar.context(), {
    'clients.behind': () => clients.countBehind(asker),
    'drafts.waiting': () => drafts.countWaiting(asker),
  })
}

type Watched = Foundation &
  Awaited<ReturnType<typeof wireWork>> & {
    readonly personas: ReturnType<typeof createPersonas>
    readonly conversations: ReturnType<typeof createConversations>
    readonly gate: ReturnType<typeof wireGate>
  }

/** What the health of this process is made of. */
function wireComponents(rooms: Watched): ReturnType<typeof createComponents> {
  const { calendar, config, conversations, database, gate, jobs, models, personas, post, redis, storage, tools } = rooms
  return createComponents({
    database,
    redis,
    probe: storage.probe,
    home: config.home,
    personas: () => personas.health(),
    model: () => models.observe(),
    jobs: () => jobs.health(),
    load: () => gate.observe(),
    turns: () => conversations.observe(),
    mail: post.mailer,
    mcp: () => tools.health(),
    calendar: () => calendar.health(),
  })
}
