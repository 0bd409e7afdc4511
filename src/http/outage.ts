import { SophiaError } from '#domain/errors.ts'
import type { Route } from './route.ts'

const RETRY_AFTER_SECONDS = 2

/**
 * Runs a request unless the database is away. One that was under way when it went gets its answer at once instead of
 * waiting out a connection that may never speak again; what it left behind ends by its own time limits.
 */
export async function unlessOutage<Result>(
  route: Pick<Route, 'access' | 'method' | 'bodyKind'>,
  outage: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  // What monitors ask must be answered then above all.
  if (outage === undefined || (route.access === 'public' && route.method === 'GET')) return work()
  if (outage.aborted) throw new SophiaError('DATABASE_UNAVAILABLE', { retryAfterSeconds: RETRY_AFTER_SECONDS })
  // An upload has its own pace and its own report.
  if (route.bodyKind === 'stream') return work()
  const gone = Promise.withResolvers<never>()
  const onGone = (): void => gone.reject(interrupted(route.method))
  outage.addEventListener('abort', onGone, { once: true })
  try {
    return await Promise.race([work(), gone.promise])
  } finally {
    outage.removeEventListener('abort', onGone)
  }
}

function interrupted(method: Route['method']): SophiaError {
  const retryAfterSeconds = RETRY_AFTER_SECONDS
  if (method === 'GET') return new SophiaError('DATABASE_UNAVAILABLE', { retryAfterSeconds })
  const detail =
    'The database went away while this was being done. It may or may not be stored: look before repeating it.'
  return new SophiaError('DATABASE_UNAVAILABLE', { retryAfterSeconds, detail })
}
