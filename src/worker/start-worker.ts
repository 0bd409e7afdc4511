import type { Access } from '#features/access/index.ts'
import type { HotSkills } from '#features/cache/hot-skills.ts'
import type { CacheLedger } from '#features/cache/index.ts'
import type { Conversations } from '#features/conversations/index.ts'
import type { Memories } from '#features/memory/index.ts'
import type { Drills } from '#features/drills/index.ts'
import type { Epochs } from '#platform/cache/data-epochs.ts'
import type { Watch } from '#features/watch/index.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import type { Log } from '#platform/log/log.ts'
import type { Standings } from './standings.ts'
import { startJobs } from './start-jobs.ts'

interface WorkerNeeds {
  readonly conversations: Conversations
  readonly access: Pick<Access, 'sweep'>
  readonly memories: Pick<Memories, 'start'>
  readonly cacheLedger: Pick<CacheLedger, 'sweep'>
  readonly watch: Pick<Watch, 'sweep'>
  readonly hotSkills: Pick<HotSkills, 'start' | 'sweep'>
  readonly drills: Pick<Drills, 'start' | 'close'>
  readonly jobs: Jobs
  readonly epochs: Pick<Epochs, 'fold'>
  readonly standings: Pick<Standings, 'catchUp'>
  readonly log: Log
}

const HOUSEKEEPING_MS = 15 * 60_000
const TURN_GRACE_MS = 20_000

export interface Worker {
  /** Claims no more turns from now on, and gives those that are not answered in time to others. */
  leave(): void
  /** Resolves when no turn and no job is left. */
  close(): Promise<void>
}

/** The background door: answers queued turns, runs jobs, keeps journal partitions and sweeps expired credentials. */
export async function startWorker(needs: WorkerNeeds): Promise<Worker> {
  const { conversations, access, drills, jobs, log } = needs
  needs.memories.start()
  await conversations.start()
  needs.hotSkills.start()
  drills.start()
  const stopJobs = startJobs(jobs, needs.standings.catchUp)
  const housekeeping = setInterval(() => {
    Promise.all([
      conversations.maintainJournal(),
      conversations.sweepTraces(),
      access.sweep(),
      needs.cacheLedger.sweep(),
      needs.hotSkills.sweep(),
      needs.watch.sweep(),
      needs.epochs.fold(),
    ]).catch((error: unknown) => log.warn({ error }, 'housekeeping failed; it is tried again'))
  }, HOUSEKEEPING_MS)
  housekeeping.unref()
  let drained: Promise<void> | undefined
  const leave = (): Promise<void> => (drained ??= conversations.drain(TURN_GRACE_MS))
  return {
    leave: () => void leave(),
    async close() {
      clearInterval(housekeeping)
      await Promise.all([leave(), stopJobs(), drills.close()])
    },
  }
}
