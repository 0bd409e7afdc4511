import { hostname } from 'node:os'
import { join } from 'node:path'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { createAdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import { createCalendar, knownBases, type Calendar } from '#features/calendar/index.ts'
import { createDrills, type Drills } from '#features/drills/index.ts'
import {
  createBackups,
  scheduleBackups,
  type BackupSchedule,
  type SecretKeyPlace,
} from '#features/operations/backup/index.ts'
import { createDiskPressure, type DiskPressure } from '#features/operations/disk-pressure.ts'
import { readDiskSpace } from '#features/operations/disk-space.ts'
import { createMemoryRelief, type MemoryRelief } from '#features/operations/memory-relief.ts'
import type { Recoveries } from '#features/operations/recoveries.ts'
import { bringUpToDate, type UpdateWishes } from '#features/operations/bring-up-to-date.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { findBegun } from '#features/watch/begun-store.ts'
import { createCache, type Cache } from '#platform/cache/create-cache.ts'
import { createCoarseClock, systemClock as clock } from '#platform/clock.ts'
import type { Config } from '#platform/config/config.ts'
import { handOnDatabase } from '#platform/config/hand-on.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import {
  checkOfKey,
  createLazySecretBox,
  findSecretKey,
  KEY_FILE,
  type KeySource,
} from '#platform/crypto/secret-box.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { createMailer } from '#platform/mail/create-mailer.ts'
import { createWebhook } from '#platform/notify/create-webhook.ts'
import type { ObjectStore } from '#platform/object-store/object-store.ts'
import { openObjectStore } from '#platform/object-store/open-object-store.ts'
import type { EngineWatch } from '#platform/postgres/embedded-postgres.ts'
import type { RestoreClaim } from '#platform/postgres/restore-lock.ts'
import { openRedis, type RedisLink } from '#platform/redis/redis-link.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import { watchCache, watchCalendar, watchGate, watchJobs, watchServers } from '#platform/telemetry/metrics.ts'
import { memoryUsedShare } from '#platform/telemetry/process-metrics.ts'
import { openOtlp } from '#platform/tracing/open-otlp.ts'
import type { ExportResult } from '#platform/tracing/trace-export.ts'
import { createTracing, type Tracing } from '#platform/tracing/tracing.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { createAdmissionGate, type AdmissionGate } from '../http/admission-gate.ts'
import { DEFAULT_LIMITS } from '../http/rate-limit.ts'
import type { Foundation } from './foundation.ts'

/** Whether there is room to store something new. */
export function wireDisk({ config, storage, metrics, recoveries }: Foundation): DiskPressure {
  return createDiskPressure({
    readSpace: () => readDiskSpace(config.home),
    holdsDatabase: storage.mode === 'embedded',
    onChange: (isReadOnly, detail) => {
      metrics.readOnly.set(isReadOnly ? 1 : 0)
      recoveries.note(isReadOnly ? 'read-only-began' : 'read-only-ended', detail)
    },
  })
}

/** What is done when this process runs short of memory. */
export function wireMemoryRelief({ recoveries }: Foundation, cache: Pick<Cache, 'empty'>): MemoryRelief {
  return createMemoryRelief({
    clock,
    usedShare: memoryUsedShare,
    empty: cache.empty,
    onRelieved: (detail) => recoveries.note('cache-emptied', detail),
  })
}

/** What became of the database that this process keeps. */
export function engineWatch({ note }: Pick<Recoveries, 'note'>): EngineWatch {
  return {
    onRestarted: ({ reason }) => note('database-restarted', reason),
    onSlowed: () => note('restarts-slowed', 'database'),
  }
}

