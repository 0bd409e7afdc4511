import { selectClientAuthMethod } from '@modelcontextprotocol/client'
import { OAuthFault, toOAuthFault } from './oauth-fault.ts'
import { informationOf, isSecureEnd, oauthFetch, type Grant } from './oauth-grant.ts'

interface Terms {
  /** The guarded client's. */
  readonly fetch: typeof fetch
  /** How long it may take. */
  readonly signal: AbortSignal
}

/**
 * Has the authorization server end what it gave (RFC 7009), so that nothing of it holds any longer. `not-offered`: it ends none,
 * or not such as these. Throws OAuthFault when it could not be told, or refused.
 */
export async function revokeGrant(grant: Grant, terms: Terms): Promise<'revoked' | 'not-offered'> {
  const end = grant.metadata?.revocation_endpoint
  if (end === undefined) return 'not-offered'
  try {
    if (!isSecureEnd(end)) throw new OAuthFault('insecure', 'The authorization server is not reached over https.')
    const { accessToken, refreshToken } = grant
    const access = revoke(grant, { end, token: accessToken, kind: 'access_token' }, terms)
    if (refreshToken === null) return (await access) ? 'revoked' : 'not-offered'
    // Without the refresh token nothing new can be had; what is held of the other kind ends by itself, if it is not taken here.
    const refresh = revoke(grant, { end, token: refreshToken, kind: 'refresh_token' }, terms)
    const [hasEnded] = await Promise.all([refresh, access])
    return hasEnded ? 'revoked' : 'not-offered'
  } catch (error) {
    throw toOAuthFault(error)
  }
}

interface Wanted {
  readonly end: string
  readonly token: string
  readonly kind: 'access_token' | 'refresh_token'
}

/** False: it does not end tokens of this kind. A token that it does not know has ended (RFC 7009, 2.2). */
async function revoke(grant: Grant, { end, token, kind }: Wanted, { fetch: send, signal }: Terms): Promise<boolean> {
  const body = new URLSearchParams({ token, token_type_hint: kind })
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' }
  const answer = await oauthFetch(send)(end, {
    method: 'POST',
    headers: { ...headers, ...credentialsOf(grant, body) },
    body,
    signal,
  })
  if (answer.ok) {
    await answer.body?.cancel().catch(() => undefined)
    return true
  }
  const said = await answer.text()
  if (answer.status === 400 && said.includes('unsupported_token_type')) return false
  throw new OAuthFault('refused', `The authorization server answered HTTP ${answer.status}.`)
}

/** Who asks: in the header, or put into the body; as the token endpoint is told, where the other end says nothing of its own. */
function credentialsOf({ client, metadata }: Grant, body: URLSearchParams): Record<string, string> {
  const offered =
    metadata?.revocation_endpoint_auth_methods_supported ?? metadata?.token_endpoint_auth_methods_supported ?? []
  const { client_id: id, client_secret: secret } = client
  const method = selectClientAuthMethod(informationOf(client), offered)
  if (method === 'client_secret_basic')
    return { authorization: `Basic ${Buffer.from(`${id}:${secret ?? ''}`).toString('base64')}` }
  body.set('client_id', id)
  if (method === 'client_secret_post' && secret !== undefined) body.set('client_secret', secret)
  return {}
}
