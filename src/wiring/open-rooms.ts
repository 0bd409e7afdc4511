import { join } from 'node:path'
import { hostname } from 'node:os'
import { Home } from '#contract/home.ts'
import { fillFigures } from '#domain/calendar/context-figures.ts'
import { judgeFirstToken } from '#domain/objectives/judge.ts'
import type { Principal } from '#domain/permission.ts'
import { composeFromHome, createBriefings } from '#features/briefings/index.ts'
import { createCacheLedger } from '#features/cache/index.ts'
import { createConversations, type ConversationNeeds } from '#features/conversations/index.ts'
import { createImports } from '#features/imports/index.ts'
import type { BackupSchedule } from '#features/operations/backup/index.ts'
import { createComponents } from '#features/operations/components.ts'
import { pingDatabase } from '#features/operations/ping-store.ts'
import { createRecoveries } from '#features/operations/recoveries.ts'
import { createDeadJobs } from '#features/operations/dead-jobs.ts'
import { createPersonas } from '#features/personas/index.ts'
import { createObjectives, readMoment } from '#features/watch/index.ts'
import { createSyncRoom } from '#features/sync/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { logCounts } from '#platform/log/log.ts'
import { limitRole } from '#platform/postgres/limit-role.ts'
import { waitForDatabase } from '#platform/postgres/wait-for-database.ts'
import type { RestoreLock } from '#platform/postgres/restore-lock.ts'
import { openStorage } from '#platform/storage.ts'
import { createMetrics, toDatabaseWatch, watchPool } from '#platform/telemetry/metrics.ts'
import { watchLog } from '#platform/telemetry/process-metrics.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { defineJobs } from '../worker/start-jobs.ts'
import {
  engineWatch,
  wireBackupSchedule,
  wireDisk,
  wireDrills,
  wireGate,
  wireMemoryRelief,
  wireOperations,
  wireTracing,
} from './wire-parts.ts'
import { wireWatch } from './wire-watch.ts'
import { lockRestores } from './lock-restores.ts'
import { wireWork } from './wire-work.ts'
import type { Foundation, Opening } from './foundation.ts'

/** Every room of the house, wired; nothing listens yet. `close` lets go of all of it in reverse. */
export type Rooms = Awaited<ReturnType<typeof openRooms>>

/** Opens storage, brings the schema up to date, and wires the rooms. */
export async function openRooms(opening: Opening) {
  const { config, isAlone, log, purpose, patiently = (work) => work() } = opening
  const metrics = createMetrics()
  const watch = toDatabaseWatch(metrics)
  const recoveries = createRecoveries({ clock, log, onAction: (action) => metrics.selfHealing.inc({ action }) })
  const engine = { watch, engineWatch: engineWatch(recoveries) }
  const place = { home: config.home, postgres: config.postgres }
  const storage = await patiently(() => openStorage({ ...place, log, purpose, isAlone, ...engine }))
  let restoreLock: RestoreLock | undefined
  try {
    const { mode, directConnection: connection } = storage
    const isServing = mode === 'cluster' && purpose === 'server'
    const startsInOutage = isServing && (await waitForDatabase({ ...opening, connection, clock }))
    const { lock, claim } = await patiently(() => lockRestores({ ...opening, storage }))
    restoreLock = lock
    if (config.postgres.isPooled && purpose === 'server') await limitRole(storage.database, log)
    watchPool(metrics, () => storage.database.stats())
    watchLog(metrics, () => logCounts(log))
    const { database, keeping } = storage
    const replica = opening.replica ?? `${hostname()} command`
    const objectives = createObjectives({ database, clock, metrics, replica, moment: readMoment })
    const tracing = wireTracing({ ...opening, replica, metrics })
    const shared = { ...opening, replica, metrics, storage, database, keeping, clock, log, startsInOutage }
    const foundation = { ...shared, objectives, recoveries, tracing }
    const operations = wireOperations({ ...foundation, claim })
    // The others have limits of their own; this takes as long as it takes, as long as the database is there.
    await patiently(operations.update, () => pingDatabase(storage.probe))
    return await wireRooms({ ...foundation, ...operations, restoreLock: lock })
  } catch (error) {
    await restoreLock?.release()
    await storage.close()
    throw error
  }
}

type Located = Foundation & ReturnType<typeof wireOperations> & { readonly restoreLock: RestoreLock }

