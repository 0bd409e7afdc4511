import type { PlacedTurnEvent } from '#contract/turn-events.ts'
import { formatPlace, START, stepFrom, type Place } from '#domain/turn/place.ts'

/** What clients saw, in the order in which each saw it. */
export type HistoryEntry =
  | { readonly type: 'posted'; readonly messageId: string; readonly conversationId: string; readonly text: string }
  | { readonly type: 'acked'; readonly messageId: string; readonly turnId: string; readonly seq: number }
  | { readonly type: 'delivered'; readonly reader: string; readonly placed: PlacedTurnEvent }
  | { readonly type: 'assembled'; readonly turnId: string; readonly text: string; readonly status: string }
  | { readonly type: 'gave-up'; readonly turnId: string; readonly reason: string }

interface StoredMessage {
  readonly id: string
  readonly conversationId: string
  readonly seq: number
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly turnId: string
  readonly status: string | null
}

/** What the database holds when all is quiet. */
export interface StoredState {
  readonly messages: readonly StoredMessage[]
  readonly turns: readonly { readonly id: string; readonly messageId: string; readonly status: string }[]
  readonly events: readonly PlacedTurnEvent[]
}

export interface Evidence {
  readonly history: readonly HistoryEntry[]
  readonly stored: StoredState
  /** The right answer to a message. */
  readonly answerTo: (messageId: string) => string
}

/** Holds what clients saw against what is stored; answers every breach of A1 to A3 in words. Pure: it can be run on any recorded history. */
export function checkHistory(evidence: Evidence): string[] {
  return [
    ...checkMessages(evidence),
    ...checkSequences(evidence.stored),
    ...checkTurns(evidence),
    ...checkJournal(evidence.stored),
    ...checkDeliveries(evidence),
    ...checkAssembled(evidence),
  ]
}

/** A1: acknowledged means stored, each once; not acknowledged means once or never. */
function checkMessages({ history, stored }: Evidence): string[] {
  const faults: string[] = []
  const byId = new Map(stored.messages.map((message) => [message.id, message]))
  const copies = countBy(stored.messages.filter((message) => message.role === 'user').map((message) => message.text))
  for (const entry of history) {
    if (entry.type === 'posted' && (copies.get(entry.text) ?? 0) > 1)
      faults.push(`message ${entry.messageId} is stored ${copies.get(entry.text)} times`)
    if (entry.type !== 'acked') continue
    const found = byId.get(entry.messageId)
    if (!found) faults.push(`message ${entry.messageId} was acknowledged and is lost`)
    else if (found.turnId !== entry.turnId || found.seq !== entry.seq)
      faults.push(`message ${entry.messageId} was acknowledged as another than is stored`)
  }
  const posted = new Set(history.flatMap((entry) => (entry.type === 'posted' ? [entry.messageId] : [])))
  for (const message of stored.messages) {
    if (message.role === 'user' && !posted.has(message.id))
      faults.push(`message ${message.id} is stored and nobody sent it`)
  }
  return [...new Set(faults)]
}

function checkSequences(stored: StoredState): string[] {
  const faults: string[] = []
  for (const [conversationId, messages] of groupBy(stored.messages, (message) => message.conversationId)) {
    const seqs = messages.map((message) => message.seq).toSorted((a, b) => a - b)
    if (seqs.some((seq, index) => seq !== index + 1))
      faults.push(`conversation ${conversationId} has the sequence ${seqs.join()}`)
  }
  return faults
}

/** A2: every turn ended, with exactly one answer, and the right one. */
function checkTurns({ stored, answerTo }: Evidence): string[] {
  const faults: string[] = []
  const answers = groupBy(
    stored.messages.filter((message) => message.role === 'assistant'),
    (message) => message.turnId,
  )
  for (const turn of stored.turns) {
    const [answer, ...more] = answers.get(turn.id) ?? []
    if (turn.status !== 'complete') faults.push(`turn ${turn.id} is ${turn.status}`)
    else if (!answer || more.length > 0) faults.push(`turn ${turn.id} has ${answer ? more.length + 1 : 0} answers`)
    else if (answer.text !== answerTo(turn.messageId)) faults.push(`turn ${turn.id} has a wrong answer`)
  }
  return faults
}

/** The journal's last attempt is dense, ends once, and says what is stored. */
function checkJournal(stored: StoredState): string[] {
  const faults: string[] = []
  const journals = groupBy(stored.events, (placed) => placed.turnId)
  const answers = new Map(
    stored.messages.filter((message) => message.role === 'assistant').map((message) => [message.turnId, message.text]),
  )
  for (const [turnId, text] of answers) {
    const events = journals.get(turnId) ?? []
    const attempt = Math.max(0, ...events.map((placed) => placed.attempt))
    const last = events.filter((placed) => placed.attempt === attempt).toSorted((a, b) => a.n - b.n)
    if (last.some((placed, index) => placed.n !== index + 1))
      faults.push(`journal of turn ${turnId} is not dense: ${last.map((placed) => placed.n).join()}`)
    if (last.at(-1)?.event.type !== 'turn-end') faults.push(`journal of turn ${turnId} does not end with turn-end`)
    const said = last.map((placed) => (placed.event.type === 'text-delta' ? placed.event.text : '')).join('')
    if (said !== text) faults.push(`journal of turn ${turnId} says something else than its message`)
  }
  return faults
}

/** A3: a reader gets what is journalled and nothing else, in order, without a gap, without a repeat. */
function checkDeliveries({ history, stored }: Evidence): string[] {
  const faults: string[] = []
  const journalled = new Map(
    stored.events.map((placed) => [`${placed.turnId} ${formatPlace(placed)}`, canonical(placed.event)]),
  )
  const places = new Map<string, Place>()
  for (const entry of history) {
    if (entry.type !== 'delivered') continue
    const { placed, reader } = entry
    const key = `${placed.turnId} ${formatPlace(placed)}`
    const kept = journalled.get(key)
    if (kept === undefined) faults.push(`event ${key} was delivered and is not in the journal`)
    else if (kept !== canonical(placed.event))
      faults.push(`event ${key} was delivered with another content than is journalled`)
    const step = stepFrom(places.get(reader) ?? START, placed)
    if (step !== 'next') faults.push(`reader ${reader} got ${key} as ${step === 'seen' ? 'a repeat' : 'a gap'}`)
    places.set(reader, placed)
  }
  return faults
}

/** What a client put together is what is stored, byte for byte; and every acknowledged message got that far. */
function checkAssembled({ history, stored }: Evidence): string[] {
  const faults: string[] = []
  const answers = new Map(
    stored.messages.filter((message) => message.role === 'assistant').map((message) => [message.turnId, message]),
  )
  const finished = new Set<string>()
  for (const entry of history) {
    if (entry.type === 'gave-up') faults.push(`a client could not follow turn ${entry.turnId}: ${entry.reason}`)
    if (entry.type !== 'assembled') continue
    finished.add(entry.turnId)
    const answer = answers.get(entry.turnId)
    if (!answer || !Buffer.from(answer.text).equals(Buffer.from(entry.text)) || answer.status !== entry.status) {
      faults.push(`what a client put together of turn ${entry.turnId} is not what is stored`)
    }
  }
  for (const entry of history) {
    if (entry.type === 'acked' && !finished.has(entry.turnId))
      faults.push(`no client saw the end of turn ${entry.turnId}`)
  }
  return faults
}

/** The journal keeps events as jsonb, which orders keys its own way. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

function countBy(texts: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1)
  return counts
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}
