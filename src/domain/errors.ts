/** One entry of the error catalogue: what a person reads when nothing more exact is known, and whether trying again can help. */
interface ErrorEntry {
  readonly message: string
  readonly retryable: boolean
}

/** Every error Sophia gives on purpose. Doors map each code to a status or exit code; docs/develop/errors.md is generated from here. */
export const ERRORS = {
  INVALID_INPUT: { message: 'The request is not valid; see the named fields.', retryable: false },
  INVALID_JSON: { message: 'The body is not valid JSON.', retryable: false },
  UNSUPPORTED_MEDIA_TYPE: { message: 'This content type is not accepted here.', retryable: false },
  BODY_TOO_LARGE: { message: 'The body is larger than this endpoint accepts.', retryable: false },
  NOT_SIGNED_IN: { message: 'Sign in first, or send a valid key.', retryable: false },
  LINK_NOT_VALID: { message: 'This link was used already or has expired. Ask for a new one.', retryable: false },
  NOT_PERMITTED: { message: 'Your role does not permit this.', retryable: false },
  ORIGIN_REFUSED: { message: 'This request came from another site.', retryable: false },
  NOT_FOUND: { message: 'Nothing with this id that you may see.', retryable: false },
  ROUTE_NOT_FOUND: { message: 'There is no such address here.', retryable: false },
  METHOD_NOT_ALLOWED: { message: 'This address does not take that method.', retryable: false },
  CONFLICT: { message: 'This collides with what is stored.', retryable: false },
  RATE_LIMITED: { message: 'Too many requests. Wait a moment, then try again.', retryable: true },
  BUDGET_EXHAUSTED: {
    message: "Today's budget for model use is spent. It starts anew at midnight UTC.",
    retryable: false,
  },
  OVERLOADED: { message: 'Sophia has as much work as she can hold. Try again shortly.', retryable: true },
  DATABASE_UNAVAILABLE: {
    message: 'The database does not answer. Nothing was changed. Try again shortly.',
    retryable: true,
  },
  STORAGE_FULL: { message: 'The disk is full. Free some space, then try again.', retryable: true },
  MODEL_UNAVAILABLE: { message: 'No configured language model answered.', retryable: true },
  MODEL_NOT_FOUND: { message: 'The provider does not know this model. Check SOPHIA_MODEL.', retryable: false },
  MODEL_REFUSED: { message: 'The provider refused the request. Check the key and its permissions.', retryable: false },
  MODEL_TIMEOUT: { message: 'The language model did not answer in time.', retryable: true },
  MODEL_STREAM_BROKEN: { message: 'The answer broke off at the provider.', retryable: true },
  TURN_LIMIT_REACHED: { message: 'The answer hit its limit of tool rounds, tokens or time.', retryable: true },
  TURN_CANCELLED: { message: 'Stopped on request.', retryable: true },
  JOURNAL_EXPIRED: { message: 'These events are older than a day. Read the message instead.', retryable: false },
  QUESTION_OVER: { message: 'Nobody waits for this answer any more; the call went on without it.', retryable: false },
  APPROVAL_EXPIRED: { message: 'Nobody approved in time; nothing was done.', retryable: true },
  PERSONA_NOT_FOUND: { message: 'There is no such colleague.', retryable: false },
  PERSONA_NOT_VALID: {
    message: 'The persona file has a fault; the last good version stays in force.',
    retryable: false,
  },
  CALENDAR_NOT_VALID: { message: 'The calendar has faults; nothing was saved.', retryable: false },
  SKILL_NOT_FOUND: { message: 'This colleague has no such skill.', retryable: false },
  IMPORT_NOT_VALID: { message: 'The file cannot be imported as it is.', retryable: false },
  IMPORT_ROWS_FAULTY: { message: 'Some rows are faulty and nothing was loaded, as asked.', retryable: false },
  SAMPLE_LOADED: {
    message: 'The sample company is loaded. Remove it first; own data and sample do not mix.',
    retryable: false,
  },
  DATA_PRESENT: {
    message: 'There is company data already. The sample company needs an empty database.',
    retryable: false,
  },
  CONFIG_NOT_VALID: { message: 'The settings have faults.', retryable: false },
  HOME_IN_USE: { message: 'Another Sophia runs on this home.', retryable: false },
  HOME_NOT_WRITABLE: { message: 'The home folder cannot be written.', retryable: false },
  PORT_IN_USE: { message: 'The port is taken. Set SOPHIA_PORT to a free one.', retryable: false },
  EMBEDDED_POSTGRES_UNAVAILABLE: {
    message: 'The built-in PostgreSQL cannot start here. Set DATABASE_URL.',
    retryable: false,
  },
  MIGRATION_FAILED: { message: 'A migration failed; the database is as it was before it.', retryable: false },
  BACKUP_NOT_VALID: { message: 'The backup is damaged or of an unknown form; nothing was touched.', retryable: false },
  BACKUP_KEY_MISSING: {
    message: 'The backup is encrypted, and no identity that was given opens it; nothing was touched.',
    retryable: false,
  },
  STORE_FAILED: {
    message: 'The store of backups did not do what was asked. Check SOPHIA_BACKUP_TARGET.',
    retryable: true,
  },
  MAIL_FAILED: { message: 'The mail server did not take the mail. Check SMTP_URL.', retryable: true },
  WEBHOOK_FAILED: { message: 'The webhook did not take the message. Check SOPHIA_NOTIFY_WEBHOOK.', retryable: true },
  TOOL_UNAVAILABLE: { message: 'The server behind this tool cannot be used now.', retryable: true },
  TOOL_NOT_APPROVED: {
    message: 'This tool is described otherwise than was agreed to. Somebody who may has to look at it first.',
    retryable: false,
  },
  TOOL_FAILED: { message: 'The server behind this tool does not take this call.', retryable: false },
  TOOL_OUTCOME_UNKNOWN: {
    message: 'The call broke off; it is not known whether it happened. Look before trying again.',
    retryable: false,
  },
  ADDRESS_REFUSED: { message: 'Outbound calls to this address are not allowed.', retryable: false },
  UNREACHABLE: { message: 'The other side cannot be reached.', retryable: true },
  INTERNAL: { message: 'Something went wrong here. It was logged under the correlation id.', retryable: false },
} as const satisfies Record<string, ErrorEntry>

