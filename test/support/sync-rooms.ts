import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type { RunRequest, SyncRun } from '#contract/sync.ts'
import { createImports } from '#features/imports/index.ts'
import { createSyncRoom } from '#features/sync/index.ts'
import { createTools } from '#features/tools/index.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock as clock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createLazySecretBox } from '#platform/crypto/secret-box.ts'
import type { Database } from '#platform/postgres/database.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { importer } from './import-fixture.ts'

export type SyncRooms = ReturnType<typeof createSyncRooms>

const ONCE: RunRequest = { full: false, dryRun: false, acceptRemovals: false }

/** The rooms that a sync goes through, over a database and without doors: a run is worked off where it is asked for. */
export function createSyncRooms(
  database: Database,
  { crmPort, pace = 1 }: { readonly crmPort: number; readonly pace?: number },
) {
  const log = pino({ level: 'silent' })
  const audited: { readonly action: string; readonly targetId?: string; readonly detail?: object }[] = []
  const shared = { database, clock, log, processId: createId() }
  const audit = async (note: (typeof audited)[number]): Promise<void> => void audited.push(note)
  const tools = createTools({
    ...shared,
    cache: createCache({ clock, log, random: Math.random }),
    version: '0.0.0',
    publicUrl: 'http://127.0.0.1:8000',
    file: '/nowhere/mcp.json',
    inherited: {},
    allowPrivate: [`127.0.0.1:${crmPort}`],
    secrets: createLazySecretBox({ secretKey: randomBytes(32).toString('base64'), home: '/nowhere', isShared: false }),
    audit,
    pace: 0.05,
  })
  const imports = createImports(shared)
  const sync = createSyncRoom({
    ...shared,
    // Whoever asks works the run off at once, so that nothing has to wait for a queue.
    jobs: { send: () => Promise.resolve() },
    folder: join(PACKAGE_ROOT, 'sync'),
    pace,
    readTool: tools.read,
    serverName: (id) => tools.listServers().find((server) => server.id === id)?.name ?? null,
    rows: imports.linkedRows,
    audit,
  })
  const job = sync.jobs.find(({ name }) => name === 'sync-run')
  const work = async (runId: string, signal = new AbortController().signal): Promise<void> =>
    job?.run({ runId }, signal)
  const last = async (id: string) => {
    const [run] = (await sync.get(importer, id)).runs
    if (!run) throw new Error('there was no run')
    return run
  }
  return {
    tools,
    imports,
    sync,
    audited,
    begin: (id: string, request: Partial<RunRequest> = {}): Promise<SyncRun> =>
      sync.run(importer, { id, request: { ...ONCE, ...request } }),
    work,
    /** Looks at what is due. */
    tick: async (): Promise<void> =>
      sync.jobs.find(({ name }) => name === 'sync-tick')?.run({}, new AbortController().signal),
    last,
    run: async (id: string, request: Partial<RunRequest> = {}) => {
      const { id: runId } = await sync.run(importer, { id, request: { ...ONCE, ...request } })
      await work(runId)
      return last(id)
    },
    /** Adds the CRM and a sync of it. */
    connect: async (url: string, wanted: object = {}) => {
      await tools.start()
      await tools.addServer(importer, { id: 'crm', name: 'Test CRM', url })
      await until(() => tools.listTools(importer, 'crm').length > 0)
      const standard = { serverId: 'crm', mapping: 'generic', settings: {}, currency: 'EUR', scheduleMinutes: 60 }
      return sync.create(importer, { ...standard, ...wanted })
    },
  }
}

export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop
    if (await isSo()) return
    // oxlint-disable-next-line no-await-in-loop
    await delay(25)
  }
  throw new Error('it did not come to that')
}
