import {
  InsufficientScopeError,
  OAuthClientFlowError,
  OAuthError,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  UnauthorizedError,
} from '@modelcontextprotocol/client'
import { SophiaError } from '#domain/errors.ts'
import { joinScopes } from '#domain/mcp/scope.ts'
import type { FaultClass } from '#domain/mcp/server-health.ts'
import { redactText } from '../log/redact.ts'
import { AnswerTooLarge } from '../network/exchange.ts'
import { AskedToWait } from './asked-to-wait.ts'
import { ProcessExit } from './process-exit.ts'
import { ScopeRefusal } from './scope-refusal.ts'
import { shortLine } from './short-line.ts'
import { SignInNeeded } from './sign-in-needed.ts'
import { SignInUnread } from './sign-in-unread.ts'

/** What went wrong with a server, in a class that rules go by and in words for people. Holds no secret and no address' query. */
export interface McpFault {
  readonly class: FaultClass
  readonly code: number | string | null
  readonly httpStatus: number | null
  readonly message: string
  /** What the server asked for. */
  readonly retryAfterSeconds?: number
}

/** The code of a fault that lies on this side and passes: whatever is made of faults of a server, nothing is made of this one. */
export const SIGN_IN_UNREAD = 'SIGN_IN_UNREAD'

const LONGEST_MESSAGE = 300
/** Words around a cause, which has better ones. */
const SAYS_NOTHING = /^fetch failed$|^Version negotiation probe failed/
const DNS = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'ENODATA'])
const SLOW = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT'])
const TLS = /^(CERT_|ERR_TLS|ERR_SSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO)/

type Verdict = Pick<McpFault, 'class' | 'code' | 'httpStatus' | 'retryAfterSeconds'> & { readonly says?: string }

/** The fault behind whatever the client or its transport threw. */
export function toMcpFault(thrown: unknown): McpFault {
  const chain = causesOf(thrown)
  const verdict = firstOf(chain, ownVerdict) ?? firstOf(chain, networkVerdict) ?? firstOf(chain, sdkVerdict)
  const { says, ...known } = verdict ?? { class: 'protocol' as const, code: null, httpStatus: null }
  const message = says ?? chain.map((error) => error.message).find((text) => text !== '' && !SAYS_NOTHING.test(text))
  return { ...known, message: clean(message ?? 'It failed without a word.') }
}

/** Whether a call that ended so may have been carried out; only what never left, or was plainly refused, has not. */
export function mayHaveHappened(fault: McpFault): boolean {
  if (fault.class === 'dns' || fault.class === 'tls' || fault.class === 'auth' || fault.class === 'session_lost')
    return false
  if (fault.class === 'transport') return fault.code !== 'ECONNREFUSED' && fault.code !== 'ADDRESS_REFUSED'
  if (fault.class === 'http') return fault.httpStatus === null || (fault.httpStatus >= 500 && fault.httpStatus !== 503)
  return fault.class !== 'rpc' || (fault.code !== -32_601 && fault.code !== -32_602)
}

/** The server's refusal for want of scope behind what was thrown, before anybody said what it means. */
export function insufficientScopeIn(thrown: unknown): InsufficientScopeError | undefined {
  return causesOf(thrown).find((error) => error instanceof InsufficientScopeError)
}

function causesOf(thrown: unknown): Error[] {
  const found: Error[] = []
  let next = thrown
  while (next instanceof Error && !found.includes(next) && found.length < 8) {
    found.push(next)
    next = next instanceof AggregateError ? (next.errors[0] ?? next.cause) : (next.cause ?? wrappedIn(next))
  }
  return found
}

/** The SDK keeps what its probe met beside the error instead of as its cause. */
function wrappedIn(error: Error): unknown {
  const data = error instanceof SdkError ? error.data : undefined
  return typeof data === 'object' && data !== null && 'cause' in data ? data.cause : undefined
}

function firstOf(chain: readonly Error[], judge: (error: Error) => Verdict | undefined): Verdict | undefined {
  for (const error of chain) {
    const verdict = judge(error)
    if (verdict) return verdict
  }
  return undefined
}

function ownVerdict(error: Error): Verdict | undefined {
  if (error instanceof AnswerTooLarge) return { class: 'invalid_response', code: 'TOO_LARGE', httpStatus: null }
  if (error instanceof AskedToWait)
    return { class: 'http', code: null, httpStatus: error.status, retryAfterSeconds: error.retryAfterSeconds }
  if (error instanceof ProcessExit) return { class: 'process_exit', code: error.exitCode, httpStatus: null }
  if (error instanceof SophiaError && error.code === 'ADDRESS_REFUSED')
    return { class: 'transport', code: error.code, httpStatus: null, says: error.message }
  return authVerdict(error)
}

function authVerdict(error: Error): Verdict | undefined {
  const known = { class: 'auth' as const, says: error.message }
  if (error instanceof SignInNeeded) return { ...known, code: 'SIGN_IN_NEEDED', httpStatus: 401 }
  if (error instanceof SignInUnread) return { ...known, code: SIGN_IN_UNREAD, httpStatus: null }
  if (error instanceof ScopeRefusal || error instanceof InsufficientScopeError) return scopeVerdict(error)
  if (error instanceof UnauthorizedError || error instanceof OAuthError || error instanceof OAuthClientFlowError)
    return { class: 'auth', code: null, httpStatus: 401 }
  return undefined
}

