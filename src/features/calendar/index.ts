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
import { effective } from '#domain/calendar/effective.ts'
import { freezeAt, freezeWarnings } from '#domain/calendar/freeze.ts'
import { createLookup } from '#domain/calendar/lookup.ts'
import { activePeriods, compilePlan, planSpan, type CalendarPlan } from '#domain/calendar/plan.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { can, type Principal } from '#domain/permission.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import type { Log } from '#platform/log/log.ts'
import { createCalendarInForce, type CalendarInForce } from './calendar-in-force.ts'
import { faultLine } from './follow-calendar-file.ts'
import { FLOOR_KEY, type KnownBases } from './known-bases.ts'
import { addressSentences } from './describe-addresses.ts'
import { createEventAddresses, type AddressState, type EventAddresses } from './ical/event-addresses.ts'
import { createEventCopies } from './ical/event-copies.ts'
import { createEventFiles } from './ical/event-files.ts'
import { listFloors, type Floor } from './list-floors.ts'
import { loadCalendar } from './load-calendar.ts'
import { readInstant, toFault } from './present-calendar.ts'
import { presentExplanation, presentMoved, presentNow, presentUpcoming } from './present-now.ts'
import { movingNothing } from './moving-nothing.ts'
import { neverOccurring } from './never-occurring.ts'
import { createScaling, type Scaling } from './scaling.ts'
import { createSeasonOf } from './season.ts'
import { timeOfDayAt, type LocalTime } from './time-of-day.ts'
import { whatChanges } from './what-changes.ts'
import { whatFreshChanges } from './what-fresh-changes.ts'
import { whatScalingChanges } from './what-scaling-changes.ts'
import { whatValuesChange } from './what-values-change.ts'

export { knownBases } from './known-bases.ts'
export { listEventOrigins } from './list-event-origins.ts'

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
  /** By a setting: that it is not there is a fault. */
  readonly isNamed: boolean
  readonly shippedFolder: string
  /** Where copies of fetched events are kept, so that they outlive the process. */
  readonly eventsFolder: string
  /** Hosts inside private ranges that events may be fetched from. */
  readonly allowPrivate: readonly string[]
  /** What holds without the calendar, for the keys that this process goes by. */
  readonly bases: () => KnownBases
  /** Turns that wait or are answered, over all replicas. */
  readonly countOpenTurns: () => Promise<number>
  readonly audit?: ((note: CalendarNote) => Promise<void>) | undefined
}

