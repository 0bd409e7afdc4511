import type { z } from 'zod'
import type { NewServer, Revocation, ServerChange, ServerRecord } from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import { clientContext, headersContext } from '#domain/mcp/secret-context.ts'
import type { SecretBox } from '#platform/crypto/secret-box.ts'
import { bareHost, createAllowList } from '#platform/network/address-guard.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { takeCredentials } from './credentials-store.ts'
import { revokeSignIns } from './revoke-sign-ins.ts'
import { targetText, type RegisteredClient, type ServerDefinition } from './server-definition.ts'
import {
  deleteServer,
  deleteTraces,
  findServerRow,
  insertServer,
  updateServer,
  type ServerRow,
} from './servers-store.ts'
import { advanceSequence } from './shared-store.ts'
import { deleteClient } from './sign-ins-store.ts'
import type { ToolsNeeds } from './tools-needs.ts'
import type { Principal } from '#domain/permission.ts'

/** What was done to the list is told to all processes with the commit; false when nothing was done. */
async function told({ clock }: Pick<ToolsNeeds, 'clock'>, handle: Handle, done: Promise<boolean>): Promise<boolean> {
  const isDone = await done
  if (isDone) await advanceSequence(handle, [{ type: 'servers-changed', at: clock.now().toISOString() }])
  return isDone
}

interface Secrets {
  get(): Promise<SecretBox>
}

/** A stored server with its secrets opened. Those that do not open are left out: the server then says what it misses. */
export async function toDefinition(secrets: Secrets, row: ServerRow): Promise<ServerDefinition> {
  const { id, name, url, isCritical, isEnabled, expectedTools, credentials } = row
  const open = async <Value>(sealed: Buffer | null, context: string, fallback: Value): Promise<Value> => {
    if (sealed === null) return fallback
    // Sealed by this room in this very form.
    return JSON.parse((await secrets.get()).open(sealed, context)) as Value
  }
  const headers = await open<Record<string, string>>(row.sealedHeaders, headersContext(id), {})
  const client = await open<RegisteredClient | null>(row.sealedClient, clientContext(id), null)
  const target = { kind: 'streamable-http' as const, url, headers }
  return { id, name, source: 'api', target, isCritical, isEnabled, expectedTools, credentials, client }
}

export function presentRecord(definition: ServerDefinition): ServerRecord {
  const { id, name, source, target, isCritical, isEnabled, expectedTools, credentials } = definition
  return {
    id,
    name,
    source,
    transport: target.kind,
    target: targetText(target),
    headers: target.kind === 'stdio' ? [] : Object.keys(target.headers),
    critical: isCritical,
    enabled: isEnabled,
    expectedTools: [...expectedTools],
    credentials,
  }
}

export async function addServer(needs: ToolsNeeds, principal: Principal, wanted: NewServer): Promise<ServerRecord> {
  const { hub, database } = needs
  const { id, name, url } = wanted
  checkAddress(needs, url, wanted)
  const row: ServerRow = {
    id,
    name,
    url,
    ...(await sealed(needs.secrets, id, wanted)),
    headerNames: Object.keys(wanted.headers ?? {}),
    isCritical: wanted.critical ?? false,
    expectedTools: wanted.expectedTools ?? [],
    credentials: wanted.credentials ?? 'none',
    isEnabled: true,
  }
  const isFree =
    hub.get(id) === undefined &&
    (await database.inTransaction((handle) => told(needs, handle, insertServer(handle, row))))
  if (!isFree)
    throw new SophiaError('CONFLICT', { detail: `There is a connection "${id}" already. Choose another id.` })
  await needs.audit({
    principal,
    action: 'mcp.add',
    targetKind: 'mcp-server',
    targetId: id,
    detail: { url: targetText({ kind: 'streamable-http', url, headers: {} }) },
  })
  await hub.reload()
  return presentRecord(await toDefinition(needs.secrets, row))
}

