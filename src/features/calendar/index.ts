import { mkdir, rename, writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type {
  CalendarCheck,
  CalendarDraft,
  CalendarExplanation,
  CalendarFile,
  CalendarNow,
  CalendarUpcoming,
} from '#contract/calendar.ts'
import type { SeasonOf } from '#domain/cache-policy/expiry.ts'
import { countUpTo } from '#domain/calendar/boundaries.ts'
import { effective } from '#domain/calendar/effective.ts'
import { explain } from '#domain/calendar/explain.ts'
import { createLookup } from '#domain/calendar/lookup.ts'
import { activePeriods, compilePlan, planSpan, type CalendarPlan } from '#domain/calendar/plan.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Log } from '#platform/log/log.ts'
import { createCalendarInForce, faultLine, type CalendarInForce } from './calendar-in-force.ts'
import { baseOf, FLOOR_KEY, type KnownBases } from './known-bases.ts'
import { createEventFiles } from './ical/event-files.ts'
import { loadCalendar } from './load-calendar.ts'
import { instantOrNull, listKeys, presentPolicy, readInstant, toFault, toPeriod } from './present-calendar.ts'
import { neverOccurring } from './never-occurring.ts'
import { createScaling, type Scaling } from './scaling.ts'
import { createSeasonOf } from './season.ts'
import { whatChanges } from './what-changes.ts'

export { knownBases } from './known-bases.ts'

interface CalendarNote {
  readonly principal: Principal
  readonly action: string
  readonly targetKind: string
  readonly targetId: string
}

interface CalendarNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly file: string
  readonly shippedFolder: string
  /** What holds without the calendar, for the keys that this process goes by. */
  readonly bases: () => KnownBases
  /** Turns that wait or are answered, over all replicas. */
  readonly countOpenTurns: () => Promise<number>
  readonly audit?: ((note: CalendarNote) => Promise<void>) | undefined
}

/** The business calendar: what time it is for the business, and what that moves. */
export interface Calendar {
  start(): Promise<void>
  close(): Promise<void>
  now(at?: Date): CalendarNow
  explain(question: { readonly key: string; readonly at?: Date | undefined }): CalendarExplanation
  upcoming(span: { readonly from?: Date | undefined; readonly days: number }): CalendarUpcoming
  file(): CalendarFile
  /** What a text would mean, without putting it in force. */
  check(draft: CalendarDraft): Promise<CalendarCheck>
  /** Writes the file and puts it in force. Throws NOT_PERMITTED and, with a fault in it, CALENDAR_NOT_VALID. */
  save(principal: Principal, draft: CalendarDraft): Promise<CalendarFile>
  /** A number as the calendar has it now; made for being asked often. */
  number(key: string, base: number): number
  isFrozen(): boolean
  /** What it asks of lifetimes in the cache. */
  readonly seasonOf: SeasonOf
  readonly scaling: Scaling
  /** What the colleagues are told of the day. */
  context(): readonly string[]
  activeNames(): readonly { readonly period: string; readonly isActive: boolean }[]
  health(): { readonly state: 'ok' | 'degraded'; readonly detail: string }
}

export function createCalendar(given: CalendarNeeds): Calendar {
  const { clock } = given
  const inForce = createCalendarInForce(given)
  const bases = (): KnownBases => new Map([...given.bases(), [FLOOR_KEY, inForce.scaling().min]])
  const needs: CalendarNeeds = { ...given, bases }
  const numbers = createNumbers(inForce, clock)
  const file = (): CalendarFile => ({
    text: inForce.text(),
    isShipped: inForce.isShipped(),
    faults: inForce.faults().map(toFault),
  })
  const context = (): readonly string[] => {
    const { value } = effective(inForce.plan(), { key: 'context', base: [] }, clock.now().getTime())
    return Array.isArray(value) ? value : []
  }
  return {
    start: () => inForce.start(),
    close: () => inForce.close(),
    now: (at = clock.now()) => presentNow(needs, inForce, at),
    explain: ({ key, at = clock.now() }) => presentExplanation(needs, inForce.plan(), { key, at }),
    upcoming: ({ from = clock.now(), days }) => presentUpcoming(inForce.plan(), from, days),
    file,
    check: (draft) => check(needs, inForce.plan(), draft),
    async save(principal, draft) {
      if (!can(principal, 'calendar:manage')) throw new SophiaError('NOT_PERMITTED')
      const { faults } = await check(needs, inForce.plan(), draft)
      if (faults.length > 0)
        throw new SophiaError('CALENDAR_NOT_VALID', {
          faults: faults.map(({ path, line, message }) => ({
            path: path.join('.'),
            message: `line ${line}: ${message}`,
          })),
        })
      await writeWhole(needs.file, draft.text)
      await inForce.reload()
      await needs.audit?.({ principal, action: 'calendar.save', targetKind: 'calendar', targetId: 'calendar' })
      return file()
    },
    number: numbers,
    seasonOf: createSeasonOf({ plan: inForce.plan, number: numbers }),
    scaling: createScaling({ ...needs, plan: inForce.plan, rules: inForce.scaling }),
    isFrozen: () =>
      effective(inForce.plan(), { key: 'freeze.deploys', base: false }, clock.now().getTime()).value === true,
    context,
    activeNames: () => {
      const active = new Set(activePeriods(inForce.plan(), clock.now().getTime()).map(({ name }) => name))
      return inForce.plan().periods.map(({ period }) => ({ period: period.name, isActive: active.has(period.name) }))
    },
    health: () => {
      const [first] = inForce.faults()
      if (first) return { state: 'degraded', detail: `The last good calendar is in force. ${faultLine(first)}` }
      const { length } = inForce.plan().periods
      const shipped = inForce.isShipped() ? ', as shipped' : ''
      return { state: 'ok', detail: [`${length} periods${shipped}`, ...neverOccurring(inForce.plan())].join('. ') }
    },
  }
}

