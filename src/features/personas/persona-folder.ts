import { watch, type FSWatcher } from 'node:fs'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import type { PersonaFault } from './parse-persona.ts'
import { listActive, markAbsent, saveFile } from './persona-store.ts'
import { readFolder } from './read-folder.ts'

/** An editor saves in several steps; a file is read once it has been quiet for this long. */
const QUIET_MS = 150
/** File events get lost on network and container mounts; a look round at this distance finds what they missed. */
const RESCAN_MS = 3000

export interface FolderWatch {
  /** Reads the folder once and brings the database in step. Never throws: what went wrong is in `faults` and `trouble`. */
  rescan(): Promise<void>
  faults(): readonly PersonaFault[]
  /** Why the last look at the folder as a whole failed; null when it did not. */
  trouble(): string | null
  close(): Promise<void>
}

interface WatchNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly folder: string
  readonly skillNames: readonly string[]
  /** Told after something was written. */
  readonly onChange: () => void
}

/** Keeps the database in step with the folder: on file events, and by a look round every few seconds. */
export function watchPersonaFolder(needs: WatchNeeds): FolderWatch {
  const state = createFolderState(needs)
  const closing = new AbortController()
  let watcher: FSWatcher | undefined
  let dirty = Promise.withResolvers<void>()
  const openWatcher = (): void => {
    try {
      watcher = watch(needs.folder, { persistent: false }, () => dirty.resolve())
      watcher.on('error', () => {
        // The folder went away or events are not supported: the look round still works, and reopens the watcher.
        watcher?.close()
        watcher = undefined
      })
    } catch {
      // As above: no events here, or no folder yet.
      watcher = undefined
    }
  }
  const run = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      if (!watcher) openWatcher()
      await Promise.race([dirty.promise, needs.clock.sleep(RESCAN_MS, closing.signal)])
      if (closing.signal.aborted) return
      await needs.clock.sleep(QUIET_MS, closing.signal)
      dirty = Promise.withResolvers()
      await state.rescan()
    }
  }
  // The loop ends only by the abort of `close`, which rejects its sleep.
  const running = run().catch(() => undefined)
  return {
    rescan: state.rescan,
    faults: state.faults,
    trouble: state.trouble,
    close: async () => {
      closing.abort()
      watcher?.close()
      await running
    },
  }
}

/** What this process knows of the folder, and one scan at a time. */
function createFolderState(needs: WatchNeeds): Pick<FolderWatch, 'rescan' | 'faults' | 'trouble'> {
  // Written only when this process sees its own file change: two replicas with different files must not overwrite each
  // other again and again.
  const synced = new Map<string, string>()
  let known: ReadonlySet<string> | undefined
  let faults: readonly PersonaFault[] = []
  let trouble: string | null = null
  const scan = async (): Promise<void> => {
    const contents = await readFolder(needs.folder, needs.skillNames)
    logNewFaults(needs.log, faults, contents.faults)
    faults = contents.faults
    const changed = contents.files.filter((file) => synced.get(file.id) !== file.hash)
    for (const file of changed) {
      await saveFile(needs.database, file)
      synced.set(file.id, file.hash)
      needs.log.info({ persona: file.id, version: file.hash.slice(0, 12) }, 'persona file read')
    }
    const before = known ?? new Set((await listActive(needs.database)).map((row) => row.id))
    const gone = [...before].filter((id) => !contents.ids.has(id))
    const marked = gone.length > 0 ? await markAbsent(needs.database, gone) : 0
    for (const id of gone) synced.delete(id)
    known = contents.ids
    if (changed.length > 0 || marked > 0) needs.onChange()
  }
  let last: Promise<void> = Promise.resolve()
  const rescan = (): Promise<void> => {
    last = last.then(scan).then(
      () => {
        trouble = null
      },
      (error: unknown) => {
        // Personas in force stay so; the next look round tries again, and health says why.
        const reason = error instanceof Error ? error.message : String(error)
        if (trouble !== reason) needs.log.warn({ error }, 'persona folder could not be read into the database')
        trouble = reason
      },
    )
    return last
  }
  return { rescan, faults: () => faults, trouble: () => trouble }
}

function logNewFaults(log: Log, before: readonly PersonaFault[], now: readonly PersonaFault[]): void {
  for (const fault of now) {
    const isKnown = before.some(
      (old) => old.file === fault.file && old.reason === fault.reason && old.line === fault.line,
    )
    if (!isKnown) log.warn({ fault }, 'persona file has a fault; the last good version stays in force')
  }
}
