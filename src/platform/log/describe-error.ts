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

/** An error, or what somebody made of one: pg-boss tells copies, with the words and the stack as plain fields. */
interface Likeness {
  readonly message: string
  readonly name?: unknown
  readonly stack?: unknown
  readonly code?: unknown
  readonly cause?: unknown
}

/**
 * Error and its causes by name, message and stack; never their other fields, which may hold values of a request. Nor the
 * words of a fault that quotes what it was given.
 */
export function describeError(error: unknown, left = MOST_CAUSES): ToldError {
  if (!isLikeness(error)) return { message: wordsOf(error) }
  const { message: words, name, code, cause, stack } = error
  const type = typeof name === 'string' ? name : nameInStack(stack)
  const message = quotesData(error, type) ? 'left out: its words quote the data' : words || messageOfParts(error, left)
  return {
    ...(type === undefined ? {} : { type }),
    message,
    ...(typeof code === 'string' ? { code } : {}),
    stack_trace: typeof stack !== 'string' || words === '' ? stackText(stack) : stack.replaceAll(words, () => message),
    ...(cause === undefined || left === 0 ? {} : { cause: describeError(cause, left - 1) }),
  }
}

function isLikeness(thrown: unknown): thrown is Likeness {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string'
}

/** The names of the fields are the program's; their values may be somebody's. */
function wordsOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return String(thrown)
  return `no error but an object with ${Object.keys(thrown).slice(0, 10).join(', ') || 'no fields'}`
}

/** Of several that failed together, such as all addresses of one name, which have no words as a whole. */
function messageOfParts(error: Likeness, left: number): string {
  if (!('errors' in error) || !Array.isArray(error.errors) || left === 0) return ''
  return error.errors
    .slice(0, MOST_CAUSES)
    .map((part) => describeError(part, left - 1).message)
    .join('; ')
}

/** A copy has lost the name of its class, but for where it is printed. */
function nameInStack(stack: unknown): string | undefined {
  return typeof stack === 'string' ? /^[A-Z]\w*(?=:|\n|$)/.exec(stack)?.[0] : undefined
}

function stackText(stack: unknown): string | undefined {
  return typeof stack === 'string' ? stack : undefined
}

/** PostgreSQL's data exceptions (class 22) and what a trigger raised (P0), by SQLSTATE, and the parser of JSON. */
function quotesData(error: Likeness, type: string | undefined): boolean {
  if (error instanceof SyntaxError || type === 'SyntaxError') return true
  const isOfDatabase = 'severity' in error && 'code' in error
  return isOfDatabase && /^(22|P0)/.test(String(error.code))
}

/** The error first, then what caused it. */
export function chainOf(error: ToldError): ToldError[] {
  return error.cause ? [error, ...chainOf(error.cause)] : [error]
}
