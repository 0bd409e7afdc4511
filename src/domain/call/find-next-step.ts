import type { Day } from '../day.ts'
import type { CallCommitment, CallNextStep } from './call-review.ts'
import type { Sentence } from './heard-lines.ts'
import { findPromisedDay } from './promised-day.ts'

/** Words that propose to meet, talk or go on at some time. */
const PROPOSAL =
  /\b(?:shall we|let['’]?s|can we|could we|should we|how about|what about|would|does|do you have (?:time|half an hour|an hour)|are you free|i propose|we could (?:meet|talk|speak)|then) (?=.{0,80}\b(?:meet|talk|speak|call|session|review|go through|look at|go over|workshop|demo|catch up|sit down|reconvene|continue|work for you|suit|good day|half an hour|o['’]clock|at \d|am\b|pm\b))|\bis a good day\b|\b(?:how|what) about \p{L}+day\b/iu
const YES =
  /^(?:yes|yeah|yep|sure|ok|okay|perfect|great|good|sounds good|works|that works|that suits|fine|agreed|deal|absolutely|of course|let['’]?s do that|done|see you|i['’]?(?:ll| will) (?:be there|send|put)|it works|\p{L}+day(?:,? (?:at )?[\d:]+(?: ?[ap]m)?)? (?:works|suits|(?:is|would be|sounds) (?:good|fine|perfect|ok|okay|great)))\b/iu
const REPLY_WITHIN = 3

/** Whether a next step was agreed: a proposal with a day and the other side's yes, else the first promise with a day. */
export function findNextStep(
  sentences: readonly Sentence[],
  commitments: readonly CallCommitment[],
  saidOn: Day,
): CallNextStep {
  const proposals = sentences.flatMap((quote, index) => {
    const day = PROPOSAL.test(quote.text) ? findPromisedDay(quote.text, saidOn) : undefined
    return day === undefined ? [] : [{ quote, onDay: day.day, reply: replyTo(sentences, index) }]
  })
  // The last one agreed on holds: days are moved while people talk.
  const agreed = proposals.findLast((proposal) => proposal.reply !== null)
  if (agreed) return { state: 'agreed', ...agreed }
  const promised = commitments
    .filter((one) => one.dueOn !== null)
    .toSorted((a, b) => ((a.dueOn ?? '') < (b.dueOn ?? '') ? -1 : 1))[0]
  if (promised) return { state: 'promised', quote: promised, reply: null, onDay: promised.dueOn }
  const proposed = proposals.at(-1)
  if (proposed) return { state: 'proposed', ...proposed }
  return { state: 'none', quote: null, reply: null, onDay: null }
}

/** The first words of the next speaker, when they are a yes. */
function replyTo(sentences: readonly Sentence[], index: number): Sentence | null {
  const speaker = sentences[index]?.speaker
  const next = sentences.slice(index + 1, index + 1 + REPLY_WITHIN).find((sentence) => sentence.speaker !== speaker)
  return next !== undefined && YES.test(next.text) ? next : null
}
