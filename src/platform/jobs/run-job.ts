import type { JobResult, JobWithMetadata } from 'pg-boss'
import { toSophiaError } from '#domain/errors.ts'
import { SLOW_JOB_MS } from '#domain/trace/slow.ts'
import { withCorrelation } from '#platform/log/correlation.ts'
import type { Log } from '#platform/log/log.ts'
import { withFence } from '#platform/postgres/fence.ts'
import { endSpan, type Span } from '#platform/tracing/span.ts'
import type { TraceContext } from '#platform/tracing/trace-context.ts'
import type { Tracing } from '#platform/tracing/tracing.ts'
import type { Job } from './define-job.ts'
import { fenceOf } from './job-fence.ts'
import { takeSender } from './sender.ts'

interface Running {
  readonly log: Log
  readonly tracing: Tracing
}

/** Runs one job and says how it ended. A payload that cannot be read is never tried again: no later try could read it. */
export async function runJob(
  job: Job,
  stored: JobWithMetadata<unknown>,
  { log, tracing }: Running,
): Promise<JobResult> {
  const { payload, sender } = takeSender(stored.data)
  const span = tracing.isExporting ? beginSpan(tracing, stored, sender.trace) : undefined
  // What a cron expression sent has nobody behind it.
  return withCorrelation({ correlationId: sender.id ?? stored.id, span }, async () => {
    const { result, error } = await runUnderIds(job, { ...stored, data: payload }, log)
    if (span) endTrace(tracing, span, error)
    return result
  })
}

/** A trace of its own for each try, which may come hours after what sent it; a link leads back there. */
function beginSpan(
  tracing: Tracing,
  stored: JobWithMetadata<unknown>,
  link: TraceContext | undefined,
): Span | undefined {
  const { id, name, retryCount } = stored
  return tracing.begin({
    kind: 'job',
    name: `process ${name}`,
    link: link ?? null,
    attributes: {
      'messaging.system': 'pg-boss',
      'messaging.operation.type': 'process',
      'messaging.destination.name': name,
      'messaging.message.id': id,
      'sophia.job.try': retryCount + 1,
    },
  })
}

function endTrace(tracing: Tracing, span: Span, error: unknown): void {
  endSpan(span, error)
  const isSlow = (span.endMs ?? span.startMs) - span.startMs > SLOW_JOB_MS
  tracing.end(span, { isSlow, isCallerKnown: true })
}

interface Ended {
  readonly result: JobResult
  readonly error?: unknown
}

async function runUnderIds(job: Job, stored: JobWithMetadata<unknown>, log: Log): Promise<Ended> {
  const place = { 'sophia.job.name': job.name, 'sophia.job.id': stored.id, 'sophia.job.try': stored.retryCount + 1 }
  let payload: unknown
  try {
    payload = job.parse(stored.data ?? {})
  } catch (error) {
    log.error({ ...place, error }, 'a job has a payload that cannot be read; it is failed for good')
    return { result: { id: stored.id, status: 'deadletter', output: { code: 'INVALID_INPUT' } }, error }
  }
  try {
    const attempt = { name: job.name, id: stored.id, retryCount: stored.retryCount }
    await withFence(fenceOf(attempt), () => job.run(payload, stored.signal))
    return { result: { id: stored.id, status: 'completed' } }
  } catch (error) {
    const isLast = stored.retryCount >= stored.retryLimit
    if (isLast) log.error({ ...place, error }, 'a job failed for the last time')
    else log.warn({ ...place, error }, 'a job failed and will be tried again')
    return { result: { id: stored.id, status: 'failed', output: { code: toSophiaError(error).code } }, error }
  }
}