export function wireOperations({
  config,
  storage,
  database,
  log,
  claim,
  purpose,
}: Pick<Foundation, 'config' | 'storage' | 'database' | 'log'> & {
  readonly purpose?: Foundation['purpose']
  /** Of a process that may restore. */
  readonly claim?: RestoreClaim | null
}) {
  const store = openBackupStore(config)
  const { migrationsFolder, ...places } = backupPlaces(config)
  const databaseFolder = databaseFolderOf({ config, storage })
  const alone = { signal: claim?.lost, requireAlone: claim?.requireAlone }
  const backups = createBackups({ database, databaseFolder, clock, log, migrationsFolder, store, ...alone, ...places })
  const isCommand = purpose === 'command'
  const { homeLasts, isFleeting } = config.backup
  const update = (wishes: UpdateWishes = {}) =>
    bringUpToDate({
      connection: storage.directConnection,
      migrationsFolder,
      backups,
      log,
      isCommand,
      homeLasts,
      isFleeting,
      ...wishes,
    })
  return { backups, backupStore: store, update }
}

/** The built-in one lies in the home. */
function databaseFolderOf({ config, storage }: Pick<Foundation, 'config' | 'storage'>): string | null {
  return storage.mode === 'embedded' ? join(config.home, 'data') : null
}

function backupPlaces(config: Config) {
  const { folder, homeLasts, recipients } = config.backup
  return {
    folder,
    homeLasts,
    recipients,
    secretKey: secretKeyPlace(config),
    migrationsFolder: join(PACKAGE_ROOT, 'migrations'),
    version: VERSION,
  }
}

function keySource({ home, postgres, secretKey }: Config): KeySource {
  return { secretKey: secretKey?.reveal() ?? null, home, isShared: postgres.url !== null }
}

function secretKeyPlace(config: Config): SecretKeyPlace {
  const source = keySource(config)
  const check = async (): Promise<string | null> => {
    const key = await findSecretKey(source)
    return key === null ? null : checkOfKey(key)
  }
  return { check, file: source.isShared ? null : join(config.home, KEY_FILE) }
}

function openBackupStore({ backup: { s3 }, network: { allowPrivate } }: Config): ObjectStore | null {
  return s3 && openObjectStore({ ...s3, allowPrivate })
}

/** Backups made by themselves, as often and when the calendar says. */
export function wireBackupSchedule(
  { backupStore, config, database, log, storage }: Foundation & { readonly backupStore: ObjectStore | null },
  calendar: Pick<Calendar, 'number' | 'timeOfDay'>,
): BackupSchedule {
  return scheduleBackups({
    ...backupPlaces(config),
    store: backupStore,
    database,
    databaseFolder: databaseFolderOf({ config, storage }),
    clock,
    log,
    host: hostname(),
    isFleeting: config.backup.isFleeting,
    findBegun,
    probe: storage.probe,
    rhythm: () => ({
      everyMs: calendar.number('backup.every', BACKUP_EVERY_MS),
      at: calendar.timeOfDay('backup.at'),
    }),
  })
}

type DrillFoundation = Foundation & {
  readonly calendar: Pick<Calendar, 'number'>
  readonly jobs: Parameters<typeof createDrills>[0]['jobs']
  readonly onAudit: Parameters<typeof createDrills>[0]['audit']
}

/** Disasters, rehearsed by themselves as often as the calendar says: by nobody who has not asked for it. */
export function wireDrills({ config, calendar, database, jobs, log, onAudit }: DrillFoundation): Drills {
  return createDrills({
    database,
    clock,
    log,
    jobs,
    home: config.home,
    handedOn: handOnDatabase(),
    // The way to programs, and what was compiled once: no setting of this deployment reaches a copy.
    inherited: { ...config.mcp.inherited, ...config.watchdog.inherited },
    host: hostname(),
    version: VERSION,
    everyMs: () => calendar.number('drills.every', 0),
    audit: onAudit,
  })
}

/** What may be remembered instead of asked again; its counters are read at each scrape. */
export function wireCache(
  { config, log, metrics }: Foundation,
  { seasonOf }: Pick<Calendar, 'seasonOf'>,
): { readonly cache: Cache; readonly redis: RedisLink | null } {
  const { address, ca } = config.redis
  const redis = address && openRedis({ address, ca, namespace: deploymentName(config), clock, log })
  const cache = createCache({ clock, coarseMs: createCoarseClock(), log, random: Math.random, seasonOf, redis })
  watchCache(metrics, cache)
  return { cache, redis }
}

