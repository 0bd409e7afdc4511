import { z } from 'zod'
import type {
  Freshness,
  MappingList,
  NewSync,
  RunRequest,
  Sync,
  SyncChange,
  SyncDetail,
  SyncPreview,
  SyncRun,
} from '#contract/sync.ts'
import type { Principal } from '#domain/permission.ts'
import { defineJob, type Job } from '#platform/jobs/define-job.ts'
import { getSync, listFreshness, listSyncs } from './list-syncs.ts'
import { changeSync, createSync, removeSync, requireManager } from './manage-syncs.ts'
import { listMappingFiles } from './mapping-files.ts'
import { presentRun } from './present-sync.ts'
import { previewSync } from './preview-sync.ts'
import { runSync } from './run-sync.ts'
import { RUN_JOB, startDueRuns, startRun } from './start-run.ts'
import type { SyncNeeds } from './sync-needs.ts'

/** The door of this room: records of a CRM behind an MCP server, copied here and kept in step. */
export interface SyncRoom {
  list(): Promise<Sync[]>
  get(principal: Principal, id: string): Promise<SyncDetail>
  create(principal: Principal, wanted: NewSync): Promise<Sync>
  change(principal: Principal, wanted: { readonly id: string; readonly change: SyncChange }): Promise<Sync>
  remove(principal: Principal, id: string): Promise<void>
  /** Begins a run, or answers the one under way. */
  run(principal: Principal, wanted: { readonly id: string; readonly request: RunRequest }): Promise<SyncRun>
  preview(
    principal: Principal,
    wanted: { readonly wanted: NewSync; readonly signal: AbortSignal },
  ): Promise<SyncPreview>
  mappings(): Promise<z.infer<typeof MappingList>['items']>
  /** How old the data of each connection is. */
  freshness(): Promise<Freshness[]>
  readonly jobs: readonly Job[]
}

const RunPayload = z.object({ runId: z.uuid() })

export function createSyncRoom(needs: SyncNeeds): SyncRoom {
  return {
    list: () => listSyncs(needs),
    get: (principal, id) => getSync(needs, principal, id),
    create: (principal, wanted) => createSync(needs, principal, wanted),
    change: (principal, wanted) => changeSync(needs, principal, wanted),
    remove: (principal, id) => removeSync(needs, principal, id),
    run: async (principal, { id, request }) => {
      requireManager(principal)
      return presentRun(await startRun(needs, { syncId: id, memberId: principal.memberId, request }))
    },
    preview: (principal, wanted) => previewSync(needs, principal, wanted),
    mappings: async () =>
      (await listMappingFiles(needs.folder)).map(({ name, text, mapping, faults }) => ({
        name,
        label: mapping?.name ?? null,
        settings: [...(mapping?.settings ?? [])],
        text,
        faults: [...faults],
      })),
    freshness: () => listFreshness(needs),
    jobs: [
      defineJob({
        name: 'sync-tick',
        cron: '* * * * *',
        isSingle: true,
        // The next one is a minute away and takes up what this one left.
        retries: 0,
        parse: () => undefined,
        run: (_nothing, signal) => startDueRuns(needs, signal),
      }),
      defineJob({
        name: RUN_JOB,
        // A run ends by itself, well or in words; these are for processes that die.
        retries: 5,
        firstRetrySeconds: 15,
        limitSeconds: 4 * 3600,
        parse: (payload) => RunPayload.parse(payload),
        run: ({ runId }, signal) => runSync(needs, runId, signal),
      }),
    ],
  }
}
