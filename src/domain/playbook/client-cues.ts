import type { CraftCue } from './craft-cue.ts'

const LEAVE =
  '(?:churn(?:ing|s)?|leav(?:e|es|ing)(?: us)?|cancel(?:l?ing|s)?|bail(?:ing)?|quit(?:ting)?|walk(?:ing)? away|not renew(?:ing)?)'

export const QBR_CUES: readonly CraftCue[] = [
  {
    skill: 'prepare-qbr',
    name: 'may',
    words: [
      /\b(?:qbrs?|(?:quarterly )?business review|quarterly review|(?:at|for|in) (?:the|their|our|his|her) quarterly|(?:prepare|prep) (?:the |a )?quarterly)\b/,
    ],
    beside:
      /^(?:prep|prepare|build|pack|deck|slides?|material|content|points?|talking|present|agenda|ready|document|doc|write|plan|create|draft)$/,
  },
]

export const SUCCESS_CUES: readonly CraftCue[] = [
  {
    skill: 'plan-success',
    name: 'may',
    words: [/\b(?:mutual |joint |customer |client )?success[- ]plans?\b/],
    beside: /^(?:build|create|write|draft|set|prepare|prep|plan|\d+|one|six|twelve|three)$/,
  },
  {
    skill: 'plan-success',
    name: 'must',
    words: [
      /\b(?:(?:joint|mutual|account) plan|roadmap|milestones|goals|(?:\d+|one|three|six|twelve)[- ](?:months?|years?|quarters?) plan|plan the (?:next|coming) (?:quarter|year|half|\w+ months)|achieve)\b/,
    ],
    beside: /^(?:build|create|write|draft|set|prepare|prep|plan|goals|milestones|onboardings?|\d+|reach|agree|and)$/,
  },
]

const CHURN_BESIDE =
  /^(?:churn|risk|odds|chances?|probability|likelihood|score|driving|drives|behind|worried|safe|likely|renewal|renews?|lose|losing|leaves?|churns|could|\d+)$/
export const CHURN_CUES: readonly CraftCue[] = [
  {
    skill: 'predict-churn',
    name: 'must',
    isNotOfDeals: true,
    words: [/^(?:so |and )?(?:will|does|is)\b/, /\b(?:renew|renewing)$/],
    beside: CHURN_BESIDE,
  },
  {
    skill: 'predict-churn',
    name: 'must',
    isNotOfDeals: true,
    words: [
      /(?<!\b(?:stop|prevent|avoid)\b.*)\bchurn(?:s|ing)?(?: (?:risk|score|odds|probability|likelihood|reasons|drivers))?\b/,
    ],
    beside: CHURN_BESIDE,
  },
  {
    skill: 'predict-churn',
    name: 'must',
    isNotOfDeals: true,
    words: [
      /\b(?:odds|chances?|probability|likelihood|risk|how (?:likely|worried|safe|sure))\b/,
      /\b(?:los(?:e|es|ing)|renewal|renews?|renewing|leav(?:e|es|ing)|stays?|cancels?)\b/,
    ],
    beside: CHURN_BESIDE,
  },
  {
    skill: 'predict-churn',
    name: 'must',
    isNotOfDeals: true,
    words: [
      new RegExp(String.raw`\b(?:are|is|will|does|do you think|could|might)\b`),
      new RegExp(
        String.raw`\b(?:(?:going|about|likely|planning) to (?:${LEAVE}|renew|go)|are we (?:going to )?(?:losing|lose|keep|keeping)|${LEAVE})\b`,
      ),
    ],
    beside: CHURN_BESIDE,
  },
]

const SAVE_BESIDE =
  /^(?:save|rescue|win|call|churn|plan|play|action|step|slipping|unhappy|quiet|dark|stopped|using|logging|usage|product|turn|back|green|move|dropping|risk|safe|intervention|angry|upset|silent)$/
export const SAVE_CUES: readonly CraftCue[] = [
  {
    skill: 'plan-intervention',
    name: 'must',
    isNotOfDeals: true,
    words: [/\b(?:turn|win|get)\b/, /\b(?:around|back)\b/, /\b(?:how|help|plan|can we)\b/],
    beside: SAVE_BESIDE,
  },
  {
    skill: 'plan-intervention',
    name: 'must',
    isNotOfDeals: true,
    words: [
      /\b(?:save play|rescue plan|intervention plan|get-well plan|action plan|save plan|rescue|win (?:them |him |her )?back|turn (?:this|it|them|things) around|(?:keep|save) (?:them|him|her)|to save|back to green)\b/u,
    ],
    beside: SAVE_BESIDE,
  },
  {
    skill: 'plan-intervention',
    name: 'must',
    isNotOfDeals: true,
    words: [
      /\b(?:slipping|unhappy|quiet|dark|silent|upset|angry|at risk|stopped (?:using|logging in|paying|answering|responding|replying)|usage (?:is )?dropping|gone quiet|going quiet)\b/,
      /\b(?:what now|what (?:do|should|can) (?:i|we) do|(?:my|our|next|best) move|how do (?:i|we) (?:step in|react|respond|help)|whats (?:my|our|the) (?:next )?move)\b/,
    ],
    beside: SAVE_BESIDE,
  },
]
