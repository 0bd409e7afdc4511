import { createHash } from 'node:crypto'

/** Random numbers from 0 to 1 that a seed repeats (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A number that an id repeats. */
export function seedOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0)
}

const WORDS = [
  'deal',
  'Größe',
  'pipeline',
  '客户',
  'stage',
  '🎯',
  'won',
  '**value**',
  'naïve',
  'quarter',
  '👩‍💻',
  '\n',
  '- next',
  'résumé',
]

/** The one right answer to a question: a text made from its id, long enough to be cut anywhere, with characters of every width. */
export function answerTextOf(messageId: string): string {
  const random = createRandom(seedOf(messageId))
  const words = Array.from(
    { length: 60 + Math.floor(random() * 40) },
    () => WORDS[Math.floor(random() * WORDS.length)] ?? '',
  )
  return `${messageId}: ${words.join(' ')}`
}

/** How often the one right answer is said where a long one is asked for: some 35 000 characters then, and never more than a model may say. */
const TIMES = 70

function longAnswerTextOf(messageId: string): string {
  return Array.from({ length: TIMES }, () => answerTextOf(messageId)).join('\n')
}

/** What anybody may ask in the same words; the provider gives another answer each time. */
export const COMMON_QUESTION = 'What is new?'

/** What a virtual client asks: its text carries the message's own id. */
export function questionTextOf(messageId: string): string {
  return `question ${messageId}`
}

/** The same for what has an effect before it is answered. */
export function orderTextOf(messageId: string): string {
  return `order ${messageId}`
}

/** The same for an answer that takes long to read. */
export function longTextOf(messageId: string): string {
  return `long ${messageId}`
}

/** The right answer to what a message says; null: any is. */
export function rightAnswerTo(messageId: string, text: string): string | null {
  if (text === COMMON_QUESTION) return null
  return text === longTextOf(messageId) ? longAnswerTextOf(messageId) : answerTextOf(messageId)
}
