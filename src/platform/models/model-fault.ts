import { SophiaError } from '#domain/errors.ts'

/** What an SDK's error says, as far as both have it. */
interface ProviderFailure {
  readonly provider: string
  readonly model: string
  readonly error: unknown
  readonly signal: AbortSignal
}

/** Turns any failure of a provider into one of the MODEL_* codes. The provider's own words go no further. */
export function toModelError({ provider, model, error, signal }: ProviderFailure): SophiaError {
  if (error instanceof SophiaError) return error
  if (signal.aborted)
    return signal.reason instanceof SophiaError ? signal.reason : new SophiaError('TURN_CANCELLED', { cause: error })
  const status = readNumber(error, 'status')
  if (status === undefined) return withoutStatus({ provider, model, error, signal })
  const cause = withoutWords(error, status)
  if (status === 404) {
    return new SophiaError('MODEL_NOT_FOUND', {
      detail: `${provider} does not know the model ${model}. Check SOPHIA_MODEL.`,
      cause,
    })
  }
  if (status === 429 || status === 408 || status === 409 || status >= 500) {
    const retryAfterSeconds = readRetryAfter(error)
    const detail = status === 429 ? `${provider} asks to slow down.` : `${provider} failed (${status}).`
    return new SophiaError('MODEL_UNAVAILABLE', {
      detail,
      cause,
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    })
  }
  return new SophiaError('MODEL_REFUSED', {
    detail: `${provider} refused the request (${status}). Check the key, its permissions and the model ${model}.`,
    cause,
  })
}

/** A provider's refusal without its words, which repeat keys and questions: they would end in the log. */
function withoutWords(error: unknown, status?: number): Error {
  const facts = ['code', 'type', 'requestID'].flatMap((field) => {
    const value: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, field) : undefined
    return typeof value === 'string' && /^[\w.-]{1,80}$/.test(value) ? [`${field} ${value}`] : []
  })
  const bare = new Error([`status ${status ?? 'none'}`, ...facts].join(', '))
  bare.name = error instanceof Error ? error.name : 'Error'
  return bare
}

function withoutStatus({ provider, error }: ProviderFailure): SophiaError {
  if (isRefusedAddress(error))
    return new SophiaError('MODEL_UNAVAILABLE', {
      detail: `${provider} lies inside a private network that Sophia may not call. Name it in SOPHIA_ALLOW_PRIVATE_NETWORK.`,
      cause: error,
    })
  if (
    error instanceof Error &&
    (error.name === 'APIConnectionError' || /fetch failed|ECONNREFUSED|ENOTFOUND/.test(error.message))
  ) {
    return new SophiaError('MODEL_UNAVAILABLE', { detail: `${provider} cannot be reached.`, cause: error })
  }
  // With a body the error is the provider's own word in the middle of a stream.
  const isSaid = typeof error === 'object' && error !== null && 'error' in error && error.error !== undefined
  const cause = isSaid ? withoutWords(error) : error
  return new SophiaError('MODEL_STREAM_BROKEN', { detail: `The answer of ${provider} broke off.`, cause })
}

function isRefusedAddress(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth += 1) {
    if (cause instanceof SophiaError && cause.code === 'ADDRESS_REFUSED') return true
  }
  return false
}

function readNumber(error: unknown, field: string): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'number' ? value : undefined
}

/** Seconds of a Retry-After header, if the SDK kept the headers. */
function readRetryAfter(error: unknown): number | undefined {
  const headers: unknown = typeof error === 'object' && error !== null ? Reflect.get(error, 'headers') : undefined
  // The guarded client's Headers are another class than the global one; both can be asked.
  const value = isHeaders(headers) ? headers.get('retry-after') : null
  const seconds = value === null ? Number.NaN : Number(value)
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined
}

function isHeaders(value: unknown): value is Pick<Headers, 'get'> {
  return typeof value === 'object' && value !== null && 'get' in value && typeof value.get === 'function'
}
