import type { RecordAtHand } from './reading.ts'

/** Skills placed by the shape of the whole question rather than by the weight of its words. */
export const CRAFT_SKILLS = [
  'prepare-qbr',
  'plan-success',
  'plan-intervention',
  'draft-follow-up',
  'review-call',
  'prepare-meeting',
  'handle-objection',
  'plan-skills',
  'review-performance',
  'predict-churn',
  'forecast-renewals',
  'review-portfolio',
] as const
export type CraftSkill = (typeof CRAFT_SKILLS)[number]

/** What a skill is about and the field of its input that says so; `null`: it looks at everything. */
export const CRAFT_RECORDS: Readonly<
  Record<CraftSkill, { readonly field: string; readonly kinds: readonly (RecordAtHand['kind'] | 'rep')[] } | null>
> = {
  'prepare-qbr': { field: 'client', kinds: ['client'] },
  'plan-success': { field: 'client', kinds: ['client'] },
  'plan-intervention': { field: 'client', kinds: ['client'] },
  'predict-churn': { field: 'client', kinds: ['client'] },
  'draft-follow-up': { field: 'about', kinds: ['deal'] },
  'review-call': { field: 'call', kinds: ['deal', 'client'] },
  'prepare-meeting': { field: 'about', kinds: ['deal', 'client'] },
  'plan-skills': { field: 'rep', kinds: ['rep'] },
  'review-performance': { field: 'rep', kinds: ['rep'] },
  'handle-objection': null,
  'forecast-renewals': null,
  'review-portfolio': null,
}
