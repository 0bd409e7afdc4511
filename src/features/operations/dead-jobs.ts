import type { DeadJob, DeadJobPage } from '#contract/jobs.ts'
import { ERRORS } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { DeadLetters } from '#platform/jobs/dead-letters.ts'

/** Who asks, and the id under which the log knows the request. */
interface Asker {
  readonly principal: Principal
  readonly correlationId?: string | undefined
}

interface DeadJobsNeeds {
  readonly dead: DeadLetters
  readonly audit: (
    record: Asker & {
      readonly action: string
      readonly targetKind: string
      readonly targetId: string
      readonly detail: Readonly<Record<string, unknown>>
    },
  ) => Promise<void>
}

export interface DeadJobs {
  /** Newest first. */
  list(page: { readonly limit: number; readonly cursor?: string | undefined }): Promise<DeadJobPage>
  /** Sends a job again, with all its tries. Throws NOT_FOUND, and CONFLICT for a kind that is no longer known. */
  retry(asker: Asker, id: string): Promise<void>
  /** Lets a job go for good. Throws NOT_FOUND. */
  discard(asker: Asker, id: string): Promise<void>
}

/** The jobs that nobody tries any more, for those who run this deployment. */
export function createDeadJobs({ dead, audit }: DeadJobsNeeds): DeadJobs {
  const note = (asker: Asker, action: string, { id, kind }: { id: string; kind: string }): Promise<void> =>
    audit({ ...asker, action, targetKind: 'job', targetId: id, detail: { kind } })
  return {
    async list(page) {
      const { items, nextCursor } = await dead.list(page)
      return { items: items.map(present), nextCursor }
    },
    retry: async (asker, id) => note(asker, 'job.retry', { id, kind: await dead.retry(id) }),
    discard: async (asker, id) => note(asker, 'job.discard', { id, kind: await dead.discard(id) }),
  }
}

function present({
  id,
  name,
  sentAt,
  failedAt,
  tries,
  code,
}: Awaited<ReturnType<DeadLetters['list']>>['items'][number]): DeadJob {
  return {
    id,
    kind: name,
    sentAt: sentAt.toISOString(),
    failedAt: failedAt.toISOString(),
    tries,
    code,
    reason: reasonOf(code),
  }
}

function reasonOf(code: string | null): string {
  if (code === null) return 'Its process was lost, or it took too long.'
  // Its message speaks to whoever filled in a form; nobody filled in this one.
  if (code === 'INVALID_INPUT') return 'What it was given cannot be read; another version may have sent it.'
  const known = Object.entries(ERRORS).find(([name]) => name === code)
  return known?.[1].message ?? code
}
