import {
  exchangeAuthorization,
  refreshAuthorization,
  validateAuthorizationResponseIssuer,
  type AuthorizationServerMetadata,
  type OAuthTokens,
} from '@modelcontextprotocol/client'
import { joinScopes } from '#domain/mcp/scope.ts'
import { limitFetch } from './limited-fetch.ts'
import type { RevocationEnds } from './revocation-ends.ts'
import { OAuthFault, refusalOf, toOAuthFault } from './oauth-fault.ts'

/** The client that Sophia is at one authorization server. */
export interface OAuthClient {
  readonly issuer: string
  readonly client_id: string
  readonly client_secret?: string | undefined
  readonly token_endpoint_auth_method?: string | undefined
}

/** One authorization server, as it described itself at the sign-in, and what for. Tokens go back to no other. */
export interface Authorization {
  /** The MCP server that the tokens are for, and the only one they are sent to. */
  readonly serverUrl: string
  readonly authorizationServerUrl: string
  readonly metadata: (AuthorizationServerMetadata & RevocationEnds) | undefined
  readonly client: OAuthClient
  readonly resource: string | undefined
}

/** A sign-in that waits for the browser to come back. */
export interface SignInFlow extends Authorization {
  readonly redirectUrl: string
  readonly verifier: string
  /** Null: none was named, and the authorization server gives what it thinks right. */
  readonly askedScope: string | null
}

/** What an authorization server gave. */
export interface Grant extends Authorization {
  readonly accessToken: string
  readonly refreshToken: string | null
  readonly obtainedAt: string
  /** Null: the authorization server did not say. */
  readonly expiresAt: string | null
  /** What it said it gives, else what was asked for, which is then the same (RFC 6749, 5.1). Null: neither was said. */
  readonly scope: string | null
}

export interface CallbackAnswer {
  readonly code?: string | undefined
  readonly iss?: string | undefined
  readonly error?: string | undefined
}

interface Terms {
  /** The guarded client's, without any header of the MCP server's: those are not this server's to see. */
  readonly fetch: typeof fetch
  readonly now: Date
}

const ANSWER_BYTES = 256 * 1024
const ANSWER_MS = 10_000

/** Ends of an authorization server carry secrets; plain HTTP is for this machine only. */
export function isSecureEnd(end: string): boolean {
  const { protocol, hostname } = new URL(end)
  const isLoopback = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname)
  return protocol === 'https:' || (protocol === 'http:' && isLoopback)
}

/** For requests to an authorization server: short, and small. */
export function oauthFetch(send: typeof fetch): typeof fetch {
  const limited = limitFetch(send, ANSWER_BYTES)
  return (input, init) => {
    const limit = AbortSignal.timeout(ANSWER_MS)
    return limited(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, limit]) : limit })
  }
}

/**
 * Trades the code for tokens, once. The SDK's own `auth` would send a refused code again, and write what the other side
 * said to the console.
 */
export async function redeemCode(flow: SignInFlow, answer: CallbackAnswer, terms: Terms): Promise<Grant> {
  const { metadata, client, resource, redirectUrl, verifier } = flow
  try {
    // Before anything else of the answer is believed, its error included.
    validateAuthorizationResponseIssuer({
      iss: answer.iss,
      expectedIssuer: metadata?.issuer,
      issParameterSupported: metadata?.authorization_response_iss_parameter_supported === true,
    })
    if (answer.code === undefined || answer.error !== undefined) throw refusalOf(answer.error)
    const tokens = await exchangeAuthorization(flow.authorizationServerUrl, {
      clientInformation: informationOf(client),
      authorizationCode: answer.code,
      codeVerifier: verifier,
      redirectUri: redirectUrl,
      ...defined({ metadata, resource, iss: answer.iss }),
      fetchFn: oauthFetch(terms.fetch),
    })
    return toGrant({ ...authorizationOf(flow), scope: flow.askedScope }, tokens, terms.now)
  } catch (error) {
    throw toOAuthFault(error)
  }
}

/** New tokens for the refresh token; where the answer holds none, the old refresh token goes on. */
export async function renewGrant(grant: Grant & { readonly refreshToken: string }, terms: Terms): Promise<Grant> {
  const { metadata, client, resource, refreshToken } = grant
  try {
    const tokens = await refreshAuthorization(grant.authorizationServerUrl, {
      clientInformation: informationOf(client),
      refreshToken,
      ...defined({ metadata, resource }),
      fetchFn: oauthFetch(terms.fetch),
    })
    return toGrant({ ...authorizationOf(grant), scope: grant.scope }, tokens, terms.now)
  } catch (error) {
    throw toOAuthFault(error)
  }
}

function authorizationOf({ serverUrl, authorizationServerUrl, metadata, client, resource }: Authorization) {
  return { serverUrl, authorizationServerUrl, metadata, client, resource }
}

function toGrant(before: Authorization & Pick<Grant, 'scope'>, tokens: OAuthTokens, now: Date): Grant {
  if (tokens.token_type.toLowerCase() !== 'bearer')
    throw new OAuthFault('invalid_answer', 'The authorization server gives tokens of a kind that is not supported.')
  const seconds = tokens.expires_in
  return {
    ...before,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? null,
    obtainedAt: now.toISOString(),
    expiresAt: seconds === undefined ? null : new Date(now.getTime() + seconds * 1000).toISOString(),
    scope: joinScopes(tokens.scope) ?? before.scope,
  }
}

/** In the SDK's shape, which tells an absent field from an undefined one. */
export function informationOf({ client_id, client_secret, token_endpoint_auth_method }: OAuthClient) {
  return { client_id, ...defined({ client_secret, token_endpoint_auth_method }) }
}

/** Without the keys that are undefined. */
export function defined<Values extends object>(
  values: Values,
): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
