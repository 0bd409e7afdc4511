import { SophiaError } from '#domain/errors.ts'

/** How many event streams each member has open at this process. */
export interface StreamBook {
  /** Throws RATE_LIMITED when the member has as many as one may have. */
  requireRoom(memberId: string): void
  /** Counts one for as long as it is open; answers how to end that. */
  open(memberId: string): () => void
}

/** A browser has six connections to a server where HTTP/1.1 is spoken, and a person a few of those. */
const MOST = 64
const RETRY_AFTER_SECONDS = 5

/** Each open stream holds a connection and reads along: nobody may take them all. */
export function createStreamBook(most = MOST): StreamBook {
  const counts = new Map<string, number>()
  return {
    requireRoom(memberId) {
      if ((counts.get(memberId) ?? 0) < most) return
      const detail = `You have ${most} event streams open. Close some, then open it again.`
      throw new SophiaError('RATE_LIMITED', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS })
    },
    open(memberId) {
      counts.set(memberId, (counts.get(memberId) ?? 0) + 1)
      return () => {
        const left = (counts.get(memberId) ?? 1) - 1
        if (left === 0) counts.delete(memberId)
        else counts.set(memberId, left)
      }
    },
  }
}
