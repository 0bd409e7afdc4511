import { CHURN_SHAPES, INTERVENTION_SHAPES, QBR_SHAPES, SUCCESS_SHAPES } from './client-shapes.ts'
import type { CraftPattern } from './craft-shape.ts'
import type { CraftSkill } from './craft-skills.ts'
import { CALL_SHAPES, FOLLOW_UP_SHAPES, MEETING_SHAPES } from './meeting-shapes.ts'
import { PIPELINE_SHAPES, PORTFOLIO_SHAPES, RENEWAL_SHAPES } from './overview-shapes.ts'
import { OBJECTION_SHAPES, PERFORMANCE_SHAPES, SKILL_PLAN_SHAPES, TOLD_OBJECTION_SHAPES } from './rep-shapes.ts'

function of(skill: CraftSkill, shapes: readonly RegExp[], weak: readonly RegExp[] = []): CraftPattern[] {
  return shapes.map((one) => ({ skill, shape: one, ...(weak.includes(one) ? { isWeak: true as const } : {}) }))
}

/** Every shape, the more exact ones first. */
export const CRAFT_PATTERNS: readonly CraftPattern[] = [
  ...of('prepare-qbr', QBR_SHAPES),
  ...of('plan-success', SUCCESS_SHAPES),
  ...of('draft-follow-up', FOLLOW_UP_SHAPES),
  ...of('handle-objection', OBJECTION_SHAPES),
  ...of('handle-objection', TOLD_OBJECTION_SHAPES, TOLD_OBJECTION_SHAPES),
  ...of('review-call', CALL_SHAPES),
  ...of('prepare-meeting', MEETING_SHAPES, MEETING_SHAPES.slice(2, 4)),
  ...of('plan-skills', SKILL_PLAN_SHAPES, SKILL_PLAN_SHAPES),
  ...of('review-performance', PERFORMANCE_SHAPES),
  ...of('forecast-renewals', RENEWAL_SHAPES),
  ...PORTFOLIO_SHAPES.map((pattern) => ({ skill: 'review-portfolio' as const, ...pattern })),
  ...PIPELINE_SHAPES.map((pattern) => ({ skill: 'review-pipeline' as const, ...pattern })),
  ...of('predict-churn', CHURN_SHAPES, CHURN_SHAPES.slice(5)),
  ...of('plan-intervention', INTERVENTION_SHAPES, INTERVENTION_SHAPES.slice(1)),
]
