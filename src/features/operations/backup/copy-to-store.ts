import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ObjectStore } from '#platform/object-store/object-store.ts'
import { factsOf } from './archive-notes.ts'
import type { BackupManifest } from './backup-manifest.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { createProgress } from './report-progress.ts'
import type { StoredNote } from './stored-backups.ts'

interface Proven {
  readonly file: string
  readonly manifest: BackupManifest
  readonly verifiedAt: string
}

/** Copies a proven archive to the store and sees that it arrived. Throws STORE_FAILED; the file stays. */
export async function copyToStore(
  needs: Pick<BackupNeeds, 'signal' | 'onProgress'> & { readonly store: ObjectStore },
  { file, manifest, verifiedAt }: Proven,
  madeBy: string | null,
): Promise<void> {
  const { size: bytes } = await stat(file)
  const note: StoredNote = { ...factsOf(manifest), verifiedAt, madeBy }
  const tell = createProgress(needs.onProgress, 'copy', bytes)
  const { signal } = needs
  await needs.store.put(
    { name: basename(file), path: file, bytes, note: JSON.stringify(note) },
    { signal, onBytes: (added) => tell(null, added) },
  )
}
