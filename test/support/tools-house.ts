import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type { ServerStatus } from '#contract/mcp.ts'
import type { Principal } from '#domain/permission.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createLazySecretBox } from '#platform/crypto/secret-box.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { addMember } from './conversation-house.ts'
import { openTestDatabase } from './database.ts'

interface ToolsHouseSettings {
  /** As in the file's `mcpServers`. */
  readonly servers?: Readonly<Record<string, unknown>>
  /** All pauses and limits times this. */
  readonly pace?: number
  readonly allowPrivate?: readonly string[]
  readonly database?: Database
  /** Beside it; the same unless told. */
  readonly keeping?: Database
  readonly log?: Log
  readonly wakeups?: Parameters<typeof createTools>[0]['wakeups']
  /** Called with each note before it is kept; what it throws, the room meets. */
  readonly onAudit?: () => void
}

/** The tools room on a database of its own with a file of servers. Stopped with the test file. */
export async function openToolsHouse(settings: ToolsHouseSettings = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-tools-'))
  const file = join(folder, 'mcp.json')
  const writeServers = (servers: Readonly<Record<string, unknown>>): Promise<void> =>
    writeFile(file, JSON.stringify({ mcpServers: servers }))
  await writeServers(settings.servers ?? {})
  let tools: Tools | undefined
  // Before the database's own end, which would pull it away under a running room.
  after(async () => {
    await tools?.close()
    await rm(folder, { recursive: true, force: true })
  })
  const database = settings.database ?? (await openTestDatabase({ poolMax: 10 })).database
  const audited: { action: string; targetId: string }[] = []
  const log = settings.log ?? pino({ level: 'silent' })
  tools = createTools({
    database,
    keeping: settings.keeping,
    clock: systemClock,
    cache: createCache({ clock: systemClock, log, random: Math.random }),
    log,
    processId: createId(),
    version: '0.0.0-test',
    publicUrl: 'http://127.0.0.1:8000',
    file,
    allowPrivate: settings.allowPrivate ?? [],
    secrets: createLazySecretBox({ secretKey: 'a key of tests, at least 32 long', home: folder, isShared: false }),
    inherited: { PATH: process.env['PATH'] ?? '' },
    audit: async ({ action, targetId }) => {
      settings.onAudit?.()
      audited.push({ action, targetId })
    },
    pace: settings.pace ?? 0.2,
    wakeups: settings.wakeups,
  })
  await tools.start()
  const owner: Principal = { ...(await addMember(database, `owner-${createId()}`)), role: 'owner' }
  return { tools, owner, database, file, folder, writeServers, audited }
}

export type ToolsHouse = Awaited<ReturnType<typeof openToolsHouse>>

/** The server's status once it is as wanted; fails with what it was instead. */
export async function statusWhen(
  { tools, owner }: Pick<ToolsHouse, 'tools' | 'owner'>,
  id: string,
  wanted: { readonly isSo: (status: ServerStatus) => boolean; readonly limitMs?: number; readonly what?: string },
): Promise<ServerStatus> {
  const deadline = performance.now() + (wanted.limitMs ?? 60_000)
  while (true) {
    const status = await tools.serverStatus(owner, id).catch(() => undefined)
    if (status && wanted.isSo(status)) return status
    if (performance.now() > deadline) {
      const seen = { state: status?.state, reason: status?.reason, auth: status?.auth, says: status?.says }
      throw new Error(`${id} never became ${wanted.what ?? 'as wanted'}; it is ${JSON.stringify(seen)}`)
    }
    await delay(20)
  }
}

export const isHealthy = (status: ServerStatus): boolean => status.state === 'healthy'
