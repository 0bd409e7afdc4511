import { SophiaError } from '#domain/errors.ts'

/** SQLSTATEs after which the connection itself is of no more use; 25006 is a primary that has become a replica. */
const CONNECTION_STATES = /^(08...|57P0[1235]|25006)$/
/**
 * SQLSTATEs that pass: too little memory or too many connections, a fault of the system under the server; serialisation failure, deadlock,
 * statement or lock timeout. A file that is missing or there twice (58P01, 58P02) stays so.
 */
const PASSING_STATES = /^(53[0-9A-Z]{3}|58000|58030|40001|40P01|57014|55P03)$/
const REFUSED_STATES = /^(28...|3D000)$/
/**
 * What says nothing of the data: the classes of SQLSTATE for connection, resources, an operator's hand and the system under the
 * server; and who else was at the tables: serialisation failure, deadlock, lock timeout.
 */
const SERVER_STATES = /^((08|53|57|58)[0-9A-Z]{3}|40001|40P01|55P03)$/
const SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'])
const LOOKUP_CODES = new Set(['ENOTFOUND', 'EAI_AGAIN'])
const DRIVER_MESSAGE =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|connection error|not queryable|Query read timeout|Client was closed/i

/** Whether the connection is lost, as opposed to one statement having failed. */
export function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof SophiaError) return false
  const code = codeOf(error)
  if (CONNECTION_STATES.test(code) || SOCKET_CODES.has(code) || LOOKUP_CODES.has(code)) return true
  // A missing socket file; a missing file of some other work done meanwhile is not the database's fault.
  if (['ENOENT', 'EACCES'].includes(code)) return 'syscall' in error && error.syscall === 'connect'
  return DRIVER_MESSAGE.test(error.message)
}

/** Whether the server or the way to it failed, as opposed to what it was given being wrong. */
export function isServerFault(error: unknown): boolean {
  return isConnectionFault(error) || (error instanceof Error && SERVER_STATES.test(codeOf(error)))
}

/** SQLSTATEs of what is amiss with the very data that was sent, or too much: whoever sends it again is refused again. */
const REFUSED_DATA = /^(22|54)[0-9A-Z]{3}$/

/** Whether the server refused what it was given for what it is; told of errors before and after their translation. */
export function isRefusedData(error: unknown): boolean {
  const thrown = error instanceof SophiaError ? error.cause : error
  return thrown instanceof Error && REFUSED_DATA.test(codeOf(thrown))
}

/** The catalogue's error for what the driver or the server threw; errors of any other origin pass unchanged. */
export function translateFault(error: unknown, pool: { isExhausted: boolean } = { isExhausted: false }): unknown {
  if (!(error instanceof Error) || error instanceof SophiaError) return error
  const code = codeOf(error)
  if (code === '53100') return new SophiaError('STORAGE_FULL', { cause: error })
  if (code === '22021' || code === '22P05') {
    const detail = 'The text holds a character that cannot be stored (such as a NUL). Take it out, then try again.'
    return new SophiaError('INVALID_INPUT', { detail, cause: error })
  }
  if (REFUSED_STATES.test(code)) {
    const detail = 'The database refuses the sign-in. Check user, password and database name in DATABASE_URL.'
    return new SophiaError('DATABASE_UNAVAILABLE', { detail, cause: error, retryAfterSeconds: 10 })
  }
  if (pool.isExhausted && /timeout exceeded/.test(error.message)) {
    return new SophiaError('OVERLOADED', { cause: error, retryAfterSeconds: 1 })
  }
  if (PASSING_STATES.test(code) || isConnectionFault(error)) {
    return new SophiaError('DATABASE_UNAVAILABLE', { cause: error, retryAfterSeconds: 2 })
  }
  return error
}

const unknownCommits = new WeakSet<object>()

/** The one moment at which nobody can know: the answer to a commit never came. */
export function lostDuringCommit(cause: unknown): SophiaError {
  const detail =
    'The database went away while this was being saved. It may or may not be stored: look before repeating it.'
  const error = new SophiaError('DATABASE_UNAVAILABLE', { detail, cause, retryAfterSeconds: 2 })
  unknownCommits.add(error)
  return error
}

/** Whether it tells of such a commit, which the server may still be at work on. */
export function isCommitUnknown(error: unknown): boolean {
  return error instanceof SophiaError && unknownCommits.has(error)
}

function codeOf(error: Error): string {
  return 'code' in error ? String(error.code) : ''
}
