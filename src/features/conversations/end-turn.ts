import type { TurnEvent } from '#contract/turn-events.ts'
import { isPassing, type SophiaError } from '#domain/errors.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import { createId } from '#platform/crypto/ids.ts'
import { inSpan } from '#platform/tracing/in-span.ts'
import { noteOn } from '#platform/tracing/span.ts'
import { OUTCOME_UNKNOWN } from './calls-store.ts'
import { insertEvents, type JournalEntry } from './journal-store.ts'
import { learnFrom } from './remembered.ts'
import { hasAnswer, storeAnswer, type Answer } from './turns-store.ts'
import { addSources, emit, isReleased, TurnStopped, type TurnWork } from './turn-work.ts'

const RETRY_MS = 250
const CURRENCY = 'USD'

type Ending = { readonly status: 'complete' | 'cancelled' } | { readonly status: 'failed'; readonly error: SophiaError }

/** Ends the turn for good: answer, status and last events in one transaction, then the readers hear of it. */
export async function endTurn(work: TurnWork, ending: Ending): Promise<void> {
  showEarlierCalls(work)
  const answer = toAnswer(work, ending)
  const isStored = await inSpan({ kind: 'store', name: 'store answer' }, () =>
    work.lane.finish(closingEvents(work, ending, answer), (entries) => storeUntilDone(work, answer, entries)),
  )
  if (!isStored) return
  const { house, turn } = work
  house.feed.announce(turn.memberId, turn.conversationId)
  observe(work, ending)
}

/** Calls of an earlier attempt that ran, or may have, and that this attempt did not take up: never silently dropped. */
function showEarlierCalls(work: TurnWork): void {
  for (const { callId, tool, input, status, result } of work.priorCalls) {
    const known = status === 'unknown' ? OUTCOME_UNKNOWN : result
    if (known === null) continue
    const { ok, summary } = known
    emit(work, { type: 'tool-call', callId, tool, input })
    emit(work, { type: 'tool-result', callId, ok, summary })
    work.calls.push({ callId, tool, input, ok, summary })
    addSources(work, known.sources)
  }
}

function toAnswer(work: TurnWork, ending: Ending): Answer {
  return {
    messageId: createId(),
    status: ending.status,
    errorCode: ending.status === 'failed' ? ending.error.code : null,
    text: work.text,
    personaVersion: work.personaVersion,
    model: work.model,
    // Whoever it came from: half of a pair in it would keep the whole answer out.
    calls: cleanJson(work.calls) as typeof work.calls,
    sources: cleanJson(work.sources) as typeof work.sources,
    usage: work.usage,
    costMicros: work.costMicros,
    firstTokenAt: work.firstTokenAt,
  }
}

/** Whether the model was asked at all. */
function cacheOf({ rounds }: TurnWork): Extract<TurnEvent, { type: 'turn-end' }>['cache'] {
  if (rounds.kept === 0) return 'miss'
  return rounds.made === 0 ? 'exact' : 'partial'
}

function closingEvents(work: TurnWork, ending: Ending, answer: Answer): TurnEvent[] {
  const end: TurnEvent = {
    type: 'turn-end',
    status: ending.status,
    messageId: answer.messageId,
    usage: answer.usage,
    cost: { amountMicros: answer.costMicros, currency: CURRENCY },
    cache: cacheOf(work),
  }
  if (ending.status !== 'failed') return [end]
  const { code, message, retryable } = ending.error
  return [{ type: 'turn-error', code, detail: message, retryable }, end]
}

/** Repeats while the database is away, its disk is full or no connection to it is free: a failure could not be stored either. False when the turn is held no more. */
async function storeUntilDone(work: TurnWork, answer: Answer, entries: readonly JournalEntry[]): Promise<boolean> {
  const { database, clock, log } = work.house
  for (let isRepeat = false; ; isRepeat = true) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      const onLearnt = await database.inTransaction(async (handle) => {
        // The commit may have happened although its word was lost.
        if (isRepeat && (await hasAnswer(handle, answer.messageId))) return () => undefined
        if (!(await storeAnswer(handle, work.turn, answer))) throw new TurnStopped('stale')
        await insertEvents(handle, entries)
        return learnFrom(work, handle)
      })
      onLearnt()
      return true
    } catch (error) {
      if (error instanceof TurnStopped) return false
      if (!isPassing(error) || isReleased(work)) throw error
      log.warn({ error, turn: work.turn.id }, 'the answer could not be stored yet; trying again')
      // oxlint-disable-next-line no-await-in-loop
      await clock.sleep(RETRY_MS)
    }
  }
}

function observe(work: TurnWork, ending: Ending): void {
  noteEnding(work, ending)
  const { status } = ending
  const { metrics, clock, onFirstToken } = work.house
  const { createdAt, persona } = work.turn
  metrics?.turns.inc({ persona, status })
  metrics?.turnDuration.observe(Math.max(0, clock.now().getTime() - createdAt.getTime()) / 1000)
  if (!work.firstTokenAt) return
  const seconds = Math.max(0, work.firstTokenAt.getTime() - createdAt.getTime()) / 1000
  metrics?.firstToken.observe(seconds)
  onFirstToken?.(seconds)
}

/** What is known of the whole only now. */
function noteEnding(work: TurnWork, ending: Ending): void {
  const { model, personaVersion, run, usage } = work
  run.ending = ending.status === 'failed' ? { error: ending.error } : {}
  noteOn(run.span, {
    'sophia.turn.status': ending.status,
    'sophia.cache': cacheOf(work),
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    ...(model === null ? {} : { 'gen_ai.request.model': model }),
    ...(personaVersion === null ? {} : { 'gen_ai.agent.version': personaVersion }),
  })
}
