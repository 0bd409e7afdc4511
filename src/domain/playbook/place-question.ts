import { findNames } from './find-names.ts'
import type { NameSpan } from './name-span.ts'
import type { Reading, RecordAtHand, Slots } from './reading.ts'
import { reviewRecordScore, reviewSlots } from './review-filter.ts'
import {
  LEAD_IN_WORD_COST,
  MARGIN,
  NAME_BONUS,
  RECORD_BONUS,
  REQUIRED,
  THRESHOLD,
  UNKNOWN_WORD_COST,
  WEIGHTS,
  type PlaybookSkill,
  type ScoredSkill,
} from './intents.ts'
import { RECORD_NOUNS, type Concept } from './lexicon.ts'
import { placeAnchored } from './place-anchored.ts'
import { placeCraft } from './place-craft.ts'
import { placeCue } from './place-cue.ts'
import { ABSENT_SKILLS, ASKS_DEFINITION, CODE_OR_TITLE, FOREIGN, IDIOMS, OTHER_SENSES } from './negative-evidence.ts'
import { readNote } from './next-step-notes.ts'
import { readNextStep, type NextStepSlots } from './next-step-slots.ts'
import { placeTalk, type TalkKind } from './place-talk.ts'
import { segment } from './segments.ts'
import { tagWords, type TaggedToken } from './tag-words.ts'
import { tokenise } from './tokens.ts'

/** Where a question belongs. `unplaced` with `absent` names the thing asked for that no skill does yet. */
export type Placement =
  | { readonly kind: 'talk'; readonly talk: TalkKind }
  | { readonly kind: 'skill'; readonly skill: PlaybookSkill; readonly slots: Slots }
  | { readonly kind: 'unplaced'; readonly absent: string | null; readonly meanwhile?: string }

const MAX_CHARACTERS = 2000
const UNPLACED: Placement = { kind: 'unplaced', absent: null }

/** One deal asked for by its size: the tool finds it. */
const LARGEST_DEAL =
  /^[^.?!]{0,60}\b(?:our|my|the) ((?:biggest|largest|most valuable)(?: open)? (?:deal|opportunity|opp))\b[^.?!]{0,40}[?.!]?$/i

/** "... before the forecast meeting": why it is asked now, not what is asked. */
const OCCASION =
  /[\s,]{1,4}(?:before|ahead of|prior to) (?:(?:the|my|our|a|his|her|their) )?(?:[\w-]+ ){0,2}(?:meeting|call|board|review|session|standup|1:1)(\W{0,3})$/i

/** `Draft a follow-up mail with the next steps`: to be written to them, not down. */
const ASKS_MESSAGE =
  /^[^.?!:]{0,40}\b(?:draft|write|put together|send|prepare)\b[^.?!:]{0,60}\b(?:e-?mail|mail|message|recap|follow[- ]?up (?:note|e-?mail|mail))\b/i

/** Decides what a question asks for from its words alone. When in doubt it says so: a wrong skill is worse than none. */
export function placeQuestion(given: string, record: RecordAtHand | null): Placement {
  const text = given.replace(OCCASION, '$1')
  const talk = placeTalk(text)
  if (talk) return { kind: 'talk', talk }
  if (text.length > MAX_CHARACTERS) return UNPLACED
  const largest = placeLargest(text)
  if (largest) return largest
  const nextStep = ASKS_MESSAGE.test(text) ? undefined : (readNextStep(text) ?? readNote(text))
  if (nextStep) return placeNextStep(nextStep)
  const offered = placeOffered(text)
  if (offered) return offered
  return placeUnlessRefused(text, record)
}

function placeUnlessRefused(text: string, record: RecordAtHand | null): Placement {
  if (isForeign(text)) return UNPLACED
  const craft = placeCraft(text, record) ?? placeCue(text, record)
  if (craft) return craft
  const refusal = findRefusal(text)
  const anchored = refusal?.isFinal === true ? undefined : placeAnchored(text)
  if (anchored) return anchored
  if (refusal && !refusal.yieldsToName) return refusal.placement
  const placed = placeByScore(text, record)
  // "Will the Acme deal close?" is answered by its chance and its risks; "Will we close 50 deals?" is not.
  if (refusal && !(placed.kind === 'skill' && placed.slots.name !== undefined)) return refusal.placement
  return placed
}

