/** Below this share of free disk Sophia stores nothing new, and from this one on she does again. */
export const LOW_SHARE = 0.05
export const ENOUGH_SHARE = 0.08

export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

export function freeShare({ freeBytes, totalBytes }: DiskSpace): number {
  return totalBytes === 0 ? 0 : freeBytes / totalBytes
}

/** Whether there is too little room, given whether there was: between the two shares all stays as it is. */
export function isShort(wasShort: boolean, space: DiskSpace): boolean {
  return freeShare(space) < (wasShort ? ENOUGH_SHARE : LOW_SHARE)
}