/** The way to the other processes of the deployment. */
export function wireWakeups({ config, storage, log }: Foundation): Wakeups {
  const { address, ca } = config.redis
  const redis = address && { address, ca }
  return openWakeups({ connection: storage.directConnection, clock, log, redis, namespace: deploymentName(config) })
}

/** Of what all processes of a deployment have and no other: so that two of them in one Redis never read each other. */
function deploymentName({ secretKey, postgres, home }: Config): string {
  return contentHash(`cache ${secretKey?.reveal() ?? postgres.url?.reveal() ?? home}`).slice(0, 16)
}

type ToolFoundation = Foundation & {
  readonly calendar: Calendar
  readonly cache: Cache
  readonly processId: string
  readonly wakeups: Wakeups
  readonly onAudit: Parameters<typeof createTools>[0]['audit']
}

/** Servers of the Model Context Protocol, and where their secrets are kept. */
export function wireTools(foundation: ToolFoundation): Tools {
  const { calendar, config, metrics, objectives, onAudit, recoveries } = foundation
  const tools = createTools({
    ...foundation,
    version: VERSION,
    file: config.mcp.file,
    inherited: config.mcp.inherited,
    allowPrivate: config.network.allowPrivate,
    secrets: createLazySecretBox(keySource(config)),
    audit: onAudit,
    intervalFor: (server, ms) => calendar.number(`mcp.${server}.probe`, ms),
    onProbe: (server, { ms, outcome }) => {
      metrics.mcpProbe.observe({ server, outcome }, ms / 1000)
      objectives.note({ objective: 'mcp', isGood: outcome === 'ok' })
    },
    onBreakerOpened: (server) => recoveries.note('breaker-opened', server),
    onCall: (server, { ms, outcome }) => metrics.mcpCall.observe({ server, outcome }, ms / 1000),
  })
  watchServers(metrics, () => tools.states())
  return tools
}

/** Where the time of requests and answers goes; sent to a backend when one is set, by servers only. */
export function wireTracing(opening: Pick<Foundation, 'config' | 'log' | 'metrics' | 'purpose' | 'replica'>): Tracing {
  const { config, metrics, purpose } = opening
  const { endpoint, share } = config.tracing
  if (endpoint === null || purpose !== 'server') return createTracing({ clock })
  const onSpans = (result: ExportResult, count: number): void => metrics.traceSpans.inc({ result }, count)
  const exports = openOtlp({ ...opening, tracing: { ...config.tracing, endpoint }, version: VERSION, onSpans })
  return createTracing({ clock, exports, share })
}

/** What keeps more from being begun than can be done. */
export function wireGate({ log, metrics, requestBounds }: Foundation): AdmissionGate {
  const limit = createAdaptiveLimit(requestBounds)
  const gate = createAdmissionGate({ clock, log, limit, onRefused: (rank) => metrics.requestsShed.inc({ rank }) })
  watchGate(metrics, () => gate.limit)
  return gate
}

/** What leaves the house besides model calls, and the work that waits in the database. */
export function wirePost({ config, database, log, metrics, tracing }: Foundation) {
  const { smtpUrl, from } = config.mail
  const { webhookUrl } = config.notify
  const jobs = createJobs({ database, log, clock, tracing })
  watchJobs(metrics, () => jobs.waiting())
  return {
    jobs,
    mailer: smtpUrl && from ? createMailer({ url: smtpUrl.reveal(), from, log, clock }) : null,
    webhook: webhookUrl ? createWebhook({ url: webhookUrl.reveal(), log, clock }) : null,
  }
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
  const eventsFolder = join(config.home, 'calendar-events')
  const { allowPrivate } = config.network
  return createCalendar({ ...hooks, bases, clock, log, ...config.calendar, shippedFolder, eventsFolder, allowPrivate })
}

export async function openCalendar(foundation: Foundation, hooks: CalendarHooks): Promise<Calendar> {
  const calendar = wireCalendar(foundation, hooks)
  await calendar.start()
  watchCalendar(foundation.metrics, {
    periods: calendar.activeNames,
    replicas: async () => (await calendar.scaling.advise()).desiredReplicas,
  })
  return calendar
}