/** `How safe is our biggest deal?` */
function placeLargest(text: string): Placement | undefined {
  const name = LARGEST_DEAL.exec(text)?.[1]
  return name === undefined || findRefusal(text) ? undefined : { kind: 'skill', skill: 'coach-deal', slots: { name } }
}

/** The questions that Sophia herself offers beside a record; what stands in the name's place is the name, whatever it is. */
function placeOffered(text: string): Placement | undefined {
  const deal = /^Coach me on the deal (\S.{0,298}?)[.?!\s]*$/.exec(text)?.[1]
  if (deal !== undefined) return { kind: 'skill', skill: 'coach-deal', slots: { name: deal } }
  const client = /^How healthy is ([\p{Lu}\d].{0,298}?)\?\s*$/u.exec(text)?.[1]
  if (client !== undefined) return { kind: 'skill', skill: 'assess-health', slots: { name: client } }
  const rep = /^How is the pipeline of (\p{Lu}.{0,198}?)\?\s*$/u.exec(text)?.[1]
  return rep === undefined ? undefined : { kind: 'skill', skill: 'review-pipeline', slots: { rep } }
}

/** Two capitalised words or more in a row are taken for a name: "Boston Music Group" does not ask for music. */
const LONG_NAME = /(?<!^)\b\p{Lu}[\p{L}\p{N}.'’]*(?:\s+(?:[&-]\s+)?\p{Lu}[\p{L}\p{N}.'’]*)+/gu

function placeNextStep(read: NextStepSlots & { head: string }): Placement {
  if (FOREIGN.test(read.head.replaceAll(/\bremind(er)?\b/gi, ''))) return UNPLACED
  const { head: _, ...nextStep } = read
  const name = nextStep.record
  return { kind: 'skill', skill: 'record-next-step', slots: { nextStep, ...(name === undefined ? {} : { name }) } }
}

/** Code, words of other worlds, definitions and idioms: no skill's, whatever else is in it. */
function isForeign(given: string): boolean {
  const text = given.replaceAll(LONG_NAME, 'X')
  return (
    CODE_OR_TITLE.test(given) ||
    FOREIGN.test(text) ||
    ASKS_DEFINITION.test(text) ||
    IDIOMS.test(text) ||
    OTHER_SENSES.test(text)
  )
}

interface Refusal {
  readonly placement: Placement
  readonly yieldsToName: boolean
  /** No wording makes it a skill's. */
  readonly isFinal: boolean
}

function findRefusal(given: string): Refusal | undefined {
  if (isForeign(given)) return { placement: UNPLACED, yieldsToName: false, isFinal: true }
  const text = given.replaceAll(LONG_NAME, 'X')
  const main = segment(text)
    .filter((part) => !part.isLeadIn)
    .map((part) => part.text.trim().toLowerCase().replaceAll('\u2019', "'"))
    .join(' ')
  const found = ABSENT_SKILLS.filter((skill) => skill.words.some((word) => word.test(main)))
  const absent = found.find((skill) => skill.yieldsToName === undefined) ?? found[0]
  return (
    absent && {
      placement: {
        kind: 'unplaced',
        absent: absent.what,
        ...(absent.meanwhile ? { meanwhile: absent.meanwhile } : {}),
      },
      yieldsToName: absent.yieldsToName === true,
      isFinal: found.some((skill) => skill.isFinal === true),
    }
  )
}

