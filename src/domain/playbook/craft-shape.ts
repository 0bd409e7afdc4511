import type { CraftSkill } from './craft-skills.ts'

/**
 * The shapes in which each skill is asked for; the first that fits wins. `name` is a record or a person as the question
 * has it, `said` an objection in somebody's words. Polite openings are cut off before.
 */
export interface CraftPattern {
  readonly skill: CraftSkill | 'review-pipeline'
  readonly shape: RegExp
  /** Input that the shape itself settles. */
  readonly input?: Readonly<Record<string, string>>
  /** Words that may ask for anything: only a name with a capital makes it a question of the trade. */
  readonly isWeak?: true
}

export const NAME = String.raw`(?<name>[^?!,;:]{2,120}?)`
const END = String.raw`(?:\s+(?:please|today|tomorrow|now|next week|this week|on \w+day))*\W*$`
/** `the client`, `the X account`: nouns around a name. */
export const NOUN = String.raw`(?:\s+(?:deal|account|client|customer|team|opportunity))?`
export const MAKE = String.raw`(?:prepare|prep|build|make|create|do|draft|write|plan|put together|set up|start|give me|show me|get me|i need|we need|need|propose|design|generate|suggest)`

/** The whole of a question, in this order, with a polite ending or none. */
export function shape(...parts: readonly string[]): RegExp {
  return new RegExp(`^${parts.join('')}${END}`, 'i')
}
