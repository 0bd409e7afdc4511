import { SophiaError } from '#domain/errors.ts'
import type { Database } from '#platform/postgres/database.ts'
import { selectDeadJobs, takeDeadJob, type DeadJob } from './dead-letters-store.ts'
import type { Jobs } from './jobs.ts'

/** Jobs that failed for the last time, kept for thirty days. */
export interface DeadLetters {
  /** Newest first. */
  list(page: {
    readonly limit: number
    readonly cursor?: string | undefined
  }): Promise<{ items: DeadJob[]; nextCursor: string | null }>
  /** Sends one again, with all its tries; one that waits already with the same key does its work too. Answers its kind. Throws NOT_FOUND. */
  retry(id: string): Promise<string>
  /** Lets one go for good; answers its kind. Throws NOT_FOUND. */
  discard(id: string): Promise<string>
}

interface DeadLetterNeeds {
  readonly database: Database
  /** Resolves once the tables of jobs are there. */
  readonly ready: () => Promise<unknown>
  readonly isKnown: (name: string) => boolean
  readonly send: Jobs['send']
}

export function createDeadLetters({ database, ready, isKnown, send }: DeadLetterNeeds): DeadLetters {
  return {
    async list(page) {
      await ready()
      return database.read((handle) => selectDeadJobs(handle, page))
    },
    async retry(id) {
      await ready()
      return database.inTransaction(async (handle) => {
        const taken = await takeDeadJob(handle, id)
        if (!taken) throw new SophiaError('NOT_FOUND')
        const { source_name: name, data, singleton_key: key } = taken
        if (!isKnown(name)) {
          const detail = `This Sophia has no jobs of the kind ${name} any more. Delete it.`
          throw new SophiaError('CONFLICT', { detail })
        }
        await send(name, data ?? {}, { handle, ...(key === null ? {} : { key }) })
        return name
      })
    },
    async discard(id) {
      await ready()
      const taken = await database.inTransaction((handle) => takeDeadJob(handle, id))
      if (!taken) throw new SophiaError('NOT_FOUND')
      return taken.source_name
    },
  }
}
