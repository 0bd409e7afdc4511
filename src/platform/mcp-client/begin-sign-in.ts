import {
  auth,
  discoverOAuthServerInfo,
  extractWWWAuthenticateParams,
  type AuthorizationServerMetadata,
  type OAuthClientProvider,
  type OAuthServerInfo,
} from '@modelcontextprotocol/client'
import { joinScopes } from '#domain/mcp/scope.ts'
import { OAuthFault, toOAuthFault } from './oauth-fault.ts'
import { hearRevocationEnds } from './revocation-ends.ts'
import { defined, informationOf, isSecureEnd, oauthFetch, type OAuthClient, type SignInFlow } from './oauth-grant.ts'

/** What Sophia is as a client, wherever she registers. */
export const CLIENT_FACTS = {
  client_name: 'Sophia',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
}

export interface Beginning {
  readonly serverUrl: string
  readonly redirectUrl: string
  readonly state: string
  /** Registered by a person beforehand; its scope goes before what the server asks for. */
  readonly registered: {
    readonly clientId: string
    readonly clientSecret?: string | undefined
    readonly scope?: string | undefined
  } | null
  /** The one Sophia was there before by herself; used again while the authorization server is the same. */
  readonly known: OAuthClient | null
  /** Her metadata document, which is her name where such documents are taken. Null: nobody could read it. */
  readonly documentUrl: string | null
  /** The authorization server that did not take it; she registers there instead, if that is offered. */
  readonly documentRefusedBy: string | null
  /** Scopes to ask for beyond what any sign-in to the server asks for. */
  readonly beyond: string | null
  readonly fetch: typeof fetch
}

export interface Begun {
  /** Where the person's browser goes. */
  readonly url: string
  readonly flow: SignInFlow
}

/**
 * Finds the authorization server of an MCP server (RFC 9728, RFC 8414), makes sure that Sophia is a client there, and
 * makes the address to sign in at, with PKCE. Nothing is stored here, and no token is asked for.
 */
export async function beginSignIn(beginning: Beginning): Promise<Begun> {
  const { serverUrl, registered } = beginning
  const fetchFn = oauthFetch(beginning.fetch)
  try {
    const challenge = await challengeOf(serverUrl, fetchFn)
    const found = await discover(serverUrl, challenge.resourceMetadataUrl, fetchFn)
    assertSecure(found)
    const { provider, taken } = createSignInProvider(beginning, found)
    const usual = registered?.scope ?? challenge.scope
    // Without a scope the SDK falls back on what the server's metadata lists; beside another one that is done here.
    const listed = found.resourceMetadata?.scopes_supported?.join(' ')
    const wider = beginning.beyond === null ? null : joinScopes(joinScopes(usual) ?? listed, beginning.beyond)
    await auth(provider, {
      serverUrl,
      ...defined({ scope: wider ?? usual }),
      fetchFn,
    })
    return taken()
  } catch (error) {
    throw toOAuthFault(error)
  }
}

async function discover(
  serverUrl: string,
  resourceMetadataUrl: URL | undefined,
  fetchFn: typeof fetch,
): Promise<OAuthServerInfo> {
  const ends = hearRevocationEnds(fetchFn)
  const found = await discoverOAuthServerInfo(serverUrl, { ...defined({ resourceMetadataUrl }), fetchFn: ends.fetch })
  const metadata = found.authorizationServerMetadata
  return metadata ? { ...found, authorizationServerMetadata: { ...metadata, ...ends.of(metadata.issuer) } } : found
}

/** What the server says when it is asked without credentials: where its metadata is, and which scope it wants. */
async function challengeOf(serverUrl: string, fetchFn: typeof fetch) {
  const answer = await fetchFn(serverUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
  })
  await answer.body?.cancel().catch(() => undefined)
  return answer.status === 401 ? extractWWWAuthenticateParams(answer) : {}
}

function assertSecure({ authorizationServerUrl, authorizationServerMetadata: metadata }: OAuthServerInfo): void {
  const ends = metadata ? [metadata.authorization_endpoint, metadata.token_endpoint] : [authorizationServerUrl]
  if (!ends.every(isSecureEnd)) throw new OAuthFault('insecure', 'The authorization server is not reached over https.')
}

/** The SDK's view of one sign-in: it finds no tokens, and where it would send the browser is kept instead. */
function createSignInProvider(beginning: Beginning, found: OAuthServerInfo) {
  const { serverUrl, redirectUrl, state, registered } = beginning
  const { authorizationServerUrl, authorizationServerMetadata: metadata } = found
  const documentUrl = documentFor(beginning, found)
  let client: OAuthClient | null = knownFor(beginning, documentUrl)
  let verifier = ''
  let resource: string | undefined
  let url: URL | undefined
  const provider: OAuthClientProvider = {
    redirectUrl,
    clientMetadata: {
      ...CLIENT_FACTS,
      redirect_uris: [redirectUrl],
      token_endpoint_auth_method: authMethod(metadata),
    },
    ...(documentUrl === null ? {} : { clientMetadataUrl: documentUrl }),
    state: () => state,
    discoveryState: () => found,
    saveDiscoveryState: () => undefined,
    clientInformation: (context) => {
      if (registered !== null) {
        const issuer = context?.issuer ?? authorizationServerUrl
        client = { issuer, client_id: registered.clientId, client_secret: registered.clientSecret }
      }
      return client === null ? undefined : { issuer: client.issuer, ...informationOf(client) }
    },
    tokens: () => undefined,
    saveTokens: () => undefined,
    redirectToAuthorization: (to) => void (url = to),
    saveCodeVerifier: (made) => void (verifier = made),
    codeVerifier: () => verifier,
    saveResourceUrl: (told) => void (resource = told),
  }
  if (registered === null)
    provider.saveClientInformation = (given, context) => {
      const { client_id, client_secret } = given
      const method = 'token_endpoint_auth_method' in given ? given.token_endpoint_auth_method : undefined
      const issuer = context?.issuer ?? authorizationServerUrl
      client = { issuer, client_id, client_secret, token_endpoint_auth_method: method }
    }
  const taken = (): Begun => {
    if (!url || !client) throw new OAuthFault('invalid_answer', 'The authorization server gave no way to sign in.')
    const askedScope = url.searchParams.get('scope')
    const flow = { serverUrl, redirectUrl, verifier, authorizationServerUrl, metadata, client, resource, askedScope }
    return { url: url.href, flow }
  }
  return { provider, taken }
}

/** Her document goes before registering, where it is taken; who refused it gets it again only if there is no other way in. */
function documentFor(
  { documentUrl, documentRefusedBy }: Beginning,
  { authorizationServerUrl, authorizationServerMetadata: metadata }: OAuthServerInfo,
): string | null {
  if (metadata?.client_id_metadata_document_supported !== true) return null
  const isRefused = documentRefusedBy === (metadata.issuer ?? authorizationServerUrl)
  return isRefused && metadata.registration_endpoint !== undefined ? null : documentUrl
}

/** The client of before, if it is of the kind that is used now. */
function knownFor({ registered, known, documentUrl }: Beginning, used: string | null): OAuthClient | null {
  if (registered !== null || known === null) return null
  const isDocument = known.client_id === documentUrl
  return isDocument === (used !== null) ? known : null
}

/** Sophia can keep a secret, so she takes one where it is offered; a server that says nothing means basic (RFC 8414). */
function authMethod(metadata: AuthorizationServerMetadata | undefined): string {
  const offered = metadata?.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
  return ['client_secret_basic', 'client_secret_post'].find((method) => offered.includes(method)) ?? 'none'
}
