import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupNeeds } from './backup-needs.ts'
import { createProgress } from './report-progress.ts'
import { requireRoomToFetch } from './require-room.ts'
import { listStored } from './stored-backups.ts'

/** Hands over a backup as a file: its own, or a copy of what lies in the store, for as long as the work takes. */
export async function withArchive<Result>(
  needs: BackupNeeds,
  file: string,
  work: (path: string) => Promise<Result>,
): Promise<Result> {
  const { folder, store, signal } = needs
  if (!store || !file.startsWith(`${store.address}/`)) return work(file)
  const name = file.slice(store.address.length + 1)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const place = await mkdtemp(join(folder, '.fetching-'))
  try {
    const path = join(place, name)
    const bytes = (await listStored(store)).find((one) => one.name === name)?.bytes ?? 0
    await requireRoomToFetch(needs, bytes)
    const tell = createProgress(needs.onProgress, 'fetch', bytes)
    await store.get(name, path, { signal, onBytes: (added) => tell(null, added) })
    return await work(path)
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
