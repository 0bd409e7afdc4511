import type { NewSync, Sync, SyncChange } from '#contract/sync.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { SYNC_KINDS } from '#domain/sync/mapping.ts'
import { createId } from '#platform/crypto/ids.ts'
import { forgetCursors } from './cursors-store.ts'
import { openMapping } from './mapping-files.ts'
import { presentSync } from './present-sync.ts'
import { requireSettings } from './run-sync.ts'
import { listRuns } from './runs-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { deleteSync, findSyncRow, insertSync, lockSyncRow, updateSync } from './syncs-store.ts'

/** Syncs write rows of everybody, so whoever manages them has sight of everybody's rows. */
export function requireManager(principal: Principal): void {
  if (principal.rowScope !== 'all')
    throw new SophiaError('NOT_PERMITTED', {
      detail: "A sync changes everybody's records. Ask an owner to give you sight of all rows first.",
    })
}

/** A sync of a connection, due at once. Throws CONFLICT when it has one, and where own rows have no room. */
export async function createSync(needs: SyncNeeds, principal: Principal, wanted: NewSync): Promise<Sync> {
  requireManager(principal)
  const { serverId, mapping, mappingText = null, settings, currency, scheduleMinutes } = wanted
  requireServer(needs, serverId)
  requireSettings((await openMapping(needs.folder, { mapping, mappingText })).mapping, { settings })
  const now = needs.clock.now()
  const row = {
    id: createId(now.getTime()),
    serverId,
    mapping,
    mappingText,
    settings,
    currency,
    scheduleMinutes,
    nextRunAt: now,
  }
  await needs.database.inTransaction(async (handle) => {
    await needs.rows.requireRoom(handle, SYNC_KINDS)
    if (!(await insertSync(handle, row)))
      throw new SophiaError('CONFLICT', { detail: `The connection "${serverId}" has a sync already. Change that one.` })
  })
  await needs.audit({
    principal,
    action: 'sync.create',
    targetKind: 'sync',
    targetId: row.id,
    detail: { serverId, mapping, scheduleMinutes },
  })
  return presentOne(needs, row.id)
}

export function requireServer({ serverName }: SyncNeeds, serverId: string): void {
  if (serverName(serverId) !== null) return
  const message = `There is no connection "${serverId}". Add it first.`
  throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'serverId', message }] })
}

/** What changes how records are read makes everything be read anew. */
export async function changeSync(
  needs: SyncNeeds,
  principal: Principal,
  { id, change }: { readonly id: string; readonly change: SyncChange },
): Promise<Sync> {
  requireManager(principal)
  const { enabled, mapping, mappingText, settings, currency, scheduleMinutes } = change
  const before = await needs.database.read((handle) => findSyncRow(handle, id))
  if (!before) throw new SophiaError('NOT_FOUND')
  const after = {
    ...before,
    ...(mapping === undefined ? {} : { mapping }),
    ...(mappingText === undefined ? {} : { mappingText }),
    ...(settings === undefined ? {} : { settings }),
  }
  requireSettings((await openMapping(needs.folder, after)).mapping, after)
  const isReadAnew = [mapping, mappingText, settings, currency].some((value) => value !== undefined)
  const isDue = isReadAnew || scheduleMinutes !== undefined || enabled === true
  await needs.database.inTransaction(async (handle) => {
    if (!(await lockSyncRow(handle, id))) throw new SophiaError('NOT_FOUND')
    await updateSync(handle, id, {
      ...(mapping === undefined ? {} : { mapping }),
      ...(mappingText === undefined ? {} : { mappingText }),
      ...(settings === undefined ? {} : { settings }),
      ...(currency === undefined ? {} : { currency }),
      ...(scheduleMinutes === undefined ? {} : { scheduleMinutes }),
      ...(enabled === undefined ? {} : { isEnabled: enabled }),
      ...(isDue ? { nextRunAt: needs.clock.now() } : {}),
    })
    if (isReadAnew) await forgetCursors(handle, id)
  })
  await needs.audit({
    principal,
    action: 'sync.change',
    targetKind: 'sync',
    targetId: id,
    detail: { fields: Object.keys(change) },
  })
  return presentOne(needs, id)
}

/** What was copied stays, as rows of one's own. */
export async function removeSync(needs: SyncNeeds, principal: Principal, id: string): Promise<void> {
  requireManager(principal)
  const isGone = await needs.database.inTransaction((handle) => deleteSync(handle, id))
  if (!isGone) throw new SophiaError('NOT_FOUND')
  await needs.audit({ principal, action: 'sync.remove', targetKind: 'sync', targetId: id, detail: {} })
}

async function presentOne(needs: SyncNeeds, id: string): Promise<Sync> {
  return needs.database.read(async (handle) => {
    const row = await findSyncRow(handle, id)
    if (!row) throw new SophiaError('NOT_FOUND')
    const [last] = await listRuns(handle, id, 1)
    return presentSync(needs, row, last)
  })
}
