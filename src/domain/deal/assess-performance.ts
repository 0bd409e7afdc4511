import { addDays, type Day } from '../day.ts'
import { comparePerformance, mayBeSummed, maySumUnseen, winRate } from './compare-performance.ts'
import { rateEstimate } from './performance-estimates.ts'
import {
  HISTORY_DAYS,
  RECENT_WINDOW_DAYS,
  type MixEffect,
  type PerformanceComparison,
  type PerformanceFacts,
  type PerformanceFigures,
  type QuotaAttainment,
} from './performance.ts'
import { shrunkRate } from './statistics.ts'

/** With fewer decided deals than this, an expectation from the mix is held against nothing. */
const MIX_NEEDS = 5

/** A rep against their own earlier days and against the peers, from counts alone. Pure. */
export function assessPerformance(facts: PerformanceFacts): PerformanceFigures {
  const comparisons = comparePerformance(facts)
  return {
    rep: facts.rep,
    currency: facts.currency,
    windows: { recentDays: RECENT_WINDOW_DAYS, historyDays: HISTORY_DAYS },
    peers: facts.peers,
    comparisons,
    strengths: standingOut(comparisons, 'better'),
    gaps: standingOut(comparisons, 'worse'),
    mix: mixEffect(facts),
    quota: quotaAttainment(facts),
    lostStages: lostStages(facts),
    unknownStage: facts.unknownStage,
    lostReasons: lostReasons(facts),
    activityKinds: activityKinds(facts),
  }
}

/** Each measure once, by its heaviest comparison; heaviest first. */
function standingOut(
  comparisons: readonly PerformanceComparison[],
  verdict: 'better' | 'worse',
): PerformanceComparison[] {
  const sorted = comparisons.filter((found) => found.verdict === verdict).toSorted((a, b) => b.weight - a.weight)
  return sorted.filter((found, index) => sorted.findIndex(({ measure }) => measure === found.measure) === index)
}

/**
 * The win rate that the rep's own mix of products and segments would give at the peers' rates, each cell drawn towards
 * the peers' overall rate. The expectation is taken as exact, so the interval is the rep's alone.
 */
function mixEffect({ rep, peers, tallies, mix }: PerformanceFacts): MixEffect | null {
  const others = tallies.filter((tally) => tally.repId !== rep.id && tally.won + tally.lost > 0)
  const overall = winRate(others)
  if (peers.kind === 'none' || overall === null || !mayBeSummed(others)) return null
  const decided = mix.reduce((sum, cell) => sum + cell.repDecided, 0)
  const won = mix.reduce((sum, cell) => sum + cell.repWon, 0)
  const actual = rateEstimate(won, decided)
  if (actual === null || actual.low === null || actual.high === null || decided < MIX_NEEDS) return null
  const usable = mix.filter((cell) => cell.repDecided > 0)
  const matched = usable.filter((cell) => cell.peerDecided > 0 && maySumUnseen(cell.unseenPeers))
  const expected = usable.reduce((sum, cell) => {
    const rate = matched.includes(cell) ? shrunkRate(cell.peerWon, cell.peerDecided, overall.value) : overall.value
    return sum + cell.repDecided * rate
  }, 0)
  const expectedRate = expected / decided
  const verdict = actual.low > expectedRate ? 'better' : actual.high < expectedRate ? 'worse' : 'as_expected'
  return { expectedRate, actual, verdict, matched: matched.reduce((sum, cell) => sum + cell.repDecided, 0) }
}

/** The first day of the calendar quarter. */
export function quarterStart(day: Day): Day {
  const month = Number(day.slice(5, 7))
  return `${day.slice(0, 5)}${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`
}

/** The first day of the 365 that end with `day`. */
export function yearStart(day: Day): Day {
  return addDays(day, -364)
}

function quotaAttainment(facts: PerformanceFacts): QuotaAttainment | null {
  const { quotaMicros, currency } = facts
  if (quotaMicros === null || quotaMicros <= 0) return null
  return {
    quota: { amountMicros: quotaMicros, currency },
    quarterStart: quarterStart(facts.asOf),
    quarterWon: { amountMicros: facts.wonInQuarterMicros, currency },
    quarterShare: facts.wonInQuarterMicros / quotaMicros,
    yearWon: { amountMicros: facts.wonInYearMicros, currency },
    yearShare: facts.wonInYearMicros / (4 * quotaMicros),
  }
}

function lostStages({ stages, peerStages, peers }: PerformanceFacts): PerformanceFigures['lostStages'] {
  const mayTell = peers.kind !== 'none' && peerStages.lost > 0 && maySumUnseen(peerStages.unseen)
  return stages
    .filter(({ lost }) => lost > 0)
    .map(({ stage, lost, peers: peerLost }) => ({
      stage,
      lost,
      peerShare: mayTell ? peerLost / peerStages.lost : null,
    }))
}

function lostReasons({ reasons, peerReasons, peers }: PerformanceFacts): PerformanceFigures['lostReasons'] {
  const mayTell = peers.kind !== 'none' && peerReasons.lost > 0 && maySumUnseen(peerReasons.unseen)
  return reasons.map(({ peers: peerLost, ...reason }) => ({
    ...reason,
    peerShare: mayTell ? peerLost / peerReasons.lost : null,
  }))
}

function activityKinds({ kinds, peerKinds, peers }: PerformanceFacts): PerformanceFigures['activityKinds'] {
  const own = kinds.reduce((sum, { count }) => sum + count, 0)
  const all = kinds.reduce((sum, kind) => sum + kind.peers, 0)
  const mayTell = peers.kind !== 'none' && all > 0 && maySumUnseen(peerKinds.unseen)
  return own === 0
    ? []
    : kinds
        .filter(({ count }) => count > 0)
        .map(({ kind, count, peers: others }) => ({
          kind,
          count,
          share: count / own,
          peerShare: mayTell ? others / all : null,
        }))
}
