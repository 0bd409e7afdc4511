import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { planSpan } from '#domain/calendar/plan.ts'
import { addDays, type Day } from '#domain/day.ts'
import { MOST_ICAL_BYTES, readIcal, type IcalReading } from './read-ical.ts'

/** Events, faults of the file, or why there is none to read. */
export type EventFile = IcalReading | { readonly refusal: string }

/** Reads the files of events that a calendar names, worked out for the days around one day. */
export interface EventFiles {
  read(name: string): Promise<EventFile>
  /** False once it is another day or one of the files that were read has changed, appeared or gone. */
  isCurrent(today: Day): Promise<boolean>
}

/** One name and no path: an admin who writes the calendar on the screen reads no other file of this machine. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\.ics$/i
/** Beyond the plan: rules look for business days around it, and a day passes before it is worked out anew. */
const MARGIN_DAYS = 500

export function createEventFiles(folder: string, today: Day): EventFiles {
  const { fromDay, toDay } = planSpan(today)
  const span = { fromDay: addDays(fromDay, -MARGIN_DAYS), toDay: addDays(toDay, MARGIN_DAYS) }
  const readings = new Map<string, Promise<EventFile>>()
  /** How each file was found, taken before it was read: what is written meanwhile is noticed. */
  const stamps = new Map<string, string>()

  async function read(name: string): Promise<EventFile> {
    const path = join(folder, name)
    const { stamp, bytes } = await lookAt(path)
    stamps.set(name, stamp)
    if (bytes === null) return { refusal: `There is no file \`${name}\` beside the calendar file.` }
    if (bytes > MOST_ICAL_BYTES) {
      return { refusal: `\`${name}\` has ${bytes} bytes; at most ${MOST_ICAL_BYTES} are read.` }
    }
    try {
      return readIcal(name, await readFile(path, 'utf8'), span)
    } catch (error) {
      if (error instanceof Error && 'code' in error) {
        return { refusal: `\`${name}\` could not be read (${String(error.code)}).` }
      }
      throw error
    }
  }
  return {
    async read(name) {
      if (!NAME.test(name)) {
        return { refusal: `\`${name}\` is no name of a file that ends in .ics and lies beside the calendar file.` }
      }
      const reading = readings.get(name) ?? read(name)
      readings.set(name, reading)
      return reading
    },
    async isCurrent(day) {
      // Only days of a file of events run out; without one nothing has to be read again.
      if (readings.size > 0 && day !== today) return false
      const looks = [...stamps].map(async ([name, before]) => (await lookAt(join(folder, name))).stamp === before)
      return (await Promise.all(looks)).every(Boolean)
    },
  }
}

async function lookAt(path: string): Promise<{ readonly stamp: string; readonly bytes: number | null }> {
  try {
    const found = await stat(path)
    if (found.isFile()) return { stamp: `${found.ino} ${found.size} ${found.mtimeMs}`, bytes: found.size }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return { stamp: 'none', bytes: null }
}
