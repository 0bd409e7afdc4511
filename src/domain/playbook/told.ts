import { extractStatements } from '../memory/extract-statements.ts'
import type { MemoryCandidate } from '../memory/memory.ts'
import { blocks } from './markdown.ts'
import type { RecordAtHand } from './reading.ts'

/** What a message tells without asking anything; empty when a part of it is more than something to remember. */
export function toldIn(text: string, record: RecordAtHand | null, today: string): readonly MemoryCandidate[] {
  const atHand = record === null ? null : { kind: record.kind, label: record.id }
  const told = extractStatements({ seq: 0, text, onDay: today, atHand })
  const rest = told.reduce((left, { source }) => left.replace(source.quote, ''), text)
  return /[\p{L}\p{N}]/u.test(rest) ? [] : told
}

/** The turn's end stores it by the same rule, so the answer may say so. */
export function answerTold(told: readonly MemoryCandidate[]): string {
  const bears = told.some(({ slot, subject }) => slot !== null && subject?.kind !== 'member')
  return blocks([
    told.length === 1 ? 'Noted.' : `Noted, all ${told.length} of them.`,
    [
      'You find it under Memory, where you can change it, share it or take it back; until you share it, it is yours alone.',
      bears ? 'It counts from now on when you ask about the record it is about.' : '',
    ]
      .filter((sentence) => sentence !== '')
      .join(' '),
  ])
}
