import { join } from 'node:path'
import type { TokenUsage } from '#domain/model.ts'
import { MICROS } from '#domain/money.ts'
import { createAdaptiveLimit } from '#domain/overload/adaptive-limit.ts'
import { costMicros, findPrice } from '#domain/price.ts'
import { createBudgets, loadPrices, type BudgetNeeds } from '#features/budgets/index.ts'
import { createCalendar, knownBases, type Calendar } from '#features/calendar/index.ts'
import { createBackups } from '#features/operations/backup/index.ts'
import { bringUpToDate } from '#features/operations/bring-up-to-date.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { createCache, type Cache } from '#platform/cache/create-cache.ts'
import { createCoarseClock, systemClock as clock } from '#platform/clock.ts'
import type { Config } from '#platform/config/config.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import { createLazySecretBox } from '#platform/crypto/secret-box.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { createMailer } from '#platform/mail/create-mailer.ts'
import { openModels } from '#platform/models/open-models.ts'
import { createWebhook } from '#platform/notify/create-webhook.ts'
import { openRedis, type RedisLink } from '#platform/redis/redis-link.ts'
import { countUsage, watchCache, watchCalendar, watchGate, watchServers } from '#platform/telemetry/metrics.ts'
import { PACKAGE_ROOT, VERSION } from '#platform/version.ts'
import { createAdmissionGate, type AdmissionGate } from '../http/admission-gate.ts'
import { DEFAULT_LIMITS } from '../http/rate-limit.ts'
import type { Foundation } from './foundation.ts'

export function wireOperations({ config, storage, database, log }: Foundation) {
  const migrationsFolder = join(PACKAGE_ROOT, 'migrations')
  const folder = join(config.home, 'backups')
  const backups = createBackups({ database, clock, folder, migrationsFolder, version: VERSION })
  const update = () => bringUpToDate({ connection: storage.directConnection, migrationsFolder, backups, log })
  return { backups, update }
}

/** What may be remembered instead of asked again; its counters are read at each scrape. */
export function wireCache(
  { config, log, metrics }: Foundation,
  { seasonOf }: Pick<Calendar, 'seasonOf'>,
): { readonly cache: Cache; readonly redis: RedisLink | null } {
  const redis = config.redis.url && openRedis({ url: config.redis.url.reveal(), clock, log })
  const shared = redis && { redis, namespace: deploymentName(config) }
  const cache = createCache({ clock, coarseMs: createCoarseClock(), log, random: Math.random, seasonOf, shared })
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
export function wireTools(foundation: ToolFoundation): Tools {
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

/** What keeps more from being begun than can be done. */
export function wireGate({ log, metrics, requestBounds }: Foundation): AdmissionGate {
  const limit = createAdaptiveLimit(requestBounds)
  const gate = createAdmissionGate({ clock, log, limit, onRefused: (rank) => metrics.requestsShed.inc({ rank }) })
  watchGate(metrics, () => gate.limit)
  return gate
}

/** What leaves the house besides model calls, and the work that waits in the database. */
export function wirePost({ config, database, log }: Foundation) {
  const { smtpUrl, from } = config.mail
  const { webhookUrl } = config.notify
  return {
    jobs: createJobs({ database, log, clock }),
    mailer: smtpUrl && from ? createMailer({ url: smtpUrl.reveal(), from, log, clock }) : null,
    webhook: webhookUrl ? createWebhook({ url: webhookUrl.reveal(), log, clock }) : null,
  }
}

export async function wireModels({
  calendar,
  config,
  log,
  metrics,
  database,
}: Foundation & { readonly calendar: Calendar }) {
  const onCall = (call: { provider: string; model: string; status: string }): void =>
    metrics.modelRequests.inc({ ...call })
  const models = openModels({ models: config.models, network: config.network, clock, log, onCall })
  const { dailyUsd, memberDailyUsd } = config.budgets
  const limits = { deploymentDailyMicros: toMicros(dailyUsd), memberDailyMicros: toMicros(memberDailyUsd) }
  const onSettled: BudgetNeeds['onSettled'] = ({ usage }, costMicros) => countUsage(metrics, usage, costMicros)
  const prices = await loadPrices(join(PACKAGE_ROOT, 'prices.yaml'))
  const memberCapNow = (micros: number): number => calendar.number('limits.member.budget', micros / MICROS) * MICROS
  const costOf = (provider: string, model: string, usage: TokenUsage): number | null => {
    const price = findPrice(prices, provider, model)
    return price ? costMicros(price, usage) : null
  }
  return { models, costOf, budgets: createBudgets({ database, clock, prices, limits, onSettled, memberCapNow }) }
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

export async function openCalendar(foundation: Foundation, hooks: CalendarHooks): Promise<Calendar> {
  const calendar = wireCalendar(foundation, hooks)
  await calendar.start()
  watchCalendar(foundation.metrics, {
    periods: calendar.activeNames,
    replicas: async () => (await calendar.scaling.advise()).desiredReplicas,
  })
  return calendar
}
