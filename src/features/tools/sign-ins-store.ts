import { z } from 'zod'
import type { Handle } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

const Bytes = z.custom<Buffer>((value) => Buffer.isBuffer(value))

const SealedRow = z.object({ sealed: Bytes })

export async function findClient(handle: Handle, serverId: string): Promise<Buffer | undefined> {
  const row = await handle.first(SealedRow, sql`select sealed from mcp_clients where server_id = ${serverId}`)
  return row?.sealed
}

export async function putClient(handle: Handle, serverId: string, sealed: Buffer): Promise<void> {
  await handle.run(
    sql`insert into mcp_clients (server_id, sealed) values (${serverId}, ${sealed})
      on conflict (server_id) do update set sealed = excluded.sealed, updated_at = now()`,
  )
}

export async function deleteClient(handle: Handle, serverId: string): Promise<void> {
  await handle.run(sql`delete from mcp_clients where server_id = ${serverId}`)
}

export interface NewSignIn {
  readonly stateHash: Buffer
  readonly serverId: string
  readonly memberId: string
  readonly sealed: Buffer
}

/** In place of one that the member began before; those that nobody came back from go. */
export async function putSignIn(
  handle: Handle,
  { stateHash, serverId, memberId, sealed }: NewSignIn,
  minutes: number,
): Promise<void> {
  await handle.run(sql`delete from mcp_sign_ins where started_at < now() - make_interval(mins => ${minutes})`)
  await handle.run(
    sql`insert into mcp_sign_ins (state_hash, server_id, member_id, sealed)
      values (${stateHash}, ${serverId}, ${memberId}, ${sealed})
      on conflict (server_id, member_id) do update set state_hash = excluded.state_hash, sealed = excluded.sealed, started_at = now()`,
  )
}

const SignInRow = z.object({ serverId: z.string(), sealed: Bytes })

/** The sign-in that the member began and has not come back from. */
export async function findSignIn(
  handle: Handle,
  { serverId, memberId, minutes }: { readonly serverId: string; readonly memberId: string; readonly minutes: number },
): Promise<Buffer | undefined> {
  const row = await handle.first(
    SealedRow,
    sql`select sealed from mcp_sign_ins where server_id = ${serverId} and member_id = ${memberId}
        and started_at > now() - make_interval(mins => ${minutes})`,
  )
  return row?.sealed
}

/** Takes the member's sign-in away, so that it is finished once; another member's, or an old one, is not found. */
export function takeSignIn(
  handle: Handle,
  { stateHash, memberId, minutes }: { readonly stateHash: Buffer; readonly memberId: string; readonly minutes: number },
): Promise<z.infer<typeof SignInRow> | undefined> {
  return handle.first(
    SignInRow,
    sql`delete from mcp_sign_ins where state_hash = ${stateHash} and member_id = ${memberId}
        and started_at > now() - make_interval(mins => ${minutes}) returning server_id as "serverId", sealed`,
  )
}

export async function deleteSignIn(
  handle: Handle,
  { serverId, memberId }: { readonly serverId: string; readonly memberId: string },
): Promise<void> {
  await handle.run(sql`delete from mcp_sign_ins where server_id = ${serverId} and member_id = ${memberId}`)
}
