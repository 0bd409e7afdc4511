import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import type { Wakeups } from '#platform/wakeups/wakeups.ts'
import type { TurnFollowers } from './turn-followers.ts'

type Listener<Item> = (item: Item) => void

/** A conversation that changed; null: some may have, and nobody knows which. */
export interface ConversationChange {
  readonly conversationId: string | null
}

/** Live events within this process, and word of them to the others. Only what is committed is ever published here. */
export interface TurnFeed {
  publish(events: readonly PlacedTurnEvent[]): void
  /** Hands on what another process committed, to the readers of this one only. */
  deliver(events: readonly PlacedTurnEvent[]): void
  onTurn(turnId: string, listener: Listener<PlacedTurnEvent>): () => void
  /** Says that something in a conversation of this member changed. */
  announce(memberId: string, conversationId: string): void
  onMember(memberId: string, listener: Listener<ConversationChange>): () => void
}

const CONVERSATIONS = 'conversations'

export function createTurnFeed({
  wakeups,
  followers,
}: {
  readonly wakeups: Pick<Wakeups, 'tell' | 'hear'>
  readonly followers: TurnFollowers
}): TurnFeed {
  const turns = new Map<string, Set<Listener<PlacedTurnEvent>>>()
  const members = new Map<string, Set<Listener<ConversationChange>>>()
  let isListening = false
  const tellMember = (memberId: string, conversationId: string | null): void =>
    members.get(memberId)?.forEach((listener) => listener({ conversationId }))
  const hear = (word: string | null): void => {
    const [memberId, conversationId] = word?.split('/') ?? []
    if (memberId !== undefined && conversationId !== undefined) tellMember(memberId, conversationId)
    else for (const one of members.keys()) tellMember(one, null)
  }
  const deliver = (events: readonly PlacedTurnEvent[]): void => {
    for (const event of events) for (const listener of turns.get(event.turnId) ?? []) listener(event)
  }
  return {
    publish(events) {
      deliver(events)
      followers.grown(new Set(events.map((event) => event.turnId)))
    },
    deliver,
    onTurn: (turnId, listener) => add(turns, turnId, listener),
    announce(memberId, conversationId) {
      tellMember(memberId, conversationId)
      wakeups.tell(CONVERSATIONS, `${memberId}/${conversationId}`)
    },
    onMember(memberId, listener) {
      if (!isListening) wakeups.hear(CONVERSATIONS, hear)
      isListening = true
      return add(members, memberId, listener)
    },
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
