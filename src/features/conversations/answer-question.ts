import type { QuestionAnswer } from '#contract/questions.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import { checkAnswer, withStandards, type AnswerContent } from '#domain/question.ts'
import type { House } from './needs.ts'
import { answerStoredQuestion, lockMemberQuestion, type StoredQuestion } from './questions-store.ts'
import type { TurnRunner } from './turn-runner.ts'
import { findTurn } from './turns-store.ts'

export interface QuestionAnswerRequest {
  readonly principal: Principal
  readonly turnId: string
  readonly questionId: string
  readonly answer: QuestionAnswer
}

/** A person's answer to a server's question: theirs alone to give, once, in time. The same word again changes nothing. */
export async function answerQuestion(house: House, runner: TurnRunner, request: QuestionAnswerRequest): Promise<void> {
  const { principal, turnId, questionId, answer } = request
  if (!can(principal, 'mcp:call')) throw new SophiaError('NOT_PERMITTED')
  const { memberId } = principal
  const status = answer.action === 'accept' ? 'accepted' : 'declined'
  const stored = await house.database.inTransaction(async (handle) => {
    const question = await lockMemberQuestion(handle, { memberId, turnId, questionId })
    if (!question) throw new SophiaError('NOT_FOUND')
    if (isDecided(question, status)) return null
    const turn = await findTurn(handle, memberId, turnId)
    if (turn?.endedAt || question.isExpired) throw new SophiaError('QUESTION_OVER')
    const content = answer.action === 'accept' ? contentOf(question, answer.content ?? {}) : null
    await answerStoredQuestion(handle, { id: questionId, status, content })
    return question
  })
  if (!stored) return
  runner.decide(turnId)
  await house.onAudit?.({
    principal,
    action: answer.action === 'accept' ? 'tool.answer' : 'tool.decline',
    targetKind: 'turn',
    targetId: turnId,
    // Never what was answered: that is between the person and the server.
    detail: { callId: stored.callId, from: stored.question.from },
  })
}

/** True when the same was said already. Throws for anything else that is not open. */
function isDecided(question: StoredQuestion, status: 'accepted' | 'declined'): boolean {
  if (question.status === 'waiting') return false
  if (question.status === status) return true
  if (question.status === 'accepted' || question.status === 'declined')
    throw new SophiaError('CONFLICT', { detail: 'This was answered already.' })
  throw new SophiaError('QUESTION_OVER')
}

function contentOf({ question: { fields } }: StoredQuestion, given: AnswerContent): AnswerContent {
  const content = withStandards(fields, given)
  const foreign = Object.fromEntries(Object.entries(given).filter(([name]) => !fields.some((one) => one.name === name)))
  const faults = checkAnswer(fields, { ...content, ...foreign })
  if (faults.length === 0) return content
  throw new SophiaError('INVALID_INPUT', {
    faults: faults.map(({ path, message }) => ({ path: `content.${path}`, message })),
  })
}
