import type { Day } from '../day.ts'
import type { CallCommitment } from './call-review.ts'
import { isQuestion, type Sentence } from './heard-lines.ts'
import { findPromisedDay } from './promised-day.ts'

/** Things that are done for somebody and can be seen to be done; "see", "think", "try" are not among them. */
const DEEDS =
  'send|share|collect(?! my)|gather(?! my)|open (?:an? |the )(?:\\w+ )?(?:ticket|case|issue)|reissue|resend|email|mail|forward|circulate|prepare|draft|write|put together|pull together|put|set up|schedule|book|arrange|organi[sz]e|call|ring|phone|follow up|get back|come back|circle back|be back|reach out|introduce|connect|loop in|bring|invite|confirm|check|look into|find out|review|go through|talk to|talk with|speak to|speak with|run|update|fix|fill|fill in|fill out|complete|finish|finali[sz]e|deliver|provide|supply|submit|sign|return|upload|add|include|make sure|take (?:it|this|that) to|present|compare|build|create|set|give you|get you|get (?:it|that|this|them)|have (?:it|that|this|them)|have .{1,60} (?:ready|done|signed|together|back)|dig out|dig up|look up|turn (?:it|this|that) around|let you know|get .{1,40} to (?:read|sign|look at|send|resend|reissue|correct|fix|redo|update|change|call|approve|check|answer|review|call|confirm)|do (?:it|that|this)|sort (?:it|that|this) out|have (?:our|my|the) \\w+(?: \\w+){0,2} (?:look|check|turn|send|review|read)'
const DEED = new RegExp(
  String.raw`^(?:also |then |just |personally |happily |gladly |now |definitely |certainly |both )*((?:${DEEDS})\b.*)$`,
  'i',
)
/** Vague deeds, which only a day makes a promise. */
const DATED_DEED =
  /^(?:also |then |just )*((?:get|have|ask|do|make|look at|come|visit|meet|decide|start|try out|test|pick(?! up)|choose|select|work out|dig into)\b.*)$/i
const BEING =
  /^(?:also |then |just )*be (sending|sharing|preparing|calling|scheduling|reviewing|following up|getting back|back in touch|in touch)\b(.*)$/i
