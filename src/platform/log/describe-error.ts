/** What a log tells of something that was thrown. */
export interface ToldError {
  readonly type?: string
  readonly message: string
  readonly code?: string
  readonly stack_trace?: string | undefined
  readonly cause?: ToldError
}

/** A chain of causes that runs in a circle ends somewhere. */
const MOST_CAUSES = 10

/**
 * Error and its causes by name, message and stack; never their other fields, which may hold values of a request. Nor the
 * words of a fault that quotes what it was given.
 */
export function describeError(error: unknown, left = MOST_CAUSES): ToldError {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  const cause = error.cause === undefined || left === 0 ? {} : { cause: describeError(error.cause, left - 1) }
  const message = quotesData(error) ? 'left out: its words quote the data' : error.message
  const stack = error.message === '' ? error.stack : error.stack?.replaceAll(error.message, () => message)
  return { type: error.name, message, ...code, stack_trace: stack, ...cause }
}

/** PostgreSQL's data exceptions (class 22) and what a trigger raised (P0), by SQLSTATE, and the parser of JSON. */
function quotesData(error: Error): boolean {
  if (error instanceof SyntaxError) return true
  const isOfDatabase = 'severity' in error && 'code' in error
  return isOfDatabase && /^(22|P0)/.test(String(error.code))
}

/** The error first, then what caused it. */
export function chainOf(error: ToldError): ToldError[] {
  return error.cause ? [error, ...chainOf(error.cause)] : [error]
}
