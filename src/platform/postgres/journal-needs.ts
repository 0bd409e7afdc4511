import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** With a short journal PostgreSQL refuses most of these; files that are included are not read, and may say anything. */
const NEEDING = /^\s*(wal_level|archive_mode|summarize_wal|include|include_if_exists|include_dir)\b/im
const CONFIGURATIONS = ['postgresql.conf', 'postgresql.auto.conf']

/**
 * Whether somebody set up this cluster so that it may not start with `wal_level = minimal`: a slot for a standby is there, or its own
 * configuration speaks of archiving, of summaries or of the level itself. Files that are not there say nothing.
 */
export function needsWholeJournal(folder: string): boolean {
  const hasSlot = orNone(() => readdirSync(join(folder, 'pg_replslot'))).length > 0
  return hasSlot || CONFIGURATIONS.some((name) => NEEDING.test(orNone(() => readFileSync(join(folder, name), 'utf8'))))
}

function orNone<Found extends string | readonly string[]>(look: () => Found): Found | '' {
  try {
    return look()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}
