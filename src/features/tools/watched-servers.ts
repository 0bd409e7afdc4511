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
  /** Begins, ends and begins anew what changed; answers whether anything did. */
  keep(wanted: readonly ServerDefinition[]): Promise<boolean>
}

interface Watched {
  readonly definition: ServerDefinition
  readonly watch: ServerWatch
  readonly client: GuardedClient | null
}

export function createWatchedServers(needs: WatchedNeeds): WatchedServers {
  const watched = new Map<string, Watched>()
  const add = (definition: ServerDefinition): void => {
    const client = wayOut(definition, needs.allowPrivate)
    const send = client?.exchange(MAX_ANSWER_BYTES) ?? noWayOut
    const watch = createServerWatch(definition, { ...needs, fetch: send, chance: Math.random })
    watched.set(definition.id, { definition, watch, client })
    watch.start()
  }
  const remove = async ({ definition, watch, client }: Watched): Promise<void> => {
    watched.delete(definition.id)
    await watch.stop()
    await client?.close()
  }
  return {
    all: () => [...watched.values()].map(({ watch }) => watch),
    get: (id) => watched.get(id)?.watch,
    async keep(wanted) {
      const byId = new Map(wanted.map((definition) => [definition.id, definition]))
      const gone = [...watched.values()].filter(
        (one) => !isDeepStrictEqual(one.definition, byId.get(one.definition.id)),
      )
      await Promise.all(gone.map(remove))
      const fresh = wanted.filter(({ id }) => !watched.has(id))
      for (const definition of fresh) add(definition)
      return gone.length + fresh.length > 0
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
