import { IssuerMismatchError, OAuthError, RegistrationRejectedError } from '@modelcontextprotocol/client'
import { toMcpFault } from './mcp-fault.ts'

/** `refused` is an answer that stays; after `unreachable` and `invalid_answer` the same may succeed later. */
type OAuthReason =
  | 'refused'
  | 'scope_refused'
  | 'client_unknown'
  | 'issuer_mismatch'
  | 'registration_refused'
  | 'insecure'
  | 'unreachable'
  | 'invalid_answer'

/**
 * What went wrong between Sophia and an authorization server. It keeps nothing of what that server answered: a body that
 * could not be read may hold the very tokens that were asked for.
 */
export class OAuthFault extends Error {
  readonly reason: OAuthReason

  constructor(reason: OAuthReason, message: string) {
    super(message)
    this.name = 'OAuthFault'
    this.reason = reason
  }
}

const CLIENT = new Set(['invalid_client', 'unauthorized_client'])
const WAY: ReadonlySet<string> = new Set(['dns', 'transport', 'tls', 'timeout'])
const REFUSED = new Set(['invalid_grant', 'access_denied', 'invalid_target', 'unsupported_grant_type'])

export function toOAuthFault(thrown: unknown): OAuthFault {
  if (thrown instanceof OAuthFault) return thrown
  if (thrown instanceof IssuerMismatchError)
    return new OAuthFault('issuer_mismatch', 'The answer comes from another authorization server than was asked.')
  if (thrown instanceof RegistrationRejectedError)
    return new OAuthFault('registration_refused', 'The authorization server did not register Sophia as a client.')
  if (thrown instanceof OAuthError) return oauthAnswer(thrown.code)
  // Before anything was sent over the network, the SDK fails with a plain error whose text is its own.
  if (thrown instanceof Error && /does not support dynamic client registration/.test(thrown.message))
    return new OAuthFault('registration_refused', 'The authorization server registers no clients by itself.')
  return wayFault(thrown)
}

/** No answer of the protocol's: the way there failed, or what came is something else. */
function wayFault(thrown: unknown): OAuthFault {
  const { class: kind, code, message } = toMcpFault(thrown)
  if (code === 'ADDRESS_REFUSED') return new OAuthFault('unreachable', message)
  if (WAY.has(kind)) return new OAuthFault('unreachable', `The authorization server cannot be reached: ${message}`)
  if (thrown instanceof Error && thrown.name === 'TimeoutError')
    return new OAuthFault('unreachable', 'The authorization server does not answer in time.')
  return new OAuthFault('invalid_answer', 'The authorization server answers what cannot be used.')
}

/** A browser that came back without a code; what the error is called decides, and nothing of it is repeated. */
export function refusalOf(code: string | undefined): OAuthFault {
  const fault = code === undefined ? undefined : oauthAnswer(code)
  const isKnown = fault !== undefined && fault.reason !== 'invalid_answer'
  return isKnown ? fault : new OAuthFault('refused', 'The authorization server refused.')
}

function oauthAnswer(code: string): OAuthFault {
  if (code === 'invalid_scope')
    return new OAuthFault('scope_refused', 'The authorization server does not give the scope that was asked for.')
  if (CLIENT.has(code)) return new OAuthFault('client_unknown', 'The authorization server does not take this client.')
  if (REFUSED.has(code)) return new OAuthFault('refused', 'The authorization server refused.')
  return new OAuthFault('invalid_answer', 'The authorization server answers with an error.')
}
