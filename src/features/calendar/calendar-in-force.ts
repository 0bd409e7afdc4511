import { basename, dirname } from 'node:path'
import type { Clock } from '#domain/clock.ts'
import type { CalendarPlan } from '#domain/calendar/plan.ts'
import type { CalendarFault } from '#domain/calendar/fault.ts'
import { DEFAULT_SCALING, type ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { dayOf } from '#domain/day.ts'
import type { Log } from '#platform/log/log.ts'
import { createDailyPlan } from './daily-plan.ts'
import { createEventFiles, type EventFiles } from './ical/event-files.ts'
import { loadCalendar, loadShipped, readOrNull } from './load-calendar.ts'

interface InForceNeeds {
  readonly clock: Clock
  readonly log: Log
  /** The operator's file; where there is none, the calendar that ships is in force. */
  readonly file: string
  /** The calendar and the packs that ship. */
  readonly shippedFolder: string
}

/** The calendar that holds now, kept in step with its file and with the days. */
export interface CalendarInForce {
  /** The first reading, then a look every two seconds. Throws only when what ships cannot be read. */
  start(): Promise<void>
  /** Reads the file now. */
  reload(): Promise<void>
  plan(): CalendarPlan
  scaling(): ScalingRules
  /** The text in force or, where its file is faulty, the text as it stands there. */
  text(): string
  isShipped(): boolean
  /** What is wrong with the file; the last good calendar stays in force meanwhile. */
  faults(): readonly CalendarFault[]
  close(): Promise<void>
}

const LOOK_MS = 2000

export function createCalendarInForce({ clock, log, file, shippedFolder }: InForceNeeds): CalendarInForce {
  const closing = new AbortController()
  const daily = createDailyPlan(clock)
  let scaling = DEFAULT_SCALING
  let text = ''
  let isShipped = true
  let faults: readonly CalendarFault[] = []
  let eventFiles: EventFiles | undefined
  let running: Promise<void> | undefined

  async function readShipped(): Promise<void> {
    const shipped = await loadShipped(shippedFolder)
    daily.use(shipped.definition)
    ;({ scaling, text } = shipped)
    isShipped = true
    faults = []
  }
  async function readOwn(own: string): Promise<void> {
    const today = dayOf(clock.now())
    if (own === text && !isShipped && (await eventFiles?.isCurrent(today))) return
    eventFiles = createEventFiles(dirname(file), today)
    const loaded = await loadCalendar({ packs: shippedFolder, eventFiles }, { file: basename(file), text: own })
    ;[text, isShipped] = [own, false]
    if ('faults' in loaded) {
      ;({ faults } = loaded)
      log.warn({ faults: faults.map(faultLine) }, 'the calendar file has faults; the last good calendar stays in force')
      return
    }
    faults = []
    daily.use(loaded.definition)
    ;({ scaling } = loaded)
  }
  async function reload(): Promise<void> {
    const own = await readOrNull(file)
    if (own !== null) await readOwn(own)
    else if (!isShipped || !daily.isSet()) await readShipped()
  }
  async function look(): Promise<void> {
    while (!closing.signal.aborted) {
      await clock.sleep(LOOK_MS, closing.signal)
      await reload().catch((error: unknown) => log.warn({ error }, 'the calendar file could not be read'))
    }
  }
  return {
    async start() {
      if (!daily.isSet()) await readShipped()
      await reload().catch((error: unknown) => log.warn({ error }, 'the calendar file could not be read'))
      // It ends only by the abort of `close`, which rejects its sleep.
      running ??= look().catch(() => undefined)
    },
    reload,
    plan: () => daily.plan(),
    scaling: () => scaling,
    text: () => text,
    isShipped: () => isShipped,
    faults: () => faults,
    async close() {
      closing.abort()
      await running
    },
  }
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
