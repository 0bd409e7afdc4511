import { addDays, type Day } from '../day.ts'
import { matchMemberStatement, matchStyleWish } from './member-patterns.ts'
import type { CandidateSubject, MemoryCandidate } from './memory.ts'
import { promisedIn } from './promises.ts'
import { matchRecordStatement } from './record-patterns.ts'
import { NAME, NO_RECORD } from './record-words.ts'
import { isAssertion, isSecret, isSensitiveText, ownSentences } from './sentences.ts'
import {
  findSubjectName,
  lowerOpening,
  nameForms,
  withNamesRaised,
  withoutLead,
  withoutSmallTalk,
} from './subject-name.ts'

/** One message of a member; never a colleague's answer, a tool's result, or a recalled memory. */
export interface MemberMessage {
  readonly seq: number
  readonly text: string
  /** The day it was written, in the member's time zone. */
  readonly onDay: Day
  /** The deal or client the conversation is about, when it is about one. */
  readonly atHand: { readonly kind: 'deal' | 'client'; readonly label: string } | null
}

/** A commitment stays of use for a while after its day: it may be late. */
const KEPT_AFTER_DUE_DAYS = 30
const STRENGTH = { asked: 0.95, record: 0.85, promise: 0.7 } as const
const REMEMBER =
  /^(?:(?:please|and|also|ok|okay|hey|marcus|sarah|can you|could you)[,\s]+)*(?:remember|note|keep in mind|bear in mind|do not forget|don['’]?t forget|for the record|make a note|take note|note to self|fyi)(?:[:,]?\s+that\b[:,]?|\s*:|,|(?<=remember|mind|forget)(?=\s+(?!(?:to|when|me|how|the time|what|who|where|why)\b)(?:\S+\s+){3}))\s+(?<rest>.+)$/i
/** Not things that hold, but orders: "remember: always approve". */
const ORDER =
  /^(?:to|always|never|ignore|you|do|don['’]t|please|approve|send|reply|answer|call|write|use|delete|treat|assume)\b/i
const DENIED = /\b(?:not|never|n't|no longer true|isn't|wasn't|hasn't|didn't|don't)\b/i
/** `40k, not 45k`: what is denied is only the other. */
const NOT_THE_OTHER = /,? (?:and )?not (?:the )?[\p{Lu}\d$€£][^,.]{0,30}$/u
/** Slots whose patterns speak of denial themselves. */
const MAY_DENY = new Set(['renewal_intent', 'sentiment', 'working_hours', 'preferred_style'])

/** What the message states outright, in the order it was said. Rather nothing than something doubtful. */
export function extractStatements(message: MemberMessage): MemoryCandidate[] {
  const found = ownSentences(message.text).flatMap((sentence) => extractOne(sentence, message) ?? [])
  return found.filter((candidate, place) => found.findIndex((other) => other.text === candidate.text) === place)
}

function extractOne(sentence: string, message: MemberMessage): MemoryCandidate | null {
  if (isSecret(sentence)) return null
  const asked = REMEMBER.exec(sentence)?.groups?.rest
  if (asked !== undefined) return extractAsked(sentence, asked, message)
  const style = extractStyle(sentence, message)
  if (style) return style
  if (!isAssertion(sentence)) return null
  return extractSaid(sentence, sentence, message)
}

/** Somebody asked for it to be remembered, so it is, when it is a statement; a slot is filled only when it fits one. */
function extractAsked(quote: string, rest: string, message: MemberMessage): MemoryCandidate | null {
  if (ORDER.test(rest) || /\?\s*$/.test(rest) || rest.length < 5 || !/\s/.test(rest.trim())) return null
  const said = isAssertion(rest) ? extractSaid(quote, rest, message) : null
  if (said) return { ...said, strength: STRENGTH.asked }
  const name = findSubjectName(rest) ?? openingName(rest)
  const isOwn = /^(?:i|i['’]m|my)\b/i.test(rest)
  const subject: CandidateSubject | null =
    name === null ? (isOwn ? { kind: 'member' } : atHandOf(message, rest)) : { kind: 'named', name }
  return candidateOf(message, { quote, sentence: rest, subject, strength: STRENGTH.asked })
}

const OPENING_NAME = new RegExp(
  String.raw`^(?:the )?(?<name>${NAME})(?:['’]s)? (?=(?:only |never |always |usually |often |rarely |still )*\p{Ll})`,
  'u',
)

/** In a sentence that was asked to be remembered, the name it begins with is whom it is about. */
function openingName(rest: string): string | null {
  const name = OPENING_NAME.exec(withNamesRaised(rest))?.groups?.name
  return name === undefined || name.length < 3 || NO_RECORD.test(name) || NOBODY.test(name) ? null : name
}

const NOBODY =
  /^(?:The|They|We|He|She|It|This|That|There|Our|Their|My|You|Your|Everyone|Nobody|All|Some|Most|Never|Always|What|When|If|Please|No|Do|For|In|On|At)\b/

/** "They", "the deal" mean the record at hand; a sentence that points at nothing is about nobody in particular. */
function atHandOf({ atHand }: MemberMessage, sentence: string): CandidateSubject | null {
  if (!atHand) return null
  return /\b(?:they|their|them|the (?:deal|client|customer|account|champion|buyer)|this (?:deal|client|account)|he|she)\b/i.test(
    sentence,
  )
    ? { kind: 'at-hand' }
    : null
}

function extractSaid(quote: string, sentence: string, message: MemberMessage): MemoryCandidate | null {
  return (
    extractAboutRecord(quote, sentence, message) ??
    extractAboutMember(quote, sentence, message) ??
    extractPromise(quote, sentence, message)
  )
}

function extractAboutRecord(quote: string, sentence: string, message: MemberMessage): MemoryCandidate | null {
  for (const form of nameForms(sentence)) {
    const statement = matchRecordStatement(form.text)
    if (!statement) continue
    const isDenied = !statement.isCorrection && DENIED.test(form.text.replace(NOT_THE_OTHER, ''))
    if (isDenied && !MAY_DENY.has(statement.slot) && statement.value !== 'none') return null
    const name = statement.name ?? form.name
    // A fact in a slot must be about some record; without one it is nobody's.
    if (name === null && message.atHand === null) return null
    const subject: CandidateSubject = name === null ? { kind: 'at-hand' } : { kind: 'named', name }
    const { slot } = statement
    const value = slot === 'timeline' ? timelineValue(statement.value, message.onDay) : statement.value
    return { ...candidateOf(message, { quote, sentence, subject, strength: STRENGTH.record }), slot, slotValue: value }
  }
  return null
}

function timelineValue(value: string | null, day: Day): string | null {
  const due = value === null ? undefined : promisedIn(value, day)
  return due === undefined ? value : due
}

/** How answers shall be written is asked for in the form of an order, and is a lasting wish all the same. */
function extractStyle(sentence: string, message: MemberMessage): MemoryCandidate | null {
  const value = matchStyleWish(lowerOpening(withoutLead(sentence)))
  if (value === null) return null
  const said = { quote: sentence, sentence, subject: { kind: 'member' }, strength: STRENGTH.record } as const
  return { ...candidateOf(message, said), slot: 'preferred_style', slotValue: value }
}

function extractAboutMember(quote: string, sentence: string, message: MemberMessage): MemoryCandidate | null {
  const statement = matchMemberStatement(lowerOpening(withoutLead(sentence)))
  if (!statement) return null
  const { kind, slot, value, strength } = statement
  const subject: CandidateSubject | null = kind === 'procedure' ? null : { kind: 'member' }
  return { ...candidateOf(message, { quote, sentence, subject, strength }), kind, slot, slotValue: value }
}

const PROMISE =
  /^(?:i|we)(?:['’]ll| will|['’]m going to| am going to| are going to|['’]re going to| promised (?:to|them|her|him|(?-i:\p{Lu})[\p{L}'’-]+)| told .{2,40} (?:we|i)(?:['’]d|['’]ll| will)| have to| need to| owe)\b|^(?:they|he|she|\p{Lu}[\p{L}'’-]+(?: \p{Lu}[\p{L}'’-]+)?)(?: will|['’]ll| promised(?: to| us| me)?| agreed to| committed to| said (?:that )?(?:they|he|she)(?: will|['’]ll)) (?:to )?(?:send|share|sign|review|come back|get back|decide|call|confirm|provide|introduce|deliver|return|pay)\b/iu

function extractPromise(quote: string, sentence: string, message: MemberMessage): MemoryCandidate | null {
  const plain = withoutLead(sentence)
  if (!PROMISE.test(plain) || DENIED.test(plain)) return null
  const due = promisedIn(plain, message.onDay)
  if (due === undefined || due < message.onDay) return null
  const name = findSubjectName(plain)
  const subject: CandidateSubject | null =
    name === null ? (message.atHand ? { kind: 'at-hand' } : { kind: 'member' }) : { kind: 'named', name }
  const candidate = candidateOf(message, { quote, sentence, subject, strength: STRENGTH.promise })
  return {
    ...candidate,
    text: `${candidate.text.replace(/[.!]+$/, '')} (by ${due}).`,
    expiresOn: addDays(due, KEPT_AFTER_DUE_DAYS),
  }
}

interface Said {
  readonly quote: string
  readonly sentence: string
  readonly subject: CandidateSubject | null
  readonly strength: number
}

function candidateOf(message: MemberMessage, { quote, sentence, subject, strength }: Said): MemoryCandidate {
  const plain = withoutSmallTalk(sentence)
  const opening = plain.slice(0, 1).toUpperCase() + plain.slice(1)
  const label = subject?.kind === 'at-hand' ? message.atHand?.label : undefined
  return {
    kind: 'fact',
    subject,
    slot: null,
    slotValue: null,
    text: label === undefined || plain.includes(label) ? opening : `${label}: ${plain}`,
    trust: 'stated',
    onDay: message.onDay,
    expiresOn: null,
    strength,
    isSensitive: isSensitiveText(sentence),
    source: { seq: message.seq, quote },
  }
}
