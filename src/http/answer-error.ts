import type { FastifyReply, FastifyRequest } from 'fastify'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { Log } from '#platform/log/log.ts'
import { STATUS, toProblem } from './problem.ts'

interface Failure {
  readonly error: unknown
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly log: Log
  /** Under which the lines of this request are found. */
  readonly ids: Readonly<Record<string, string>>
}

/** Any failure of a request as problem+json; what nobody expected is logged once, and its text stays inside. */
export function answerError({ error, request, reply, log, ids }: Failure): void {
  const known = fromFastify(error) ?? toSophiaError(error)
  // A refusal for want of room is told by whoever refuses, not one by one.
  if (STATUS[known.code] >= 500 && known.code !== 'OVERLOADED')
    log.error({ error: known, ...ids, 'url.path': request.url.split('?')[0] }, known.code)
  if (reply.raw.headersSent) {
    // A stream had begun: all that is left is to end it, and the reader resumes.
    reply.raw.destroy()
    return
  }
  sendProblem(reply, known, request.id)
}

/** Writes one problem; also for places outside a route, such as an unknown address. */
export function sendProblem(reply: FastifyReply, error: SophiaError, correlationId: string): void {
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds))
  if (error.code === 'NOT_SIGNED_IN') void reply.header('www-authenticate', 'Bearer')
  void reply
    .code(STATUS[error.code])
    .header('content-type', 'application/problem+json; charset=utf-8')
    .header('cache-control', 'no-store')
    .serializer(JSON.stringify)
    .send(toProblem(error, correlationId))
}

/** Fastify's own refusals, by their code. */
function fromFastify(error: unknown): SophiaError | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new SophiaError('BODY_TOO_LARGE', { detail: 'The body is larger than 1 MB.', cause: error })
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new SophiaError('UNSUPPORTED_MEDIA_TYPE', { detail: 'Send Content-Type: application/json.', cause: error })
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new SophiaError('INVALID_INPUT', { detail: 'The request is malformed.', cause: error })
    case 'ECONNRESET':
      return new SophiaError('INVALID_INPUT', { detail: 'The request broke off.', cause: error })
    default:
      return isRefusal(error)
        ? new SophiaError('INVALID_INPUT', { detail: 'The request is malformed.', cause: error })
        : undefined
  }
}

/** Any other refusal of the framework's own, such as one that a newer version of it adds. */
function isRefusal(error: Error & { code: unknown }): boolean {
  const status = 'statusCode' in error ? Number(error.statusCode) : 0
  return String(error.code).startsWith('FST_ERR_') && status >= 400 && status < 500
}
