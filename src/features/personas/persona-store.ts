import { z } from 'zod'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const PersonaRow = z.object({
  id: z.string(),
  file_hash: z.string(),
  active_hash: z.string(),
  is_pinned: z.boolean(),
  content: z.string(),
})
export type PersonaRow = z.infer<typeof PersonaRow>

const VersionRow = z.object({ hash: z.string(), content: z.string(), created_at: z.date() })
export type VersionRow = z.infer<typeof VersionRow>

export interface PersonaFile {
  readonly id: string
  readonly hash: string
  readonly content: string
}

/** Every present persona with the content of its active version, by id. */
export function listActive(database: Database): Promise<PersonaRow[]> {
  return database.read((handle) =>
    handle.rows(
      PersonaRow,
      sql`select p.id, p.file_hash, p.active_hash, p.is_pinned, v.content
          from personas p join persona_versions v on v.persona = p.id and v.hash = p.active_hash
          where p.is_present order by p.id`,
    ),
  )
}

/**
 * Makes the file's content the persona's version. A content that differs from the last one read lifts a pin; the same
 * content leaves everything as it is.
 */
export function saveFile(database: Database, file: PersonaFile): Promise<void> {
  return database.inTransaction(async (handle) => {
    await handle.run(
      sql`insert into persona_versions (persona, hash, content) values (${file.id}, ${file.hash}, ${file.content})
          on conflict do nothing`,
    )
    await handle.run(
      sql`insert into personas (id, file_hash, active_hash) values (${file.id}, ${file.hash}, ${file.hash})
          on conflict (id) do update set
            file_hash = excluded.file_hash,
            active_hash = case when personas.file_hash = excluded.file_hash and personas.is_pinned
              then personas.active_hash else excluded.file_hash end,
            is_pinned = personas.file_hash = excluded.file_hash and personas.is_pinned,
            is_present = true,
            updated_at = now()
          where personas.file_hash <> excluded.file_hash or not personas.is_present`,
    )
  })
}

/** Personas without a file are absent; their versions stay. */
export function markAbsent(database: Database, ids: readonly string[]): Promise<number> {
  return database.read((handle) =>
    handle.run(sql`update personas set is_present = false, updated_at = now() where is_present and id = any(${ids})`),
  )
}

/** A persona's versions, newest first. */
export function listVersions(database: Database, id: string): Promise<VersionRow[]> {
  return database.read((handle) => selectVersions(handle, id))
}

/**
 * Puts the one version whose hash begins with `prefix` in force, pinned unless it is the file's own. `undefined`: no
 * or more than one version fits.
 */
export function activateVersion(
  database: Database,
  chosen: { id: string; prefix: string; check: (content: string) => void },
): Promise<{ hash: string; previousHash: string; isPinned: boolean } | undefined> {
  return database.inTransaction(async (handle) => {
    const Locked = z.object({ file_hash: z.string(), active_hash: z.string() })
    const persona = await handle.first(
      Locked,
      sql`select file_hash, active_hash from personas where id = ${chosen.id} and is_present for update`,
    )
    const fitting = (await selectVersions(handle, chosen.id)).filter((version) =>
      version.hash.startsWith(chosen.prefix),
    )
    const version = fitting[0]
    if (!persona || !version || fitting.length > 1) return undefined
    chosen.check(version.content)
    const isPinned = version.hash !== persona.file_hash
    await handle.run(
      sql`update personas set active_hash = ${version.hash}, is_pinned = ${isPinned}, updated_at = now()
          where id = ${chosen.id}`,
    )
    return { hash: version.hash, previousHash: persona.active_hash, isPinned }
  })
}

function selectVersions(handle: Handle, id: string): Promise<VersionRow[]> {
  return handle.rows(
    VersionRow,
    sql`select hash, content, created_at from persona_versions where persona = ${id} order by created_at desc, hash`,
  )
}
