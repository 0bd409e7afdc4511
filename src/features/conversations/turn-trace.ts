import type { TraceStep } from '#contract/traces.ts'
import { isSlowTurn } from '#domain/trace/slow.ts'
import { endSpan, type Span, type Trace } from '#platform/tracing/span.ts'
import { isTraceId } from '#platform/tracing/trace-context.ts'
import type { House } from './needs.ts'
import type { ClaimedTurn } from './queue-store.ts'
import type { TurnTraceRow } from './turn-traces-store.ts'
import type { TurnRun } from './turn-work.ts'

/** Begins to record where the time of an attempt goes: in the trace of the request that asked, whichever process took it in. */
export function beginTurnSpan({ tracing }: House, turn: ClaimedTurn): Span | undefined {
  const { id, attempt, conversationId, correlationId, persona, traceContext } = turn
  return tracing.begin({
    kind: 'turn',
    name: `invoke_agent ${persona}`,
    parent: traceContext,
    traceId: isTraceId(correlationId) ? correlationId : undefined,
    attributes: {
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': persona,
      'gen_ai.conversation.id': conversationId,
      'sophia.turn.id': id,
      'sophia.turn.attempt': attempt,
      'sophia.turn.queued_ms': queuedMsOf(turn),
    },
  })
}

/** Ends the record of an attempt, hands it on, and keeps it for whoever asked if the attempt ended the turn. */
export function endTurnSpan(house: House, run: TurnRun): void {
  const { ending, span, turn } = run
  if (!span) return
  endSpan(span, ending?.error)
  const queuedMs = queuedMsOf(turn)
  const totalMs = queuedMs + (span.endMs ?? span.startMs) - span.startMs
  const firstWordMs = run.firstTokenMs === null ? null : queuedMs + run.firstTokenMs - run.claimedMs
  house.tracing.end(span, { isSlow: isSlowTurn({ totalMs, firstWordMs }), isCallerKnown: true })
  if (!ending) return
  const times = { queuedMs, totalMs: round(totalMs), firstWordMs: firstWordMs === null ? null : round(firstWordMs) }
  house.traces.keep(toRow(turn, span.trace, times))
}

/** Both by the database's clock. */
function queuedMsOf({ claimedAt, createdAt }: ClaimedTurn): number {
  return Math.max(0, claimedAt.getTime() - createdAt.getTime())
}

interface Times {
  readonly queuedMs: number
  readonly totalMs: number
  readonly firstWordMs: number | null
}

function toRow(turn: ClaimedTurn, trace: Trace, { queuedMs, totalMs, firstWordMs }: Times): TurnTraceRow {
  const { id: turnId, attempt } = turn
  const { traceId, leftOut, spans } = trace
  return { turnId, attempt, traceId, totalMs, firstWordMs, leftOut, steps: stepsOf(spans, { queuedMs, totalMs }) }
}

/** The whole, the wait for its turn, then everything as it began; times count from acceptance, which was before the trace. */
function stepsOf(spans: readonly Span[], { queuedMs, totalMs }: Omit<Times, 'firstWordMs'>): TraceStep[] {
  const [whole, ...rest] = spans
  if (!whole) return []
  // The wait takes the second place, so that everything else moves by one.
  const places = new Map(rest.map((span, at) => [span, at + 2]))
  const wait: TraceStep = {
    kind: 'queue',
    name: 'wait in the queue',
    startMs: 0,
    durationMs: queuedMs,
    parent: 0,
    failure: null,
    attributes: {},
  }
  const toStep = (span: Span, startMs: number, durationMs: number): TraceStep => ({
    // Requests and jobs have traces of their own.
    kind: span.kind === 'request' || span.kind === 'job' ? 'turn' : span.kind,
    name: span.name,
    startMs: round(startMs),
    durationMs: round(durationMs),
    parent: span.parent === null ? null : (places.get(span.parent) ?? 0),
    failure: span.failure,
    attributes: span.attributes,
  })
  return [
    toStep(whole, 0, totalMs),
    wait,
    ...rest.map((span) =>
      toStep(span, queuedMs + span.startMs - whole.startMs, Math.max(0, (span.endMs ?? span.startMs) - span.startMs)),
    ),
  ]
}

function round(ms: number): number {
  return Math.round(ms * 100) / 100
}
