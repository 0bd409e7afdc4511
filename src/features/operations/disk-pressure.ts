import { ENOUGH_SHARE, freeShare, isShort, type DiskSpace } from '#domain/disk-space.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Observation } from './health.ts'

interface DiskPressureNeeds {
  readonly readSpace: () => Promise<DiskSpace>
  /** The database lies on this disk: what is stored takes room here. */
  readonly holdsDatabase: boolean
  /** Told when storing stops, and when it goes on. */
  readonly onChange: (isReadOnly: boolean, detail: string) => void
}

export interface DiskPressure {
  /** Looks at the disk; the health of the part. */
  look(): Promise<Observation>
  isReadOnly(): boolean
  /** Throws STORAGE_FULL while nothing new is stored, by the last look. */
  requireRoom(): void
  /** The same by a look now, for who looks seldom. */
  lookForRoom(): Promise<void>
}

const RETRY_AFTER_SECONDS = 30

/**
 * Stops storing before the disk is full, so that what runs can end, what is stored can be read, and PostgreSQL stays up; goes on by
 * itself once there is room. With a database elsewhere the disk is only told of.
 */
export function createDiskPressure({ readSpace, holdsDatabase, onChange }: DiskPressureNeeds): DiskPressure {
  let isLow = false
  const isReadOnly = (): boolean => isLow && holdsDatabase

  async function look(): Promise<Observation> {
    const space = await readSpace()
    const free = `${percent(freeShare(space))} free`
    const wasLow = isLow
    isLow = isShort(wasLow, space)
    if (isLow !== wasLow && holdsDatabase) onChange(isLow, free)
    const detail = isReadOnly() ? `${free}; nothing new is stored until ${percent(ENOUGH_SHARE)} are` : free
    return { state: isLow ? 'degraded' : 'ok', detail }
  }

  function requireRoom(): void {
    if (!isReadOnly()) return
    throw new SophiaError('STORAGE_FULL', {
      detail: `The disk is nearly full, so nothing new is stored until ${percent(ENOUGH_SHARE)} of it are free. Reading goes on. Free some space; Sophia then goes on by herself.`,
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    })
  }

  return {
    look,
    isReadOnly,
    requireRoom,
    lookForRoom: async () => {
      await look()
      requireRoom()
    },
  }
}

/** A share just below a bound is not rounded to it. */
function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`
}
