import type { CommonTrait } from './objection.ts'
import { differenceOf, rateEstimate } from './performance-estimates.ts'

/** With fewer won or lost deals than this, what they have in common is chance. */
const TRAIT_NEEDS = 5

/** A trait counted among won and lost deals. */
export interface TraitCount {
  readonly trait: string
  readonly won: number
  readonly lost: number
}

/** What won deals had more often than lost ones, by more than chance explains; nothing where there are too few. */
export function commonTraits(
  counts: readonly TraitCount[],
  totals: { readonly won: number; readonly lost: number },
): CommonTrait[] {
  if (totals.won < TRAIT_NEEDS || totals.lost < TRAIT_NEEDS) return []
  return counts.flatMap(({ trait, won, lost }) => {
    const wonRate = rateEstimate(won, totals.won)
    const lostRate = rateEstimate(lost, totals.lost)
    const difference = wonRate && lostRate && differenceOf(wonRate, lostRate)
    return difference && difference.low > 0 ? [{ trait, won, ofWon: totals.won, lost, ofLost: totals.lost }] : []
  })
}
