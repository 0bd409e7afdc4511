import { SophiaError } from '#domain/errors.ts'
import { joinScopes, rememberScopes } from '#domain/mcp/scope.ts'
import { grantContext } from '#domain/mcp/secret-context.ts'
import type { SecretBox } from '#platform/crypto/secret-box.ts'
import type { Grant, OAuthClient, SignInFlow } from '#platform/mcp-client/oauth-grant.ts'
import type { Database } from '#platform/postgres/database.ts'
import {
  endCredential,
  findCredential,
  lockCredential,
  putCredential,
  putWanted,
  renewCredential,
  type CredentialKey,
  type CredentialLease,
  type TakenRow,
} from './credentials-store.ts'
import type { ServerDefinition } from './server-definition.ts'
import { markServer } from './shared-store.ts'
import { findClient, findSignIn, putClient, putSignIn, takeSignIn } from './sign-ins-store.ts'

/** Where credentials are kept: all of it sealed, each value for one place only, so that none opens in another's. */
export interface CredentialNeeds {
  readonly database: Database
  readonly secrets: { get(): Promise<SecretBox> }
}

export interface Held {
  readonly grant: Grant
  readonly version: number
  /** All that the server ever wanted beyond a usual sign-in; some of it may be granted by now. */
  readonly wanted: string | null
}

/** The client that Sophia is for a server, and with which authorization server. */
export interface KnownClient {
  readonly client: OAuthClient
  readonly redirectUrl: string
  /** She became it herself, by registering or by her document; else a person did, and only the authorization server is kept. */
  readonly isOwn: boolean
  /** The authorization server did not take her metadata document. */
  readonly refusesDocument?: boolean
}

const SIGN_IN_MINUTES = 10
/** Those of before scopes were kept have none. */
type StoredGrant = Omit<Grant, 'scope'> & Partial<Pick<Grant, 'scope'>>

/** For an address, as credentials are: another server's scopes would be refused here. */
interface Wanted {
  readonly serverUrl: string
  readonly scope: string
}

const WANTED_OF = ({ serverId, memberId }: CredentialKey): string => `mcp-wanted:${serverId}:${memberId ?? 'everybody'}`
const CLIENT_OF = (serverId: string): string => `mcp-own-client:${serverId}`
const FLOW_OF = (serverId: string, memberId: string): string => `mcp-sign-in:${serverId}:${memberId}`

/** What is held for a server as it is set up now; what was given for another address or another client is not for it. */
export async function readGrant(
  needs: CredentialNeeds,
  definition: ServerDefinition,
  memberId: string | null,
): Promise<Held | 'none' | 'refused'> {
  const key = { serverId: definition.id, memberId }
  const row = await needs.database.read((handle) => findCredential(handle, key))
  if (!row) return 'none'
  if (row.sealed === null) return 'refused'
  const stored = await open<StoredGrant>(needs, row.sealed, grantContext(key))
  const grant = { ...stored, scope: stored.scope ?? null }
  const { target, client } = definition
  if (target.kind === 'stdio' || target.url !== grant.serverUrl) return 'none'
  const { version } = row
  const wanted = await openWanted(needs, key, { sealed: row.wanted, serverUrl: target.url })
  if (client === null) return { grant, version, wanted }
  if (client.clientId !== grant.client.client_id) return 'none'
  // The secret may have been changed since.
  return { grant: { ...grant, client: { ...grant.client, client_secret: client.clientSecret } }, version, wanted }
}

/** A sign-in that is no longer stored, opened once more; null where it had ended already. Throws CONFIG_NOT_VALID. */
export async function openTaken(needs: CredentialNeeds, serverId: string, taken: TakenRow): Promise<Grant | null> {
  if (taken.sealed === null) return null
  const stored = await open<StoredGrant>(needs, taken.sealed, grantContext({ serverId, memberId: taken.memberId }))
  return { ...stored, scope: stored.scope ?? null }
}

/**
 * What the next sign-in asks for beyond the usual: whatever the server wanted so far, with what is held now, so that nothing
 * is lost by it. Null: nothing.
 */
export async function readBeyond(
  needs: CredentialNeeds,
  { definition, serverUrl }: { readonly definition: ServerDefinition; readonly serverUrl: string },
  memberId: string | null,
): Promise<string | null> {
  const key = { serverId: definition.id, memberId }
  const row = await needs.database.read((handle) => findCredential(handle, key))
  const wanted = await openWanted(needs, key, { sealed: row?.wanted ?? null, serverUrl })
  if (wanted === null) return null
  const held = await readGrant(needs, definition, memberId)
  return joinScopes(typeof held === 'string' ? null : held.grant.scope, wanted)
}

