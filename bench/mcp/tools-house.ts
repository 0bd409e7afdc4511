import { randomUUID } from 'node:crypto'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import { createAccess } from '#features/access/index.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock } from '#platform/clock.ts'
import { createSecretBox } from '#platform/crypto/secret-box.ts'
import type { Database } from '#platform/postgres/database.ts'

/** The process with the servers. */
export interface Upstream {
  readonly origin: string
  /** After a collection. */
  memory(): Promise<{ readonly rssMb: number; readonly heapMb: number }>
}

/** Opens a hub over some servers, as the house does, but on a database of the benchmark's own. */
export interface ToolsHouse {
  principal(): Promise<Principal>
  /** Started; ready once all the servers but those named are well and their tools agreed to. */
  open(name: string, urls: Readonly<Record<string, string>>, hanging?: readonly string[]): Promise<Tools>
}

interface HouseNeeds {
  readonly database: Database
  /** Answers the path. */
  readonly writeFile: (name: string, text: string) => Promise<string>
}

const READY_LIMIT_MS = 30_000

export function openToolsHouse({ database, writeFile }: HouseNeeds): ToolsHouse {
  const log = pino({ level: 'silent' })
  const access = createAccess({ database, clock: systemClock, log, publicUrl: 'http://127.0.0.1' })
  const principal = (): Promise<Principal> => access.localPrincipal()
  return {
    principal,
    async open(name, urls, hanging = []) {
      const servers = Object.fromEntries(Object.entries(urls).map(([id, url]) => [id, { url }]))
      const tools = createTools({
        database,
        clock: systemClock,
        cache: createCache({ clock: systemClock, log, random: Math.random }),
        log,
        processId: randomUUID(),
        version: '0.0.0',
        publicUrl: 'http://127.0.0.1:8000',
        file: await writeFile(`${name}.json`, JSON.stringify({ mcpServers: servers })),
        allowPrivate: ['127.0.0.1'],
        secrets: { get: () => Promise.resolve(createSecretBox('b'.repeat(40))) },
        inherited: {},
        audit: () => Promise.resolve(),
      })
      await tools.start()
      const wanted = Object.keys(urls).filter((id) => !hanging.includes(id))
      await waitUntilServing(tools, wanted)
      const owner = await principal()
      for (const id of wanted) await tools.approve(owner, { id, approval: {} })
      return tools
    },
  }
}

async function waitUntilServing(tools: Tools, wanted: readonly string[]): Promise<void> {
  const isReady = (): boolean => {
    const states = new Map(tools.states().map(({ server, state }) => [server, state]))
    return wanted.every((id) => states.get(id) === 'healthy' || states.get(id) === 'degraded')
  }
  if (isReady()) return
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const limit = setTimeout(() => reject(new Error('the servers do not get well')), READY_LIMIT_MS)
  const stop = tools.onEvent(() => isReady() && resolve())
  await promise.finally(() => {
    clearTimeout(limit)
    stop()
  })
}