/** The business calendar: what time it is for the business, and what that moves. */
export interface Calendar {
  /** Does not wait for anybody outside. */
  start(): Promise<void>
  /** Waits for events that are due to be fetched, 15 seconds at most, and takes them. Does not reject. */
  settle(): Promise<void>
  close(): Promise<void>
  now(at?: Date): CalendarNow
  explain(question: { readonly key: string; readonly at?: Date | undefined }): CalendarExplanation
  /** Each key that is moved or of whose cache fresh values are wanted, and what is said of those that nothing here goes by; empty when nothing is said. */
  explainMoved(at?: Date): readonly CalendarExplanation[]
  upcoming(span: { readonly from?: Date | undefined; readonly days: number }): CalendarUpcoming
  /** Where it asks for more replicas than there are in any case. */
  floors(span: { readonly from?: Date | undefined; readonly days: number }): readonly Floor[]
  file(): CalendarFile
  /** What a text would mean, without putting it in force. */
  check(draft: CalendarDraft): Promise<CalendarCheck>
  /** Writes the file and puts it in force. Throws NOT_PERMITTED and, with a fault in it, CALENDAR_NOT_VALID. */
  save(principal: Principal, draft: CalendarDraft): Promise<CalendarFile>
  /** A number as the calendar has it now; made for being asked often. */
  number(key: string, base: number): number
  /** A time of day as the calendar has it now; null when no period sets one. */
  timeOfDay(key: string): LocalTime | null
  /** For whoever puts something in force while deploys are frozen; empty while they may go ahead. */
  freezeWarnings(): readonly string[]
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
  const client = createGuardedClient(given)
  const copies = createEventCopies(given.eventsFolder)
  const addresses = createEventAddresses({ ...given, copies, fetch: client.fetch })
  const inForce = createCalendarInForce({ ...given, addresses })
  const basesWith = ({ min }: ScalingRules): KnownBases => new Map([...given.bases(), [FLOOR_KEY, min]])
  const needs = { ...given, basesWith, bases: () => basesWith(inForce.scaling()), addresses }
  const numbers = createNumbers(inForce, clock)
  const warnings = (): readonly string[] => freezeWarnings(freezeAt(inForce.plan(), clock.now().getTime()))
  const file = (): CalendarFile => ({
    text: inForce.text(),
    warnings: [...warnings()],
    isShipped: inForce.isShipped(),
    faults: inForce.faults().map(toFault),
  })
  const context = (): readonly string[] => {
    const { value } = effective(inForce.plan(), { key: 'context', base: [] }, clock.now().getTime())
    return Array.isArray(value) ? value : []
  }
  return {
    start: () => inForce.start(),
    settle: () => inForce.settle(),
    close: () => inForce.close().finally(() => client.close()),
    now: (at = clock.now()) => presentNow(needs, inForce, at),
    explain: ({ key, at = clock.now() }) => presentExplanation(needs, inForce.plan(), { key, at }),
    explainMoved: (at = clock.now()) => presentMoved(needs, inForce.plan(), at),
    upcoming: ({ from = clock.now(), days }) => presentUpcoming(inForce.plan(), from, days),
    floors: ({ from = clock.now(), days }) => listFloors(inForce.plan(), inForce.scaling(), { from, days }),
    file,
    check: (draft) => check(needs, inForce, draft),
    async save(principal, draft) {
      if (!can(principal, 'calendar:manage')) throw new SophiaError('NOT_PERMITTED')
      const { faults } = await check(needs, inForce, draft)
      if (faults.length > 0)
        throw new SophiaError('CALENDAR_NOT_VALID', {
          faults: faults.map(({ path, line, message }) => ({
            path: path.join('.'),
            message: `line ${line}: ${message}`,
          })),
        })
      // By the calendar that held when it was saved: the text may end the freeze itself.
      const before = [...warnings()]
      await writeWhole(needs.file, draft.text)
      await inForce.reload()
      await needs.audit?.({ principal, action: 'calendar.save', targetKind: 'calendar', targetId: 'calendar' })
      return { ...file(), warnings: before }
    },
    number: numbers,
    timeOfDay: (key) => timeOfDayAt(inForce.plan(), key, clock.now().getTime()),
    seasonOf: createSeasonOf({ plan: inForce.plan, number: numbers }),
    scaling: createScaling({ ...needs, plan: inForce.plan, rules: inForce.scaling }),
    freezeWarnings: warnings,
    context,
    activeNames: () => {
      const active = new Set(activePeriods(inForce.plan(), clock.now().getTime()).map(({ name }) => name))
      return inForce.plan().periods.map(({ period }) => ({ period: period.name, isActive: active.has(period.name) }))
    },
    health: () => describeHealth(inForce, addresses.states(), clock.now().getTime()),
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

function describeHealth(
  inForce: CalendarInForce,
  addresses: readonly AddressState[],
  nowMs: number,
): ReturnType<Calendar['health']> {
  const [first] = inForce.faults()
  if (first) return { state: 'degraded', detail: `The last good calendar is in force. ${faultLine(first)}` }
  const { length } = inForce.plan().periods
  const shipped = inForce.isShipped() ? ', as shipped' : ''
  const ofAddresses = addressSentences(addresses, nowMs)
  return {
    state: addresses.some(({ failedAt }) => failedAt !== null) ? 'degraded' : 'ok',
    detail: [
      `${length} period${length === 1 ? '' : 's'}${shipped}`,
      ...ofAddresses,
      ...neverOccurring(inForce.plan()),
      ...movingNothing(inForce.plan()),
    ].join('. '),
  }
}

type CheckNeeds = CalendarNeeds & {
  readonly addresses: EventAddresses
  /** With the floor of replicas that a calendar brings. */
  readonly basesWith: (scaling: ScalingRules) => KnownBases
}

async function check(needs: CheckNeeds, inForce: CalendarInForce, { text, at }: CalendarDraft): Promise<CalendarCheck> {
  const today = dayOf(needs.clock.now())
  const eventFiles = createEventFiles({ ...needs, folder: dirname(needs.file) }, today)
  const loaded = await loadCalendar({ packs: needs.shippedFolder, eventFiles }, { file: basename(needs.file), text })
  if ('faults' in loaded) return { faults: loaded.faults.map(toFault), changes: [], values: [], moreValues: 0 }
  const instant = at === undefined ? needs.clock.now() : new Date(at)
  const plans = { from: inForce.plan(), to: compilePlan(loaded.definition, planSpan(today)) }
  const scaling = { from: inForce.scaling(), to: loaded.scaling }
  const bases = { from: needs.basesWith(scaling.from), to: needs.basesWith(scaling.to) }
  const atMs = readInstant(plans.from, instant)
  const unknown = eventFiles.unfetched().map((from) => `The events of ${from} are fetched once this is saved.`)
  const warnings = [...unknown, ...neverOccurring(plans.to), ...movingNothing(plans.to)]
  return {
    faults: [],
    changes: [
      ...warnings,
      ...whatScalingChanges(scaling),
      ...whatFreshChanges(plans, atMs),
      ...whatChanges(plans, atMs),
    ],
    ...whatValuesChange(plans, bases, atMs),
  }
}

/** In one step, so that nobody ever reads half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(`${path}.new`, text, { mode: 0o644 })
  await rename(`${path}.new`, path)
}
