import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { CACHE_CLASSES } from '#domain/cache-policy/cache-class.ts'
import type { KnobName } from '#domain/calendar/knobs.ts'
import { nearestWord } from '#domain/calendar/nearest-word.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { Setting } from '#domain/calendar/policy.ts'
import { matchesPattern } from '#domain/price.ts'
import { LIMIT_NAMES } from '#domain/rate-limit.ts'
import { STALE_CLASSES } from './known-bases.ts'

const RULES = ALERT_RULES.map(({ id }) => id)

/** What each knob with a name in its middle is gone by for. Of connections none is missing: they come and go. */
const GONE_BY: Partial<Record<KnobName, readonly string[]>> = {
  'cache.ttl': CACHE_CLASSES,
  'cache.stale': STALE_CLASSES,
  'cache.prewarm': ['skill-result'],
  'limits.rate': LIMIT_NAMES,
  'limits.budget': ['member'],
  'alerts.threshold': RULES,
  'alerts.for': RULES,
  'scale.min': ['api'],
}

const MOST_NAMED = 5

/** A warning for each setting that nothing goes by: a name that is mistyped, or of something that the calendar does not move. */
export function movingNothing({ policies }: CalendarPlan): readonly string[] {
  const all = new Set(policies.flatMap(({ policy }) => policy.settings.flatMap((setting) => warningOf(setting) ?? [])))
  const more = all.size - MOST_NAMED
  return [...[...all].slice(0, MOST_NAMED), ...(more > 0 ? [`And ${more} more settings move nothing`] : [])]
}

function warningOf({ key: { name, target }, source }: Setting): string | undefined {
  const known = GONE_BY[name]
  if (known === undefined || known.some((one) => matchesPattern(target, one))) return undefined
  const [first = '', last = ''] = name.split('.')
  const near = nearestWord(target, known)
  const meant = near === null ? '' : `; did you mean \`${near}\`?`
  return `\`${first}.${target}.${last}\` (${source.file}, line ${source.line}) moves nothing${meant}`
}
