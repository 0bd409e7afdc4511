import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SupervisorAddress } from '#platform/config/supervisor.ts'
import type { Log } from '#platform/log/log.ts'

const run = promisify(execFile)

/**
 * Does work of a start that may take longer than a start may: meanwhile more time is asked for, again and again, unless `isWell` fails or the
 * event loop stands still. What fails, fails as ever.
 */
export type Patiently = <Result>(work: () => Promise<Result>, isWell?: () => Promise<unknown>) => Promise<Result>

/** What whoever keeps this process running is told. Nothing here ever throws: work goes on whether or not it is heard. */
export interface Notices {
  readonly patiently: Patiently
  /** Serving; from now on signs of life are given. */
  ready(status: string): Promise<void>
  stopping(): Promise<void>
  close(): void
}

const LIMIT_MS = 10_000
const ASK_EVERY_MS = 15_000
/** Longer than what is left of a start when such work is done. */
const MORE_TIME_MS = 180_000

/**
 * Tells systemd through its own `systemd-notify`: Node opens no datagram sockets of the file system. The program waits until it was heard,
 * so one that ends before systemd looked who spoke is not lost. A sign of life comes from the event loop of this very process: when
 * that stands still, so do the signs.
 */
export function createNotices(
  listener: SupervisorAddress | null,
  log: Log,
  { askEveryMs = ASK_EVERY_MS }: { readonly askEveryMs?: number } = {},
): Notices {
  if (listener === null) return UNHEARD
  const { socket, watchdogMs, path } = listener
  const tell = async (...words: string[]): Promise<void> => {
    try {
      await run('systemd-notify', words, { env: { NOTIFY_SOCKET: socket, PATH: path }, timeout: LIMIT_MS })
    } catch (error) {
      log.warn({ error, words: words[0] }, 'systemd could not be told; it may start this process anew')
    }
  }
  let signs: NodeJS.Timeout | undefined
  const giveSign = unlessUnderWay(() => tell('WATCHDOG=1'))
  const askForTime = async (isWell: () => Promise<unknown>): Promise<void> => {
    try {
      await isWell()
    } catch (error) {
      log.warn({ error }, 'systemd is not asked for more time to start: what is waited for does not answer')
      return
    }
    await tell(`EXTEND_TIMEOUT_USEC=${MORE_TIME_MS * 1000}`)
  }
  return {
    async patiently(work, isWell = async () => undefined) {
      const ask = unlessUnderWay(() => askForTime(isWell))
      const asking = setInterval(() => void ask(), askEveryMs).unref()
      try {
        return await work()
      } finally {
        clearInterval(asking)
      }
    },
    async ready(status) {
      await tell('--ready', `--status=${status}`)
      if (watchdogMs !== null) signs = setInterval(() => void giveSign(), watchdogMs / 3).unref()
    },
    stopping: () => tell('STOPPING=1', 'STATUS=Stopping: answers end or are handed on.'),
    close: () => clearInterval(signs),
  }
}

const UNHEARD: Notices = {
  patiently: (work) => work(),
  ready: async () => undefined,
  stopping: async () => undefined,
  close: () => undefined,
}

/** Each wish while one is fulfilled goes unheard. */
function unlessUnderWay(work: () => Promise<void>): () => Promise<void> {
  let isUnderWay = false
  return async () => {
    if (isUnderWay) return
    isUnderWay = true
    await work()
    isUnderWay = false
  }
}
