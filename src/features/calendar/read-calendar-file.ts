import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { CalendarFault } from '#domain/calendar/fault.ts'

/** What lies there: its text, nothing, or why it cannot be read. */
export type CalendarFileReading = { readonly text: string | null } | { readonly fault: CalendarFault }

interface OwnFile {
  readonly file: string
  readonly isNamed: boolean
}

/** As much as the screen takes, in bytes of any script. */
const MOST_BYTES = 800_000

/** Reads the operator's file. That it is not there is a fault only where a setting names it. */
export async function readCalendarFile(own: OwnFile): Promise<CalendarFileReading> {
  const { file, isNamed } = own
  const refuse = (message: string): CalendarFileReading => ({ fault: faultOfFile(own, message) })
  try {
    const found = await stat(file)
    if (!found.isFile()) return refuse('This is no file.')
    if (found.size > MOST_BYTES) return refuse(`It has ${found.size} bytes; at most ${MOST_BYTES} are read.`)
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file)) }
  } catch (error) {
    if (error instanceof TypeError) return refuse('It is no text in UTF-8.')
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    if (code !== 'ENOENT') return refuse(`It cannot be read (${code}).`)
    return isNamed ? refuse('There is no such file, but SOPHIA_CALENDAR_FILE names it.') : { text: null }
  }
}

/** One that is of the file as a whole. */
export function faultOfFile({ file }: Pick<OwnFile, 'file'>, message: string): CalendarFault {
  return { source: { file: basename(file), line: 1 }, path: [], message, place: null, suggestion: null }
}
