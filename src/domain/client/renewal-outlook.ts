import { CHURN_WORDS } from './predict-churn.ts'
import type { ChurnBand } from './churn.ts'
import { BAND_WORDS } from './describe-health.ts'
import type { RenewalOutlook } from './renewals.ts'
import { bandOf } from './score-health.ts'

/** From here on a client is healthy, below it critical. */
const HEALTHY_FROM = 75
const CRITICAL_BELOW = 50
/** Least share of the health model that rows must supply before a renewal may be counted on. */
const COVERED_ENOUGH = 0.5

export const OUTLOOK_RULES: Readonly<Record<RenewalOutlook, string>> = {
  commit: `Health ${HEALTHY_FROM} or more with at least half of the model known, and low churn risk.`,
  best_case: 'Neither of the others: health at risk, churn risk elevated or not known, or thin data.',
  at_risk: `Health below ${CRITICAL_BELOW}, or high or severe churn risk.`,
  unknown: 'No health score, and nothing that speaks for high churn risk.',
}

interface Stand {
  readonly score: number | null
  readonly knownWeight: number
  readonly churnBand: ChurnBand
}

/** How a renewal is counted. Without data it is never counted on. */
export function renewalOutlook({ score, knownWeight, churnBand }: Stand): RenewalOutlook {
  if (churnBand === 'high' || churnBand === 'severe') return 'at_risk'
  if (score === null) return 'unknown'
  if (score < CRITICAL_BELOW) return 'at_risk'
  return score >= HEALTHY_FROM && knownWeight >= COVERED_ENOUGH && churnBand === 'low' ? 'commit' : 'best_case'
}

/** `health 61 (at risk), churn risk high`. */
export function outlookReason({ score, churnBand }: Pick<Stand, 'score' | 'churnBand'>): string {
  const health = score === null ? 'health unknown' : `health ${Math.floor(score)} (${BAND_WORDS[bandOf(score)]})`
  return `${health}, churn risk ${CHURN_WORDS[churnBand]}`
}
