import { groupingOf, segmentOf, stageOf, type Grouping } from './grouping.ts'
import { NAME_BONUS } from './intents.ts'
import type { Concept } from './lexicon.ts'
import type { NameSpan } from './name-span.ts'
import type { Reading, Slots } from './reading.ts'
import type { TaggedToken } from './tag-words.ts'

/** One name narrows the review, unless it is that of one deal or client. */
export function reviewRecordScore(reading: Reading): number {
  const { names, tokens, concepts } = reading
  const [name] = names
  if (name === undefined) return speaksOfOneRecord(reading) ? -2 : 0
  if (names.length > 1 || name.text.includes(' - ') || ONE_RECORD_ID.test(name.text)) return -Infinity
  if ([name.to, name.from - 1].some((index) => ONE_RECORD.has(tokens[index]?.word ?? ''))) return -Infinity
  if (concepts.has('deal') && !concepts.has('deals') && !concepts.has('pipeline')) return -Infinity
  return FILTERABLE.some((concept) => concepts.has(concept)) ? NAME_BONUS : -Infinity
}

/** "What is stuck?" beside a deal speaks of that deal. */
function speaksOfOneRecord({ record, concepts }: Reading): boolean {
  return record !== null && !WHOLE.some((concept) => concepts.has(concept))
}

const WHOLE: readonly Concept[] = ['pipeline', 'deals', 'rate', 'cycle']
const FILTERABLE: readonly Concept[] = ['pipeline', 'deals', 'rate', 'cycle', 'open', 'standing']
const ONE_RECORD = new Set(['deal', 'opportunity', 'opp', 'account', 'client', 'customer', 'renewal'])
const ONE_RECORD_ID = /^(deal|client)-/i

/** Grouping, stage, segment and name of a review. */
export function reviewSlots(reading: Reading): Slots {
  const [name] = reading.names
  const stage = stageOf(reading.tokens)
  const segment = segmentOf(reading.tokens)
  const filter = name === undefined ? {} : filterOf(name, reading.tokens)
  const grouping = filter.manager === undefined ? splitOf(reading.tokens, segment) : undefined
  return {
    ...(grouping ? { grouping } : {}),
    ...(stage ? { stage } : {}),
    ...(segment ? { segment } : {}),
    ...filter,
  }
}

/** Two segments are set side by side; one that is named is a filter, though the word "segment" stands by it. */
function splitOf(tokens: readonly TaggedToken[], segment: string | null | undefined): Grouping | undefined {
  const grouping = groupingOf(tokens)
  if (segment === null) return grouping ?? 'segment'
  return segment !== undefined && grouping === 'segment' ? undefined : grouping
}

/** "Anna's team", "under Anna" and "manager Anna" say that she leads one; else the skill finds out whose name it is. */
function filterOf(name: NameSpan, tokens: readonly TaggedToken[]): { manager?: string; only?: string } {
  const leads = TEAM.test(tokens[name.to]?.word ?? '') || LEADS.test(tokens[name.from - 1]?.word ?? '')
  return leads ? { manager: name.text } : { only: name.text }
}

const TEAM = /^(team|people|group)$/
const LEADS = /^(manager|team|under|lead|leader)$/
