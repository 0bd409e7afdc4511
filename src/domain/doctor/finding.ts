/**
 * How one thing stands: `fail` keeps Sophia or a part of her from working, `warn` will do so or is unsafe, `unknown` was not or could
 * not be looked at.
 */
export type FindingStatus = 'ok' | 'warn' | 'fail' | 'not_configured' | 'unknown'

/** What was found, and what to do about it; null where there is nothing to do. */
export interface Finding {
  readonly status: FindingStatus
  readonly detail: string
  readonly fix: string | null
}

/** A finding of one check of `sophia doctor`. */
export interface CheckResult extends Finding {
  /** Stays the same between versions, for programs; `tls:redis`. */
  readonly id: string
  readonly durationMs: number
}

export function well(detail: string): Finding {
  return { status: 'ok', detail, fix: null }
}

export function warning(detail: string, fix: string): Finding {
  return { status: 'warn', detail, fix }
}

export function failing(detail: string, fix: string): Finding {
  return { status: 'fail', detail, fix }
}

/** Not looked at, with why; never taken for well. */
export function unknown(detail: string, fix: string | null = null): Finding {
  return { status: 'unknown', detail, fix }
}

export function notConfigured(detail: string, fix: string | null = null): Finding {
  return { status: 'not_configured', detail, fix }
}

const GRAVITY: readonly FindingStatus[] = ['ok', 'warn', 'fail']

/** One finding of several about one thing: all that is wrong with it, the gravest first, or else the first word. */
export function together(first: Finding, others: readonly Finding[]): Finding {
  const wrong = [first, ...others].filter(({ fix }) => fix !== null)
  const gravest = wrong.toSorted((one, other) => GRAVITY.indexOf(other.status) - GRAVITY.indexOf(one.status))
  const [worst] = gravest
  if (!worst) return first
  const said = [...new Set([first, ...gravest].map(({ detail }) => detail))]
  return { status: worst.status, detail: said.join(' '), fix: gravest.map(({ fix }) => fix).join(' ') }
}
