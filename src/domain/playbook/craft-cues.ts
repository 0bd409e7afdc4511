import { CHURN_CUES, QBR_CUES, SAVE_CUES, SUCCESS_CUES } from './client-cues.ts'
import type { CraftCue } from './craft-cue.ts'
import { CALL_CUES, FOLLOW_UP_CUES, MEETING_CUES } from './meeting-cues.ts'
import { PIPELINE_CUES, PORTFOLIO_CUES, RENEWAL_CUES } from './overview-cues.ts'
import { REP_CUES } from './rep-cues.ts'

/** Every cue, the more exact ones first. */
export const CRAFT_CUES: readonly CraftCue[] = [
  ...QBR_CUES,
  ...SUCCESS_CUES,
  ...FOLLOW_UP_CUES,
  ...SAVE_CUES,
  ...CALL_CUES,
  ...MEETING_CUES,
  ...REP_CUES,
  ...PIPELINE_CUES,
  ...CHURN_CUES,
  ...RENEWAL_CUES,
  ...PORTFOLIO_CUES,
]
