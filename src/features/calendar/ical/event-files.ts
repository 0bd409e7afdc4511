import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Day } from '#domain/day.ts'
import { isAddressLike, type EventAddress } from './event-address.ts'
import type { EventAddresses, UsedAddress } from './event-addresses.ts'
import { spanAround } from './event-span.ts'
import { MOST_ICAL_BYTES, readIcal, type IcalReading } from './read-ical.ts'

/** Events, faults of the file, or why there is none to read. */
export type EventFile = IcalReading | { readonly refusal: string }

/** Reads the files of events that a calendar names, worked out for the days around one day. */
export interface EventFiles {
  /** By the name of a file beside the calendar, or by an address; of one that was not fetched yet there are no events. */
  read(name: string, usedBy: string): Promise<EventFile>
  /** The addresses that were read, well written ones only. */
  addresses(): readonly UsedAddress[]
  /** What is told of those of them from which nothing was fetched yet. */
  unfetched(): readonly string[]
  /** False once it is another day or one of the files that were read has changed, appeared or gone. */
  isCurrent(today: Day): Promise<boolean>
}

/** One name and no path: an admin who writes the calendar on the screen reads no other file of this machine. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}\.ics$/i
const MOST_ADDRESSES = 20

interface EventSources {
  /** Where the calendar file lies. */
  readonly folder: string
  /** Absent: none is taken. */
  readonly addresses?: Pick<EventAddresses, 'addressOf' | 'textOf'>
}

export function createEventFiles({ folder, addresses }: EventSources, today: Day): EventFiles {
  const span = spanAround(today)
  const readings = new Map<string, Promise<EventFile>>()
  /** How each file was found, taken before it was read: what is written meanwhile is noticed. */
  const stamps = new Map<string, string>()
  /** The addresses with the mark of the text that was read from each. */
  const marks = new Map<string, { readonly address: EventAddress; readonly usedBy: string[]; mark: string }>()

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
  async function readFrom(text: string, usedBy: string): Promise<EventFile> {
    const address = addresses?.addressOf(text) ?? { refusal: 'No address is taken here.' }
    if ('refusal' in address) return address
    const known = marks.get(address.href) ?? { address, usedBy: [], mark: '' }
    if (!marks.has(address.href) && marks.size >= MOST_ADDRESSES) {
      return { refusal: `A calendar takes events from at most ${MOST_ADDRESSES} addresses.` }
    }
    marks.set(address.href, known)
    known.usedBy.push(usedBy)
    const found = (await addresses?.textOf(address)) ?? null
    known.mark = found?.mark ?? ''
    if (found === null) return { events: { from: address.label, days: [], stretches: [] } }
    return readIcal(address.label, found.text, span)
  }
  return {
    addresses: () => [...marks.values()].map(({ address, usedBy }) => ({ ...address, usedBy })),
    unfetched: () => [...marks.values()].filter(({ mark }) => mark === '').map(({ address }) => address.label),
    async read(name, usedBy) {
      if (isAddressLike(name)) return readFrom(name, usedBy)
      if (!NAME.test(name)) {
        return {
          refusal: `\`${name}\` is neither a name of a file that ends in .ics and lies beside the calendar file nor an https address.`,
        }
      }
      const reading = readings.get(name) ?? read(name)
      readings.set(name, reading)
      return reading
    },
    async isCurrent(day) {
      // Only days of a file of events run out; without one nothing has to be read again.
      if (readings.size + marks.size > 0 && day !== today) return false
      const looks = [...stamps].map(async ([name, before]) => (await lookAt(join(folder, name))).stamp === before)
      const marked = [...marks.values()].map(
        async ({ address, mark }) => ((await addresses?.textOf(address))?.mark ?? '') === mark,
      )
      return (await Promise.all([...looks, ...marked])).every(Boolean)
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
