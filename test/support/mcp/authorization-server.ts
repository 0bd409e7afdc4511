import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fieldsOf, sendJson } from './exchange.ts'
import { openLoopback } from './loopback.ts'

export type AuthorizationServer = Awaited<ReturnType<typeof openAuthorizationServer>>

interface Client {
  readonly id: string
  readonly secret: string | null
  readonly redirectUris: readonly string[]
}

interface Code {
  readonly login: string
  readonly clientId: string
  readonly redirectUri: string
  readonly challenge: string
  readonly resource: string | null
  readonly scope: string | null
}

interface Token {
  readonly login: string
  readonly clientId: string
  readonly resource: string | null
  /** As asked for, or as the switches say. */
  readonly scope: string | null
  readonly family: string
  readonly endsMs: number
}

/** What it does otherwise than it should, or than it does by itself. */
export class AuthorizationSwitches {
  registration = true
  /** The name it gives to whoever registers; by itself each gets one of their own. */
  givesClientId: string | null = null
  /** Whether it takes the address of a document as the name of a client, or says so and then does not. */
  documents: 'not-supported' | 'taken' | 'refused-at-page' | 'refused-at-token' = 'not-supported'
  /** How it reads a document; the address may be one that exists in the test only. */
  readDocument: (url: string) => Promise<unknown> = () => Promise.reject(new Error('no way to read documents'))
  /** In the redirect back; null sends none although the metadata promises it. */
  iss: 'right' | 'wrong' | null = 'right'
  refuseRefresh = false
  /** Answers refreshes with this status and a body that holds the tokens all the same. */
  refreshStatus = 200
  expiresInSeconds: number | null = 3600
  givesRefreshTokens = true
  tokenDelayMs = 0
  /** Between giving tokens and saying so. */
  answerDelayMs = 0
  /** Gives this instead of the scope that was asked for. */
  givesScope: string | null = null
  /** Says in its answer which scope it gives, as it must where that is another than was asked for. */
  tellsScope = false
  /** Sends back whoever asks for a scope that is not among these. */
  knownScopes: readonly string[] | null = null
  /** Whether it ends tokens when asked to, or what it does instead. */
  revocation: 'offered' | 'not-offered' | 'broken' | 'broken-for-access' | 'hangs' | 'no-access-tokens' = 'offered'
  /** Describes itself in the form of OpenID Connect, and in no other. */
  isOpenId = false
  /** Another name for itself in its metadata. */
  issuerInMetadata: string | null = null
}

/** An authorization server on loopback: metadata, registration, codes with PKCE, and refresh tokens that are used once. */
export async function openAuthorizationServer() {
  const books = new AuthorizationBooks()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const origin = `http://${request.headers.host ?? ''}`
    const url = new URL(request.url ?? '/', origin)
    const body = await textOf(request)
    books.seen.push({ path: url.pathname, headers: request.headers, body })
    if (
      url.pathname === `/.well-known/${books.switches.isOpenId ? 'openid-configuration' : 'oauth-authorization-server'}`
    )
      return sendJson(response, { status: 200, body: metadataOf(origin, books.switches) })
    if (url.pathname === '/register') return books.register(response, body)
    if (url.pathname === '/authorize') {
      await books.learnClient(url.searchParams)
      return books.authorize(response, url, origin)
    }
    if (url.pathname === '/revoke') return books.revoke(request, response, new URLSearchParams(body))
    if (url.pathname === '/token') return books.token(request, response, new URLSearchParams(body))
    return sendJson(response, { status: 404, body: { error: 'nothing here' } })
  }
  const loopback = await openLoopback(() =>
    // A caller that hangs up leaves nobody to answer.
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  return {
    issuer: `http://127.0.0.1:${loopback.port}`,
    port: loopback.port,
    switches: books.switches,
    /** Every request it got, with what was in it. */
    seen: books.seen,
    /** Registered by hand, as an operator does. */
    addClient: (client: Client) => void books.clients.set(client.id, client),
    clientCount: (): number => books.clients.size,
    forgetClients: (): void => books.clients.clear(),
    refreshes: (): number => books.refreshes,
    /** The kinds of tokens that were ended by being asked to, in order. */
    revoked: books.revoked,
    /** Tokens that hold, of either kind. */
    holding: (): number => books.holding(),
    /** Access and refresh tokens ever given: none of them may turn up anywhere else. */
    given: books.given,
    /** Who the token is of, if it holds for that resource. */
    loginOf: (token: string, resource: string): string | null => books.loginOf(token, resource),
    /** The scope of a token that holds. */
    scopeOf: (token: string): string => books.access.get(token)?.scope ?? '',
    /** All access tokens end at once; refresh tokens live on. */
    endAccessTokens: (): void => books.access.clear(),
    close: loopback.close,
    restart: loopback.restart,
  }
}

