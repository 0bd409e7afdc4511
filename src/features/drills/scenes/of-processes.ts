import { askSophia } from '#platform/scratch/client.ts'
import { startScratchModel } from '#platform/scratch/model.ts'
import { startScratchPostgres } from '#platform/scratch/postgres.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'
import type { Frame } from '../frame.ts'
import type { Scene } from './scene.ts'

/** As many processes as a drill has unless it says otherwise. */
export const THREE = 3

export async function startAll(sophias: readonly ScratchSophia[]): Promise<void> {
  await Promise.all(sophias.map((sophia) => sophia.start()))
}

/** Answers that take a while, so that the process which is killed has some in hand. */
const SLOW_PIECE_MS = 300

export function killReplica(count = THREE): Scene {
  return {
    programs: [],
    async set(frame) {
      const { sophias } = await startWithModel(frame, count, SLOW_PIECE_MS)
      let victim = sophias[0]
      return {
        sophias,
        async inject() {
          victim = (await findAnswering(frame, sophias)) ?? victim
          await victim?.kill()
        },
        lastsMs: 'noticed',
        mend: async () => victim?.start(),
      }
    },
  }
}

const LOOKS = 50
const BETWEEN_LOOKS_MS = 100

/** The first process that says it has an answer in hand; undefined when none does for five seconds. */
async function findAnswering({ clock, signal }: Frame, sophias: readonly ScratchSophia[]) {
  for (let look = 0; look < LOOKS; look += 1) {
    for (const sophia of sophias) {
      const { text } = await askSophia({ url: sophia.url, path: '/metrics' })
      if (/^sophia_turns_active [1-9]/m.test(text)) return sophia
    }
    await clock.sleep(BETWEEN_LOOKS_MS, signal)
  }
  return undefined
}

export const providerDown: Scene = {
  programs: [],
  async set(frame) {
    const { model, sophias } = await startWithModel(frame, 2)
    return { sophias, inject: model.leave, lastsMs: 15_000, mend: model.comeBack }
  },
}

async function startWithModel(frame: Frame, count: number, pieceMs?: number) {
  const postgres = await startScratchPostgres(frame)
  frame.onEnd(postgres.end)
  const model = await startScratchModel(pieceMs)
  frame.onEnd(model.leave)
  const sophias = await frame.createSophias(count, {
    DATABASE_URL: postgres.url(),
    SOPHIA_MODEL: 'openai/drill,playbook',
    // Kept answers would hide what becomes of those that are made.
    SOPHIA_MODEL_CACHE: 'off',
    OPENAI_BASE_URL: model.url,
  })
  await startAll(sophias)
  return { model, sophias }
}
