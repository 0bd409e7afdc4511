import type { TurnEvent } from '#contract/turn-events.ts'
import { cutText } from '#domain/cut-text.ts'
import type { CallPerson, CallProgress, Question, QuestionReply } from '#domain/question.ts'
import { cleanJson, cleanText } from '#domain/turn/clean-text.ts'
import { createId } from '#platform/crypto/ids.ts'
import { awaitPerson } from './await-person.ts'
import { closeQuestion, findQuestion, insertQuestion, type StoredQuestion } from './questions-store.ts'
import { emit, TurnStopped, type TurnWork } from './turn-work.ts'
import { whenFree } from './when-free.ts'

const PROGRESS_EVERY_MS = 1000
const PROGRESS_CHARACTERS = 200
/** In one call; a server that goes on asking gets no more answers. */
const MOST_QUESTIONS = 10

type Outcome = Extract<TurnEvent, { type: 'question-answered' }>['action']

/** The asker of this turn, as a tool reaches them during one call: told of its progress, asked one question at a time. */
export function createCallPerson(work: TurnWork, callId: string): CallPerson {
  let asked = 0
  return {
    onProgress: tellProgress(work, callId),
    ask(question, withdrawn) {
      asked += 1
      if (asked > MOST_QUESTIONS) return Promise.resolve({ action: 'cancel' })
      const answered = work.questions.then(() => askOnce(work, { callId, question, withdrawn }))
      // The next question waits for this one's end, whatever it is.
      work.questions = answered.catch(() => undefined)
      return answered
    },
  }
}

/** At most one a second: each is a row of the journal. */
function tellProgress(work: TurnWork, callId: string): (progress: CallProgress) => void {
  let toldMs = -Infinity
  return ({ progress, total, message }) => {
    const nowMs = work.house.clock.monotonicMs()
    const isLast = total !== null && progress >= total
    if (!Number.isFinite(progress) || (nowMs - toldMs < PROGRESS_EVERY_MS && !isLast)) return
    toldMs = nowMs
    const words = message === null ? null : cutText(cleanText(message), PROGRESS_CHARACTERS)
    emit(work, { type: 'tool-progress', callId, progress, total, message: words })
  }
}

interface Asking {
  readonly callId: string
  readonly question: Question & { readonly from: string }
  readonly withdrawn: AbortSignal
}

async function askOnce(work: TurnWork, { callId, question, withdrawn }: Asking): Promise<QuestionReply> {
  const { database, limits } = work.house
  if (withdrawn.aborted) return { action: 'cancel' }
  // The same shape: only characters inside its texts are taken out.
  const shown = cleanJson(question) as StoredQuestion['question']
  const fresh = { id: createId(), callId, question: shown, approvalMs: limits.approvalMs }
  const asked = await whenFree(work, () => database.read((handle) => insertQuestion(handle, work.turn, fresh)))
  if (!asked) throw new TurnStopped('stale')
  const expiresAt = asked.expiresAt.toISOString()
  emit(work, { type: 'question-asked', callId, questionId: asked.id, ...shown, expiresAt })
  try {
    const answered = await awaitPerson(work, () => decisionOn(work, asked.id), withdrawn)
    tellOutcome(work, asked, answered.status === 'waiting' ? 'expired' : answered.status)
    return replyOf(answered)
  } catch (error) {
    tellOutcome(work, asked, 'withdrawn')
    if (withdrawn.aborted && !work.signal.aborted) return { action: 'cancel' }
    throw error
  } finally {
    // Should it fail, the row goes with its turn.
    await whenFree(work, () => database.read((handle) => closeQuestion(handle, asked.id))).catch(() => undefined)
  }
}

function tellOutcome(work: TurnWork, { callId, id }: StoredQuestion, action: Outcome): void {
  emit(work, { type: 'question-answered', callId, questionId: id, action })
}

/** The question once it is decided or its time is up. */
async function decisionOn(work: TurnWork, id: string): Promise<StoredQuestion | undefined> {
  const stored = await work.house.database.read((handle) => findQuestion(handle, id))
  if (!stored) throw new TurnStopped('stale')
  return stored.status !== 'waiting' || stored.isExpired ? stored : undefined
}

function replyOf({ status, content }: StoredQuestion): QuestionReply {
  if (status === 'accepted') return { action: 'accept', content: content ?? {} }
  return { action: status === 'declined' ? 'decline' : 'cancel' }
}
