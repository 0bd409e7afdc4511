import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { defineCalendar, type WrittenDefinition } from '#domain/calendar/define-calendar.ts'
import type { CalendarFault } from '#domain/calendar/fault.ts'
import type { CalendarDefinition } from '#domain/calendar/plan.ts'
import { DEFAULT_SCALING, type ScalingRules } from '#domain/scaling/advise-replicas.ts'
import { addEvents } from './ical/add-events.ts'
import { createEventFiles, type EventFiles } from './ical/event-files.ts'
import { readCalendar } from './read-calendar.ts'

/** A calendar that was read: what it means, or everything that is wrong with it. */
export type LoadedCalendar =
  | { readonly definition: CalendarDefinition; readonly scaling: ScalingRules }
  | { readonly faults: readonly CalendarFault[] }

const PACK = /^[a-z][a-z0-9-]{0,40}$/

/** Reads a calendar's text with the packs it includes; a pack lies in the folder of those that ship. */
export async function loadCalendar(
  { packs, eventFiles }: { readonly packs: string; readonly eventFiles: EventFiles },
  { file, text }: { readonly file: string; readonly text: string },
): Promise<LoadedCalendar> {
  const own = readCalendar(file, text)
  if (own.faults.length > 0) return { faults: own.faults }
  const parts: WrittenDefinition[] = []
  for (const { name, source } of own.includes) {
    const pack = PACK.test(name) ? await readOrNull(join(packs, `${name}.yaml`)) : null
    if (pack === null) {
      const message = `There is no pack \`${name}\`; \`default\`, \`drills\` and \`rent-cycle\` ship with Sophia.`
      return { faults: [{ source, path: ['include'], message, place: null, suggestion: null }] }
    }
    const read = readCalendar(`${name}.yaml`, pack)
    if (read.faults.length > 0) return { faults: read.faults }
    parts.push(read.written)
  }
  const all = [...parts, own.written]
  const whole = {
    calendars: all.flatMap((part) => part.calendars),
    periods: all.flatMap((part) => part.periods),
    policies: all.flatMap((part) => part.policies),
  }
  const completed = await addEvents(whole, own.uses, eventFiles)
  if ('faults' in completed) return completed
  const defined = defineCalendar(completed.written)
  if ('faults' in defined) return defined
  return { definition: defined.value, scaling: { ...DEFAULT_SCALING, ...own.scaling } }
}

const SHIPPED = 'default.yaml'

/** The calendar that ships, with its text. Throws when it is not there or faulty. */
export async function loadShipped(folder: string) {
  const text = (await readOrNull(join(folder, SHIPPED))) ?? ''
  // What ships names no file of events.
  const eventFiles = createEventFiles({ folder }, '1970-01-01')
  const loaded = await loadCalendar({ packs: folder, eventFiles }, { file: SHIPPED, text })
  if ('faults' in loaded) throw new Error(`The calendar that ships is faulty: ${loaded.faults[0]?.message}`)
  return { ...loaded, text }
}

/** The text of a file; null where there is none. */
async function readOrNull(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
