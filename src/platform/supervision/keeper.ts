import type { ServiceDescription } from './description.ts'
import type { Installed } from './installed.ts'
import type { SealedFile } from './sealed-file.ts'

/** How a service stands, as the machine's own program says. `unknown`: nobody could be asked. */
export interface ServiceState {
  readonly state: 'running' | 'starting' | 'stopping' | 'stopped' | 'failed' | 'not_installed' | 'unknown'
  /** For people: what was said, or why nothing is known. */
  readonly detail: string
  readonly pid: number | null
  /** Restarts since it was last started by hand; null where nobody counts them. */
  readonly restarts: number | null
}

/** A program of the machine with its words. */
export interface Step {
  readonly command: readonly [string, ...string[]]
  /** It fails where there is nothing to do. */
  readonly mayFail?: boolean
  /** It asks for what goes by itself, and is asked again until that is gone; at most for so many seconds. */
  readonly goneWithinSeconds?: number
  /** It begins what may last, and waits for that: at most for so many seconds. What it began goes on then. */
  readonly waitsAtMostSeconds?: number
}

/** What keeps a program running on one kind of system: its files, and what is run to have them heeded. */
export interface Keeper {
  readonly name: string
  /** Files it reads, and files of ours that those call. */
  files(service: ServiceDescription): readonly SealedFile[]
  /** After the files were written. Ends when the service runs, fails, or takes long to start. */
  install(service: ServiceDescription): readonly Step[]
  /** Before the files are removed. */
  stop(service: ServiceDescription): readonly Step[]
  /** After the files were removed. */
  forget(service: ServiceDescription): readonly Step[]
  /** Asks how it stands. Never throws. */
  state(service: Pick<ServiceDescription, 'scope'>): Promise<ServiceState>
  /** How the one that is installed runs, by its own files; null where none is. Throws CONFLICT for files that say something else. */
  installed(service: Pick<ServiceDescription, 'scope'>): Promise<Installed | null>
}

/** Nobody could be asked. */
export function unknownState(detail: string): ServiceState {
  return { state: 'unknown', detail, pid: null, restarts: null }
}
