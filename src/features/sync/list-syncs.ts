import type { Freshness, Sync, SyncDetail } from '#contract/sync.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { listMappingFiles } from './mapping-files.ts'
import { presentFreshness, presentRun, presentSync } from './present-sync.ts'
import { listFindings, listLastRuns, listRuns } from './runs-store.ts'
import type { SyncNeeds } from './sync-needs.ts'
import { findSyncRow, listSyncRows } from './syncs-store.ts'

const SHOWN_RUNS = 20

export async function listSyncs(needs: SyncNeeds): Promise<Sync[]> {
  return needs.database.read(async (handle) => {
    const rows = await listSyncRows(handle)
    const last = new Map((await listLastRuns(handle)).map((run) => [run.syncId, run]))
    return rows.map((row) => presentSync(needs, row, last.get(row.id)))
  })
}

/** How old the data of each connection is, for wherever it is shown. */
export async function listFreshness(needs: SyncNeeds): Promise<Freshness[]> {
  const rows = await needs.database.read(listSyncRows)
  return rows.map((row) => presentFreshness(needs, row))
}

/** One sync with its last runs. Findings show rows of everybody, so they are for those who manage syncs and see all rows. */
export async function getSync(needs: SyncNeeds, principal: Principal, id: string): Promise<SyncDetail> {
  const found = await needs.database.read(async (handle) => {
    const row = await findSyncRow(handle, id)
    if (!row) throw new SophiaError('NOT_FOUND')
    const runs = await listRuns(handle, id, SHOWN_RUNS)
    const maySee = can(principal, 'mcp:manage') && principal.rowScope === 'all'
    const findings = maySee
      ? await listFindings(
          handle,
          runs.map((run) => run.id),
        )
      : []
    return { row, runs, findings }
  })
  const { row, runs, findings } = found
  const files = row.mappingText === null ? await listMappingFiles(needs.folder) : []
  return {
    ...presentSync(needs, row, runs[0]),
    mappingText: row.mappingText ?? files.find(({ name }) => name === row.mapping)?.text ?? '',
    runs: runs.map((run) => ({
      ...presentRun(run),
      findings: findings.flatMap(({ runId, ...finding }) => (runId === run.id ? [finding] : [])),
    })),
  }
}