function metadataOf(origin: string, { registration, issuerInMetadata, documents, ...switches }: AuthorizationSwitches) {
  const { revocation, isOpenId } = switches
  const ofOpenId = {
    jwks_uri: `${origin}/keys`,
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
  }
  return {
    ...(isOpenId ? ofOpenId : {}),
    ...(revocation === 'not-offered' ? {} : { revocation_endpoint: `${origin}/revoke` }),
    ...(documents === 'not-supported' ? {} : { client_id_metadata_document_supported: true }),
    issuer: issuerInMetadata ?? origin,
    authorization_endpoint: `${origin}/authorize`,
    token_endpoint: `${origin}/token`,
    ...(registration ? { registration_endpoint: `${origin}/register` } : {}),
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    authorization_response_iss_parameter_supported: true,
  }
}

interface SeenAsk {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

class AuthorizationBooks {
  readonly switches = new AuthorizationSwitches()
  readonly seen: SeenAsk[] = []
  readonly clients = new Map<string, Client>()
  readonly access = new Map<string, Token>()
  readonly given: string[] = []
  readonly revoked: string[] = []
  refreshes = 0
  readonly #codes = new Map<string, Code>()
  readonly #refresh = new Map<string, Token>()
  readonly #spent = new Map<string, string>()

  register(response: ServerResponse, body: string): void {
    if (!this.switches.registration) return sendJson(response, { status: 403, body: { error: 'closed' } })
    const asked: unknown = JSON.parse(body)
    const uris = typeof asked === 'object' && asked !== null && 'redirect_uris' in asked ? asked.redirect_uris : []
    const redirectUris = Array.isArray(uris) ? uris.map(String) : []
    const id = this.switches.givesClientId ?? `client-${randomUUID()}`
    const client = { id, secret: `secret-${randomUUID()}`, redirectUris }
    this.clients.set(client.id, client)
    this.given.push(client.secret)
    const answer = { client_id: client.id, client_secret: client.secret, redirect_uris: redirectUris }
    return sendJson(response, { status: 201, body: { ...answer, token_endpoint_auth_method: 'client_secret_basic' } })
  }

  /** A client whose name is the address of a document is what stands there, if it says so of itself. */
  async learnClient(asked: URLSearchParams): Promise<void> {
    const id = asked.get('client_id') ?? ''
    const { documents, readDocument } = this.switches
    if (!id.startsWith('https://') || documents === 'not-supported' || documents === 'refused-at-page') return
    const document = fieldsOf(await readDocument(id))
    const uris = document['redirect_uris']
    if (document['client_id'] !== id || document['token_endpoint_auth_method'] !== 'none') return
    this.clients.set(id, { id, secret: null, redirectUris: Array.isArray(uris) ? uris.map(String) : [] })
  }

  /** `login` stands for what a person would type on the page; `deny` for their no. */
  authorize(response: ServerResponse, { searchParams: asked }: URL, origin: string): void {
    const client = this.clients.get(asked.get('client_id') ?? '')
    const redirectUri = asked.get('redirect_uri') ?? ''
    if (!client?.redirectUris.includes(redirectUri) || asked.get('code_challenge_method') !== 'S256')
      return sendJson(response, { status: 400, body: { error: 'invalid_request' } })
    const back = new URL(redirectUri)
    back.searchParams.set('state', asked.get('state') ?? '')
    const { iss } = this.switches
    if (iss !== null) back.searchParams.set('iss', iss === 'right' ? origin : 'http://127.0.0.1:9')
    const login = asked.get('login')
    if (login === null) back.searchParams.set('error', 'access_denied')
    else if (!this.#knowsScope(asked.get('scope'))) back.searchParams.set('error', 'invalid_scope')
    else back.searchParams.set('code', this.#makeCode(asked, { login, clientId: client.id, redirectUri }))
    response.writeHead(302, { location: back.href }).end()
  }

  #makeCode(asked: URLSearchParams, by: Pick<Code, 'login' | 'clientId' | 'redirectUri'>): string {
    const code = `code-${randomUUID()}`
    const challenge = asked.get('code_challenge') ?? ''
    const scope = this.switches.givesScope ?? asked.get('scope')
    this.#codes.set(code, { ...by, challenge, resource: asked.get('resource'), scope })
    return code
  }

  #knowsScope(scope: string | null): boolean {
    const { knownScopes } = this.switches
    return knownScopes === null || (scope ?? '').split(' ').every((name) => name === '' || knownScopes.includes(name))
  }