function placeByScore(text: string, record: RecordAtHand | null): Placement {
  const reading = read(text, record)
  if (isHeapOfWords(reading)) return UNPLACED
  const scores = SCORED.map((skill) => ({ skill, score: scoreOf(skill, reading) })).toSorted(
    (a, b) => b.score - a.score,
  )
  const [best, second] = scores
  if (!best || !second || best.score < THRESHOLD) return UNPLACED
  if (reading.names.length > 0 && isElsewhere(best.skill, text)) return UNPLACED
  if (best.score - second.score < MARGIN) return placeTie(reading)
  return { kind: 'skill', skill: best.skill, slots: slotsFor(best.skill, reading) }
}

function isElsewhere(skill: ScoredSkill, text: string): boolean {
  return skill !== 'review-pipeline' && (ELSEWHERE.test(text) || (skill === 'assess-health' && RENEWAL.test(text)))
}

/** A deal may be called one; a client's is the forecast's. */
const RENEWAL = /\b(?:renewal|renews?)\b/i
/** Words of the other skills: a named record is not coached or looked after because somebody wants a mail written. */
const ELSEWHERE =
  /\b(?:e-?mails?|mails?|draft|compose|word it|objections?|renewals|terminat\w+|qbr|quarterly|goals|milestones|outcomes|train(?:ing)?|learn|practi[sc]e|quota|rescue|prevent|stop|odds|want(?:s|ed)? out|leaving|leaves?|cancel|how (?:can|do|should|could) (?:we|i) (?:make|get|keep|stop)|slides?|transcript|recording|agenda|talking points|success|loyal|walk away|hung up|trust|confidence|relationship back|fix the|what can be done|first and|colleagues|peers|programme?|first (?:thing|step))\b/i

/** A name that may be a client's or a deal's: without a word of deals the client is meant, for deals are called deals. */
function placeTie(reading: Reading): Placement {
  const { concepts, names } = reading
  const isOfDeals = DEAL_WORDS.some((concept) => concepts.has(concept))
  const isOfClients = concepts.has('risk') || concepts.has('clientRisk') || concepts.has('doing')
  if (names.length !== 1 || isOfDeals || !isOfClients) return UNPLACED
  return { kind: 'skill', skill: 'assess-health', slots: slotsFor('assess-health', reading) }
}

const DEAL_WORDS: readonly Concept[] = ['deal', 'deals', 'pipeline', 'win', 'coach', 'gap', 'buyer', 'advance', 'stage']

const SCORED: readonly ScoredSkill[] = ['review-pipeline', 'coach-deal', 'assess-health']

function read(text: string, record: RecordAtHand | null): Reading {
  const parts = segment(text).map((part) => {
    const tokens = tagWords(tokenise(part.text))
    const names = findNames(part.text, tokens).filter((name) => !isPlace(tokens, name))
    const strange = tokens.filter(
      (token, index) => token.tag === 'unknown' && !names.some((name) => isInside(name, index)),
    )
    const concepts = tokens.filter((_, index) => !names.some((name) => isInside(name, index))).map((token) => token.tag)
    return { tokens, names, concepts, cost: strange.length * (part.isLeadIn ? LEAD_IN_WORD_COST : UNKNOWN_WORD_COST) }
  })
  const tags = parts.flatMap((part) => part.concepts).filter(isConcept)
  return {
    concepts: new Set([...tags, ...conceptsOfNames(parts.flatMap((part) => part.names))]),
    names: parts.flatMap((part) => part.names),
    tokens: parts.flatMap((part) => part.tokens),
    strangeCost: parts.reduce((sum, part) => sum + part.cost, 0),
    record,
  }
}

/** A renewal is as much a matter of clients. */
const DEAL_TAIL = /\s(expansion|upgrade|rollout|pilot|extension|upsell|migration|add-?on)$/i

/** `Silverfern - RentRail` and `deal-0004` are what deals are called. */
function conceptsOfNames(names: readonly NameSpan[]): Concept[] {
  return names.some(
    (name) => /\s[-\u2013]\s/.test(name.text) || /^deal-\d/i.test(name.text) || DEAL_TAIL.test(name.text),
  )
    ? ['deal']
    : []
}

