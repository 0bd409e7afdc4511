import { unifiedDiff } from '#domain/line-diff.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listActive, listVersions } from './persona-store.ts'

export interface PersonaVersionView {
  readonly hash: string
  readonly createdAt: Date
  readonly isActive: boolean
  /** The file on disk, as last read, has this content. */
  readonly isFile: boolean
  /** Unified diff from the version in force to this one; empty for that one. */
  readonly diff: string
}

/** A diff each: more than this would be slow to make and nobody reads them. Older ones can still be activated by hash. */
const MAX_VERSIONS = 50

/** A persona's newest versions, each against the one in force. */
export async function listPersonaVersions(database: Database, id: string): Promise<PersonaVersionView[]> {
  const [rows, active] = await Promise.all([listVersions(database, id), listActive(database)])
  const inForce = active.find((row) => row.id === id)
  return rows.slice(0, MAX_VERSIONS).map((row) => ({
    hash: row.hash,
    createdAt: row.created_at,
    isActive: row.hash === inForce?.active_hash,
    isFile: row.hash === inForce?.file_hash,
    diff: inForce ? unifiedDiff(inForce.content, row.content, diffNames(inForce.active_hash, row.hash)) : '',
  }))
}

function diffNames(from: string, to: string): { from: string; to: string } {
  return { from: `in force ${from.slice(0, 12)}`, to: `version ${to.slice(0, 12)}` }
}
