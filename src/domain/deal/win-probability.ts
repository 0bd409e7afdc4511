import type { DecidedCell, WinProbability } from './risk.ts'
import { PRIOR_STRENGTH, roundTo, shrunkRate, wilsonInterval } from './statistics.ts'

/** A narrower cell speaks only from this many decided deals on. */
const CELL_NEEDS = 10

/** The narrowest cell with enough decided deals; the last one, all of them, when none has. Undefined without any. */
export function speakingCell(history: readonly DecidedCell[]): DecidedCell | undefined {
  return history.find((candidate) => candidate.won + candidate.lost >= CELL_NEEDS) ?? history.at(-1)
}

/**
 * The narrowest cell with enough decided deals, drawn towards the overall rate by a beta prior; the interval is
 * Wilson's on the cell and its prior together. It knows outcomes of like deals, nothing of this deal's signals.
 */
export function winProbabilityOf(history: readonly DecidedCell[]): WinProbability | null {
  const overall = history.at(-1)
  const cell = speakingCell(history)
  if (overall === undefined || cell === undefined || overall.won + overall.lost === 0) return null
  const overallRate = overall.won / (overall.won + overall.lost)
  const n = cell.won + cell.lost
  const value = shrunkRate(cell.won, n, overallRate)
  const interval = wilsonInterval(value, cell === overall ? n : n + PRIOR_STRENGTH)
  if (interval === null) return null
  return {
    value: roundTo(value, 4),
    low: roundTo(interval.low, 4),
    high: roundTo(interval.high, 4),
    n,
    basis: cell.basis,
  }
}
