import type { Day } from '../day.ts'
import type { Money } from '../money.ts'
import type { CalibrationFigure } from './calibration.ts'
import type { OutcomeBook, OutcomeSubject } from './outcome-book.ts'
import { PRIOR_STRENGTH } from './statistics.ts'
import { speakingCell, winProbabilityOf } from './win-probability.ts'

const Z_95 = 1.959964

/** What open deals may bring: the sum of value x chance, with a 95 % interval. */
export interface ForecastPart {
  readonly deals: number
  /** Only deals with a value in the currency are in the sums. */
  readonly valuedDeals: number
  readonly expectedWins: number
  readonly expected: Money
  readonly low: Money
  readonly high: Money
  /** If every valued deal were won. */
  readonly ceiling: Money
}

/**
 * The interval is the normal approximation of a sum of independent wins (Poisson-binomial), widened by how uncertain the
 * rates themselves are; below some thirty deals it is rough.
 */
export interface ForecastFigure {
  readonly open: ForecastPart
  /** Open deals expected to close in this quarter, also those whose day in it has passed. */
  readonly thisQuarter: ForecastPart & { readonly from: Day; readonly to: Day; readonly wonSoFar: Money }
  /** Decided deals that the chances rest on. */
  readonly decidedDeals: number
  /** How chances given in this way fared before; null with too few decided deals. */
  readonly calibration: CalibrationFigure | null
}

/** Open deals of one rep and product. Squares are of micros. */
export interface OpenCell extends OutcomeSubject {
  readonly deals: number
  readonly valuedDeals: number
  readonly sumMicros: number
  readonly sumSquares: number
}

/** Sums the cells; null without decided deals to take chances from. */
export function forecastPart(cells: readonly OpenCell[], outcomes: OutcomeBook, currency: string): ForecastPart | null {
  if (outcomes.decided() === 0) return null
  let [expectedWins, expected, ceiling, variance] = [0, 0, 0, 0]
  // Deals judged by the same outcomes err together.
  const byBasis = new Map<string, { sum: number; rateVariance: number }>()
  for (const cell of cells) {
    const { chance, basis, rateVariance } = chanceOf(cell, outcomes)
    expectedWins += cell.deals * chance
    expected += cell.sumMicros * chance
    ceiling += cell.sumMicros
    variance += cell.sumSquares * chance * (1 - chance)
    byBasis.set(basis, { sum: (byBasis.get(basis)?.sum ?? 0) + cell.sumMicros, rateVariance })
  }
  for (const { sum, rateVariance } of byBasis.values()) variance += sum * sum * rateVariance
  const spread = Z_95 * Math.sqrt(variance)
  const money = (amount: number): Money => ({ amountMicros: Math.round(amount), currency })
  return {
    deals: cells.reduce((sum, cell) => sum + cell.deals, 0),
    valuedDeals: cells.reduce((sum, cell) => sum + cell.valuedDeals, 0),
    expectedWins,
    expected: money(expected),
    low: money(Math.max(0, expected - spread)),
    high: money(Math.min(ceiling, expected + spread)),
    ceiling: money(ceiling),
  }
}

/** The variance of the rate is that of its beta posterior. */
function chanceOf(cell: OpenCell, outcomes: OutcomeBook): { chance: number; basis: string; rateVariance: number } {
  const history = outcomes.cellsFor(cell)
  const chance = winProbabilityOf(history)?.value ?? 0
  const speaking = speakingCell(history)
  const isOverall = speaking === history.at(-1)
  const n = (speaking?.won ?? 0) + (speaking?.lost ?? 0) + (isOverall ? 0 : PRIOR_STRENGTH)
  return { chance, basis: speaking?.basis ?? '', rateVariance: (chance * (1 - chance)) / (n + 1) }
}
