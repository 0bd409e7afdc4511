import type { ErrorCode, SophiaError } from '#domain/errors.ts'
import type { Problem } from '#contract/common.ts'

/** The status each code has over HTTP. A new code does not compile until it is here. */
export const STATUS = {
  INVALID_INPUT: 400,
  INVALID_JSON: 400,
  UNSUPPORTED_MEDIA_TYPE: 415,
  BODY_TOO_LARGE: 413,
  NOT_SIGNED_IN: 401,
  LINK_NOT_VALID: 401,
  NOT_PERMITTED: 403,
  ORIGIN_REFUSED: 403,
  NOT_FOUND: 404,
  ROUTE_NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  RATE_LIMITED: 429,
  BUDGET_EXHAUSTED: 402,
  OVERLOADED: 503,
  DATABASE_UNAVAILABLE: 503,
  STORAGE_FULL: 507,
  MODEL_UNAVAILABLE: 503,
  MODEL_NOT_FOUND: 502,
  MODEL_REFUSED: 502,
  MODEL_TIMEOUT: 504,
  MODEL_STREAM_BROKEN: 502,
  TURN_LIMIT_REACHED: 500,
  TURN_CANCELLED: 409,
  JOURNAL_EXPIRED: 410,
  QUESTION_OVER: 409,
  APPROVAL_EXPIRED: 409,
  PERSONA_NOT_FOUND: 404,
  PERSONA_NOT_VALID: 422,
  CALENDAR_NOT_VALID: 422,
  SKILL_NOT_FOUND: 404,
  IMPORT_NOT_VALID: 422,
  IMPORT_ROWS_FAULTY: 422,
  SAMPLE_LOADED: 409,
  DATA_PRESENT: 409,
  CONFIG_NOT_VALID: 500,
  HOME_IN_USE: 500,
  HOME_NOT_WRITABLE: 500,
  PORT_IN_USE: 500,
  EMBEDDED_POSTGRES_UNAVAILABLE: 500,
  MIGRATION_FAILED: 500,
  BACKUP_NOT_VALID: 422,
  BACKUP_KEY_MISSING: 422,
  STORE_FAILED: 502,
  MAIL_FAILED: 502,
  WEBHOOK_FAILED: 502,
  TOOL_UNAVAILABLE: 503,
  TOOL_NOT_APPROVED: 409,
  TOOL_FAILED: 502,
  TOOL_OUTCOME_UNKNOWN: 504,
  ADDRESS_REFUSED: 400,
  UNREACHABLE: 502,
  INTERNAL: 500,
} as const satisfies Record<ErrorCode, number>

/** RFC 9457 body of an error. */
export function toProblem(error: SophiaError, correlationId: string): Problem {
  return {
    type: `urn:sophia:problem:${error.code.toLowerCase().replaceAll('_', '-')}`,
    title: titleOf(error.code),
    status: STATUS[error.code],
    code: error.code,
    detail: error.message,
    correlationId,
    ...(error.faults.length > 0 ? { errors: error.faults.map(({ path, message }) => ({ path, message })) } : {}),
  }
}

function titleOf(code: ErrorCode): string {
  const words = code.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}
