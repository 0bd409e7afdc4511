import type { Day } from '../day.ts'
import { createOutcomeBook, type OutcomeCell } from './outcome-book.ts'
import { roundTo, wilsonInterval } from './statistics.ts'
import { winProbabilityOf } from './win-probability.ts'

/** One range of given chances and what happened to the deals that got one in it. All rates are 0 to 1. */
export interface CalibrationBucket {
  readonly from: number
  readonly to: number
  readonly n: number
  readonly won: number
  /** Mean of the chances given. */
  readonly predicted: number
  /** won / n, with its 95 % Wilson interval. */
  readonly observed: number
  readonly low: number
  readonly high: number
  /** True when the mean chance lies within the interval of what happened. */
  readonly isWithin: boolean
}

/** Chances given to decided deals from deals decided on earlier days only, against what happened. */
export interface CalibrationFigure {
  readonly method: 'earlier-deals'
  /** Deals that got a chance; those with too few decided before them got none and are not counted. */
  readonly n: number
  readonly withoutChance: number
  readonly since: Day
  readonly buckets: readonly CalibrationBucket[]
  /** Mean squared distance of chance and outcome, 0 is best; beside it that of always giving the rate so far. */
  readonly brier: number
  readonly brierOfOverallRate: number
}

/** A decided deal as the calibration sees it. */
export interface DecidedDeal {
  readonly repId: string | null
  readonly productId: string | null
  readonly isWon: boolean
  readonly closedOn: Day
}

/** Deals that must be decided before a chance is given at all. */
const NEEDS_BEFORE = 20
/** With fewer deals than this that got a chance, a table says nothing. */
const ENOUGH_DEALS = 20
const BUCKETS = 10

interface Given {
  readonly chance: number
  readonly overall: number
  readonly isWon: boolean
}

/**
 * Gives every deal the chance that deals closed on earlier days would have given it, in the order they closed, and holds
 * it against the outcome. Null when fewer than twenty deals can be given one.
 */
export function calibrate(deals: readonly DecidedDeal[]): CalibrationFigure | null {
  const ordered = deals.toSorted((a, b) => (a.closedOn < b.closedOn ? -1 : a.closedOn > b.closedOn ? 1 : 0))
  const book = createOutcomeBook([])
  const given: Given[] = []
  let since: Day | null = null
  for (const [day, ofDay] of Map.groupBy(ordered, (deal) => deal.closedOn)) {
    if (book.decided() >= NEEDS_BEFORE) {
      since ??= day
      for (const deal of ofDay) given.push(chanceOf(deal, book.cellsFor(deal)))
    }
    // Outcomes of one day do not foretell each other.
    for (const deal of ofDay) book.add(cellOf(deal))
  }
  if (since === null || given.length < ENOUGH_DEALS) return null
  return {
    method: 'earlier-deals',
    n: given.length,
    withoutChance: deals.length - given.length,
    since,
    buckets: bucketsOf(given),
    brier: roundTo(
      meanSquare(given, ({ chance }) => chance),
      4,
    ),
    brierOfOverallRate: roundTo(
      meanSquare(given, ({ overall }) => overall),
      4,
    ),
  }
}

function chanceOf(deal: DecidedDeal, cells: ReturnType<ReturnType<typeof createOutcomeBook>['cellsFor']>): Given {
  const overall = winProbabilityOf(cells.slice(-1))?.value ?? 0
  return { chance: winProbabilityOf(cells)?.value ?? overall, overall, isWon: deal.isWon }
}

function cellOf({ repId, productId, isWon }: DecidedDeal): OutcomeCell {
  return { repId, productId, won: isWon ? 1 : 0, lost: isWon ? 0 : 1 }
}

function bucketsOf(given: readonly Given[]): CalibrationBucket[] {
  const byBucket = Map.groupBy(given, ({ chance }) => Math.min(BUCKETS - 1, Math.floor(chance * BUCKETS)))
  return [...byBucket].toSorted(([a], [b]) => a - b).map(([index, inside]) => bucketOf(index, inside))
}

function bucketOf(index: number, inside: readonly Given[]): CalibrationBucket {
  const n = inside.length
  const won = inside.filter(({ isWon }) => isWon).length
  const predicted = inside.reduce((sum, { chance }) => sum + chance, 0) / n
  const { low, high } = wilsonInterval(won / n, n) ?? { low: 0, high: 1 }
  return {
    from: index / BUCKETS,
    to: (index + 1) / BUCKETS,
    n,
    won,
    predicted: roundTo(predicted, 4),
    observed: roundTo(won / n, 4),
    low: roundTo(low, 4),
    high: roundTo(high, 4),
    isWithin: predicted >= low && predicted <= high,
  }
}

function meanSquare(given: readonly Given[], of: (one: Given) => number): number {
  return given.reduce((sum, one) => sum + (of(one) - (one.isWon ? 1 : 0)) ** 2, 0) / given.length
}
