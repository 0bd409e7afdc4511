import type { z } from 'zod'
import type { Revocation, SignInFailure, SignInStart } from '#contract/mcp.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { createToken, hashToken } from '#platform/crypto/ids.ts'
import { beginSignIn } from '#platform/mcp-client/begin-sign-in.ts'
import { OAuthFault, toOAuthFault } from '#platform/mcp-client/oauth-fault.ts'
import { redeemCode, type CallbackAnswer, type SignInFlow } from '#platform/mcp-client/oauth-grant.ts'
import { callbackUrl, clientDocument } from './client-document.ts'
import { putWanted, takeCredential, type CredentialKey } from './credentials-store.ts'
import {
  readBeyond,
  readClient,
  readLeftFlow,
  storeClient,
  storeFlow,
  storeGrant,
  takeFlow,
  type KnownClient,
} from './credentials.ts'
import { faultOf } from './probe-server.ts'
import { revokeSignIns } from './revoke-sign-ins.ts'
import type { ServerDefinition } from './server-definition.ts'
import type { ServerWatch } from './server-watch.ts'
import { markServer } from './shared-store.ts'
import { deleteClient, deleteSignIn } from './sign-ins-store.ts'
import type { ToolsNeeds } from './tools-needs.ts'

/** Where the member goes to sign in to a server, for themselves or for everybody, as the server is set up. */
export async function startSignIn(
  needs: ToolsNeeds,
  principal: Principal,
  serverId: string,
): Promise<z.infer<typeof SignInStart>> {
  const { watch, url } = findSignable(needs, serverId)
  const { definition } = watch.state
  assertMaySign(principal, definition)
  const { memberId } = principal
  const redirectUrl = callbackUrl(needs.publicUrl)
  const known = await readClient(needs, serverId).catch(unlessUnreadable)
  const owner = ownerOf(definition, memberId)
  const documentUrl = documentUrlOf(needs)
  const state = createToken()
  const begun = await beginSignIn({
    serverUrl: url,
    redirectUrl,
    state,
    registered: definition.client,
    known: known?.isOwn === true && known.redirectUrl === redirectUrl ? known.client : null,
    documentUrl,
    documentRefusedBy: known?.refusesDocument ? known.client.issuer : await leftAt(needs, { serverId, memberId }),
    beyond: await readBeyond(needs, { definition, serverUrl: url }, owner).catch(unlessUnreadable),
    fetch: watch.fetch,
  }).catch((error: unknown) => {
    throw startFault(needs, definition, { fault: toOAuthFault(error), redirectUrl })
  })
  const { client } = begun.flow
  assertSameIssuer(definition, known, begun.flow)
  const isKnown = client.client_id === known?.client.client_id && client.issuer === known.client.issuer
  if (definition.client === null && !isKnown) {
    const refusesDocument = known?.refusesDocument === true && client.issuer === known.client.issuer
    await storeClient(needs, serverId, { client, redirectUrl, isOwn: true, refusesDocument })
  }
  await storeFlow(needs, { stateHash: hashToken(state), serverId, memberId, flow: begun.flow })
  return { url: begun.url }
}

function documentUrlOf({ publicUrl }: ToolsNeeds): string | null {
  return clientDocument(publicUrl)?.client_id ?? null
}

/**
 * The authorization server where the member was sent under the document's name and did not come back from. One that cannot
 * read the document says so on a page of its own and sends nobody back, so another name is tried the second time.
 */
async function leftAt(
  needs: ToolsNeeds,
  whose: { readonly serverId: string; readonly memberId: string },
): Promise<string | null> {
  const left = await readLeftFlow(needs, whose).catch(unlessUnreadable)
  return left !== null && left.client.client_id === documentUrlOf(needs) ? left.client.issuer : null
}

interface Callback extends CallbackAnswer {
  readonly state?: string | undefined
  readonly principal: Principal
}

type Failure = z.infer<typeof SignInFailure>
type SignInEnd = { readonly serverId: string } | { readonly failed: Failure }

/** The browser is back. Only the member who began it can finish it, once, within ten minutes. Nothing the query says is repeated. */
export async function finishSignIn(needs: ToolsNeeds, { principal, state, ...answer }: Callback): Promise<SignInEnd> {
  const { memberId, credential } = principal
  if (credential.kind === 'key') return { failed: 'not-permitted' }
  const taken = state === undefined ? null : await takeFlow(needs, { stateHash: hashToken(state), memberId })
  if (!taken) return { failed: 'state-unknown' }
  const { serverId, flow } = taken
  const watch = needs.hub.get(serverId)
  if (!watch || !isStillMeant(watch.state.definition, flow)) return { failed: 'connection-changed' }
  if (!maySign(principal, watch.state.definition)) return { failed: 'not-permitted' }
  const failed = await redeem(needs, watch, { flow, answer, memberId })
  if (failed !== null) return { failed }
  await note(needs, principal, { action: 'mcp.sign-in', definition: watch.state.definition })
  await lookAgain(needs, watch, principal)
  return { serverId }
}

