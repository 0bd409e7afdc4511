import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { contentHash } from '#platform/crypto/ids.ts'
import type { EventAddress } from './event-address.ts'

const Copy = z.object({
  text: z.string(),
  etag: z.string().nullable(),
  lastModified: z.string().nullable(),
  fetchedAt: z.iso.datetime(),
})
/** The last good text of an address. */
export type EventCopy = Readonly<z.infer<typeof Copy>>

/** Copies that outlive the process: after a start the events are in force while their server is away. */
export interface EventCopies {
  /** Null where there is none that can be read. */
  read(address: EventAddress): Promise<EventCopy | null>
  /** Rejects where it cannot be written; the copy in memory counts all the same. */
  write(address: EventAddress, copy: EventCopy): Promise<void>
  /** Removes what was written before `before`, unless it is of one of these. Rejects where it cannot look. */
  drop(kept: readonly EventAddress[], before: Date): Promise<void>
}

/** One file for each address, in a folder of the home, which has to be there. Readable for its owner only. */
export function createEventCopies(folder: string): EventCopies {
  const nameOf = ({ href }: EventAddress): string => `${contentHash(href).slice(0, 32)}.json`
  const pathOf = (address: EventAddress): string => join(folder, nameOf(address))
  return {
    async read(address) {
      try {
        const parsed = Copy.safeParse(JSON.parse(await readFile(pathOf(address), 'utf8')))
        return parsed.success ? parsed.data : null
      } catch {
        // Absent, unreadable or cut short: fetched anew.
        return null
      }
    },
    async write(address, copy) {
      await mkdir(folder, { mode: 0o700 }).catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      })
      const path = pathOf(address)
      await writeFile(`${path}.${process.pid}.new`, JSON.stringify(copy), { mode: 0o600 })
      await rename(`${path}.${process.pid}.new`, path)
    },
    async drop(kept, before) {
      const names = new Set(kept.map(nameOf))
      const files = (await readdir(folder)).filter((name) => !names.has(name)).map((name) => join(folder, name))
      for (const file of files) if ((await stat(file)).mtimeMs < before.getTime()) await rm(file, { force: true })
    },
  }
}
