import type { CallReviewFigures } from './call-review.ts'
import type { Sentence } from './heard-lines.ts'

const ASKS = String.raw`\b(?:send|e-?mail|prepare|draft)\s+(?:us |me |over |it |through )*(?:the|a|an|your)\s+(?:\p{L}+ )?`
const CONTRACT = new RegExp(String.raw`${ASKS}(?:contract|order form|agreement|paperwork|msa)\b`, 'iu')
const PROPOSAL = new RegExp(String.raw`${ASKS}(?:proposal|quote|offer)\b`, 'iu')
const UNSURE = /\b(?:if|once|when|until|not|don['’]t|before|never|unless|might|maybe|after)\b/i

/** Where the client asks for the contract or a proposal without conditions; winning and losing are never read out of talk. */
export function findStageSaid(sentences: readonly Sentence[]): CallReviewFigures['stageSaid'] {
  const asked = sentences.filter((sentence) => sentence.side === 'them' && !UNSURE.test(sentence.text))
  const contract = asked.findLast((sentence) => CONTRACT.test(sentence.text))
  if (contract) return { stage: 'negotiation', quote: contract }
  const proposal = asked.findLast((sentence) => PROPOSAL.test(sentence.text))
  return proposal ? { stage: 'proposal', quote: proposal } : null
}
