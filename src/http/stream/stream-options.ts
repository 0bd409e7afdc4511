import { can, type Action, type Principal } from '#domain/permission.ts'
import type { Log } from '#platform/log/log.ts'
import type { CredentialWatch } from '../credential-watch.ts'
import type { StreamBook } from './stream-book.ts'
import type { StreamOptions } from './turn-stream.ts'

/** What routes that answer with event streams need. */
export interface StreamNeeds {
  readonly log: Log
  /** Fires on drain: open streams end, and their readers resume elsewhere. */
  readonly drainSignal: AbortSignal
  readonly heartbeatMs?: number
  /** Without it streams end with what they read only. */
  readonly credentials?: Pick<CredentialWatch, 'watch'>
  /** Without it members may have as many as they like. */
  readonly streams?: StreamBook
}

interface Reader {
  readonly principal: Principal
  /** What the reader must be permitted for as long as the stream is open. */
  readonly action: Action
  /** Fires when the reader has gone. */
  readonly gone: AbortSignal
}

/** How a stream is sent, and the signal that ends it: the reader went, the process drains, or credentials ended. Throws RATE_LIMITED. */
export function streamOptions(needs: StreamNeeds, { principal, action, gone }: Reader): StreamOptions {
  const { log, drainSignal, heartbeatMs, credentials, streams } = needs
  streams?.requireRoom(principal.memberId)
  const over = new AbortController()
  const guard = (): (() => void) => {
    const close = streams?.open(principal.memberId)
    const stop = credentials?.watch(principal, (now) => {
      if (now === null || !can(now, action)) over.abort()
    })
    return () => (close?.(), stop?.())
  }
  return {
    log,
    guard,
    drainSignal,
    signal: AbortSignal.any([gone, drainSignal, over.signal]),
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
  }
}
