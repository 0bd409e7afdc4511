/** Names of all skills there are, as personas may list them. */
export const SKILL_NAMES: readonly string[] = [
  'review-pipeline',
  'coach-deal',
  'record-next-step',
  'assess-health',
  'review-performance',
  'plan-skills',
  'handle-objection',
  'prepare-meeting',
  'review-call',
  'draft-follow-up',
  'predict-churn',
  'plan-intervention',
  'plan-success',
  'review-portfolio',
  'forecast-renewals',
  'prepare-qbr',
]
