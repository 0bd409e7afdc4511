import type { Server } from 'node:http'
import type { Clock } from '#domain/clock.ts'

interface Closing {
  /** The listener beneath. */
  readonly server: Server
  /** Takes no more connections from then on; resolves when the last one is gone. */
  close(): Promise<void>
}

const LOOK_MS = 50
/** With jobs and what a balancer needs within the half minute of a stop. Whoever is not answered by then, or opened a connection and says nothing, is cut off. */
const LIMIT_MS = 8000

/**
 * Ends a server: what is under way is answered, and each connection ends with its answer. Node ends those alone that rest when it is told;
 * one that was at work then and is kept open by a balancer would hold the end up for a minute.
 */
export async function closeServer({ server, close }: Closing, clock: Clock): Promise<void> {
  const closed = new AbortController()
  const untilMs = clock.monotonicMs() + LIMIT_MS
  const sweep = async (): Promise<void> => {
    while (!closed.signal.aborted) {
      if (clock.monotonicMs() >= untilMs) server.closeAllConnections()
      else server.closeIdleConnections()
      // It rejects only when all is done.
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(LOOK_MS, closed.signal).catch(() => undefined)
    }
  }
  const closing = close()
  const sweeping = sweep()
  await closing.finally(() => closed.abort())
  await sweeping
}
