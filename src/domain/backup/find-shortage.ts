import { LOW_SHARE, type DiskSpace } from '../disk-space.ts'

/** What work on backups takes of the disks while it lasts. */
export interface RoomWanted {
  /** Where archives are made. */
  readonly archives: number
  /** Where the database lies: a rehearsal or a restore holds its rows once more. */
  readonly database: number
}

export interface Disks {
  readonly archives: DiskSpace
  /** Null: it lies elsewhere, and nobody here can tell. */
  readonly database: DiskSpace | null
  readonly isOne: boolean
}

export interface Shortage {
  readonly of: 'archives' | 'database' | 'both'
  readonly freeBytes: number
  readonly wantedBytes: number
}

/** The disk that would be left with too little; null: there is room. */
export function findShortage({ archives, database, isOne }: Disks, wanted: RoomWanted): Shortage | null {
  if (database === null) return shortageOf('archives', archives, wanted.archives)
  if (isOne) return shortageOf('both', archives, wanted.archives + wanted.database)
  return shortageOf('archives', archives, wanted.archives) ?? shortageOf('database', database, wanted.database)
}

function shortageOf(of: Shortage['of'], { freeBytes, totalBytes }: DiskSpace, wantedBytes: number): Shortage | null {
  return freeBytes - wantedBytes >= totalBytes * LOW_SHARE ? null : { of, freeBytes, wantedBytes }
}
