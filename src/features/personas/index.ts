import type { Clock } from '#domain/clock.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ActivePersona } from '#domain/persona.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { activatePersona, type Activation, type PersonaAudit } from './activate-persona.ts'
import { createActiveCache } from './active-cache.ts'
import { listPersonaVersions, type PersonaVersionView } from './list-persona-versions.ts'
import type { PersonaFault } from './parse-persona.ts'
import { watchPersonaFolder } from './persona-folder.ts'

export type { PersonaFault } from './parse-persona.ts'
export type { PersonaVersionView } from './list-persona-versions.ts'
export type { Activation } from './activate-persona.ts'
export { readFolder } from './read-folder.ts'

interface PersonasNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  /** Where `<id>.md` files lie. */
  readonly folder: string
  /** Skills that exist; a file that names another is faulty. */
  readonly skillNames: readonly string[]
  /** Writes down who put which version in force. */
  readonly audit?: PersonaAudit
}

/** A persona in force, with how its file stands beside it. */
export interface PersonaOverview extends ActivePersona {
  readonly isPinned: boolean
  /** Of the file as last read, when it differs from what is in force. */
  readonly fileVersion: string | null
  readonly fault: PersonaFault | null
}

export interface Personas {
  /** The first look at the folder, then the watch over it. Does not reject when the database is away; it tries again. */
  start(): Promise<void>
  close(): Promise<void>
  /** Reads the folder now. */
  rescan(): Promise<void>
  /** What is in force; throws PERSONA_NOT_FOUND. At most two seconds behind another replica's change. */
  get(id: string): Promise<PersonaOverview>
  list(): Promise<PersonaOverview[]>
  versions(id: string): Promise<PersonaVersionView[]>
  activate(activation: Activation): Promise<PersonaOverview>
  /** All faults, those of files that never gave a persona among them. */
  faults(): readonly PersonaFault[]
  health(): { readonly state: 'ok' | 'degraded'; readonly detail: string }
}

/** Personas as files: read, checked, versioned in the database, put in force. */
export function createPersonas(needs: PersonasNeeds): Personas {
  const cache = createActiveCache(needs)
  let folder: ReturnType<typeof watchPersonaFolder> | undefined
  const started = (): NonNullable<typeof folder> => {
    folder ??= watchPersonaFolder({ ...needs, onChange: () => cache.clear() })
    return folder
  }
  const faultOf = (id: string): PersonaFault | null =>
    folder?.faults().find((fault) => fault.file === `${id}.md`) ?? null
  const list = async (): Promise<PersonaOverview[]> =>
    (await cache.all()).map((persona) => ({ ...persona, fault: faultOf(persona.id) }))
  const get = async (id: string): Promise<PersonaOverview> => {
    const found = (await list()).find((persona) => persona.id === id)
    if (!found) throw new SophiaError('PERSONA_NOT_FOUND')
    return found
  }
  return {
    start: () => started().rescan(),
    close: async () => folder?.close(),
    rescan: () => started().rescan(),
    get,
    list,
    versions: async (id) => {
      await get(id)
      return listPersonaVersions(needs.database, id)
    },
    activate: async (activation) => {
      await get(activation.id)
      await activatePersona(needs, activation)
      cache.clear()
      return get(activation.id)
    },
    faults: () => folder?.faults() ?? [],
    health: () => describeHealth(folder?.trouble() ?? null, folder?.faults() ?? []),
  }
}

function describeHealth(trouble: string | null, faults: readonly PersonaFault[]): ReturnType<Personas['health']> {
  if (trouble !== null) return { state: 'degraded', detail: `The personas folder cannot be read in: ${trouble}` }
  if (faults.length === 0) return { state: 'ok', detail: 'Every persona file is valid.' }
  const told = faults.map(
    (fault) => `${fault.file}${fault.line === null ? '' : ` line ${fault.line}`}: ${fault.reason}`,
  )
  return { state: 'degraded', detail: told.join(' ') }
}
