import type { NewSync, SyncPreview } from '#contract/sync.ts'
import { toSophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { planRead } from '#domain/sync/finish-records.ts'
import type { SyncRead } from '#domain/sync/mapping.ts'
import { requireManager, requireServer } from './manage-syncs.ts'
import { mapPage } from './map-page.ts'
import { openMapping } from './mapping-files.ts'
import { readPage } from './read-page.ts'
import { requireSettings } from './run-sync.ts'
import type { SyncNeeds } from './sync-needs.ts'

const SHOWN = 5

type ReadPreview = SyncPreview['reads'][number]

/** The first records of each read as they would become, with what is wrong with them. Nothing is stored. */
export async function previewSync(
  needs: SyncNeeds,
  principal: Principal,
  { wanted, signal }: { readonly wanted: NewSync; readonly signal: AbortSignal },
): Promise<SyncPreview> {
  requireManager(principal)
  requireServer(needs, wanted.serverId)
  const { mapping } = await openMapping(needs.folder, {
    mapping: wanted.mapping,
    mappingText: wanted.mappingText ?? null,
  })
  requireSettings(mapping, wanted)
  const reads: ReadPreview[] = []
  for (const read of mapping.reads) {
    signal.throwIfAborted()
    // One after the other: the limits of the CRM are for its records, not for a look at them.
    // oxlint-disable-next-line no-await-in-loop
    reads.push(await previewRead(needs, read, { wanted, signal }))
  }
  return { reads }
}

async function previewRead(
  needs: SyncNeeds,
  read: SyncRead,
  { wanted, signal }: { readonly wanted: NewSync; readonly signal: AbortSignal },
): Promise<ReadPreview> {
  const { name, kind, tool } = read
  const { serverId: server, currency, settings } = wanted
  try {
    const { items } = await readPage(needs, {
      server,
      read,
      values: { after: null, since: null, settings },
      signal,
      isHurried: true,
    })
    const plan = planRead(read)
    const page = mapPage(read, items.slice(0, SHOWN), { server, currency, plan, meant: (_kind, id) => id })
    const records = page.records.map(({ sourceId, fields }) => ({ id: sourceId, fields: { ...fields } }))
    return { name, kind, tool, records, findings: [...page.findings], errorDetail: null }
  } catch (error) {
    signal.throwIfAborted()
    return { name, kind, tool, records: [], findings: [], errorDetail: toSophiaError(error).message }
  }
}
