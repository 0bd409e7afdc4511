import type { Log } from '#platform/log/log.ts'
import { EXIT } from './exit-code.ts'

interface StopNeeds {
  readonly log: Log
  /** What must still be ended when the orderly way takes too long or is not waited for. */
  readonly onForce: () => void
}

export interface StopRequest {
  /** Aborts when the process is asked to stop. */
  readonly signal: AbortSignal
  readonly asked: Promise<void>
}

const STOP_LIMIT_MS = 30_000
/** A terminal and the launcher may pass the same Ctrl-C on, one after the other. */
const SAME_REQUEST_MS = 1000
/** A terminal that is closed sends SIGHUP; the work behind it must end as orderly as by Ctrl-C. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Listens for the request to stop. A second request, a second or more after the first, ends the process at once. */
export function listenForStop({ log, onForce }: StopNeeds): StopRequest {
  const stopping = new AbortController()
  const asked = Promise.withResolvers<void>()
  let askedAtMs: number | undefined
  const force = (why: string): void => {
    log.error(why)
    try {
      onForce()
    } finally {
      process.exit(EXIT.failed)
    }
  }
  const onSignal = (signal: string): void => {
    if (askedAtMs !== undefined) {
      if (performance.now() - askedAtMs >= SAME_REQUEST_MS) force('asked again: ending at once')
      return
    }
    askedAtMs = performance.now()
    log.info({ signal }, 'stopping')
    setTimeout(() => force(`not stopped after ${STOP_LIMIT_MS / 1000} s: ending at once`), STOP_LIMIT_MS).unref()
    stopping.abort()
    asked.resolve()
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return { signal: stopping.signal, asked: asked.promise }
}