interface Redeeming {
  readonly flow: SignInFlow
  readonly answer: CallbackAnswer
  readonly memberId: string
}

/** Null: the tokens are stored. */
async function redeem(
  needs: ToolsNeeds,
  watch: ServerWatch,
  { flow, answer, memberId }: Redeeming,
): Promise<Failure | null> {
  const { id: serverId, client: registered } = watch.state.definition
  const key = { serverId, memberId: ownerOf(watch.state.definition, memberId) }
  try {
    const grant = await redeemCode(flow, answer, { fetch: watch.fetch, now: needs.clock.now() })
    await storeGrant(needs, key, grant)
    const { client, redirectUrl } = flow
    // From now on this client's secret goes to this authorization server and no other.
    const bound = { issuer: client.issuer, client_id: client.client_id }
    if (registered !== null) await storeClient(needs, serverId, { client: bound, redirectUrl, isOwn: false })
    return null
  } catch (error) {
    const failed = error instanceof OAuthFault ? endOf(error) : 'failed'
    needs.log.warn({ server: serverId, failed, ...told(error) }, 'a sign-in to an MCP server failed')
    if (error instanceof OAuthFault) await forgetRefused(needs, watch, { key, flow, reason: error.reason })
    return failed
  }
}

/** What is refused now would be refused at the next sign-in, too: that one begins with another client, or asks for less. */
async function forgetRefused(needs: ToolsNeeds, watch: ServerWatch, refused: Refused): Promise<void> {
  const { key, flow, reason } = refused
  const { client, redirectUrl } = flow
  if (reason === 'client_unknown' && client.client_id === documentUrlOf(needs))
    return storeClient(needs, key.serverId, { client, redirectUrl, isOwn: true, refusesDocument: true })
  if (reason === 'client_unknown') await needs.database.read((handle) => deleteClient(handle, key.serverId))
  if (reason !== 'scope_refused') return
  await needs.database.inTransaction(async (handle) => {
    await putWanted(handle, key, null)
    await markServer(handle, key.serverId, 'credentials')
  })
  await lookAnew(watch, key.memberId)
}

interface Refused {
  readonly key: CredentialKey
  readonly flow: SignInFlow
  readonly reason: OAuthFault['reason']
}

/**
 * Forgets the member's credentials, or those of all where the server has one sign-in for everybody, and has them ended where
 * they were given. Answers what became of that; gone here they are in any case.
 */
export async function signOut(
  needs: ToolsNeeds,
  principal: Principal,
  serverId: string,
): Promise<z.infer<typeof Revocation>> {
  const watch = needs.hub.get(serverId)
  if (!watch) throw new SophiaError('NOT_FOUND', { detail: `There is no connection "${serverId}".` })
  const { memberId } = principal
  const isShared = watch.state.definition.credentials === 'shared'
  if (isShared && !can(principal, 'mcp:manage')) throw new SophiaError('NOT_PERMITTED')
  const owner = ownerOf(watch.state.definition, memberId)
  const taken = await needs.database.inTransaction(async (handle) => {
    await deleteSignIn(handle, { serverId, memberId })
    // With it goes the client: should the other side have forgotten it, the next sign-in makes a new one.
    if (isShared) await deleteClient(handle, serverId)
    const held = await takeCredential(handle, { serverId, memberId: owner })
    await markServer(handle, serverId, 'credentials')
    return held
  })
  if (taken) await note(needs, principal, { action: 'mcp.sign-out', definition: watch.state.definition })
  watch.forgetCredentials(owner)
  const [revocation] = await Promise.all([
    revokeSignIns(needs, { serverId, rows: taken ? [taken] : [], fetch: watch.fetch }),
    isShared ? watch.probeNow() : undefined,
  ])
  return revocation
}

/** Sealed with a key that is no longer this deployment's: then there is no client, and one is made anew. */
function unlessUnreadable(error: unknown): null {
  if (toSophiaError(error).code === 'CONFIG_NOT_VALID') return null
  throw error
}

