import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/** Whose credentials at which server; no member means everybody's. */
export interface CredentialKey {
  readonly serverId: string
  readonly memberId: string | null
}

const EVERYBODY = '00000000-0000-0000-0000-000000000000'
const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value))

/** Which row of the key: exactly one member's, or everybody's. */
const isOf = ({ serverId, memberId }: CredentialKey) =>
  sql`server_id = ${serverId} and owner = ${memberId ?? EVERYBODY}`

/** `sealed` is null once the authorization server refused to renew it; `wanted` is what the server wants beyond it. */
const CredentialRow = z.object({ sealed: Bytes.nullable(), version: z.number(), wanted: Bytes.nullable() })
export type CredentialRow = z.infer<typeof CredentialRow>

export function findCredential(handle: Handle, key: CredentialKey): Promise<CredentialRow | undefined> {
  return handle.first(
    CredentialRow,
    sql`select sealed, version, sealed_wanted as wanted from mcp_credentials where ${isOf(key)}`,
  )
}

/** The same, for whoever changes what is wanted: others wait until this transaction has ended. */
export function lockCredential(handle: Handle, key: CredentialKey): Promise<CredentialRow | undefined> {
  return handle.first(
    CredentialRow,
    sql`select sealed, version, sealed_wanted as wanted from mcp_credentials where ${isOf(key)} for update`,
  )
}

/** Null forgets it. Whatever is renewed meanwhile stays. */
export async function putWanted(handle: Handle, key: CredentialKey, wanted: Buffer | null): Promise<void> {
  await handle.run(sql`update mcp_credentials set sealed_wanted = ${wanted} where ${isOf(key)}`)
}

const OwnerRow = z.object({ memberId: z.string() })

/** Members of whom the server wants a wider sign-in than the one they made, or did. */
export async function listWantingMembers(handle: Handle, serverId: string): Promise<string[]> {
  const rows = await handle.rows(
    OwnerRow,
    sql`select member_id as "memberId" from mcp_credentials
      where server_id = ${serverId} and member_id is not null and sealed_wanted is not null`,
  )
  return rows.map(({ memberId }) => memberId)
}

/** After a sign-in: in place of whatever was there. */
export async function putCredential(handle: Handle, key: CredentialKey, sealed: Buffer): Promise<void> {
  await handle.run(
    sql`insert into mcp_credentials (server_id, owner, member_id, sealed)
      values (${key.serverId}, ${key.memberId ?? EVERYBODY}, ${key.memberId}, ${sealed})
      on conflict (server_id, owner) do update set sealed = excluded.sealed, version = mcp_credentials.version + 1,
        refreshing_until = null, updated_at = now()`,
  )
}

/** The right to renew a version, for a while: whoever has it shows it to end it, since another may have it by then. */
export interface CredentialLease {
  readonly version: number
  /** As the database wrote it, to the microsecond. */
  readonly until: string
}

/** Null while another process renews it, or once the version is another. */
export async function leaseCredential(
  handle: Handle,
  key: CredentialKey,
  { version, seconds }: { readonly version: number; readonly seconds: number },
): Promise<CredentialLease | null> {
  const leased = await handle.first(
    z.object({ until: z.string() }),
    sql`update mcp_credentials set refreshing_until = clock_timestamp() + make_interval(secs => ${seconds})
      where ${isOf(key)} and version = ${version} and (refreshing_until is null or refreshing_until < clock_timestamp())
      returning refreshing_until::text as until`,
  )
  return leased ? { version, until: leased.until } : null
}

const isHeldBy = ({ version, until }: CredentialLease) =>
  sql`version = ${version} and refreshing_until = ${until}::timestamptz`

/** Ends the lease with what the authorization server gave. False when somebody signed in or out, or renewed it, meanwhile. */
export async function renewCredential(
  handle: Handle,
  key: CredentialKey,
  { version, sealed }: { readonly version: number; readonly sealed: Buffer },
): Promise<boolean> {
  // Also after the lease: what was given is good, and the old refresh token is spent.
  const renewed = await handle.run(
    sql`update mcp_credentials set sealed = ${sealed}, version = version + 1, refreshing_until = null, updated_at = now()
      where ${isOf(key)} and version = ${version}`,
  )
  return renewed === 1
}

/** Ends the lease, and the sign-in with it. False when another has the lease by now: theirs may be what was given meanwhile. */
export async function endCredential(handle: Handle, key: CredentialKey, lease: CredentialLease): Promise<boolean> {
  const ended = await handle.run(
    sql`update mcp_credentials set sealed = null, version = version + 1, refreshing_until = null, updated_at = now()
      where ${isOf(key)} and ${isHeldBy(lease)}`,
  )
  return ended === 1
}

/** Ends the lease with nothing changed: the next may try. */
export async function releaseCredential(handle: Handle, key: CredentialKey, lease: CredentialLease): Promise<void> {
  await handle.run(sql`update mcp_credentials set refreshing_until = null where ${isOf(key)} and ${isHeldBy(lease)}`)
}

const TakenRow = z.object({ memberId: z.string().nullable(), sealed: Bytes.nullable() })
export type TakenRow = z.infer<typeof TakenRow>

/** Takes the credentials away; answers what there was, so that it can be ended at the other side. */
export function takeCredential(handle: Handle, key: CredentialKey): Promise<TakenRow | undefined> {
  return handle.first(
    TakenRow,
    sql`delete from mcp_credentials where ${isOf(key)} returning member_id as "memberId", sealed`,
  )
}

/** The same for all who signed in to a server. */
export function takeCredentials(handle: Handle, serverId: string): Promise<TakenRow[]> {
  return handle.rows(
    TakenRow,
    sql`delete from mcp_credentials where server_id = ${serverId} returning member_id as "memberId", sealed`,
  )
}