export async function changeServer(
  needs: ToolsNeeds,
  principal: Principal,
  { id, change }: { readonly id: string; readonly change: ServerChange },
): Promise<ServerRecord> {
  const { hub, database } = needs
  refuseFile(needs, id)
  const before = await database.read((handle) => findServerRow(handle, id))
  if (!before) throw new SophiaError('NOT_FOUND')
  const headers = headersAfter(before, change)
  const kept = Object.fromEntries(before.headerNames.map((name) => [name, '']))
  const credentials = change.credentials ?? before.credentials
  checkAddress(needs, change.url ?? before.url, { headers: headers ?? kept, credentials })
  const { sealedHeaders, sealedClient } = await sealed(needs.secrets, id, change)
  const columns = {
    ...defined({ name: change.name, url: change.url, isEnabled: change.enabled, isCritical: change.critical }),
    ...defined({ expectedTools: change.expectedTools, credentials: change.credentials }),
    ...(headers === undefined ? {} : { sealedHeaders, headerNames: Object.keys(headers) }),
    ...(change.oauth ? { sealedClient } : {}),
  }
  const isChanged = await database.inTransaction((handle) => told(needs, handle, updateServer(handle, id, columns)))
  if (!isChanged) throw new SophiaError('NOT_FOUND')
  // Another address or client may be with another authorization server: who Sophia is there is found out anew.
  if (change.url !== undefined || change.oauth) await database.read((handle) => deleteClient(handle, id))
  await needs.audit({
    principal,
    action: 'mcp.change',
    targetKind: 'mcp-server',
    targetId: id,
    detail: { fields: Object.keys(change) },
  })
  await hub.reload()
  const row = await database.read((handle) => findServerRow(handle, id))
  if (!row) throw new SophiaError('NOT_FOUND')
  return presentRecord(await toDefinition(needs.secrets, row))
}

/** Removes it with all that was known of it; answers what became of the sign-ins at the other side. */
export async function removeServer(
  needs: ToolsNeeds,
  principal: Principal,
  id: string,
): Promise<z.infer<typeof Revocation>> {
  refuseFile(needs, id)
  const isGone = await needs.database.inTransaction((handle) => told(needs, handle, deleteServer(handle, id)))
  if (!isGone) throw new SophiaError('NOT_FOUND')
  // Its watch ends first, so that nothing is written of it behind the sweep.
  await needs.hub.reload()
  await needs.hub.ended(id)
  await needs.hub.history.settle()
  const rows = await needs.database.inTransaction(async (handle) => {
    await deleteTraces(handle, id)
    return takeCredentials(handle, id)
  })
  await needs.audit({ principal, action: 'mcp.remove', targetKind: 'mcp-server', targetId: id, detail: {} })
  // Its own way out closed with its watch.
  const client = createGuardedClient({ allowPrivate: needs.allowPrivate })
  return revokeSignIns(needs, { serverId: id, rows, fetch: client.fetch }).finally(() => client.close())
}

/** The headers as they are to be stored; undefined where they stay. Another host gets none that were stored for this one. */
function headersAfter(before: ServerRow, { url, headers }: ServerChange): Record<string, string> | undefined {
  if (headers !== undefined) return headers
  return url !== undefined && new URL(url).origin !== new URL(before.url).origin ? {} : undefined
}

function refuseFile({ hub }: ToolsNeeds, id: string): void {
  if (hub.get(id)?.state.definition.source === 'file')
    throw new SophiaError('CONFLICT', {
      detail: 'This connection comes from the file on disk. Change it there; it is read again by itself.',
    })
}

/** What is secret travels in headers: over plain HTTP only to hosts that the operator named as his own. */
function checkAddress(
  { allowPrivate }: ToolsNeeds,
  url: string,
  { headers, credentials }: Pick<ServerChange, 'headers' | 'credentials'>,
): void {
  const { protocol, hostname, port, username, password, hash } = new URL(url)
  if (username !== '' || password !== '')
    throw invalid('A name or password does not belong into the address. Use a header.')
  if (hash !== '') throw invalid('The part behind # is never sent; leave it out.')
  const isSecret = Object.keys(headers ?? {}).length > 0 || (credentials ?? 'none') !== 'none'
  const isOwn = createAllowList(allowPrivate)(bareHost(hostname), port || '80')
  if (protocol === 'http:' && isSecret && !isOwn)
    throw invalid(
      'Secrets are not sent in the clear: use https, or name the host in SOPHIA_ALLOW_PRIVATE_NETWORK if it is your own.',
    )
}

function invalid(message: string): SophiaError {
  return new SophiaError('INVALID_INPUT', { faults: [{ path: 'url', message }] })
}

type Sealed = Pick<ServerRow, 'sealedHeaders' | 'sealedClient'>

async function sealed(
  secrets: Secrets,
  id: string,
  { headers, oauth }: Pick<z.infer<typeof ServerChange>, 'headers' | 'oauth'>,
): Promise<Sealed> {
  const hasHeaders = headers !== undefined && Object.keys(headers).length > 0
  if (!hasHeaders && oauth === undefined) return { sealedHeaders: null, sealedClient: null }
  const box = await secrets.get()
  return {
    sealedHeaders: hasHeaders ? box.seal(JSON.stringify(headers), headersContext(id)) : null,
    sealedClient: oauth === undefined ? null : box.seal(JSON.stringify(oauth), clientContext(id)),
  }
}

/** Without the keys that are undefined. */
function defined<Values extends object>(values: Values): { [Key in keyof Values]?: Exclude<Values[Key], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never
}
