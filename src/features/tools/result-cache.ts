import { canonicalJson } from '#domain/canonical-json.ts'
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
  keep(asked: Asked, reply: ToolReply): void
  /** Something was written through the server: what was read of it before may no longer be so. */
  forget(serverId: string): void
}

const KEPT_MS = 15_000
const MOST = 500

interface Kept {
  readonly serverId: string
  readonly reply: ToolReply
  readonly untilMs: number
}

export function createResultCache(monotonicMs: () => number): ResultCache {
  const kept = new Map<string, Kept>()
  return {
    find(asked) {
      if (!mayKeep(asked.pin)) return undefined
      const found = kept.get(keyOf(asked))
      return found !== undefined && monotonicMs() < found.untilMs ? found.reply : undefined
    },
    keep(asked, reply) {
      if (!mayKeep(asked.pin) || reply.isError) return
      const key = keyOf(asked)
      // Set anew it is the youngest; the oldest go first.
      kept.delete(key)
      kept.set(key, { serverId: asked.pin.serverId, reply, untilMs: monotonicMs() + KEPT_MS })
      const [oldest] = kept.keys()
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest)
    },
    forget(serverId) {
      for (const [key, one] of kept) if (one.serverId === serverId) kept.delete(key)
    },
  }
}

function mayKeep({ approved }: ToolRow): boolean {
  const { readOnlyHint, idempotentHint, openWorldHint } = approved?.annotations ?? {}
  return readOnlyHint === true && idempotentHint === true && openWorldHint === false
}

/** The pinned hash is part of it: a tool that was agreed to anew answers anew. */
function keyOf({ pin, memberId, input }: Asked): string {
  return canonicalJson([pin.serverId, pin.name, pin.approvedHash, memberId, input])
}
