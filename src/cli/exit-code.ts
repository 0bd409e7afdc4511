import type { ErrorCode } from '#domain/errors.ts'

/** Exit codes after sysexits.h: 1 failed, 2 usage, 69 unavailable, 75 try again, 78 configuration. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unavailable: 69, tryAgain: 75, configuration: 78 } as const

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  CONFIG_NOT_VALID: EXIT.configuration,
  HOME_NOT_WRITABLE: EXIT.configuration,
  INVALID_INPUT: EXIT.usage,
  DATABASE_UNAVAILABLE: EXIT.unavailable,
  EMBEDDED_POSTGRES_UNAVAILABLE: EXIT.unavailable,
  MODEL_UNAVAILABLE: EXIT.unavailable,
  PORT_IN_USE: EXIT.unavailable,
  UNREACHABLE: EXIT.unavailable,
  STORE_FAILED: EXIT.unavailable,
  OVERLOADED: EXIT.tryAgain,
  STORAGE_FULL: EXIT.tryAgain,
  RATE_LIMITED: EXIT.tryAgain,
}

export function exitCodeOf(code: ErrorCode): number {
  return BY_CODE[code] ?? EXIT.failed
}