/** The sign-in or header was taken, and found too narrow. */
function scopeVerdict(error: ScopeRefusal | InsufficientScopeError): Verdict {
  const known = { class: 'auth' as const, httpStatus: 403 }
  if (error instanceof ScopeRefusal)
    return { ...known, code: error.isHeld ? 'SCOPE_REFUSED' : 'WIDER_SIGN_IN_NEEDED', says: error.message }
  const scope = joinScopes(error.requiredScope)
  const named = scope === null ? '' : `: the scope "${scope}"`
  return { ...known, code: 'SCOPE_REFUSED', says: `It wants more than what is sent to it allows${named}.` }
}

function networkVerdict(error: Error): Verdict | undefined {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const known = (fault: FaultClass, says: string): Verdict => ({ class: fault, code, httpStatus: null, says })
  if (code === null || error instanceof SdkError) return undefined
  if (DNS.has(code)) return known('dns', 'The host name is not known.')
  if (SLOW.has(code)) return known('timeout', 'The server did not answer in time.')
  if (TLS.test(code)) return known('tls', `The certificate is not accepted: ${error.message}`)
  if (code === 'ECONNREFUSED') return known('transport', 'Nothing listens at this address.')
  return /^(E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code) ? known('transport', BROKEN_OFF) : undefined
}

const UNREADABLE = 'The answer is not what the protocol says.'
const BROKEN_OFF = 'The connection broke off.'

/** Codes of the client's own errors; those not named here are breaches of the protocol. */
const BY_CODE: Readonly<Partial<Record<SdkErrorCode, readonly [FaultClass, string?]>>> = {
  [SdkErrorCode.RequestTimeout]: ['timeout', 'The server did not answer in time.'],
  [SdkErrorCode.ConnectionClosed]: ['transport', BROKEN_OFF],
  [SdkErrorCode.NotConnected]: ['transport', BROKEN_OFF],
  [SdkErrorCode.SendFailed]: ['transport', BROKEN_OFF],
  [SdkErrorCode.ClientHttpUnexpectedContent]: ['invalid_response'],
  [SdkErrorCode.InvalidResult]: ['invalid_response'],
  [SdkErrorCode.UnsupportedResultType]: ['invalid_response'],
  [SdkErrorCode.ListPaginationExceeded]: ['invalid_response'],
}

function sdkVerdict(error: Error): Verdict | undefined {
  const bare = { code: null, httpStatus: null }
  if (error instanceof SdkHttpError) return httpVerdict(error)
  if (error instanceof ProtocolError) return protocolVerdict(error)
  if (error instanceof SyntaxError || error.name === 'ZodError')
    return { ...bare, class: 'invalid_response', says: UNREADABLE }
  if (error.message === 'bad port')
    return { ...bare, class: 'transport', says: 'Ports such as this one, kept for other services, are not called.' }
  if (/^not connected$/i.test(error.message)) return { ...bare, class: 'transport', says: BROKEN_OFF }
  // Both eras were tried; what each met is the cause, and says more.
  if (!(error instanceof SdkError) || error.code === SdkErrorCode.EraNegotiationFailed) return undefined
  const [fault, says] = BY_CODE[error.code] ?? ['protocol']
  return { class: fault, code: error.code, httpStatus: null, ...(says === undefined ? {} : { says }) }
}

function httpVerdict(error: SdkHttpError): Verdict {
  const { status } = error
  const known = { code: error.code, httpStatus: status }
  if (status === 401 || status === 403) return { ...known, class: 'auth', says: `The server refused (HTTP ${status}).` }
  if (error.code === SdkErrorCode.ClientHttpUnexpectedContent)
    return { ...known, class: 'invalid_response', says: UNREADABLE }
  if (isSessionLoss(error)) return { ...known, class: 'session_lost' }
  return { ...known, class: 'http', says: `The server answered HTTP ${status}.` }
}

function protocolVerdict(error: ProtocolError): Verdict {
  const known = { code: error.code, httpStatus: null }
  if (error.code === -32_001 && /session/i.test(error.message)) return { ...known, class: 'session_lost' }
  // Made by the client itself, after the tool has run.
  if (error.code === -32_602 && /structured content|output schema/i.test(error.message))
    return { ...known, class: 'invalid_response' }
  if (error.code === -32_022) return { ...known, class: 'protocol' }
  if (error.code === -32_700) return { ...known, class: 'invalid_response' }
  return { ...known, class: 'rpc' }
}

/** A legacy server forgets its sessions when it restarts: 404, or 400, with a word about the session. */
function isSessionLoss({ status, message, data }: SdkHttpError): boolean {
  const text = `${message} ${typeof data['text'] === 'string' ? data['text'] : ''}`
  return (status === 404 || status === 400) && /session|-32001/i.test(text)
}

/** One line of at most 300 characters, without queries, keys and the like. */
function clean(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').replaceAll(/(https?:\/\/[^\s?#"']+)[?#][^\s"']*/g, '$1')
  const short = shortLine(redactText(line), LONGEST_MESSAGE)
  return /[.!?\]]$/.test(short) ? short : `${short}.`
}
