import { basename, dirname } from 'node:path'
import type { Clock } from '#domain/clock.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { CalendarFault } from '#domain/calendar/fault.ts'
import { DEFAULT_SCALING, type ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { dayOf } from '#domain/day.ts'
import type { Log } from '#platform/log/log.ts'
import { oneAtATime } from '#platform/one-at-a-time.ts'
import { createDailyPlan, type DailyPlan } from './daily-plan.ts'
import type { EventAddresses } from './ical/event-addresses.ts'
import { createEventFiles, type EventFiles } from './ical/event-files.ts'
import { loadCalendar, loadShipped } from './load-calendar.ts'
import { faultOfFile, readCalendarFile } from './read-calendar-file.ts'

export interface FollowNeeds {
  readonly clock: Clock
  readonly log: Log
  /** The operator's file. */
  readonly file: string
  /** Whether its absence is a fault; otherwise the calendar that ships is in force without it. */
  readonly isNamed: boolean
  /** The calendar and the packs that ship. */
  readonly shippedFolder: string
  readonly addresses: EventAddresses
}

/** The calendar that its file last gave without a fault. */
export interface CalendarFollower {
  /** Takes what ships, when nothing was read yet. Throws when that cannot be read. */
  begin(): Promise<void>
  /** Reads the file now. Does not reject: what goes wrong is among the faults. */
  reload(): Promise<void>
  plan(): CalendarPlan
  scaling(): ScalingRules
  /** The text in force or, where its file is faulty, the text as it stands there. */
  text(): string
  isShipped(): boolean
  /** What is wrong with the file; the last good calendar stays in force meanwhile. */
  faults(): readonly CalendarFault[]
}

interface State {
  readonly daily: DailyPlan
  scaling: ScalingRules
  text: string
  isShipped: boolean
  faults: readonly CalendarFault[]
  /** That the file cannot be read at all; what was in it when it last could counts beside. */
  unreadable: CalendarFault | null
  eventFiles: EventFiles | null
}

export function followCalendarFile(needs: FollowNeeds): CalendarFollower {
  const state: State = {
    daily: createDailyPlan(needs.clock),
    scaling: DEFAULT_SCALING,
    text: '',
    isShipped: true,
    faults: [],
    unreadable: null,
    eventFiles: null,
  }
  return {
    async begin() {
      if (!state.daily.isSet()) await readShipped(needs, state)
    },
    // Two side by side could end with the older text in force.
    reload: oneAtATime(() => reload(needs, state)),
    plan: () => state.daily.plan(),
    scaling: () => state.scaling,
    text: () => state.text,
    isShipped: () => state.isShipped,
    faults: () => (state.unreadable === null ? state.faults : [state.unreadable]),
  }
}

/** Whatever goes wrong is a fault: silence would be taken for a good file. */
async function reload(needs: FollowNeeds, state: State): Promise<void> {
  const refuse = (fault: CalendarFault): void => {
    if (state.unreadable?.message !== fault.message) warn(needs, [fault])
    state.unreadable = fault
  }
  try {
    const own = await readCalendarFile(needs)
    if ('fault' in own) return refuse(own.fault)
    if (own.text !== null) await readOwn(needs, state, own.text)
    else if (!state.isShipped || !state.daily.isSet()) await readShipped(needs, state)
    state.unreadable = null
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    refuse(faultOfFile(needs, `It could not be worked out: ${words}`))
  }
}

async function readShipped({ shippedFolder, addresses }: FollowNeeds, state: State): Promise<void> {
  const { definition, scaling, text } = await loadShipped(shippedFolder)
  state.daily.use(definition)
  addresses.use([])
  Object.assign(state, { scaling, text, isShipped: true, faults: [] } satisfies Partial<State>)
}

async function readOwn(needs: FollowNeeds, state: State, text: string): Promise<void> {
  const { clock, file, shippedFolder: packs } = needs
  const today = dayOf(clock.now())
  if (text === state.text && !state.isShipped && (await state.eventFiles?.isCurrent(today))) return
  const eventFiles = createEventFiles({ ...needs, folder: dirname(file) }, today)
  const loaded = await loadCalendar({ packs, eventFiles }, { file: basename(file), text })
  Object.assign(state, { eventFiles, text, isShipped: false, faults: [] } satisfies Partial<State>)
  if ('faults' in loaded) {
    state.faults = loaded.faults
    return warn(needs, loaded.faults)
  }
  state.daily.use(loaded.definition)
  needs.addresses.use(eventFiles.addresses())
  state.scaling = loaded.scaling
}

function warn({ log }: FollowNeeds, faults: readonly CalendarFault[]): void {
  log.warn({ faults: faults.map(faultLine) }, 'the calendar file has faults; the last good calendar stays in force')
}

/** `calendar.yaml:12: periods.payroll.when: ...` */
export function faultLine({ source, path, message, place }: CalendarFault): string {
  const places = [
    ...(source.column === undefined ? [] : [`column ${source.column}`]),
    ...(place === null ? [] : [`character ${place.offset + 1}`]),
  ]
  const where = places.length === 0 ? '' : ` (${places.join(', ')})`
  const what = path.length === 0 ? '' : `${path.join('.')}: `
  return `${source.file}:${source.line}: ${what}${message}${where}`
}
