import { z } from 'zod'
import type { ObjectStore, StoredObject } from '#platform/object-store/object-store.ts'
import { BackupFacts } from './archive-notes.ts'
import { ARCHIVE_END } from './backup-manifest.ts'
import type { BackupSummary } from './list-backups.ts'

/** What is kept with a backup in the store; only proven ones are copied there. */
const StoredNote = BackupFacts.extend({
  verifiedAt: z.iso.datetime(),
  /** Of the deployment that made it: it removes none of another. Null: it was made by hand or before a restore. */
  madeBy: z.string().nullable(),
})
export type StoredNote = z.infer<typeof StoredNote>

export interface StoredBackup extends BackupSummary {
  readonly name: string
  /** The deployment that made it by schedule or before a migration, and may remove it by rule; null: nobody may. */
  readonly madeBy: string | null
}

/** The store's backups. What else lies there is left out. Throws STORE_FAILED. */
export async function listStored(store: ObjectStore): Promise<StoredBackup[]> {
  const objects = await store.list()
  return objects.filter(({ name }) => ARCHIVE_END.test(name)).map((object) => summarise(store, object))
}

function summarise(store: ObjectStore, { name, bytes, changedAt, note }: StoredObject): StoredBackup {
  const base = {
    id: name.replace(ARCHIVE_END, ''),
    name,
    file: `${store.address}/${name}`,
    bytes,
    isEncrypted: name.endsWith('.age'),
    places: ['store'] as const,
  }
  const told = readNote(note)
  if (told)
    return {
      ...base,
      ...told,
      deployment: told.deployment ?? told.madeBy,
      secretKeyCheck: told.secretKeyCheck ?? null,
      state: 'verified',
      detail: null,
    }
  return {
    ...base,
    createdAt: changedAt.toISOString(),
    reason: 'unknown',
    schemaVersion: null,
    rows: null,
    madeBy: null,
    deployment: null,
    secretKeyCheck: null,
    state: 'unverified',
    verifiedAt: null,
    detail: 'It was put there by other means; what it holds is not known.',
  }
}

function readNote(note: string | null): StoredNote | null {
  try {
    return StoredNote.parse(JSON.parse(note ?? ''))
  } catch {
    // Somebody else's note says nothing of a backup.
    return null
  }
}