/** Remembers what the server wants beyond a sign-in that is held; also that of others who call at the same moment. */
export async function noteWanted(
  needs: CredentialNeeds,
  key: CredentialKey,
  { serverUrl, scope }: Wanted,
): Promise<void> {
  await needs.database.inTransaction(async (handle) => {
    const row = await lockCredential(handle, key)
    const before = await openWanted(needs, key, { sealed: row?.wanted ?? null, serverUrl })
    const wanted: Wanted = { serverUrl, scope: rememberScopes(before, scope) ?? scope }
    await putWanted(handle, key, await seal(needs, wanted, WANTED_OF(key)))
    await markServer(handle, key.serverId, 'credentials')
  })
}

async function openWanted(
  needs: CredentialNeeds,
  key: CredentialKey,
  { sealed, serverUrl }: { readonly sealed: Buffer | null; readonly serverUrl: string },
): Promise<string | null> {
  if (sealed === null) return null
  const wanted = await open<Wanted>(needs, sealed, WANTED_OF(key))
  return wanted.serverUrl === serverUrl ? wanted.scope : null
}

export async function storeGrant(needs: CredentialNeeds, key: CredentialKey, grant: Grant): Promise<void> {
  const sealed = await seal(needs, grant, grantContext(key))
  await needs.database.inTransaction(async (handle) => {
    await putCredential(handle, key, sealed)
    await markServer(handle, key.serverId, 'credentials')
  })
}

/** Ends a renewal. False: somebody signed in or out meanwhile, and that counts. */
export async function storeRenewal(
  needs: CredentialNeeds,
  key: CredentialKey,
  { grant, version }: { readonly grant: Grant; readonly version: number },
): Promise<boolean> {
  const sealed = await seal(needs, grant, grantContext(key))
  // It changes nothing that anybody is shown; an end does.
  return needs.database.inTransaction((handle) => renewCredential(handle, key, { version, sealed }))
}

/** Ends a renewal that was refused, and the sign-in. False: another process renews it by now, and that counts. */
export async function storeEnd(needs: CredentialNeeds, key: CredentialKey, lease: CredentialLease): Promise<boolean> {
  return needs.database.inTransaction(async (handle) => {
    const isEnded = await endCredential(handle, key, lease)
    if (isEnded) await markServer(handle, key.serverId, 'credentials')
    return isEnded
  })
}

export async function readClient(needs: CredentialNeeds, serverId: string): Promise<KnownClient | null> {
  const sealed = await needs.database.read((handle) => findClient(handle, serverId))
  return sealed ? open<KnownClient>(needs, sealed, CLIENT_OF(serverId)) : null
}

export async function storeClient(needs: CredentialNeeds, serverId: string, client: KnownClient): Promise<void> {
  const sealed = await seal(needs, client, CLIENT_OF(serverId))
  await needs.database.read((handle) => putClient(handle, serverId, sealed))
}

interface BegunSignIn {
  readonly stateHash: Buffer
  readonly serverId: string
  readonly memberId: string
  readonly flow: SignInFlow
}

export async function storeFlow(needs: CredentialNeeds, begun: BegunSignIn): Promise<void> {
  const sealed = await seal(needs, begun.flow, FLOW_OF(begun.serverId, begun.memberId))
  await needs.database.inTransaction((handle) => putSignIn(handle, { ...begun, sealed }, SIGN_IN_MINUTES))
}

/** The sign-in that the member began before and did not come back from; null when there is none. */
export async function readLeftFlow(
  needs: CredentialNeeds,
  { serverId, memberId }: { readonly serverId: string; readonly memberId: string },
): Promise<SignInFlow | null> {
  const sealed = await needs.database.read((handle) =>
    findSignIn(handle, { serverId, memberId, minutes: SIGN_IN_MINUTES }),
  )
  return sealed ? open<SignInFlow>(needs, sealed, FLOW_OF(serverId, memberId)) : null
}

/** The sign-in of this state and this member, which is over with that. Null: there is none, or no longer. */
export async function takeFlow(
  needs: CredentialNeeds,
  asked: { readonly stateHash: Buffer; readonly memberId: string },
): Promise<{ serverId: string; flow: SignInFlow } | null> {
  const row = await needs.database.read((handle) => takeSignIn(handle, { ...asked, minutes: SIGN_IN_MINUTES }))
  if (!row) return null
  const flow = await open<SignInFlow>(needs, row.sealed, FLOW_OF(row.serverId, asked.memberId))
  return { serverId: row.serverId, flow }
}

async function seal({ secrets }: CredentialNeeds, value: unknown, context: string): Promise<Buffer> {
  return (await secrets.get()).seal(JSON.stringify(value), context)
}

const UNREADABLE =
  'The stored sign-in does not open with this SOPHIA_SECRET_KEY. Set the key it was stored with, or sign in again.'

async function open<Value>({ secrets }: CredentialNeeds, sealed: Buffer, context: string): Promise<Value> {
  const box = await secrets.get()
  try {
    // Sealed by this file in this very form: a value that opens is the one that was sealed here.
    return JSON.parse(box.open(sealed, context)) as Value
  } catch (error) {
    throw new SophiaError('CONFIG_NOT_VALID', { detail: UNREADABLE, cause: error })
  }
}
