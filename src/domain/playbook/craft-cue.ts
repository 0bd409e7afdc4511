import type { CraftSkill } from './craft-skills.ts'

/**
 * Words that ask for a skill wherever in the question they stand. All of `words` must occur; what is left beside them
 * and the fillers is the name. Said in fewer words than a shape, a cue asks more: nothing unknown may be left over.
 */
export interface CraftCue {
  readonly skill: CraftSkill | 'review-pipeline'
  readonly words: readonly RegExp[]
  readonly input?: Readonly<Record<string, string>>
  /** Words that add nothing to this question. */
  readonly beside?: RegExp
  /** `must`: a name, or the record at hand; `may`: the answer asks which; `person`: a name, or the asker. */
  readonly name: 'must' | 'may' | 'person' | 'none'
  /** Asked of a deal, it is coaching. */
  readonly isNotOfDeals?: true
  /** Compared with a time that is over. */
  readonly isOfPast?: true
}