/** Lookups by key and base, made anew with each plan. */
function createNumbers(inForce: CalendarInForce, clock: Clock): Calendar['number'] {
  let plan: CalendarPlan | null = null
  const lookups = new Map<string, (atMs: number) => number>()
  return (key, base) => {
    const current = inForce.plan()
    if (current !== plan) lookups.clear()
    plan = current
    const name = `${key} ${base}`
    const lookup = lookups.get(name) ?? createLookup(current, key, base)
    lookups.set(name, lookup)
    return lookup(clock.now().getTime())
  }
}

function presentNow({ bases }: CalendarNeeds, inForce: CalendarInForce, at: Date): CalendarNow {
  const plan = inForce.plan()
  const atMs = readInstant(plan, at)
  const active = new Set(activePeriods(plan, atMs))
  const known = bases()
  const told = effective(plan, { key: 'context', base: [] }, atMs).value
  return {
    at: at.toISOString(),
    isShipped: inForce.isShipped(),
    faults: inForce.faults().map(toFault),
    periods: plan.periods.map(({ period }) => toPeriod(period)),
    active: plan.periods
      .filter(({ period }) => active.has(period))
      .map(({ period, boundaries }) => {
        const { name, label, priority } = period
        return { name, label, priority, until: endOf(boundaries, { atMs, plan }) }
      }),
    policies: listKeys(plan, known).map((key) => presentPolicy(plan, { key, bases: known }, atMs)),
    context: Array.isArray(told) ? [...told] : [],
  }
}

/** When the stretch at an instant ends; null when that lies beyond what is worked out. */
function endOf(
  boundaries: Float64Array,
  { atMs, plan }: { readonly atMs: number; readonly plan: CalendarPlan },
): string | null {
  const endMs = boundaries[countUpTo(boundaries, atMs)] ?? null
  return instantOrNull(endMs !== null && endMs < plan.toMs ? endMs : null)
}

function presentExplanation(
  { bases }: CalendarNeeds,
  plan: CalendarPlan,
  { key, at }: { readonly key: string; readonly at: Date },
): CalendarExplanation {
  const atMs = readInstant(plan, at)
  const known = bases()
  const policy = presentPolicy(plan, { key, bases: known }, atMs)
  const base = baseOf(known, key)
  const sentences =
    base === undefined
      ? [
          `Nothing in this process goes by \`${key}\` yet; this is what the calendar says of it.`,
          ...policy.steps.map(
            ({ label, says, source }) => `${label} (${source.file}, line ${source.line}) says ${says}.`,
          ),
        ]
      : explain(plan, { key, base }, atMs).sentences
  return { ...policy, at: at.toISOString(), sentences: [...sentences] }
}

const DAY_MS = 86_400_000

function presentUpcoming(plan: CalendarPlan, from: Date, days: number): CalendarUpcoming {
  const fromMs = readInstant(plan, from)
  const toMs = Math.min(plan.toMs, fromMs + days * DAY_MS)
  const windows = plan.periods.flatMap(({ period, boundaries }) =>
    Array.from({ length: boundaries.length / 2 }, (_, at) => ({
      period: period.name,
      startMs: boundaries[2 * at] ?? 0,
      endMs: boundaries[2 * at + 1] ?? 0,
    })).filter(({ startMs, endMs }) => endMs > fromMs && startMs < toMs),
  )
  return {
    from: from.toISOString(),
    to: new Date(toMs).toISOString(),
    windows: windows
      .toSorted((one, other) => one.startMs - other.startMs)
      .map(({ period, startMs, endMs }) => ({
        period,
        startsAt: new Date(startMs).toISOString(),
        endsAt: new Date(endMs).toISOString(),
      })),
  }
}

async function check(needs: CalendarNeeds, inForce: CalendarPlan, { text, at }: CalendarDraft): Promise<CalendarCheck> {
  const today = dayOf(needs.clock.now())
  const eventFiles = createEventFiles(dirname(needs.file), today)
  const loaded = await loadCalendar({ packs: needs.shippedFolder, eventFiles }, { file: basename(needs.file), text })
  if ('faults' in loaded) return { faults: loaded.faults.map(toFault), changes: [] }
  const instant = at === undefined ? needs.clock.now() : new Date(at)
  const atMs = readInstant(inForce, instant)
  const to = compilePlan(loaded.definition, planSpan(today))
  return { faults: [], changes: [...neverOccurring(to), ...whatChanges({ from: inForce, to }, needs.bases(), atMs)] }
}

/** In one step, so that nobody ever reads half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, text, { mode: 0o644 })
  await rename(`${path}.new`, path)
}
