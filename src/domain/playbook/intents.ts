import { CRAFT_SKILLS, type CraftSkill } from './craft-skills.ts'
import type { Concept } from './lexicon.ts'

export const SKILLS = ['review-pipeline', 'coach-deal', 'record-next-step', 'assess-health', ...CRAFT_SKILLS] as const
/** Skills the playbook knows how to ask for. */
export type PlaybookSkill = (typeof SKILLS)[number]

/** What a question is scored for by its words; the others have a grammar of their own. */
export type ScoredSkill = Exclude<PlaybookSkill, 'record-next-step' | CraftSkill>

/** How much a concept speaks for each skill; counted once however often it occurs. */
export const WEIGHTS: Readonly<Record<Concept, Readonly<Partial<Record<ScoredSkill, number>>>>> = {
  pipeline: { 'review-pipeline': 5, 'coach-deal': -4, 'assess-health': -4 },
  deals: { 'review-pipeline': 3, 'coach-deal': -4, 'assess-health': -2 },
  deal: { 'review-pipeline': 0.5, 'coach-deal': 3, 'assess-health': -2.5 },
  open: { 'review-pipeline': 2 },
  rate: { 'review-pipeline': 4, 'coach-deal': -3, 'assess-health': -2 },
  win: { 'review-pipeline': 1.5, 'coach-deal': 1.5 },
  cycle: { 'review-pipeline': 3, 'coach-deal': -1 },
  howLong: { 'review-pipeline': 2 },
  age: { 'review-pipeline': 3, 'coach-deal': 2 },
  value: { 'review-pipeline': 1 },
  stage: { 'review-pipeline': 2, 'coach-deal': 0.5 },
  byRep: { 'review-pipeline': 1 },
  byManager: { 'review-pipeline': 1 },
  byProduct: { 'review-pipeline': 1 },
  bySegment: { 'review-pipeline': 1 },
  split: { 'review-pipeline': 1 },
  review: { 'review-pipeline': 1, 'coach-deal': 1, 'assess-health': 1 },
  coach: { 'coach-deal': 2.5 },
  advance: { 'review-pipeline': 1, 'coach-deal': 2 },
  // A risk alone may be a deal's or a client's: without a further word the two tie, and neither is run.
  risk: { 'review-pipeline': 0.5, 'coach-deal': 2, 'assess-health': 2 },
  clientRisk: { 'coach-deal': 0.5, 'assess-health': 2.5 },
  gap: { 'coach-deal': 2 },
  buyer: { 'coach-deal': 2.5 },
  nextStep: { 'coach-deal': 1 },
  checkOn: { 'review-pipeline': 1, 'coach-deal': 1, 'assess-health': 2 },
  rival: { 'coach-deal': 1 },
  standing: { 'review-pipeline': 3 },
  top: { 'review-pipeline': 2.5 },
  stageName: { 'review-pipeline': 3, 'coach-deal': 0.5 },
  segmentName: { 'review-pipeline': 1 },
  bestProduct: { 'review-pipeline': 4 },
  health: { 'review-pipeline': 0.5, 'assess-health': 3.5 },
  usage: { 'review-pipeline': -2, 'coach-deal': -1.5, 'assess-health': 3 },
  trend: { 'assess-health': 1 },
  client: { 'review-pipeline': -1, 'coach-deal': -1, 'assess-health': 2.5 },
  // Many of them: no skill looks at all clients.
  clients: { 'review-pipeline': -1, 'coach-deal': -2, 'assess-health': -3 },
  doing: { 'review-pipeline': 0.5, 'coach-deal': 0.5, 'assess-health': 1.5 },
}

/** A word that nobody of the lexicon knows costs as much as a strong concept gives. */
export const UNKNOWN_WORD_COST = 3
/** In a lead-in such as "I am meeting them tomorrow," strange words are expected. */
export const LEAD_IN_WORD_COST = 0.5
export const NAME_BONUS = 1.5
export const RECORD_BONUS = 2
export const THRESHOLD = 3
export const MARGIN = 0.5

/** Without one of these sets of concepts present together, the skill is not meant, whatever the score. */
export const REQUIRED: Readonly<Record<ScoredSkill, readonly (readonly Concept[])[]>> = {
  'review-pipeline': [
    ['pipeline'],
    ['rate'],
    ['cycle'],
    ['howLong', 'deals'],
    ['howLong', 'deal'],
    ['howLong', 'win'],
    ['howLong', 'advance'],
    ['deals', 'open'],
    ['deals', 'age'],
    ['deals', 'stage'],
    ['deals', 'win'],
    ['deals', 'split'],
    ['deals', 'value'],
    ['deals', 'review'],
    ['deals', 'risk'],
    ['deals', 'byRep'],
    ['stage', 'value'],
    ['stage', 'age'],
    ['win', 'bySegment'],
    ['win', 'byRep'],
    ['win', 'byProduct'],
    ['open', 'value'],
    ['win', 'split'],
    ['standing'],
    ['stage', 'review'],
    ['howLong', 'byProduct'],
    ['howLong', 'byRep'],
    ['howLong', 'bySegment'],
    ['howLong', 'byManager'],
    ['top', 'deal'],
    ['top', 'deals'],
    ['bestProduct'],
    ['stageName'],
    ['stage', 'split'],
    ['stage', 'open'],
    ['age'],
    ['open', 'byRep'],
    ['open', 'byManager'],
    ['deals', 'byManager'],
    ['deals', 'byProduct'],
    ['deals', 'bySegment'],
    ['deals', 'top'],
    ['deals', 'gap'],
    ['deals', 'stageName'],
    ['deals', 'segmentName'],
    ['open', 'stageName'],
    ['deals'],
    ['segmentName', 'howLong'],
    ['win', 'bySegment'],
  ],
  'coach-deal': [
    ['deal'],
    ['coach'],
    ['advance'],
    ['risk'],
    ['gap'],
    ['buyer'],
    ['win'],
    ['age'],
    ['review'],
    ['nextStep'],
  ],
  'assess-health': [
    ['health'],
    ['checkOn'],
    ['usage'],
    ['client'],
    ['clientRisk'],
    ['doing'],
    ['risk'],
    ['trend', 'client'],
  ],
}
