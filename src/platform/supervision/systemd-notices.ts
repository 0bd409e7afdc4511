import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SupervisorAddress } from '#platform/config/supervisor.ts'
import type { Log } from '#platform/log/log.ts'

const run = promisify(execFile)

/** What whoever keeps this process running is told. Nothing here ever throws: work goes on whether or not it is heard. */
export interface Notices {
  /** Serving; from now on signs of life are given. */
  ready(status: string): Promise<void>
  stopping(): Promise<void>
  close(): void
}

const LIMIT_MS = 10_000

/**
 * Tells systemd through its own `systemd-notify`: Node opens no datagram sockets of the file system. The program waits until it was heard,
 * so one that ends before systemd looked who spoke is not lost. A sign of life comes from the event loop of this very process: when
 * that stands still, so do the signs.
 */
export function createNotices(listener: SupervisorAddress | null, log: Log): Notices {
  if (listener === null)
    return { ready: async () => undefined, stopping: async () => undefined, close: () => undefined }
  const { socket, watchdogMs, path } = listener
  const tell = async (...words: string[]): Promise<void> => {
    try {
      await run('systemd-notify', words, { env: { NOTIFY_SOCKET: socket, PATH: path }, timeout: LIMIT_MS })
    } catch (error) {
      log.warn({ error, words: words[0] }, 'systemd could not be told; it may start this process anew')
    }
  }
  let signs: NodeJS.Timeout | undefined
  let isTelling = false
  const giveSign = async (): Promise<void> => {
    if (isTelling) return
    isTelling = true
    await tell('WATCHDOG=1')
    isTelling = false
  }
  return {
    async ready(status) {
      await tell('--ready', `--status=${status}`)
      if (watchdogMs !== null) signs = setInterval(() => void giveSign(), watchdogMs / 3).unref()
    },
    stopping: () => tell('STOPPING=1', 'STATUS=Stopping: answers end or are handed on.'),
    close: () => clearInterval(signs),
  }
}