async function wireRooms(foundation: Located) {
  const work = await wireWork(foundation)
  const disk = wireDisk(foundation)
  const { access, calendar, home, jobs, post, skills, standings, tools } = work
  const skillNames = skills.map((skill) => skill.name)
  const personas = createPersonas({
    ...foundation,
    folder: foundation.config.personas.folder,
    skillNames,
    audit: work.onAudit,
  })
  const tellDay = (asker: Principal): Promise<string[]> => fillFigures(calendar.context(), figuresFor(work, asker))
  const getPersona: ConversationNeeds['getPersona'] = (id) => personas.get(id)
  const conversations = wireConversations(work, { getPersona, tellDay })
  const briefings = createBriefings({
    ...work,
    ...post,
    getPersona,
    postBriefing: conversations.postBriefing,
    composeBriefing: async (principal, cadence) => composeFromHome(Home.parse(await home.get(principal)), cadence),
  })
  const imports = createImports({
    ...work,
    requireDisk: disk.lookForRoom,
    onRecordsChanged: ({ isSample }) => (isSample ? standings.refresh() : standings.refreshSoon()),
    onRepsChanged: () => access.linkMembersByEmail(),
  })
  const syncs = createSyncRoom({
    ...work,
    folder: join(PACKAGE_ROOT, 'sync'),
    requireDisk: disk.lookForRoom,
    readTool: tools.read,
    serverName: (id) => tools.listServers().find((server) => server.id === id)?.name ?? null,
    rows: imports.linkedRows,
    audit: work.onAudit,
  })
  const care = wireCare(foundation, work)
  defineJobs(jobs, [briefings, standings, syncs, care.backupSchedule, care.drills])
  const gate = wireGate(foundation)
  const cacheLedger = createCacheLedger({ ...foundation, cache: work.cache })
  const watch = wireWatch({ ...foundation, ...work, ...care, personas })
  const components = wireComponents({ ...foundation, ...work, ...care, personas, conversations, gate, disk })
  return {
    ...work,
    tellDay,
    personas,
    conversations,
    briefings,
    imports,
    syncs,
    components,
    disk,
    memoryRelief: wireMemoryRelief(foundation, work.cache),
    gate,
    cacheLedger,
    ...care,
    watch,
    close: () => closeRooms({ ...foundation, ...work, personas, cacheLedger }),
  }
}

type Closable = Located &
  Awaited<ReturnType<typeof wireWork>> & {
    readonly personas: ReturnType<typeof createPersonas>
    readonly cacheLedger: ReturnType<typeof createCacheLedger>
  }

/** One after the other: what others stand on goes last. */
async function closeRooms(rooms: Closable): Promise<void> {
  await rooms.certificate?.close()
  rooms.publicCertificate?.close()
  const { cache, calendar, memories, models, personas, redis, tools, tracing, wakeups } = rooms
  await rooms.jobs.stop(0)
  await rooms.cacheLedger.close()
  await rooms.hotSkills.close()
  await rooms.post.webhook?.close()
  const above = [tools, calendar, cache, redis, wakeups, memories, personas, models, tracing]
  for (const room of [...above, rooms.backupStore]) await room?.close()
  await rooms.restoreLock.release()
  await rooms.storage.close()
}

/** What keeps her well without anybody asking. */
function wireCare(foundation: Located, work: Awaited<ReturnType<typeof wireWork>>) {
  return {
    backupSchedule: wireBackupSchedule(foundation, work.calendar),
    drills: wireDrills({ ...foundation, ...work }),
    deadJobs: createDeadJobs({ dead: work.jobs.dead, audit: work.onAudit }),
    /** A process that is up is seen by who would restore; until then, and for as long as a command lasts, none may begin. */
    letRestoresIn: foundation.restoreLock.release,
  }
}

interface Telling {
  readonly getPersona: ConversationNeeds['getPersona']
  readonly tellDay: (asker: Principal) => Promise<string[]>
}

function wireConversations(work: Awaited<ReturnType<typeof wireWork>>, { getPersona, tellDay }: Telling) {
  const { memories, skills, tools } = work
  return createConversations({
    ...work,
    memory: memories,
    onTakeover: () => work.recoveries.note('turn-taken-over', 'its owner had stopped'),
    onFirstToken: (seconds) => work.objectives.note(judgeFirstToken(seconds)),
    getPersona,
    skillsFor: ({ definition }) => [
      ...skills.filter((skill) => definition.skills.includes(skill.name)),
      ...tools.skillsFor(definition.tools),
    ],
    notesFor: async ({ definition }, asker) => [...(await tellDay(asker)), ...tools.outages(definition.tools)],
  })
}

/** Figures of the day as the asker may know them, each counted when it is asked for. */
function figuresFor(
  { clients, deals, drafts }: Awaited<ReturnType<typeof wireWork>>,
  asker: Principal,
): Parameters<typeof fillFigures>[1] {
  return {
    'clients.behind': () => clients.countBehind(asker),
    'clients.overdue': () => clients.countOverdue(asker),
    'deals.closing-this-month': () => deals.countClosing(asker),
    'drafts.waiting': () => drafts.countWaiting(asker),
    'renewals.next-30-days': () => clients.countRenewing(asker, 30),
  }
}

type Watched = Foundation &
  Awaited<ReturnType<typeof wireWork>> & {
    readonly personas: ReturnType<typeof createPersonas>
    readonly conversations: ReturnType<typeof createConversations>
    readonly disk: ReturnType<typeof wireDisk>
    readonly gate: ReturnType<typeof wireGate>
    readonly backupSchedule: BackupSchedule
  }

/** What the health of this process is made of. */
function wireComponents(rooms: Watched): ReturnType<typeof createComponents> {
  const { cache, calendar, conversations, database, disk, gate, jobs, models, personas, post, redis, storage, tools } =
    rooms
  return createComponents({
    database,
    redis,
    cacheTroubles: cache.troubles.now,
    probe: storage.probe,
    disk,
    personas: () => personas.health(),
    model: () => models.observe(),
    jobs: () => jobs.health(),
    load: () => gate.observe(),
    turns: () => conversations.observe(),
    mail: post.mailer,
    mcp: () => tools.health(),
    calendar: () => calendar.health(),
    backup: () => rooms.backupSchedule.observe(),
    certificate: rooms.certificate ?? rooms.publicCertificate,
  })
}
