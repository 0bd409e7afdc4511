import type { PlacedTurnEvent } from '#contract/turn-events.ts'

/** What clients saw, in the order in which each saw it. */
export type HistoryEntry =
  | Operation
  | {
      readonly type: 'posted'
      readonly memberId: string
      readonly messageId: string
      readonly conversationId: string
      readonly text: string
    }
  | { readonly type: 'acked'; readonly messageId: string; readonly turnId: string; readonly seq: number }
  | { readonly type: 'delivered'; readonly reader: string; readonly placed: PlacedTurnEvent }
  | { readonly type: 'assembled'; readonly turnId: string; readonly text: string; readonly status: string }
  /** The line on which an answer was read is gone before its end; it will be read on. Handed over: its server said so and ended it in order. */
  | { readonly type: 'broken'; readonly turnId: string; readonly isHandedOver: boolean }
  /** The member asked for an end of the answer. */
  | { readonly type: 'cancelled'; readonly turnId: string }
  /** The member was shown a call with a side effect and said yes or no. Its answer may have been lost on the way. */
  | { readonly type: 'decided'; readonly turnId: string; readonly callId: string; readonly isApproved: boolean }
  /** The member let a mail go, and was told that it will be sent. */
  | { readonly type: 'let-go'; readonly draftId: string }
  | { readonly type: 'gave-up'; readonly turnId: string; readonly reason: string }
  /** Text that reached a member by whatever way. */
  | { readonly type: 'heard'; readonly memberId: string; readonly text: string }
  /** A client read nothing of its WebSocket for so long, and was cut off with this code; null: it never was. */
  | { readonly type: 'read-nothing'; readonly ms: number; readonly code: number | null }
  | NoteEntry

/** What a process with a cache of its own made known or got, by one clock for all of them. A later version is a higher number. */
export type NoteEntry =
  | {
      readonly type: 'note-changed'
      readonly reader: number
      readonly note: number
      readonly version: number
      readonly doneMs: number
    }
  | {
      readonly type: 'note-read'
      readonly reader: number
      readonly note: number
      readonly version: number
      readonly begunMs: number
    }

/**
 * One request as its client knows it: begun, then done, refused, or unknown, in which case both outcomes are legal. A request that is
 * repeated is one operation: it ends with the last try, and says of each before why there was another.
 */
type Operation =
  | { readonly type: 'invoke'; readonly operation: string; readonly what: string }
  | { readonly type: 'retry'; readonly operation: string; readonly reason: string }
  | { readonly type: 'ok'; readonly operation: string }
  | { readonly type: 'fail'; readonly operation: string; readonly reason: string }
  | { readonly type: 'info'; readonly operation: string; readonly reason: string }

/** With the moment on the harness's monotonic clock. */
export type TimedEntry = HistoryEntry & { readonly atMs: number }

export interface StoredMessage {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly turnId: string
  readonly status: string | null
  /** Tokens that the answer says it took; null where none are said. */
  readonly tokens: number | null
  /** What the answer tells of calls. */
  readonly calls: readonly { readonly tool: string; readonly ok: boolean; readonly summary: string }[]
}

export interface StoredTurn {
  readonly id: string
  readonly messageId: string
  readonly status: string
  readonly attempt: number
  readonly errorCode: string | null
}

/** A mail that waits for its member's word, or what became of it. */
export interface StoredDraft {
  readonly id: string
  readonly status: string
  /** Why it was given back to its member; null otherwise. */
  readonly failure: string | null
}

/** What the database holds when all is quiet. */
export interface StoredState {
  readonly messages: readonly StoredMessage[]
  readonly turns: readonly StoredTurn[]
  readonly events: readonly PlacedTurnEvent[]
  /** The ledger of model calls, summed up for each turn. */
  readonly ledger: readonly { readonly turnId: string | null; readonly tokens: number }[]
  readonly drafts: readonly StoredDraft[]
}

/** Something outside that was done under a key, and how often. */
export interface Effect {
  readonly key: string
  readonly count: number
}

/** What was ordered of a server that knows keys: for which message, how often it was called under the key, and how often it did it. */
export interface SideEffect extends Effect {
  readonly order: string
  readonly calls: number
}

/** A turn that somebody held was claimed by another, or anew, at this time of the day. */
export interface Takeover {
  readonly turnId: string
  readonly atMs: number
}

/** What the house around the conversations was seen to do. */
export interface Observations {
  /** Of tools with side effects, as their server counted them. */
  readonly effects: readonly SideEffect[]
  /** Of jobs: which mail arrived how often. */
  readonly jobs: readonly Effect[]
  /** Open files and sockets of each process, before the storm and when all is quiet after it. */
  readonly handles: readonly { readonly name: string; readonly before: number; readonly after: number }[]
  /** How long each part took to be as before once the last fault had ended; null: it never was. */
  readonly recovery: readonly { readonly name: string; readonly ms: number | null }[]
  /** What the processes wrote to their logs. */
  readonly logs: readonly { readonly name: string; readonly text: string }[]
  readonly takeovers: readonly Takeover[]
  /** When the database had gone and when it last answered nobody, by the time of the day. */
  readonly outages: readonly { readonly goneMs: number; readonly backMs: number }[]
  /** When a process was ended and when another was ready in its place, by the time of the day. */
  readonly restarts: readonly { readonly begunMs: number; readonly readyMs: number }[]
}

export const NOTHING_OBSERVED: Observations = {
  effects: [],
  jobs: [],
  handles: [],
  recovery: [],
  logs: [],
  takeovers: [],
  outages: [],
  restarts: [],
}

export interface Evidence {
  readonly history: readonly HistoryEntry[]
  readonly stored: StoredState
  readonly observed: Observations
  /** The right answer to a message; null when any is right. */
  readonly answerTo: (messageId: string) => string | null
  /** Whether a turn may have ended as failed with this code, given what was done to those it depends on. */
  readonly mayFailWith: (errorCode: string | null) => boolean
}

/** One breach: which invariant, and of what. */
export interface Breach {
  readonly invariant: Invariant
  readonly what: string
}

/**
 * I1 acknowledged means stored, once. I2 not acknowledged means once or never. I3 the sequence of a conversation has no hole. I4 every
 * turn ended. I5 readers have what is stored, in order, without gap or repeat, and never what was there before a change. I6 nothing of
 * one member reaches another. I7 a side effect happens once per key at most, never without a person's yes, and is told. I8 the ledger has
 * what the answers say. I9 a job's effect happens once, or its member hears that it may have. I10 the journal says again what it said.
 * I11 nothing is left open. I12 soon all is as before, and nobody takes from the living.
 */
export type Invariant = 'I1' | 'I2' | 'I3' | 'I4' | 'I5' | 'I6' | 'I7' | 'I8' | 'I9' | 'I10' | 'I11' | 'I12'

export function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
