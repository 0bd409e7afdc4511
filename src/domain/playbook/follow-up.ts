import { findNames } from './find-names.ts'
import { groupingOf } from './grouping.ts'
import { placeQuestion, type Placement } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'
import { FOREIGN } from './negative-evidence.ts'
import { tagWords } from './tag-words.ts'
import { tokenise } from './tokens.ts'

/** What was said before the question: the asker's previous words and the answer they got. */
export interface PreviousExchange {
  readonly question: string
  readonly answer: string
}

/** Asked when a skill lacks something; the reply to one of them is understood as its answer. */
export const WHICH_RECORD = {
  deal: 'Which deal do you mean?',
  client: 'Which client do you mean?',
  rep: 'Which rep do you mean?',
} as const
export const WHAT_STEP = 'What should the next step be?'
export const WHICH_DAY = 'By which day?'
/** Ends every list of candidates. */
export const CHOOSE = 'Answer with the name or the id.'

const AGAIN =
  /^(and |but |so )*(why|how so|how come|what makes you say that|why is that|why's that)( that| is that)?\W*$/i
const CONTINUES = /^\s*(and|what about|how about|now|same for|same by|also|or|then|ok and|what of)\b[\s,]*/i
const MAX_REPLY_WORDS = 12

/** Places a question that leans on the exchange before it: "and by product?", "what about Acme?", "why?", a reply to what was asked. */
export function placeFollowUp(
  text: string,
  previous: PreviousExchange,
  record: RecordAtHand | null,
): Placement | undefined {
  const before = placeQuestion(previous.question, record)
  if (before.kind !== 'skill' || FOREIGN.test(text)) return undefined
  if (AGAIN.test(text.trim()) && before.skill !== 'record-next-step') return before
  const reply = placeReply(text.trim(), previous.answer, before)
  if (reply) return reply
  const rest = text.replace(CONTINUES, '')
  return rest === text && !/^(by|per)\b/i.test(text.trim()) ? undefined : continueWith(rest, before)
}

type SkillPlacement = Extract<Placement, { kind: 'skill' }>

/** Only a grouping, or only a name, changes what was asked before; anything more is a question of its own. */
function continueWith(rest: string, before: SkillPlacement): Placement | undefined {
  const tokens = tagWords(tokenise(rest))
  const names = findNames(rest, tokens)
  const others = tokens.filter(
    (token, index) => token.tag === 'unknown' && !names.some((name) => index >= name.from && index < name.to),
  )
  if (others.length > 0 || before.skill === 'record-next-step') return undefined
  const grouping = groupingOf(tokens)
  const name = names.length === 1 ? names[0]?.text : undefined
  if (before.skill === 'review-pipeline')
    return grouping && names.length === 0 ? { ...before, slots: { ...before.slots, grouping } } : undefined
  return name !== undefined && !grouping ? { ...before, slots: { ...before.slots, name } } : undefined
}

function placeReply(text: string, answer: string, before: SkillPlacement): Placement | undefined {
  if (text === '' || text.includes('?') || text.split(/\s+/).length > MAX_REPLY_WORDS) return undefined
  if (asksForRecord(answer) || wasOffered(text, answer)) return { ...before, slots: withName(before, cleanReply(text)) }
  return before.skill === 'record-next-step' ? placeStepReply(text, answer, before) : undefined
}

function asksForRecord(answer: string): boolean {
  return Object.values(WHICH_RECORD).some((question) => answer.includes(question))
}

/** One of the candidates that a question just listed. */
function wasOffered(text: string, answer: string): boolean {
  return text.length >= 3 && answer.toLowerCase().includes(text.toLowerCase()) && answer.includes(CHOOSE)
}

function placeStepReply(text: string, answer: string, before: SkillPlacement): Placement | undefined {
  const known = before.slots.nextStep ?? {}
  if (answer.includes(WHAT_STEP)) return { ...before, slots: { ...before.slots, nextStep: { ...known, text } } }
  return answer.includes(WHICH_DAY)
    ? { ...before, slots: { ...before.slots, nextStep: { ...known, due: text } } }
    : undefined
}

function withName(before: SkillPlacement, name: string): SkillPlacement['slots'] {
  if (before.skill === 'review-pipeline' && before.slots.rep === undefined) return { ...before.slots, only: name }
  return before.skill === 'review-pipeline' ? { ...before.slots, rep: name } : { ...before.slots, name }
}

function cleanReply(text: string): string {
  return (
    text
      .replace(/^(the|it's|its|i mean|i meant|mean)\s+/i, '')
      .replace(/\s*(deal|opportunity|account|client)?[.!]*$/i, '') || text
  )
}
