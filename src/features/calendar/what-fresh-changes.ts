import { minuteText } from '#domain/day.ts'
import { CACHE_CLASSES, type CacheClass } from '#domain/cache-policy/cache-class.ts'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { listFreshStarts, type FreshDemand } from '#domain/calendar/fresh-demands.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { FromTo } from './what-values-change.ts'

const DAYS = 30
const DAY_MS = 86_400_000

/**
 * From when on what a cache keeps would be given no longer, or still be given, if another calendar were in force: at once and
 * at the starts of the next 30 days. Classes of which the same is told share a line.
 */
export function whatFreshChanges(plans: FromTo<CalendarPlan>, atMs: number): readonly string[] {
  const told = CACHE_CLASSES.flatMap((cacheClass) =>
    changesOf(plans, cacheClass, atMs).map((change) => ({ cacheClass, change })),
  )
  const alike = Map.groupBy(told, ({ change }) => JSON.stringify(change))
  return [...alike.values()]
    .toSorted((some, more) => (some[0]?.change.fromMs ?? 0) - (more[0]?.change.fromMs ?? 0))
    .flatMap((same) => {
      const [first] = same
      return first
        ? [
            sentenceOf(
              first.change,
              same.map(({ cacheClass }) => cacheClass),
            ),
          ]
        : []
    })
}

interface FreshChange {
  /** The calendar that would be wants it, and the one in force does not; otherwise the other way round. */
  readonly isWanted: boolean
  readonly label: string
  readonly fromMs: number
  /** It began already, and so bears from now on. */
  readonly isBegun: boolean
  /** How many more starts of the same label differ in the same way. */
  readonly again: number
}

function changesOf(plans: FromTo<CalendarPlan>, cacheClass: CacheClass, atMs: number): readonly FreshChange[] {
  const untilMs = Math.min(atMs + DAYS * DAY_MS, plans.from.toMs, plans.to.toMs)
  const [before, after] = [plans.from, plans.to].map((plan) =>
    listFreshStarts(plan, `cache.${cacheClass}.ttl`, { atMs, untilMs }),
  )
  if (!before || !after) return []
  const isToCome = ({ fromMs }: FreshDemand): boolean => fromMs > atMs
  return [
    ...changesNow({ from: before, to: after }, cacheClass, atMs),
    ...withRepeats(without(after.filter(isToCome), before), true),
    ...withRepeats(without(before.filter(isToCome), after), false),
  ]
}

function without(starts: readonly FreshDemand[], others: readonly FreshDemand[]): readonly FreshDemand[] {
  const known = new Set(others.map(({ fromMs }) => fromMs))
  return starts.filter(({ fromMs }) => !known.has(fromMs))
}

/** The last start that has passed is what the cache goes by. */
function changesNow(
  { from, to }: FromTo<readonly FreshDemand[]>,
  cacheClass: CacheClass,
  atMs: number,
): readonly FreshChange[] {
  const [before, after] = [from, to].map((starts) => starts.findLast(({ fromMs }) => fromMs <= atMs))
  const isWanted = (after?.fromMs ?? 0) > (before?.fromMs ?? 0)
  const start = isWanted ? after : before
  if (!start || before?.fromMs === after?.fromMs || !isFelt(start, cacheClass, atMs)) return []
  return [{ isWanted, label: start.label, fromMs: start.fromMs, isBegun: true, again: 0 }]
}

/** Of a period that is long over nothing from before is kept in any case. */
function isFelt({ isUnderway, fromMs }: FreshDemand, cacheClass: CacheClass, atMs: number): boolean {
  const { hardMs, staleIfErrorMs } = CACHE_POLICIES[cacheClass]
  return isUnderway || atMs - fromMs < hardMs + staleIfErrorMs
}

function withRepeats(starts: readonly FreshDemand[], isWanted: boolean): readonly FreshChange[] {
  return [...Map.groupBy(starts, ({ label }) => label).values()].flatMap((same) => {
    const [first] = same
    if (!first) return []
    return [{ isWanted, label: first.label, fromMs: first.fromMs, isBegun: false, again: same.length - 1 }]
  })
}

function sentenceOf({ isWanted, label, fromMs, isBegun, again }: FreshChange, classes: readonly CacheClass[]): string {
  const at = minuteText(fromMs)
  const what = `What the cache keeps of ${listed(classes.map((name) => `\`${name}\``))} from before ${at}`
  const when = isBegun ? 'from now on' : 'from then on'
  const bears = isWanted ? `would not be given ${when}` : `could ${isBegun ? 'again' : 'still'} be given ${when}`
  const why = isWanted ? `${label} wants fresh values` : `${label} wants no fresh values any more`
  const more = again === 0 ? '' : `; and ${again} more time${again === 1 ? '' : 's'}`
  return `${what} ${bears} (${why})${more}.`
}

function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? ''
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`
}