/** `I will`, `we'll`, `I am going to`: the speaker binds themselves. */
const PROMISE =
  /(?:^|[,;:.–-]\s*|\b(?:and|so|then|but|yes|yeah|ok|okay|sure|good|great|right|well|perfect|fine|absolutely|of course|no problem|afterwards|after that|meanwhile|then .{3,40} it is|no|today|tomorrow|monday|tuesday|wednesday|thursday|friday)[,.]?\s+)(?:i|we)(?:['’]ll| will| shall| am going to|['’]m going to| are going to|['’]re going to)\s+(.+)$/i
/** `Let me send you that by Friday`, `I can have it by Monday`, `I send it on Monday`: a promise only with a day. */
const WITH_DAY =
  /(?:^|[,;]\s*|\b(?:and|so|then|but|yes|ok|okay|sure|good)[,.]?\s+)(?:let me|(?:i|we)(?: can| could)?)\s+(.+)$/i
const YOU_HAVE =
  /(?:^|[,;]\s*|\b(?:and|so|then|yes|ok|sure)[,.]?\s+)(you(?:['’]ll| will) (?:have|get|receive|hear) .+)$/i
/** `Sending it now`, `will do`: the speaker's own deed without a subject. */
const BARE =
  /^(?:(?:ok|okay|sure|yes|yep|great|fine)[,.]?\s+)?(sending|forwarding|e-?mailing|sharing|booking|scheduling) ((?:you|it|that|this|them|the|a|an|over|both|everything|my|our)\b(?!.*\b(?:is|was|were)\b).+)$/i
/** `I can introduce you`, `I can dig out the letters for you`: an offer is a promise when it is for the other side. */
const OFFER =
  /(?:^|[,;]\s*|\b(?:and|so|then|but|yes|ok|okay|sure|true)[,.]?\s+)i can\s+((?:introduce|connect|send|share|forward|email|dig out|dig up|set up|arrange|ask|get|pull)\b.+)$/i
/** For the other side. */
const TO_YOU = /\b(?:you|your|a call with)\b/i
/** `I'm opening a ticket right after this call`: what is under way, a promise only with a day. */
const UNDER_WAY =
  /(?:^|[,;]\s*|\b(?:and|so|then|but)\s+)(?:i|we)(?:['’]m| am|['’]re| are)\s+((?:sending|forwarding|sharing|opening|filing|raising|booking|scheduling|drafting)\b.+)$/i
/** `Will do, right away`. */
const WILL_DO = /^(?:(?:sure|yes|ok|okay|of course|great)[,.]? )?(will do)\b/i
/** `Let you know by Thursday whether he can come`: what will be told is open, that it will be told is not. */
const INDIRECT =
  /\b((?:let you know|tell you|find out|get back to you|ask|check)\b(?:\s+[\p{L}\p{N}'’]+){0,5})\s+whether\b.*$/iu
/** Behind these, nothing is promised: conditions, doubts, refusals, what others said. */
const UNSURE =
  /\b(?:if|unless|whether|would|might|may(?! \d)|maybe|perhaps|possibly|hopefully|try to|hope to|probably|assuming|provided that|in case|depends|depending|once you|when you|as soon as you|until you)\b/i
/** `..., if that helps`: politeness, no condition. */
const COURTESY =
  /,? if (?:that|it)(?:['’]?s| is| would be)? (?:helps?|helpful|useful|of use|any use|okay?|alright)(?: (?:to|for) you)?|,? if you(?:['’]d)? like(?=[.,;!]|$)/gi
const REFUSAL =
  /^(?:not|never|no longer|have to|need to|probably|see|think|be honest|say|admit|take your word|let you (?!know))\b/i
const REPORTED = /["“”]|\b(?:said|says|told|asked|promised|claims?|wrote|instructions?|you (?:are|must|should))\b/i

/**
 * What people bind themselves to: "I'll send the pricing by Friday". Conditions, questions, refusals, reported speech and
 * courtesies ("I'll be honest") are left out: a missed promise costs less than an invented one.
 */
export function findCommitments(sentences: readonly Sentence[], saidOn: Day): CallCommitment[] {
  return sentences.flatMap((sentence) => {
    const text = sentence.text.replace(COURTESY, '')
    if (isQuestion(text) || UNSURE.test(text.replace(INDIRECT, '$1'))) return []
    const promised = findPromisedDay(text, saidOn)
    const what = boundTo(text, promised !== undefined)
    if (what === undefined || REPORTED.test(text.slice(0, Math.max(0, text.length - what.length)))) return []
    return [{ ...sentence, what: withoutDay(what, saidOn), dueOn: promised?.day ?? null }]
  })
}

/** What the speaker will do, from the verb on. */
function boundTo(text: string, hasDay: boolean): string | undefined {
  const promise = PROMISE.exec(text)?.[1]
  if (promise !== undefined) return deedOf(promise) ?? (hasDay ? datedDeedOf(promise) : undefined)
  const yours = YOU_HAVE.exec(text)?.[1]
  if (yours !== undefined) return hasDay || /\bhear\b/i.test(yours) ? yours : undefined
  return (hasDay ? underWayIn(text) : undefined) ?? saidBare(text, hasDay)
}

function underWayIn(text: string): string | undefined {
  return UNDER_WAY.exec(text)?.[1] ?? WILL_DO.exec(text)?.[1]
}

function saidBare(text: string, hasDay: boolean): string | undefined {
  const bare = BARE.exec(text)
  return bare === null ? offeredIn(text, hasDay) : `${bare[1] ?? ''} ${bare[2] ?? ''}`
}

/** Offers bind with a day, or when they are made to the other side. */
function offeredIn(text: string, hasDay: boolean): string | undefined {
  const offer = OFFER.exec(text)?.[1]
  if (offer !== undefined && (hasDay || TO_YOU.test(offer))) return offer
  const dated = hasDay ? WITH_DAY.exec(text)?.[1] : undefined
  return dated === undefined ? undefined : deedOf(dated)
}

function datedDeedOf(words: string): string | undefined {
  return REFUSAL.test(words) ? undefined : DATED_DEED.exec(words)?.[1]
}

function deedOf(words: string): string | undefined {
  if (REFUSAL.test(words)) return undefined
  const being = BEING.exec(words)
  if (being !== null) return `be ${being[1] ?? ''}${being[2] ?? ''}`
  return DEED.exec(words)?.[1]
}

/** The deed without its day, which stands beside it, and without the full stop. */
function withoutDay(what: string, saidOn: Day): string {
  const day = findPromisedDay(what, saidOn)
  const rest = day === undefined ? what : `${what.slice(0, day.start)}${what.slice(day.end)}`
  return rest
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/\s+([,.;])/g, '$1')
    .replace(/[\s,.;!]+$/, '')
    .trim()
}
