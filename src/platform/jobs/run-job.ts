import type { JobResult, JobWithMetadata } from 'pg-boss'
import { toSophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import type { Job } from './define-job.ts'

/** Runs one job and says how it ended. A payload that cannot be read is never tried again: no later try could read it. */
export async function runJob(job: Job, stored: JobWithMetadata<unknown>, log: Log): Promise<JobResult> {
  const place = { 'sophia.job.name': job.name, 'sophia.job.id': stored.id, 'sophia.job.try': stored.retryCount + 1 }
  let payload: unknown
  try {
    payload = job.parse(stored.data ?? {})
  } catch (error) {
    log.error({ ...place, error }, 'a job has a payload that cannot be read; it is failed for good')
    return { id: stored.id, status: 'deadletter', output: { code: 'INVALID_INPUT' } }
  }
  try {
    await job.run(payload, stored.signal)
    return { id: stored.id, status: 'completed' }
  } catch (error) {
    const isLast = stored.retryCount >= stored.retryLimit
    if (isLast) log.error({ ...place, error }, 'a job failed for the last time')
    else log.warn({ ...place, error }, 'a job failed and will be tried again')
    return { id: stored.id, status: 'failed', output: { code: toSophiaError(error).code } }
  }
}
