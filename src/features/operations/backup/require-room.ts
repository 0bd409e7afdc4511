import { mkdir, stat } from 'node:fs/promises'
import { findShortage, type RoomWanted, type Shortage } from '#domain/backup/find-shortage.ts'
import { SophiaError } from '#domain/errors.ts'
import { readDiskSpace } from '../disk-space.ts'
import { readManifest } from './backup-archive.ts'
import type { BackupNeeds } from './backup-needs.ts'
import { sizeOfDatabase } from './backup-store.ts'
import { listFolder } from './list-backups.ts'
import type { BackupArchive } from './walk-archive.ts'

type RoomNeeds = Pick<BackupNeeds, 'database' | 'databaseFolder' | 'folder'>

/** While it is made its parts lie beside it. */
const TIMES_OF_LAST = 2
/** Of an archive that does not say how large its database was: as little as rows take that hardly compress. Nothing is refused by a guess. */
const TIMES_OF_ARCHIVE = 2

/** For another backup as large as the newest, and for its rehearsal. Throws STORAGE_FULL. */
export async function requireRoomToMake(needs: RoomNeeds): Promise<void> {
  await requireRoom(needs, 'a backup', {
    archives: await anotherArchive(needs),
    database: await needs.database.read(sizeOfDatabase),
  })
}

/** For a copy of what lies in the store. Throws STORAGE_FULL. */
export async function requireRoomToFetch(needs: RoomNeeds, bytes: number): Promise<void> {
  await requireRoom(needs, 'a copy of it', { archives: bytes, database: 0 })
}

/** For the rehearsal of an archive. Throws STORAGE_FULL, and as reading it does. */
export async function requireRoomToVerify(needs: RoomNeeds, archive: BackupArchive): Promise<void> {
  await requireRoom(needs, 'its rehearsal', { archives: 0, database: await unpackedBytes(archive) })
}

/** For a backup of what is there, which goes only once all of the archive is in. Throws STORAGE_FULL, and as reading it does. */
export async function requireRoomToRestore(needs: RoomNeeds, archive: BackupArchive): Promise<void> {
  await requireRoom(needs, 'the restore', {
    archives: await anotherArchive(needs),
    database: await unpackedBytes(archive),
  })
}

async function unpackedBytes(archive: BackupArchive): Promise<number> {
  const { databaseBytes } = await readManifest(archive)
  return databaseBytes ?? (await stat(archive.file)).size * TIMES_OF_ARCHIVE
}

/** What another backup as large as the newest takes. */
export async function anotherArchive({ folder }: Pick<RoomNeeds, 'folder'>): Promise<number> {
  const [newest] = await listFolder({ folder })
  return (newest?.bytes ?? 0) * TIMES_OF_LAST
}

/** The built-in database may live on that disk, and stops when it is full: some of it has to stay free. */
async function requireRoom({ databaseFolder = null, folder }: RoomNeeds, what: string, wanted: RoomWanted) {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const disks = {
    archives: await readDiskSpace(folder),
    database: databaseFolder === null ? null : await readDiskSpace(databaseFolder),
    isOne: databaseFolder !== null && (await stat(folder)).dev === (await stat(databaseFolder)).dev,
  }
  const shortage = findShortage(disks, wanted)
  if (shortage) throw tooLittle(shortage, what, shortage.of === 'database' ? String(databaseFolder) : folder)
}

function tooLittle({ freeBytes, of, wantedBytes }: Shortage, what: string, folder: string): SophiaError {
  const rehearsal = of !== 'archives' ? ', as every row is in the database once more meanwhile' : ''
  return new SophiaError('STORAGE_FULL', {
    detail: `${megabytes(freeBytes)} are free under ${folder}; ${what} needs ${megabytes(wantedBytes)}${rehearsal}, and 5 % of the disk has to stay free. Delete old backups or give the disk more room.`,
  })
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`
}
