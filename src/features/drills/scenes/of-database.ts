import { openLine, type Line } from '#platform/scratch/line.ts'
import { startScratchPostgres, type ScratchPostgres, type ScratchServer } from '#platform/scratch/postgres.ts'
import { createScratchRedis } from '#platform/scratch/redis.ts'
import type { Frame } from '../frame.ts'
import { startAll, THREE } from './of-processes.ts'
import type { Scene } from './scene.ts'

/** After so many looks without an answer the primary counts as gone. */
const MISSES = 3
const BETWEEN_LOOKS_MS = 500
/** How far a late standby is behind when its primary goes. */
const BEHIND_MS = 5000

export const databaseRestart: Scene = {
  programs: [],
  async set(frame) {
    const postgres = await startScratchPostgres(frame)
    frame.onEnd(postgres.end)
    const sophias = await frame.createSophias(THREE, { DATABASE_URL: postgres.url() })
    await startAll(sophias)
    return { sophias, inject: postgres.primary.crash, lastsMs: 5000, mend: postgres.primary.start }
  },
}

/** `late`: commits do not wait for the standby, to see what that loses. */
export function databaseFailover(kind: 'synchronous' | 'late' = 'synchronous', count = THREE): Scene {
  return {
    programs: [],
    async set(frame) {
      const pair = await startPair(frame, kind)
      const sophias = await frame.createSophias(count, { DATABASE_URL: pair.url })
      await startAll(sophias)
      const { primary, leaveBehind } = pair.postgres
      const set = { sophias, inject: primary.kill, lastsMs: 0, mend: () => failOver(frame, pair) }
      if (kind === 'synchronous') return set
      return {
        ...set,
        async leaveBehind() {
          await leaveBehind()
          await frame.clock.sleep(BEHIND_MS, frame.signal)
        },
      }
    },
  }
}

export function zoneLoss(count = THREE): Scene {
  return {
    programs: ['redis-server'],
    async set(frame) {
      const pair = await startPair(frame, 'synchronous')
      const redis = await createScratchRedis({ ...frame, program: frame.program('redis-server') })
      await redis.start()
      const sophias = await frame.createSophias(count, {
        DATABASE_URL: pair.url,
        REDIS_URL: `redis://127.0.0.1:${redis.port}`,
      })
      await startAll(sophias)
      const [inZone] = sophias
      return {
        sophias,
        inject: async () => {
          await Promise.all([pair.postgres.primary.kill(), redis.kill(), inZone?.kill()])
        },
        lastsMs: 0,
        mend: async () => {
          await failOver(frame, pair)
          await redis.start()
          await inZone?.start()
        },
      }
    },
  }
}

interface Pair {
  readonly postgres: ScratchPostgres & { readonly standby: ScratchServer }
  /** What the processes know of: it stays, whichever server is behind it. */
  readonly line: Line
  readonly url: string
}

async function startPair(frame: Frame, kind: 'synchronous' | 'late'): Promise<Pair> {
  const postgres = await startScratchPostgres({ ...frame, standby: kind })
  frame.onEnd(postgres.end)
  const { standby } = postgres
  if (!standby) throw new Error('unreachable: a standby was asked for')
  const line = await openLine(postgres.primary.port)
  frame.onEnd(line.close)
  return { postgres: { ...postgres, standby }, line, url: postgres.url(line.port) }
}

/** What a cluster manager does: looks, waits until it is sure, promotes the standby and leads its address there. */
async function failOver({ clock, signal }: Frame, { postgres, line }: Pair): Promise<void> {
  for (let misses = 0; misses < MISSES;) {
    misses = (await postgres.primary.answers()) ? 0 : misses + 1
    if (misses < MISSES) await clock.sleep(BETWEEN_LOOKS_MS, signal)
  }
  await postgres.standby.promote()
  line.redirect(postgres.standby.port)
}
