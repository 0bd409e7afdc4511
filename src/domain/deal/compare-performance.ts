import {
  differenceOf,
  meanEstimate,
  medianEstimate,
  moreNeeded,
  rateEstimate,
  type Estimate,
  type Moments,
} from './performance-estimates.ts'
import {
  FEWEST_ANONYMOUS,
  PERFORMANCE_MEASURES,
  type PerformanceComparison,
  type PerformanceFacts,
  type PerformanceMeasure,
  type RepOpenTally,
  type RepTally,
} from './performance.ts'

type Sides = { readonly rep: Estimate | null; readonly other: Estimate | null }
interface Peer {
  readonly repId: string
  readonly isSeen: boolean
}

/** Every measure that has rows on both sides, first against the rep's own earlier days, then against the peers. */
export function comparePerformance(facts: PerformanceFacts): PerformanceComparison[] {
  return [...compareWith(facts, 'history', historySides(facts)), ...compareWith(facts, 'peers', peerSides(facts))]
}

function compareWith(
  facts: PerformanceFacts,
  against: 'history' | 'peers',
  sides: Partial<Record<PerformanceMeasure, Sides>>,
): PerformanceComparison[] {
  return MEASURES.flatMap((measure) => {
    const { rep = null, other = null } = sides[measure] ?? {}
    return rep === null || other === null
      ? []
      : [compareFigures(measure, { against, rep, other, evidence: facts.evidence[measure] ?? [] })]
  })
}

// The keys of a literal of this very type.
const MEASURES = Object.keys(PERFORMANCE_MEASURES) as PerformanceMeasure[]

/** Two figures of one measure with a verdict that only the interval of their difference can give. */
function compareFigures(
  measure: PerformanceMeasure,
  given: Pick<PerformanceComparison, 'against' | 'rep' | 'other' | 'evidence'>,
): PerformanceComparison {
  const { label, unit, rows, better, influence } = PERFORMANCE_MEASURES[measure]
  const difference = differenceOf(given.rep, given.other)
  const isHigher = difference !== null && difference.low > 0
  const isLower = difference !== null && difference.high < 0
  const verdict = !isHigher && !isLower ? 'too_few' : isHigher === (better === 'higher') ? 'better' : 'worse'
  const margin =
    difference === null ? 0 : isHigher ? difference.value - difference.low : difference.high - difference.value
  return {
    measure,
    label,
    unit,
    rows,
    ...given,
    difference,
    verdict,
    moreNeeded: verdict === 'too_few' ? moreNeeded(given.rep, given.other) : null,
    // A margin of nought would be infinitely clear; ten margins are as clear as it gets.
    weight: verdict === 'too_few' || difference === null ? 0 : influence * clearness(difference.value, margin),
  }
}

function clearness(value: number, margin: number): number {
  return margin <= 0 ? 10 : Math.min(10, Math.abs(value) / margin)
}

function historySides(facts: PerformanceFacts): Partial<Record<PerformanceMeasure, Sides>> {
  const of = (window: 'recent' | 'earlier'): RepTally[] =>
    facts.tallies.filter((tally) => tally.repId === facts.rep.id && tally.window === window)
  const weeks = (window: 'recent' | 'earlier'): Estimate | null =>
    meanEstimate(
      sumMoments(
        facts.weeks.filter((row) => row.repId === facts.rep.id && row.window === window).map((row) => row.weeks),
      ),
    )
  const cycles = (window: 'recent' | 'earlier'): Estimate | null =>
    medianEstimate(
      facts.cycles.filter((row) => row.isRep && row.window === window).map(({ value, count }) => ({ value, count })),
    )
  const both = (estimate: (tallies: readonly RepTally[]) => Estimate | null): Sides => ({
    rep: estimate(of('recent')),
    other: estimate(of('earlier')),
  })
  return {
    win_rate: both(winRate),
    deal_value: both(dealValue),
    cycle_days: { rep: cycles('recent'), other: cycles('earlier') },
    ...(facts.tracked.pushes ? { pushed: both(pushedRate) } : {}),
    ...(facts.tracked.activities ? { activity: { rep: weeks('recent'), other: weeks('earlier') } } : {}),
  }
}

function peerSides(facts: PerformanceFacts): Partial<Record<PerformanceMeasure, Sides>> {
  if (facts.peers.kind === 'none') return {}
  const own = facts.tallies.filter((tally) => tally.repId === facts.rep.id)
  const peers = facts.tallies.filter((tally) => tally.repId !== facts.rep.id)
  const both = (
    estimate: (tallies: readonly RepTally[]) => Estimate | null,
    has: (tally: RepTally) => boolean,
  ): Sides => ({ rep: estimate(own), other: mayBeSummed(peers.filter(has)) ? estimate(peers) : null })
  return {
    win_rate: both(winRate, (tally) => tally.won + tally.lost > 0),
    deal_value: both(dealValue, (tally) => tally.value.n > 0),
    cycle_days: cycleSides(facts, peers),
    late_losses: lateLosses(facts),
    ...(facts.tracked.pushes ? { pushed: both(pushedRate, (tally) => tally.won + tally.lost > 0) } : {}),
    ...openSides(facts),
    ...activitySides(facts),
  }
}

