import type { PlacedTurnEvent, TurnEvent } from './turn-events.ts'

/** A server's question that waits for the person, and how far its call has come. */
export type AssembledQuestion = Extract<TurnEvent, { type: 'question-asked' }>
export type AssembledProgress = Extract<TurnEvent, { type: 'tool-progress' }>

/** A card beside the answer: one tool call with what came of it. */
export interface AssembledCall {
  readonly callId: string
  readonly tool: string
  readonly input: unknown
  readonly state: 'running' | 'approval' | 'question' | 'ok' | 'failed'
  readonly summary: string
  readonly expiresAt: string | null
  readonly progress: AssembledProgress | null
  readonly question: AssembledQuestion | null
}

/** What a reader has put together from a turn's events so far. */
export interface AssembledTurn {
  readonly attempt: number
  readonly n: number
  readonly text: string
  readonly calls: readonly AssembledCall[]
  readonly sources: readonly { kind: string; id: string; label: string }[]
  readonly start: Extract<TurnEvent, { type: 'turn-start' }> | null
  readonly end: Extract<TurnEvent, { type: 'turn-end' }> | null
  readonly error: Extract<TurnEvent, { type: 'turn-error' }> | null
}

export const EMPTY_TURN: AssembledTurn = {
  attempt: 0,
  n: 0,
  text: '',
  calls: [],
  sources: [],
  start: null,
  end: null,
  error: null,
}

/**
 * Adds one event. An older attempt or an `n` seen before changes nothing (a repeat is harmless); a newer attempt starts
 * the answer afresh. Throws on a gap: the reader must then resume from what it has.
 */
export function assembleTurn(turn: AssembledTurn, placed: PlacedTurnEvent): AssembledTurn {
  if (placed.attempt < turn.attempt) return turn
  if (placed.attempt === turn.attempt && placed.n <= turn.n) return turn
  const base = placed.attempt > turn.attempt ? { ...EMPTY_TURN, attempt: placed.attempt } : turn
  if (placed.n !== base.n + 1)
    throw new Error(`gap in turn ${placed.turnId}: ${base.attempt}.${base.n} then ${placed.attempt}.${placed.n}`)
  return apply({ ...base, n: placed.n }, placed.event)
}

function apply(turn: AssembledTurn, event: TurnEvent): AssembledTurn {
  if ('callId' in event) return { ...turn, calls: applyToCalls(turn.calls, event) }
  switch (event.type) {
    case 'turn-start':
      return { ...turn, start: event }
    case 'text-delta':
      return { ...turn, text: turn.text + event.text }
    case 'source':
      return { ...turn, sources: [...turn.sources, { kind: event.kind, id: event.id, label: event.label }] }
    case 'turn-restart':
      return turn
    case 'turn-end':
      return { ...turn, end: event }
    case 'turn-error':
      return { ...turn, error: event }
  }
}

const BEGUN = { state: 'running', summary: '', expiresAt: null, progress: null, question: null } as const

function applyToCalls(
  calls: readonly AssembledCall[],
  event: Extract<TurnEvent, { readonly callId: string }>,
): readonly AssembledCall[] {
  const { callId } = event
  switch (event.type) {
    case 'tool-call':
      return [...calls, { callId, tool: event.tool, input: event.input, ...BEGUN }]
    case 'approval-needed':
      return changeCall(calls, callId, { state: 'approval', expiresAt: event.expiresAt })
    case 'tool-progress':
      return changeCall(calls, callId, { progress: event })
    case 'question-asked':
      return changeCall(calls, callId, { state: 'question', question: event })
    case 'question-answered':
      return changeCall(calls, callId, { state: 'running', question: null })
    case 'tool-result':
      return changeCall(calls, callId, { state: event.ok ? 'ok' : 'failed', summary: event.summary })
  }
}

function changeCall(calls: readonly AssembledCall[], callId: string, change: Partial<AssembledCall>): AssembledCall[] {
  return calls.map((call) => (call.callId === callId ? { ...call, ...change } : call))
}
