import { isDay } from '../day.ts'
import { SophiaError } from '../errors.ts'
import type { ModelChunk, ModelMessage, ModelProvider, ModelRequest, ToolCall, ToolDefinition } from '../model.ts'
import { parseJson } from './json-reader.ts'
import { outageWords } from './outage-words.ts'
import { placeFollowUp, type PreviousExchange } from './follow-up.ts'
import { placeQuestion, type Placement } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'
import { renderOutcome } from './render-outcome.ts'
import { answerNotOffered, answerTalk, answerUnplaced } from './small-answers.ts'
import { answerTold, toldIn } from './told.ts'
import { toolInput } from './tool-input.ts'
import { voiceOf } from './voice.ts'

const NO_USAGE = { input: 0, cachedInput: 0, output: 0 }

interface PlaybookOptions {
  /** True when language models are configured and this provider stands in for them. */
  readonly isFallback?: boolean
}

/**
 * The built-in provider that needs no key: it picks a skill by the question's words, has the turn run it, and writes
 * the answer from the result. It spends no tokens, keeps no state and says in every answer that no model wrote it.
 */
export function createPlaybook(options: PlaybookOptions = {}): ModelProvider {
  const note = options.isFallback
    ? '*No language model answered; I answered from the playbook.*'
    : '*No language model is configured; I answered from the playbook.*'
  return { id: 'playbook', stream: (request) => streamAnswer(request, note) }
}

async function* streamAnswer(request: ModelRequest, note: string): AsyncIterable<ModelChunk> {
  const answer = answerRequest(request)
  if (typeof answer !== 'string') {
    stopIfAborted(request.signal)
    yield { type: 'tool-call', call: answer }
    yield { type: 'end', reason: 'tool-calls', usage: NO_USAGE }
    return
  }
  for (const part of inParts(`${answer}\n\n${note}`)) {
    stopIfAborted(request.signal)
    yield { type: 'text-delta', text: part }
  }
  yield { type: 'end', reason: 'stop', usage: NO_USAGE }
}

function stopIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new SophiaError('TURN_CANCELLED')
}

/** Paragraph by paragraph, so that readers see it grow; joined again it is the text. */
function inParts(text: string): string[] {
  return text.split(/(?<=\n\n)(?=\S)/)
}

/** A call to run, or the text of the answer. */
function answerRequest(request: ModelRequest): ToolCall | string {
  const voice = voiceOf(request.stableInstructions)
  const last = request.messages.at(-1)
  if (last?.role === 'tool') {
    return last.outcomes.length === 0
      ? 'The tool gave nothing back.'
      : last.outcomes.map((outcome) => renderOutcome(outcome, voice)).join('\n\n---\n\n')
  }
  const record = recordAtHand(request.turnInstructions)
  const setting = { voice, tools: request.tools, record }
  const today = todayOf(request.turnInstructions)
  const told = toldIn(lastQuestion(request.messages), record, today ?? '')
  if (told.length > 0 && today !== null) return answerTold(told)
  const placement = placeLast(request.messages, record)
  switch (placement.kind) {
    case 'talk':
      return answerTalk(placement.talk, setting)
    case 'unplaced':
      return [
        ...outageWords(lastQuestion(request.messages), request.turnInstructions),
        answerUnplaced(placement, setting),
      ].join('\n\n')
    case 'skill': {
      const placed = offeredInstead(placement, request.tools)
      const tool = request.tools.find((candidate) => candidate.name === placed.skill)
      if (!tool) return answerNotOffered(placed.skill, placed.slots.name, setting)
      const made = toolInput(placed, tool, { record, today })
      return 'ask' in made ? made.ask : { callId: nextCallId(request.messages), tool: tool.name, input: made.input }
    }
  }
}

function lastQuestion(messages: readonly ModelMessage[]): string {
  const asked = messages.findLast((message) => message.role === 'user')
  return asked?.role === 'user' ? asked.text : ''
}

type SkillPlacement = Extract<Placement, { kind: 'skill' }>

/** "How is Tobias Marchetta doing?" asks a coach after a rep, and whoever looks after clients after a client. */
function offeredInstead(placement: SkillPlacement, tools: readonly ToolDefinition[]): SkillPlacement {
  const has = (name: string): boolean => tools.some((tool) => tool.name === name)
  const asksAfterSomebody = placement.skill === 'assess-health' && placement.slots.name !== undefined
  return asksAfterSomebody && !has('assess-health') && has('review-performance')
    ? { ...placement, skill: 'review-performance' }
    : placement
}

function placeLast(messages: readonly ModelMessage[], record: RecordAtHand | null): Placement {
  const index = messages.findLastIndex((message) => message.role === 'user')
  const asked = messages[index]
  if (asked?.role !== 'user') return { kind: 'unplaced', absent: null }
  const previous = previousExchange(messages.slice(0, index))
  const placed = placeOne(asked.text, previous, record)
  // Two messages sent one after the other arrive as paragraphs of one; the last is what is asked now.
  const lastParagraph =
    asked.text
      .trim()
      .split(/\n\s*\n/)
      .at(-1) ?? ''
  return placed.kind === 'unplaced' && lastParagraph !== asked.text.trim()
    ? placeOne(lastParagraph, previous, record)
    : placed
}

function placeOne(text: string, previous: PreviousExchange | null, record: RecordAtHand | null): Placement {
  const placed = placeQuestion(text, record)
  if (placed.kind !== 'unplaced' || previous === null) return placed
  return placeFollowUp(text, previous, record) ?? placed
}

function previousExchange(messages: readonly ModelMessage[]): PreviousExchange | null {
  const question = messages.findLast((message) => message.role === 'user')
  const answer = messages.findLast((message) => message.role === 'assistant' && message.text !== '')
  return question?.role === 'user' && answer?.role === 'assistant'
    ? { question: question.text, answer: answer.text }
    : null
}

function nextCallId(messages: readonly ModelMessage[]): string {
  const made = messages.reduce(
    (count, message) => count + (message.role === 'assistant' ? message.toolCalls.length : 0),
    0,
  )
  return `playbook-${made + 1}`
}

/** `At hand is the deal with id "deal-0042"`, as the turn's instructions say it. */
function recordAtHand(instructions: string): RecordAtHand | null {
  const match = /^At hand is the (deal|client) with id ("(?:[^"\\\n]|\\.)*")/m.exec(instructions)
  if (!match) return null
  const id = parseJson(match[2] ?? '')
  return typeof id === 'string' && id !== '' ? { kind: match[1] === 'deal' ? 'deal' : 'client', id } : null
}

/** `Today is 2026-11-22 (UTC).` */
function todayOf(instructions: string): string | null {
  const day = /^Today is (\d{4}-\d{2}-\d{2})\b/m.exec(instructions)?.[1]
  return day !== undefined && isDay(day) ? day : null
}
