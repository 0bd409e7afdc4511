import type { CallObjection, ObjectionKind } from './call-review.ts'
import { isQuestion, type Sentence } from './heard-lines.ts'
import { OBJECTION_WORDS } from './objection-words.ts'

/** What a buyer says when something stands in the way; each pattern is narrow, so that plain talk about price stays talk. */
const OBJECTIONS: readonly (readonly [ObjectionKind, RegExp])[] = [
  [
    'price',
    /\b(?:too|very|really|quite|pretty|rather|a bit|bit|a little) (?:expensive|pricey|costly|steep|high|dear)\b|\bmore than (?:i|we) (?:had |have |can |could )?(?:pencilled|budgeted|planned|expected|hoped|wanted|pay|afford|spend|spent)|\b(?:no|not enough|outside|over|above|beyond|not in|isn['’]t in) (?:of )?(?:our |the |my |this year['’]s )?budget\b|\b(?:can(?:['’]t|not)|could not|couldn['’]t) (?:afford|justify)\b|\bhard to justify\b|\bprice is (?:a |the )?(?:problem|issue|concern|sticking point)|\b(?:price|figure|number|quote|fee)s?\b.{0,40}\b(?:wince|gulp|shock|hard to swallow|eye-?watering|swallow hard)|\b(?:percent|%) (?:should|must|has to|needs to|would have to) come off|\bwants? (?:\w+|\d+) ?(?:percent|%) off|\bmore than (?:i|we) (?:are )?(?:pay|paying|spend|spending) (?:for|on|now|today)|\b(?:it|that|this|price|fee)(?:['’]s| is) a lot (?:of money|to pay|for)\b|\b(?:half|third) (?:the|your) price\b/iu,
  ],
  [
    'competition',
    /\b(?:\p{L}+) (?:has |have )?offered us\b.{0,60}\b(?:rate|price|months|years|percent|%|discount|free|terms|deal|less)|\b(?:they|\p{Lu}\p{L}+) (?:would|will|can|could|offered?|quoted?|do|does|came in)\b.{0,40}\b(?:for less|cheaper|lower|at half)\b|\bcheaper (?:offer|quote|option|alternative)\b|\b(?:came|come|comes|coming) in\b.{0,30}\b(?:(?:below|under|less than) (?:you|your|yours)|cheaper)\b|\b(?:they|\p{Lu}\p{L}+) offered (?:us )?(?:to )?(?:throw|include|give|waive|do)\b|\bleaning towards? (?:someone|somebody|another|\p{Lu}\p{L}+)/iu,
  ],
  [
    'timing',
    /\b(?:not|isn['’]t) (?:the |a )?(?:right|good|best) time\b|\btoo (?:early|soon) (?:for|to)\b|\bnot a priority\b|\b(?:no|don['’]t have (?:the )?|do not have (?:the )?|without the) (?:bandwidth|capacity|resources|people) (?:for|to|this|until|before|right|at|now)|\b(?:put|is|are|everything is) on hold\b|\bbudget freeze\b|\b(?:people|we|they|i) (?:simply |just |really )?(?:have|['’]ve got) no time\b|\b(?:may|might|could|will|has|is going to) slip(?:ped)? (?:to|into|past|until)\b|\b(?:doubt|don['’]t (?:think|see|believe)) (?:that )?(?:we|us|anyone)\b.{0,30}\b(?:before|until|this (?:quarter|year))\b|\b(?:quarter|month|year|summer) is (?:packed|too full|full up|rammed|crazy)\b|\bnot before (?:the |next )?(?:spring|summer|autumn|fall|winter|year|january|february|march|april|may|june|july|august|september|october|november|december)\b|\b(?:can(?:['’]t|not)|won['’]t|not) (?:start|do (?:this|it)|move|happen|look at (?:this|it))\b.{0,30}\b(?:before|until|this (?:quarter|year)|next (?:quarter|year))/iu,
  ],
  [
    'authority',
    /\bnot (?:mine|ours) to (?:decide|sign|approve|say|give)\b|\b(?:not|isn['’]?t|is not|wasn['’]t) (?:really |entirely )?(?:my|our) (?:call|decision|choice)\b|\b(?:not|isn['’]t) (?:up to|for) me\b|\bi(?:['’]m| am) not the one who (?:decides|signs)\b|\b(?:somebody|someone|\w+) else decides\b|\bi (?:can(?:['’]t|not)|could not|couldn['’]t|am not able to) (?:decide|sign|approve|commit)\b|\b(?:above|over) my (?:pay ?grade|head)\b|\b(?:have|need|had) to (?:run|take|get|clear) (?:this|it|that) (?:by|past|to|through|with|approved|cleared)\b/iu,
  ],
  [
    'trust',
    /\b(?:i['’]?ll |i )?believe it when i see it|\b(?:i|we)(?:['’]ve| have) heard (?:that|this|it|\p{L}+) before\b|\bnobody (?:ever )?(?:gets|got|came|comes) back to us\b|\btickets? (?:have been |has been |been )?open for\b|\b(?:do not|don['’]t|does not|doesn['’]t) (?:really )?(?:believe in|trust) (?:you|your|yet another|another|any|a new|these|such)\b|\b(?:bought|had|tried) (?:one|something|a tool)\b.{0,40}\bnobody uses\b|\b(?:do not|don['’]t|can['’]t|won['’]t|not allowed to) (?:put|store|host|keep|run)\b.{0,40}\bcloud\b|\bsecurity (?:will (?:want|ask|not)|has concerns|is a concern|won['’]t)\b|\b(?:worried|concerned|nervous|uneasy) about (?:the |our |your )?(?:data|security|privacy|compliance|outages?|downtime|support|references?)\b|\b(?:burned|burnt|let down) (?:before|by|last)\b|\bnever heard of you\b|\b(?:company|vendor|supplier|outfit) (?:your|of your|that) size\b|\b(?:small|young|tiny) (?:vendor|company|supplier|start-?up)\b.{0,40}\b(?:once|before|last time|burn)|\b(?:will|would) (?:you|they) (?:still )?be (?:here|around) in\b|\bdata (?:leak|breach)\b|\bhow do (?:i|we) know\b/iu,
  ],
  [
    'change',
    /\b(?:won['’]t|will not|wouldn['’]t) be (?:thrilled|keen|amused)\b|\bhave to keep (?:our|the) old\b|\block(?:ed)? (?:us |me )?in\b|\b(?:my|our) (?:(?:other|main|biggest|big|real|second|only) )?(?:worry|concern|fear) is\b|\b(?:staff|team|people|half of them|everybody) (?:nearly|almost) (?:walked|quit|left|revolted)\b|\b(?:worried|concerned|nervous|afraid) (?:about|of|that)\b.{0,40}\b(?:change-?over|switch|migration|migrating|roll-?out|training|adoption|cut-?over|implementation|staff|team)\b|\bwhatever needs training\b|\b(?:staff|team|people|sites) (?:will|would) (?:not|never|hate|refuse|resist)\b|\b(?:implementation|migration|onboarding|roll-?out) (?:will|would|is going to) take (?:too|so|very|far too) long\b|\b(?:migration|switching|change-?over|implementation) (?:is|would be|will be|sounds) (?:too |a |very )?(?:risky|risk|painful|pain|nightmare|much|long|problem)/iu,
  ],
  [
    'need',
    /\b(?:go|going|went) back to (?:the|our) old\b|\bwhat(?:['’]s| is) the point\W*$|\bwhy (?:we (?:need to|should|have to) )?change\b|\b(?:it|this|that|yours?|the tool|the system) (?:does not|doesn['’]t|can['’]t|cannot) (?:do|support|handle|cover|offer|talk to|connect|integrate|read|export) (?!(?:that|this|it|any) )|\b(?:don['’]t|do not) (?:really )?(?:need|see (?:the |a )?(?:need|value|point|benefit|reason))\b|\b(?:happy|fine|satisfied) with (?:what we have|our current|the current|how it is|the one we have)\b|\bwhat we have (?:works|is (?:good|fine))\b|\bwe (?:already )?(?:built|do) (?:it|this|that) ourselves\b|\b(?:not|less|un)[ -]?convinced\b|\bnot sure (?:that )?we (?:really )?need\b|\b(?:still )?does the job\b(?!.*\byour\b)|\bwhy bother\b|\b(?:current|old|existing) (?:thing|tool|system|one|way|setup) (?:still )?works\b|\bworks (?:well enough|fine for us|fine as it is)\b/iu,
  ],
]
/** What was feared and is over, or is denied, stands in nobody's way. */
const SETTLED =
  /\b(?:no longer|not anymore|used to (?:be|think)|was worried|were worried|isn['’]t (?:too|a problem)|not (?:too|that) (?:expensive|high|steep|bad)|no (?:problem|issue|concern)s? with|would not say|wouldn['’]t say)\b/i

/** Objections by kind, said by the client's side or by somebody whose side is not known; never our own words. */
export function findObjections(sentences: readonly Sentence[]): CallObjection[] {
  return sentences.flatMap((sentence) => {
    if (sentence.side === 'us' || SETTLED.test(sentence.text)) return []
    const kind = kindOf(sentence.text)
    if (kind === undefined) return []
    // Of questions only those that doubt: "How do we know it works?"
    return isQuestion(sentence.text) && kind !== 'trust' ? [] : [{ ...sentence, kind }]
  })
}

function kindOf(text: string): ObjectionKind | undefined {
  const exact = OBJECTIONS.find(([, pattern]) => pattern.test(text)) ?? []
  return exact[0] ?? OBJECTION_WORDS.find(([, patterns]) => patterns.some((pattern) => pattern.test(text)))?.[0]
}
