import { canonicalJson } from '#domain/canonical-json.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import type { ToolRow } from './tools-store.ts'

interface Asked {
  readonly pin: ToolRow
  /** Whose sign-in it is asked with; null where everybody's is the same. */
  readonly memberId: string | null
  readonly input: unknown
}

/** Answers of tools that say that they only read, of a closed world, the same each time: kept for some seconds. */
export interface ResultCache {
  find(asked: Asked): ToolReply | undefined
  /** Begin before the call: what was written meanwhile makes the answer not worth keeping. */
  begin(asked: Asked): (reply: ToolReply) => void
  /** Something was written through the server: what was read of it before may no longer be so. */
  forget(serverId: string): Promise<void>
}

export function createResultCache(cache: Cache): ResultCache {
  // Calls are not joined: each has its own person to ask, its own progress and its own end.
  const space = cache.space<ToolReply>('tool-result', 'tools')
  return {
    find: (asked) => (mayKeep(asked.pin) ? space.get(keyOf(asked), ownerOf(asked)) : undefined),
    begin(asked) {
      if (!mayKeep(asked.pin)) return () => undefined
      const keep = space.begin(keyOf(asked), { owner: ownerOf(asked), tags: [tagOf(asked.pin.serverId)] })
      return (reply) => (reply.isError ? undefined : keep(reply))
    },
    forget: (serverId) => cache.invalidate([tagOf(serverId)]),
  }
}

function mayKeep({ approved }: ToolRow): boolean {
  const { readOnlyHint, idempotentHint, openWorldHint } = approved?.annotations ?? {}
  return readOnlyHint === true && idempotentHint === true && openWorldHint === false
}

function ownerOf({ memberId }: Asked): string {
  return memberId ?? 'everyone'
}

function tagOf(serverId: string): string {
  return `mcp-server:${serverId}`
}

/** The pinned hash is part of it: a tool that was agreed to anew answers anew. */
function keyOf({ pin, input }: Asked): string {
  return canonicalJson([pin.serverId, pin.name, pin.approvedHash, input])
}