const TOPICS: readonly Concept[] = ['pipeline', 'deal', 'client', 'health', 'nextStep', 'rate']

/** Many topics and no grammar between them, or one word again and again: keywords thrown together, not a question. */
function isHeapOfWords({ concepts, tokens }: Reading): boolean {
  const topics = TOPICS.filter((topic) => concepts.has(topic)).length
  const words = tokens.filter((token) => token.isWord)
  if (words.length >= 3 && new Set(words.map((token) => token.word)).size <= words.length / 2) return true
  return topics >= 3 && !words.some((token) => token.tag === 'neutral')
}

function scoreOf(skill: ScoredSkill, reading: Reading): number {
  const isMet = REQUIRED[skill].some((set) => set.every((concept) => reading.concepts.has(concept)))
  if (!isMet) return 0
  const words = [...reading.concepts].reduce((sum, concept) => sum + (WEIGHTS[concept][skill] ?? 0), 0)
  return words + recordScore(skill, reading) - reading.strangeCost
}

/** What a name in the text, or a record beside it, says for a skill; -Infinity when the skill lacks its record. */
function recordScore(skill: ScoredSkill, reading: Reading): number {
  const { names } = reading
  if (skill === 'review-pipeline') return reviewRecordScore(reading)
  if (names.length > 1) return -Infinity
  return names.length === 1 ? NAME_BONUS : unnamedScore(skill === 'coach-deal' ? 'deal' : 'client', reading)
}

function unnamedScore(wanted: RecordAtHand['kind'], reading: Reading): number {
  const { tokens, record, concepts } = reading
  const pointsAt = tokens.some(
    (token, index) => token.tag === wanted && DETERMINERS.test(tokens[index - 1]?.word ?? ''),
  )
  if (record?.kind === wanted) return pointsAt || speaksOf(wanted, reading) ? RECORD_BONUS : -Infinity
  // Which one is not known yet; the answer will ask.
  return pointsAt && hasMoreThan(wanted, concepts) ? 0 : -Infinity
}

const DETERMINERS = /^(this|here|that|the|my)$/

/** The word "deal" alone asks for nothing. */
function hasMoreThan(concept: Concept, concepts: ReadonlySet<Concept>): boolean {
  return concepts.size > (concepts.has(concept) ? 1 : 0)
}

/** Concepts that speak of the record at hand without pointing at it: "any red flags?" */
const UNSAID: Readonly<Record<RecordAtHand['kind'], readonly Concept[]>> = {
  deal: ['coach', 'gap', 'buyer', 'advance', 'risk'],
  client: ['health', 'clientRisk', 'risk'],
}
const POINTS = /^(this|here|it|they|them|their|these|that)$/

function speaksOf(kind: RecordAtHand['kind'], { tokens, concepts }: Reading): boolean {
  const isOneWord = tokens.filter((token) => token.isWord).length < 2
  if (isOneWord) return kind === 'client' ? concepts.has('health') : concepts.has('risk')
  return tokens.some((token) => POINTS.test(token.word)) || UNSAID[kind].some((concept) => concepts.has(concept))
}

function slotsFor(skill: ScoredSkill, reading: Reading): Slots {
  if (skill === 'review-pipeline') return reviewSlots(reading)
  const [name] = reading.names
  return name === undefined ? {} : { name: name.text }
}

/** "In Ohio", "in the Middle East": a place, not a record. */
function isPlace(tokens: readonly TaggedToken[], name: NameSpan): boolean {
  if (RECORD_NOUNS.has(tokens[name.to]?.word ?? '') || name.isPossessive || name.text.includes(' - ')) return false
  const before = tokens[name.from - 1]?.word
  return before === 'in' || (before === 'the' && tokens[name.from - 2]?.word === 'in')
}

function isInside(name: NameSpan, index: number): boolean {
  return index >= name.from && index < name.to
}

function isConcept(tag: TaggedToken['tag']): tag is Concept {
  return tag !== 'neutral' && tag !== 'unknown' && tag !== 'mark'
}
