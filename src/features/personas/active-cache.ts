import type { Clock } from '#domain/clock.ts'
import type { ActivePersona, PersonaDefinition } from '#domain/persona.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { parsePersona } from './parse-persona.ts'
import { listActive, type PersonaRow } from './persona-store.ts'

/** How far this process may be behind another's activation. */
const MAX_AGE_MS = 1500
/** Hex digits of the content hash that name a version. */
const VERSION_DIGITS = 12
const MAX_PARSED = 200

interface CachedPersona extends ActivePersona {
  readonly isPinned: boolean
  readonly fileVersion: string | null
}

interface CacheNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly skillNames: readonly string[]
}

export interface ActiveCache {
  all(): Promise<readonly CachedPersona[]>
  clear(): void
}

/** The personas in force as the database has them, read at most every 1.5 s; one read at a time. */
export function createActiveCache(needs: CacheNeeds): ActiveCache {
  const parsed = new Map<string, PersonaDefinition>()
  let current: { readonly readAtMs: number; readonly personas: Promise<CachedPersona[]> } | undefined
  const load = async (): Promise<CachedPersona[]> => {
    const rows = await listActive(needs.database)
    return rows.flatMap((row) => toPersona(row, definitionOf(row)) ?? [])
  }
  const definitionOf = (row: PersonaRow): PersonaDefinition | undefined => {
    const key = `${row.id} ${row.active_hash}`
    const known = parsed.get(key)
    if (known) return known
    const definition = readStored(row, needs)
    if (definition) {
      if (parsed.size >= MAX_PARSED) parsed.clear()
      parsed.set(key, definition)
    }
    return definition
  }
  return {
    all: async () => {
      const nowMs = needs.clock.monotonicMs()
      if (!current || nowMs - current.readAtMs > MAX_AGE_MS) current = { readAtMs: nowMs, personas: load() }
      const mine = current
      try {
        return await mine.personas
      } catch (error) {
        // A failed read is not kept: the next caller asks again.
        if (current === mine) current = undefined
        throw error
      }
    },
    clear: () => {
      current = undefined
    },
  }
}

/** A stored version may name a skill that exists no more: it loses the skill, not its voice. */
function readStored(row: PersonaRow, needs: CacheNeeds): PersonaDefinition | undefined {
  const result = parseStored(row.id, row.content)
  if (result.kind === 'fault') {
    needs.log.error({ persona: row.id, fault: result.fault }, 'stored persona version cannot be read')
    return undefined
  }
  const { definition } = result
  return { ...definition, skills: definition.skills.filter((skill) => needs.skillNames.includes(skill)) }
}

/** Parses a stored version without asking whether its skills still exist. */
function parseStored(id: string, content: string): ReturnType<typeof parsePersona> {
  return parsePersona(content, { file: `${id}.md`, skillNames: null })
}

function toPersona(row: PersonaRow, definition: PersonaDefinition | undefined): CachedPersona | undefined {
  if (!definition) return undefined
  return {
    id: row.id,
    version: row.active_hash.slice(0, VERSION_DIGITS),
    definition,
    isPinned: row.is_pinned,
    fileVersion: row.file_hash === row.active_hash ? null : row.file_hash.slice(0, VERSION_DIGITS),
  }
}
