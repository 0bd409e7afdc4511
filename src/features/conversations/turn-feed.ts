import type { PlacedTurnEvent } from '#contract/turn-events.ts'

type Listener<Item> = (item: Item) => void

/** Live events within this process. Only what is committed is ever published here. */
export interface TurnFeed {
  publish(events: readonly PlacedTurnEvent[]): void
  onTurn(turnId: string, listener: Listener<PlacedTurnEvent>): () => void
  /** Says that something in a conversation of this member changed. */
  announce(memberId: string, conversationId: string): void
  onMember(memberId: string, listener: Listener<{ conversationId: string }>): () => void
}

export function createTurnFeed(): TurnFeed {
  const turns = new Map<string, Set<Listener<PlacedTurnEvent>>>()
  const members = new Map<string, Set<Listener<{ conversationId: string }>>>()
  return {
    publish(events) {
      for (const event of events) for (const listener of turns.get(event.turnId) ?? []) listener(event)
    },
    onTurn: (turnId, listener) => add(turns, turnId, listener),
    announce(memberId, conversationId) {
      for (const listener of members.get(memberId) ?? []) listener({ conversationId })
    },
    onMember: (memberId, listener) => add(members, memberId, listener),
  }
}

function add<Item>(all: Map<string, Set<Listener<Item>>>, key: string, listener: Listener<Item>): () => void {
  const listeners = all.get(key) ?? new Set()
  all.set(key, listeners)
  listeners.add(listener)
  return () => {
    listeners.delete(listener)
    if (listeners.size === 0 && all.get(key) === listeners) all.delete(key)
  }
}
