import { z } from 'zod'
import { MessageContext } from '#contract/conversations.ts'

const Pending = z.object({
  id: z.uuid(),
  conversationId: z.uuid(),
  text: z.string(),
  context: MessageContext.optional(),
  createdAt: z.number(),
})
/** A question that was typed but not yet acknowledged; it keeps its id, so sending it again stores it once. */
export type Pending = z.infer<typeof Pending>

export interface Outbox {
  list(conversationId: string): readonly Pending[]
  put(pending: Pending): void
  remove(id: string): void
}

const KEY = 'sophia.outbox'
const KEPT_MS = 7 * 86_400_000

type Store = Pick<Storage, 'getItem' | 'setItem'>

/**
 * Keeps unacknowledged questions across reloads, beside those of other windows. A full or closed storage costs only that;
 * sending goes on.
 */
export function createOutbox(store: Store | null, nowMs: () => number): Outbox {
  /** What this page put: it is here even when the storage would not take it. */
  const own = new Map<string, Pending>()
  const all = (): Pending[] => {
    const merged = new Map(read(store).map((pending) => [pending.id, pending]))
    for (const pending of own.values()) merged.set(pending.id, pending)
    return [...merged.values()].filter((pending) => nowMs() - pending.createdAt < KEPT_MS)
  }
  const save = (kept: readonly Pending[]): void => {
    try {
      store?.setItem(KEY, JSON.stringify(kept))
    } catch {
      // Storage is full or closed: the question still lives in this page.
    }
  }
  return {
    list: (conversationId) => all().filter((pending) => pending.conversationId === conversationId),
    put: (pending) => {
      own.set(pending.id, pending)
      save(all())
    },
    remove: (id) => {
      own.delete(id)
      save(all().filter((pending) => pending.id !== id))
    },
  }
}

function read(store: Store | null): Pending[] {
  try {
    return z.array(Pending).parse(JSON.parse(store?.getItem(KEY) ?? '[]'))
  } catch {
    // Another version's form or a closed storage: nothing that could be sent.
    return []
  }
}
