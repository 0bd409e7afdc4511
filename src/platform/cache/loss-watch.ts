import { randomBytes } from 'node:crypto'
import type { Clock } from '#domain/clock.ts'
import { defineScript, type RedisLink } from '#platform/redis/redis-link.ts'

/** Notices that Redis no longer has what was put there. */
export interface LossWatch {
  /** Looks now. Never rejects: what cannot be asked is asked the next time. */
  look(): Promise<void>
  close(): void
}

interface LossNeeds {
  readonly redis: Pick<RedisLink, 'run' | 'prefix' | 'isUp' | 'onBack'>
  readonly clock: Clock
  /** Redis was emptied, came back without what it had, or let go even of the mark; once for each time that a look finds so. */
  readonly onLost: () => void
}

/** Key: the mark. Values: one for when there is none, its time. Answers the mark that stands. */
const MARK = defineScript(`
local mark = redis.call('GET', KEYS[1])
if mark then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
  return mark
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`)

/** How long a loss is not noticed, as long as the connection lasts. */
export const LOOK_EVERY_MS = 10_000
const RETRY_MS = 500
/** Longer than any value lives: a mark that nobody looked for in that time had nothing beside it. */
const MARK_MS = 40 * 24 * 3_600_000

/**
 * A mark lies beside the values, set by whoever finds none and looked for by every process: another mark than the last one says that
 * all is gone. It is read more often than most values, so that a full Redis lets go of those first.
 */
export function watchLosses({ redis, clock, onLost }: LossNeeds): LossWatch {
  const closing = new AbortController()
  let known: string | undefined
  const look = async (): Promise<void> => {
    if (!redis.isUp()) return
    const values = [randomBytes(9).toString('base64url'), String(MARK_MS)]
    // Away, or full: what is known stays.
    const mark = await redis.run(MARK, { keys: [`${redis.prefix}:mark`], values }).then(String, () => undefined)
    if (mark === undefined || mark === known) return
    const isFirst = known === undefined
    known = mark
    if (!isFirst) onLost()
  }
  const run = async (): Promise<void> => {
    for (;;) {
      await look()
      await clock.sleep(LOOK_EVERY_MS, closing.signal)
    }
  }
  // A command that failed just before has it left alone for a moment yet.
  const lookOnReturn = async (): Promise<void> => {
    // It waits for what cannot be hurried.
    // oxlint-disable-next-line no-await-in-loop
    while (!redis.isUp()) await clock.sleep(RETRY_MS, closing.signal)
    await look()
  }
  redis.onBack(() => void lookOnReturn().catch(() => undefined))
  // It rejects only when the cache is closed.
  run().catch(() => undefined)
  return { look, close: () => closing.abort() }
}
