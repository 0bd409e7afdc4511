import { thresholdOf } from '#domain/alerts/condition.ts'
import { findRule } from '#domain/alerts/rules.ts'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import type { KnobValue } from '#domain/calendar/effective.ts'
import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import { CACHE_POLICIES, PREWARMED_SKILLS } from '#domain/cache-policy/policy.ts'
import { intervalOf } from '#domain/mcp/cadence.ts'

/** What holds without the calendar, for the keys that something in this process goes by. */
export type KnownBases = ReadonlyMap<string, KnobValue>

/** The floor of the process that answers requests. */
export const FLOOR_KEY = 'scale.api.min'

/** The others have no stale time that could be moved. */
export const STALE_CLASSES = CACHE_CLASSES.filter((name) => CACHE_POLICIES[name].hardMs > CACHE_POLICIES[name].softMs)

interface GoneBy {
  readonly rates: Readonly<Record<string, { readonly ratePerSecond: number }>>
  /** null: no cap that could be moved. */
  readonly memberDailyUsd: number | null
  readonly servers: readonly { readonly id: string; readonly critical: boolean }[]
}

/** The keys that this version goes by; a cap set on screen goes before the one of the settings, and is moved alike. */
export function knownBases({ rates, memberDailyUsd, servers }: GoneBy): KnownBases {
  return new Map<string, KnobValue>([
    ...Object.entries(rates).map(([limit, { ratePerSecond }]) => [`limits.${limit}.rate`, ratePerSecond] as const),
    ...(memberDailyUsd === null ? [] : [['limits.member.budget', memberDailyUsd] as const]),
    ...CACHE_CLASSES.map((name) => [`cache.${name}.ttl`, CACHE_POLICIES[name].softMs] as const),
    ...STALE_CLASSES.map(
      (name) => [`cache.${name}.stale`, CACHE_POLICIES[name].hardMs - CACHE_POLICIES[name].softMs] as const,
    ),
    ['cache.skill-result.prewarm', PREWARMED_SKILLS],
    ['backup.every', BACKUP_EVERY_MS],
    ['drills.every', 0],
    ...servers.map(({ id, critical }) => [`mcp.${id}.probe`, intervalOf({ isCritical: critical })] as const),
  ])
}

/** Of keys that hold no number, whoever goes by them: nothing is frozen, no time is set, nobody is told anything. */
export function baseOf(bases: KnownBases, key: string): KnobValue | undefined {
  const known = bases.get(key)
  if (known !== undefined) return known
  if (key === 'context') return []
  if (key === 'freeze.deploys') return false
  return key === 'backup.at' ? null : alertBase(key)
}

/** Of rules of alerts: they are many, and listed only once a period moves them. */
function alertBase(key: string): number | undefined {
  const [, id = '', what] = /^alerts\.(.+)\.(threshold|for)$/.exec(key) ?? []
  const rule = findRule(id)
  if (!rule) return undefined
  return what === 'for' ? rule.forSeconds * 1000 : thresholdOf(rule.condition)
}