export type ErrorCode = keyof typeof ERRORS

/** A fault at a named place of the input: a JSON path, a setting, or `line 3, column "Value"`. */
export interface FieldFault {
  readonly path: string
  readonly message: string
}

interface ErrorOptions {
  /** Said to the person instead of the catalogue's sentence; never holds secrets. */
  readonly detail?: string
  readonly faults?: readonly FieldFault[]
  readonly retryAfterSeconds?: number
  /** Where more is known than the catalogue says of the code. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** The one error class. `message` is safe to show; the cause goes to the log only. */
export class SophiaError extends Error {
  readonly code: ErrorCode
  readonly retryable: boolean
  readonly faults: readonly FieldFault[]
  readonly retryAfterSeconds: number | undefined

  constructor(code: ErrorCode, options: ErrorOptions = {}) {
    super(options.detail ?? ERRORS[code].message, { cause: options.cause })
    this.name = 'SophiaError'
    this.code = code
    this.retryable = options.retryable ?? ERRORS[code].retryable
    this.faults = options.faults ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }
}

const OF_THE_STORE: ReadonlySet<ErrorCode> = new Set(['DATABASE_UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL'])

/** The database is away, no connection to it is free, or its disk is full: what could not be stored now can be stored later. */
export function isPassing(thrown: unknown): boolean {
  return thrown instanceof SophiaError && OF_THE_STORE.has(thrown.code)
}

/** Turns whatever was thrown into a SophiaError; what is unknown becomes INTERNAL with the original as cause. */
export function toSophiaError(thrown: unknown): SophiaError {
  return thrown instanceof SophiaError ? thrown : new SophiaError('INTERNAL', { cause: thrown })
}
