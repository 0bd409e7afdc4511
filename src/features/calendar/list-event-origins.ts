import { basename } from 'node:path'
import { readEventAddress } from './ical/event-address.ts'
import { readCalendarFile } from './read-calendar-file.ts'
import { readCalendar } from './read-calendar.ts'

interface OwnFile {
  readonly file: string
  readonly isNamed: boolean
  readonly allowPrivate: readonly string[]
}

/**
 * Where the operator's calendar fetches events from, each once, without the path, which may be a secret. Fetches nothing. Empty where the
 * file is absent or cannot be read.
 */
export async function listEventOrigins(own: OwnFile): Promise<readonly string[]> {
  const reading = await readCalendarFile(own)
  if ('fault' in reading || reading.text === null) return []
  const addresses = readCalendar(basename(own.file), reading.text).uses.map(({ file }) =>
    readEventAddress(file, own.allowPrivate),
  )
  return [...new Set(addresses.flatMap((address) => ('href' in address ? [new URL(address.href).origin] : [])))]
}