  async token(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): Promise<void> {
    if (this.switches.tokenDelayMs > 0) await delay(this.switches.tokenDelayMs)
    const clientId = this.#clientOf(request, asked)
    if (clientId === null) return sendJson(response, { status: 401, body: { error: 'invalid_client' } })
    return asked.get('grant_type') === 'refresh_token'
      ? this.#renew(response, clientId, asked.get('refresh_token') ?? '')
      : this.#redeem(response, clientId, asked)
  }

  revoke(request: IncomingMessage, response: ServerResponse, asked: URLSearchParams): void {
    const { revocation } = this.switches
    if (revocation === 'hangs') return
    const isAccess = asked.get('token_type_hint') === 'access_token'
    if (revocation === 'broken' || (revocation === 'broken-for-access' && isAccess))
      return sendJson(response, { status: 500, body: { error: 'told-by-the-other-side' } })
    if (this.#clientOf(request, asked) === null)
      return sendJson(response, { status: 401, body: { error: 'invalid_client' } })
    if (revocation === 'no-access-tokens' && isAccess)
      return sendJson(response, { status: 400, body: { error: 'unsupported_token_type' } })
    const held = isAccess ? this.access : this.#refresh
    if (held.delete(asked.get('token') ?? '')) this.revoked.push(asked.get('token_type_hint') ?? '')
    response.writeHead(200).end()
  }

  holding(): number {
    return this.access.size + this.#refresh.size
  }

  #clientOf(request: IncomingMessage, asked: URLSearchParams): string | null {
    const [scheme, value] = (request.headers.authorization ?? '').split(' ')
    const basic = scheme === 'Basic' ? Buffer.from(value ?? '', 'base64').toString() : null
    const [id, secret] = basic?.split(':') ?? [asked.get('client_id'), asked.get('client_secret')]
    if (typeof id !== 'string') return null
    const client = this.clients.get(id)
    if (id.startsWith('https://') && this.switches.documents === 'refused-at-token') return null
    return client && (client.secret === null || client.secret === secret) ? id : null
  }

  #redeem(response: ServerResponse, clientId: string, asked: URLSearchParams): void {
    const code = this.#codes.get(asked.get('code') ?? '')
    this.#codes.delete(asked.get('code') ?? '')
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url')
    const isRight =
      code?.clientId === clientId && code.redirectUri === asked.get('redirect_uri') && code.challenge === challenge
    if (!code || !isRight || code.resource !== asked.get('resource')) return refuse(response)
    return this.#give(response, { ...code, family: randomUUID() })
  }

  #renew(response: ServerResponse, clientId: string, token: string): void {
    this.refreshes += 1
    const family = this.#spent.get(token)
    // A refresh token that comes twice was stolen: whoever has the newer one loses it, too.
    if (family !== undefined)
      for (const [other, { family: its }] of this.#refresh) if (its === family) this.#refresh.delete(other)
    const held = this.#refresh.get(token)
    if (!held || held.clientId !== clientId || this.switches.refuseRefresh) return refuse(response)
    this.#refresh.delete(token)
    this.#spent.set(token, held.family)
    return this.#give(response, held, this.switches.refreshStatus)
  }

  #give(response: ServerResponse, to: Omit<Token, 'endsMs'>, status = 200): void {
    const { expiresInSeconds, givesRefreshTokens, tellsScope } = this.switches
    const { login, clientId, resource, scope, family } = to
    const endsMs = expiresInSeconds === null ? Infinity : performance.now() + expiresInSeconds * 1000
    const token = { login, clientId, resource, scope, family, endsMs }
    const access = `access-${login}-${randomUUID()}`
    const refresh = `refresh-${login}-${randomUUID()}`
    this.given.push(access, refresh)
    this.access.set(access, token)
    if (givesRefreshTokens) this.#refresh.set(refresh, token)
    const body = {
      access_token: access,
      token_type: 'Bearer',
      ...(expiresInSeconds === null ? {} : { expires_in: expiresInSeconds }),
      ...(givesRefreshTokens ? { refresh_token: refresh } : {}),
      ...(tellsScope ? { scope: scope ?? '' } : {}),
    }
    setTimeout(() => sendJson(response, { status, body }), this.switches.answerDelayMs)
  }

  loginOf(text: string, resource: string): string | null {
    const token = this.access.get(text)
    return token && token.resource === resource && performance.now() < token.endsMs ? token.login : null
  }
}

/** In words that hold what came in, as some servers do: it must not be passed on. */
function refuse(response: ServerResponse): void {
  sendJson(response, { status: 400, body: { error: 'invalid_grant', error_description: 'told-by-the-other-side' } })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
