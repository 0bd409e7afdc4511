import type { Concept } from './lexicon.ts'
import type { TaggedToken } from './tag-words.ts'

/** By stage every review is split anyway. */
export type Grouping = 'rep' | 'manager' | 'product' | 'segment'

const GROUPINGS: Readonly<Partial<Record<Concept, Grouping>>> = {
  byRep: 'rep',
  byManager: 'manager',
  byProduct: 'product',
  bySegment: 'segment',
  bestProduct: 'product',
}
/** "The team's pipeline" asks for no split; "by team" does. */
const NEEDS_SPLIT = new Set(['team', 'teams', 'product', 'products'])
const SPLITS = new Set(['others', 'some', 'by', 'per', 'each', 'across', 'which', 'compare', 'every'])

/** What the figures are to be split by, from "by rep", "which product", "across managers"; undefined for the whole. */
export function groupingOf(tokens: readonly TaggedToken[]): Grouping | undefined {
  const hasSplit = tokens.some((token) => token.tag === 'split' || SPLITS.has(token.word))
  for (const [index, token] of tokens.entries()) {
    const grouping =
      token.tag === 'neutral' || token.tag === 'unknown' || token.tag === 'mark' ? undefined : GROUPINGS[token.tag]
    if (grouping && (hasSplit || !NEEDS_SPLIT.has(token.word) || tokens[index - 1]?.word === 'what')) return grouping
  }
  return SUBJECT_WHO.test(tokens.map((token) => token.word).join(' ')) ? 'rep' : undefined
}

/** "Who has the highest win rate", "whose deals are stuck": one of the reps, so all of them are shown. */
const SUBJECT_WHO =
  /^(and |so )?(who (has|is|win|wins|closes|close|carries|owns|holds|sells|takes|got|on)\b|whose (deals|pipeline|funnel|opps|win))/

const STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation']

/** The one stage that is named, "proposal" or "proposals"; undefined when none or several are. */
export function stageOf(tokens: readonly TaggedToken[]): string | undefined {
  const named = STAGES.filter((stage) => tokens.some((token) => token.word === stage || token.word === `${stage}s`))
  return named.length === 1 ? named[0] : undefined
}

/** The one segment that is named, as written; null when several are, which asks to set them side by side. */
export function segmentOf(tokens: readonly TaggedToken[]): string | null | undefined {
  const named = tokens.flatMap((token, index) => (token.tag === 'segmentName' ? [{ token, index }] : []))
  const [first] = named
  const last = named.at(-1)
  if (first === undefined || last === undefined) return undefined
  const isOneRun = last.index - first.index === named.length - 1
  return isOneRun ? named.map(({ token }) => token.text).join(' ') : null
}
