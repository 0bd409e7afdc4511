import { isDeepStrictEqual } from 'node:util'
import { hostWithPort } from '#platform/network/address-guard.ts'
import { createGuardedClient, type GuardedClient } from '#platform/network/guarded-client.ts'
import type { ServerDefinition } from './server-definition.ts'
import { MAX_ANSWER_BYTES } from './server-line.ts'
import { createServerWatch, type ServerWatch, type ServerWatchNeeds } from './server-watch.ts'

interface WatchedNeeds extends Omit<ServerWatchNeeds, 'fetch' | 'chance'> {
  /** Hosts inside private networks that servers added on screen may lie on; those of the file are allowed by themselves. */
  readonly allowPrivate: readonly string[]
}

/** The servers under watch, kept in step with those that are wanted. */
export interface WatchedServers {
  all(): readonly ServerWatch[]
  get(id: string): ServerWatch | undefined
  /** Begins, ends and begins anew what changed; answers what that was. What ends may take its time, and is not waited for. */
  keep(wanted: readonly ServerDefinition[]): readonly ServerDefinition[]
  /** Resolves once what ended of this server has come to its end. */
  ended(id: string): Promise<void>
  /** Ends all. */
  close(): Promise<void>
}

interface Watched {
  readonly definition: ServerDefinition
  readonly watch: ServerWatch
  readonly client: GuardedClient | null
}

export function createWatchedServers(needs: WatchedNeeds): WatchedServers {
  const watched = new Map<string, Watched>()
  const ending = new Map<string, Promise<void>>()
  const add = (definition: ServerDefinition): void => {
    const client = wayOut(definition, needs.allowPrivate)
    const send = client?.exchange(MAX_ANSWER_BYTES) ?? noWayOut
    const watch = createServerWatch(definition, { ...needs, fetch: send, chance: Math.random })
    watched.set(definition.id, { definition, watch, client })
    watch.start(ending.get(definition.id))
  }
  const end = async ({ watch, client }: Watched): Promise<void> => {
    try {
      await watch.stop()
      await client?.close()
    } catch (error) {
      needs.log.warn({ error, server: watch.state.definition.id }, 'the watch over an MCP server did not end cleanly')
    }
  }
  const remove = (gone: Watched): void => {
    const { id } = gone.definition
    watched.delete(id)
    const ended = end(gone).then(() => {
      if (ending.get(id) === ended) ending.delete(id)
    })
    ending.set(id, ended)
  }
  return {
    all: () => [...watched.values()].map(({ watch }) => watch),
    get: (id) => watched.get(id)?.watch,
    keep(wanted) {
      const byId = new Map(wanted.map((definition) => [definition.id, definition]))
      const gone = [...watched.values()].filter(
        (one) => !isDeepStrictEqual(one.definition, byId.get(one.definition.id)),
      )
      for (const one of gone) remove(one)
      const fresh = wanted.filter(({ id }) => !watched.has(id))
      for (const definition of fresh) add(definition)
      return [...gone.map(({ definition }) => definition), ...fresh]
    },
    ended: async (id) => ending.get(id),
    async close() {
      for (const one of watched.values()) remove(one)
      await Promise.all(ending.values())
    },
  }
}

/** Each server has a guarded client of its own: what one may reach, another may not. */
function wayOut({ target, source }: ServerDefinition, allowPrivate: readonly string[]): GuardedClient | null {
  if (target.kind === 'stdio') return null
  const own = source === 'file' ? [hostWithPort(target.url)] : []
  return createGuardedClient({ allowPrivate: [...allowPrivate, ...own] })
}

const noWayOut: typeof fetch = () => Promise.reject(new Error('This server is not spoken to over HTTP.'))