/** True when no figure of one to four reps out of sight would stand in the sum. */
export function mayBeSummed(peers: readonly Peer[]): boolean {
  const unseen = new Set(peers.filter((peer) => !peer.isSeen).map((peer) => peer.repId)).size
  return maySumUnseen(unseen)
}

export function maySumUnseen(unseen: number): boolean {
  return unseen === 0 || unseen >= FEWEST_ANONYMOUS
}

function cycleSides(facts: PerformanceFacts, peers: readonly RepTally[]): Sides {
  const of = (isRep: boolean): Estimate | null =>
    medianEstimate(mergeCounts(facts.cycles.filter((row) => row.isRep === isRep)))
  return { rep: of(true), other: mayBeSummed(peers.filter((tally) => tally.cycles > 0)) ? of(false) : null }
}

function mergeCounts(rows: PerformanceFacts['cycles']): { value: number; count: number }[] {
  return [...Map.groupBy(rows, (row) => row.value)].map(([value, same]) => ({
    value,
    count: same.reduce((sum, { count }) => sum + count, 0),
  }))
}

function lateLosses({ stages, peerStages }: PerformanceFacts): Sides {
  const isLate = ({ stage }: { stage: string }): boolean => stage === 'proposal' || stage === 'negotiation'
  const late = stages.filter(isLate)
  const known = stages.reduce((sum, { lost }) => sum + lost, 0)
  const peersLate = late.reduce((sum, { peers }) => sum + peers, 0)
  return {
    rep: rateEstimate(
      late.reduce((sum, { lost }) => sum + lost, 0),
      known,
    ),
    other: maySumUnseen(peerStages.unseen) ? rateEstimate(peersLate, peerStages.lost) : null,
  }
}

function openSides({ rep, open, tracked }: PerformanceFacts): Partial<Record<PerformanceMeasure, Sides>> {
  const own = open.filter((tally) => tally.repId === rep.id)
  const peers = open.filter((tally) => tally.repId !== rep.id)
  const share = (part: keyof OpenCounts, whole: keyof OpenCounts): Sides => ({
    rep: rateEstimate(sumOf(own, part), sumOf(own, whole)),
    other: mayBeSummed(peers.filter((tally) => tally[whole] > 0))
      ? rateEstimate(sumOf(peers, part), sumOf(peers, whole))
      : null,
  })
  return {
    ...(tracked.nextStep ? { no_next_step: share('withoutNextStep', 'open') } : {}),
    ...(tracked.economicBuyer ? { no_economic_buyer: share('withoutBuyer', 'past') } : {}),
    ...(tracked.champion ? { no_champion: share('withoutChampion', 'past') } : {}),
  }
}

/** A rep's recent weeks against the peers' means: a peer with many activities counts as one. */
function activitySides({ rep, weeks, tracked }: PerformanceFacts): Partial<Record<PerformanceMeasure, Sides>> {
  if (!tracked.activities) return {}
  const recent = weeks.filter((row) => row.window === 'recent')
  const own = sumMoments(recent.filter((row) => row.repId === rep.id).map((row) => row.weeks))
  const peers = recent.filter((row) => row.repId !== rep.id && row.weeks.n > 0 && row.weeks.sum > 0)
  const means = peers.map((row) => row.weeks.sum / row.weeks.n)
  const spread = sumMoments(means.map((mean) => ({ n: 1, sum: mean, squares: mean * mean })))
  return { activity: { rep: meanEstimate(own), other: mayBeSummed(peers) ? meanEstimate(spread) : null } }
}

type OpenCounts = Omit<RepOpenTally, 'repId' | 'isSeen'>

function sumOf(tallies: readonly RepOpenTally[], field: keyof OpenCounts): number {
  return tallies.reduce((sum, tally) => sum + tally[field], 0)
}

/** Groups of values as one group. */
function sumMoments(parts: readonly Moments[]): Moments {
  return parts.reduce(
    (all, part) => ({ n: all.n + part.n, sum: all.sum + part.sum, squares: all.squares + part.squares }),
    { n: 0, sum: 0, squares: 0 },
  )
}

/** Won of decided deals. */
export function winRate(tallies: readonly RepTally[]): Estimate | null {
  const won = tallies.reduce((sum, tally) => sum + tally.won, 0)
  return rateEstimate(won, tallies.reduce((sum, tally) => sum + tally.lost, 0) + won)
}

function dealValue(tallies: readonly RepTally[]): Estimate | null {
  return meanEstimate(sumMoments(tallies.map((tally) => tally.value)))
}

function pushedRate(tallies: readonly RepTally[]): Estimate | null {
  const decided = tallies.reduce((sum, tally) => sum + tally.won + tally.lost, 0)
  return rateEstimate(
    tallies.reduce((sum, tally) => sum + tally.pushed, 0),
    decided,
  )
}
