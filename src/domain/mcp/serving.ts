import type { ServerState } from './server-health.ts'

export type ServerAuth =
  | 'not_required'
  | 'authorized'
  | 'expiring'
  | 'needs_authorization'
  | 'needs_reauth'
  | 'needs_wider_scope'
  | 'per_user'
  | 'error'

export interface ServingFacts {
  readonly state: ServerState
  /** Of the state. */
  readonly reason: string
  readonly auth: ServerAuth
  readonly breaker: 'closed' | 'open' | 'half_open'
}

/** Will a call be attempted now, and why (not). What nobody looked at yet is tried: the call itself will tell. */
export function servingOf({ state, reason, auth, breaker }: ServingFacts): { serving: boolean; reason: string } {
  if (state === 'disabled') return { serving: false, reason: 'disabled' }
  if (auth === 'needs_authorization' || auth === 'needs_reauth') return { serving: false, reason: auth }
  if (auth === 'error') return { serving: false, reason: 'auth_error' }
  // Refused by one tool, the rest goes on; refused at the door, nothing does.
  const isWider = auth === 'needs_wider_scope'
  if (isWider && reason === 'needs_authorization') return { serving: false, reason: auth }
  if (state === 'unhealthy' || state === 'quarantined') return { serving: false, reason }
  if (breaker === 'open') return { serving: false, reason: 'breaker_open' }
  return { serving: true, reason: state !== 'healthy' ? reason : isWider ? 'tool_needs_wider_scope' : 'ok' }
}

const WORDS: Readonly<Record<string, string>> = {
  ok: 'Answers.',
  not_probed_yet: 'Not looked at yet.',
  connecting: 'The first look is under way.',
  recovering: 'Answers again; a few more good answers and it counts as well.',
  disabled: 'Switched off.',
  needs_authorization: 'It is there, and wants somebody to sign in.',
  needs_reauth: 'It is there, and no longer takes the credentials: sign in again.',
  needs_wider_scope: 'It is there, and answers nothing without a wider sign-in: sign in again and agree to it.',
  tool_needs_wider_scope: 'Answers, but some of it wants a wider sign-in: sign in again and agree to it.',
  auth_error: 'Signing in fails.',
  per_user: 'It is there; each member signs in for themselves.',
  breaker_open: 'Several calls failed in a row; none is sent for the moment.',
  p95_over_slo: 'Answers, but slowly.',
  error_rate: 'Answers, but too many calls fail.',
  capability_drift: 'Answers, but describes its tools otherwise than was agreed to.',
  expected_tools_missing: 'Answers, but tools that are expected are missing.',
  transport: 'Cannot be reached.',
  dns: 'Its host name is not known.',
  tls: 'Its certificate is not accepted.',
  timeout: 'Does not answer in time.',
  http: 'Answers with an HTTP error.',
  protocol: 'Does not keep to the protocol.',
  session_lost: 'Lost the session, and does not give a new one.',
  rpc: 'Answers each request with an error.',
  invalid_response: 'Answers what cannot be read.',
  process_exit: 'Its process ends.',
}

/** The reason as a sentence, with what was last said about it. */
export function reasonWords(reason: string, lastMessage: string | null): string {
  const words = WORDS[reason] ?? 'In a state that has no words yet.'
  const isFault = reason in FAULTS
  return isFault && lastMessage !== null ? `${words} ${lastMessage}` : words
}

const FAULTS: Readonly<Record<string, true>> = {
  transport: true,
  dns: true,
  tls: true,
  timeout: true,
  http: true,
  protocol: true,
  session_lost: true,
  rpc: true,
  invalid_response: true,
  process_exit: true,
  capability_drift: true,
  auth_error: true,
}
