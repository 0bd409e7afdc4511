import { cutText } from '../cut-text.ts'
import type { CallFacts, CallQuote } from './call-review.ts'
import { readParties, type Side } from './parsed-call.ts'
import { readTranscript, type SpokenLine } from './transcript.ts'

export interface HeardLine extends SpokenLine {
  readonly side: Side
}

/** One sentence of a line; everything that is found in a call is found in sentences. */
export type Sentence = CallQuote

const MAX_SENTENCE = 600
const OUR_LABELS = /^(?:rep|sales rep|seller|ae|account executive|csm|agent|us|we)$/i
const THEIR_LABELS = /^(?:customer|client|prospect|buyer|them|they)$/i

/** The lines of a call with the side of each speaker, as far as names tell; a guess is never made. */
export function hearCall(
  facts: Pick<CallFacts, 'body' | 'speakers' | 'repName' | 'repEmail' | 'ours' | 'theirs'>,
): HeardLine[] {
  const lines = readTranscript(facts.body)
  const sides = sidesOf([...new Set(lines.flatMap(({ speaker }) => speaker ?? []))], facts)
  return lines.map((line) => ({
    ...line,
    side: line.speaker === null ? 'unknown' : (sides.get(line.speaker) ?? 'unknown'),
  }))
}

type Known = Pick<CallFacts, 'speakers' | 'repName' | 'repEmail' | 'ours' | 'theirs'>

function sidesOf(names: readonly string[], known: Known): Map<string, Side> {
  return withTheOther(new Map(names.map((name): [string, Side] => [name, sideOf(name, known)])))
}

/** Our own records first, then what the file said, then the client's people. */
function sideOf(name: string, known: Known): Side {
  const party = readParties(known.speakers).find((one) => isSame(one.name, name))
  if (isOurs(name, known) || isSame(party?.email ?? '-', known.repEmail ?? '')) return 'us'
  if (party !== undefined && party.side !== 'unknown') return party.side
  return known.theirs.some((one) => isSame(one, name)) || THEIR_LABELS.test(name) ? 'them' : 'unknown'
}

function isOurs(name: string, { repName, ours }: Known): boolean {
  if (OUR_LABELS.test(name) || ours.some((one) => isSame(one, name))) return true
  return repName !== null && (isSame(repName, name) || firstName(repName) === name.toLowerCase())
}

/** Of two speakers of whom one is ours, the other is theirs: a call needs somebody to call. */
function withTheOther(sides: Map<string, Side>): Map<string, Side> {
  const found = [...sides]
  const known = found.find(([, side]) => side !== 'unknown')
  if (found.length !== 2 || known === undefined) return sides
  return new Map(found.map(([name, side]) => [name, side === 'unknown' ? opposite(known[1]) : side]))
}

function opposite(side: Side): Side {
  if (side === 'unknown') return 'unknown'
  return side === 'us' ? 'them' : 'us'
}

function isSame(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase()
}

function firstName(name: string): string {
  return name.split(' ')[0]?.toLowerCase() ?? ''
}

/** Sentences in the order spoken. Very long ones are cut: what is looked for stands in few words. */
export function sentencesOf(lines: readonly HeardLine[]): Sentence[] {
  return lines.flatMap(({ text, ...line }) =>
    text
      .split(/(?<=[.?!…])["')\]]?\s+(?=\S)/u)
      .map((part) => ({ ...line, text: cutText(part.trim(), MAX_SENTENCE) }))
      .filter((sentence) => sentence.text !== ''),
  )
}

export function isQuestion(text: string): boolean {
  return /\?["')\]]*$/.test(text)
}

/** Words as counted for shares; a dash or a number is one. */
export function countWords(text: string): number {
  return text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length
}