function findSignable({ hub }: ToolsNeeds, serverId: string): { watch: ServerWatch; url: string } {
  const watch = hub.get(serverId)
  if (!watch) throw new SophiaError('NOT_FOUND', { detail: `There is no connection "${serverId}".` })
  const { target, credentials, name } = watch.state.definition
  if (target.kind === 'stdio' || credentials === 'none')
    throw new SophiaError('CONFLICT', {
      detail: `"${name}" is set up without a sign-in. Set its credentials to "shared" or "member" first.`,
    })
  return { watch, url: target.url }
}

/** Whose sign-in it is: the member's, or everybody's. */
function ownerOf({ credentials }: ServerDefinition, memberId: string): string | null {
  return credentials === 'shared' ? null : memberId
}

function maySign(principal: Principal, { credentials }: ServerDefinition): boolean {
  return can(principal, credentials === 'shared' ? 'mcp:manage' : 'mcp:call')
}

function assertMaySign(principal: Principal, definition: ServerDefinition): void {
  if (!maySign(principal, definition)) throw new SophiaError('NOT_PERMITTED')
  if (definition.credentials === 'shared' && principal.credential.kind === 'key')
    throw new SophiaError('NOT_PERMITTED', {
      detail: 'A key signs in for its own member only. Sign in on the page Connections to do so for everybody.',
    })
}

/** A client that a person registered stays with the authorization server that first took it: its secret goes nowhere else. */
function assertSameIssuer(definition: ServerDefinition, known: KnownClient | null, { client }: SignInFlow): void {
  const isBound = definition.client !== null && known?.client.client_id === definition.client.clientId
  if (!isBound || known.client.issuer === client.issuer) return
  throw new SophiaError('CONFLICT', {
    detail: `"${definition.name}" now names another authorization server than the one its client was registered with. If that is right, enter a client of the new one.`,
  })
}

/** Between the start and the end of the sign-in somebody may have pointed the connection elsewhere. */
function isStillMeant({ target, credentials, client }: ServerDefinition, flow: SignInFlow): boolean {
  if (target.kind === 'stdio' || credentials === 'none' || target.url !== flow.serverUrl) return false
  return client === null || client.clientId === flow.client.client_id
}

function startFault(
  { log }: ToolsNeeds,
  { id, name }: ServerDefinition,
  { fault, redirectUrl }: { readonly fault: OAuthFault; readonly redirectUrl: string },
): SophiaError {
  const { reason, message } = fault
  log.warn({ server: id, reason }, 'a sign-in to an MCP server could not begin')
  if (reason === 'registration_refused')
    return new SophiaError('CONFLICT', {
      detail: `"${name}": ${message} Register Sophia there with the address ${redirectUrl}, and enter the client here.`,
    })
  return new SophiaError('UNREACHABLE', { detail: `"${name}": ${message}`, retryable: reason === 'unreachable' })
}

const ENDS: Partial<Record<OAuthFault['reason'], Failure>> = {
  refused: 'refused',
  scope_refused: 'scope-refused',
  client_unknown: 'refused',
  issuer_mismatch: 'issuer-mismatch',
  unreachable: 'unreachable',
}

function endOf({ reason }: OAuthFault): Failure {
  return ENDS[reason] ?? 'failed'
}

/** For the log: nothing of what the other side said. */
function told(error: unknown): object {
  return error instanceof OAuthFault ? { reason: error.reason } : { error }
}

async function note(
  { audit }: ToolsNeeds,
  principal: Principal,
  { action, definition }: { readonly action: string; readonly definition: ServerDefinition },
): Promise<void> {
  const detail = { shared: definition.credentials === 'shared' }
  await audit({ principal, action, targetKind: 'mcp-server', targetId: definition.id, detail })
}

/** The status tells the truth at once; a server whose tools only members see shows them through the first who signs in. */
async function lookAgain({ log }: ToolsNeeds, watch: ServerWatch, principal: Principal): Promise<void> {
  const { definition, pins } = watch.state
  await lookAnew(watch, ownerOf(definition, principal.memberId))
  if (definition.credentials === 'shared') return watch.probeNow()
  if (pins.size > 0 && !can(principal, 'mcp:manage')) return undefined
  await watch
    .learnTools(principal.memberId)
    .catch((error: unknown) =>
      log.warn({ server: definition.id, fault: faultOf(error).class }, 'the tools could not be listed yet'),
    )
}

/** What was known of the sign-in holds no longer; what was given may be less than was asked for. */
async function lookAnew(watch: ServerWatch, owner: string | null): Promise<void> {
  watch.forgetCredentials(owner)
  if (owner !== null) await watch.lookAtOwn(owner)
}
