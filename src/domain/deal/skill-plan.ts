import { addDays, type Day } from '../day.ts'
import type { Evidence } from '../skill.ts'
import { noticeableChange } from './performance-estimates.ts'
import {
  PERFORMANCE_MEASURES,
  RECENT_WINDOW_DAYS,
  type PerformanceComparison,
  type PerformanceFacts,
  type PerformanceFigures,
  type PerformanceMeasure,
} from './performance.ts'

/** Weeks of a plan, with a check-in at the end of each. */
export const PLAN_WEEKS = 6
const MOST_GAPS = 3
const DEALS_EACH = 4

/** Exercises for one or more measures, from a file a person wrote. */
export interface PracticeMethod {
  readonly id: string
  readonly name: string
  readonly measures: readonly PerformanceMeasure[]
  /** One sentence on why it helps. */
  readonly why: string
  /** Six, one per week. */
  readonly weeks: readonly { readonly title: string; readonly exercise: string }[]
}

/** What is practised against one gap. */
export interface GapPlan {
  readonly gap: PerformanceComparison
  /** Null when no method file names this measure. */
  readonly method: { readonly id: string; readonly name: string; readonly why: string } | null
  readonly weeks: readonly {
    readonly week: number
    readonly title: string
    readonly exercise: string
    readonly checkInOn: Day
  }[]
  readonly target: {
    /** Today's figure, in the measure's unit. */
    readonly today: number
    /** What it is held against: the way back, not a promise. */
    readonly other: number
    /** Rows the six weeks are likely to bring, at the pace of the recent days. */
    readonly rowsInPlan: number
    /** The smallest change those rows could show; null when they could show none. */
    readonly noticeable: number | null
    /** The same after as many days as the recent window has. */
    readonly noticeableInWindow: number | null
  }
  /** Open deals of the rep to practise on. */
  readonly practiseOn: readonly Evidence[]
}

/** What `plan-skills` answers in `figures`. */
export interface SkillPlanFigures {
  readonly rep: PerformanceFigures['rep']
  readonly currency: string
  readonly startsOn: Day
  readonly endsOn: Day
  /** At most three, heaviest first; empty when no gap stands out. */
  readonly gaps: readonly GapPlan[]
  /** Measures that nobody can tell yet: too few rows. */
  readonly untold: readonly { readonly label: string; readonly rows: string; readonly moreNeeded: number | null }[]
}

interface PlanNeeds {
  readonly facts: PerformanceFacts
  readonly methods: readonly PracticeMethod[]
  /** Open deals of the rep, those that need it most first. */
  readonly openDeals: readonly Evidence[]
}

/** Practice for the heaviest gaps; no gap, no plan. Pure. */
export function planSkills(figures: PerformanceFigures, { facts, methods, openDeals }: PlanNeeds): SkillPlanFigures {
  const { asOf } = facts
  return {
    rep: figures.rep,
    currency: figures.currency,
    startsOn: asOf,
    endsOn: addDays(asOf, 7 * PLAN_WEEKS),
    gaps: figures.gaps.slice(0, MOST_GAPS).map((gap) => planGap(gap, { facts, methods, openDeals })),
    untold: untold(figures.comparisons),
  }
}

function planGap(gap: PerformanceComparison, { facts, methods, openDeals }: PlanNeeds): GapPlan {
  const method = methods.find(({ measures }) => measures.includes(gap.measure))
  const rowsInPlan = rowsIn(gap.measure, facts, 7 * PLAN_WEEKS)
  const rowsInWindow = rowsIn(gap.measure, facts, RECENT_WINDOW_DAYS)
  return {
    gap,
    method: method ? { id: method.id, name: method.name, why: method.why } : null,
    weeks: (method?.weeks ?? []).map((week, index) => ({
      week: index + 1,
      ...week,
      checkInOn: addDays(facts.asOf, 7 * (index + 1)),
    })),
    target: {
      today: gap.rep.value,
      other: gap.other.value,
      rowsInPlan,
      noticeable: noticeableChange(gap.rep, rowsInPlan),
      noticeableInWindow: noticeableChange(gap.rep, rowsInWindow),
    },
    practiseOn: isOfOpenDeals(gap.measure) ? gap.evidence.slice(0, DEALS_EACH) : openDeals.slice(0, DEALS_EACH),
  }
}

function isOfOpenDeals(measure: PerformanceMeasure): boolean {
  return PERFORMANCE_MEASURES[measure].rows === 'open deal'
}

/** Rows that so many days are likely to bring: open deals stand there already, weeks are weeks, the rest keeps its pace. */
function rowsIn(measure: PerformanceMeasure, facts: PerformanceFacts, days: number): number {
  const own = facts.tallies.filter((tally) => tally.repId === facts.rep.id && tally.window === 'recent')
  const open = facts.open.filter((tally) => tally.repId === facts.rep.id)
  const pace = (count: number): number => Math.round((count * days) / RECENT_WINDOW_DAYS)
  const sum = (part: (tally: (typeof own)[number]) => number): number =>
    own.reduce((total, tally) => total + part(tally), 0)
  switch (measure) {
    case 'win_rate':
    case 'pushed':
      return pace(sum((tally) => tally.won + tally.lost))
    case 'late_losses':
      return pace(sum((tally) => tally.lost))
    case 'deal_value':
      return pace(sum((tally) => tally.value.n))
    case 'cycle_days':
      return pace(sum((tally) => tally.cycles))
    case 'activity':
      return Math.floor(days / 7)
    case 'no_next_step':
      return open.reduce((total, tally) => total + tally.open, 0)
    case 'no_economic_buyer':
    case 'no_champion':
      return open.reduce((total, tally) => total + tally.past, 0)
  }
}

function untold(comparisons: readonly PerformanceComparison[]): SkillPlanFigures['untold'] {
  const groups = [...Map.groupBy(comparisons, ({ measure }) => measure).values()]
  return groups
    .filter((group) => group.every(({ verdict }) => verdict === 'too_few'))
    .map((group) => {
      const closest = group.toSorted((a, b) => (a.moreNeeded ?? Infinity) - (b.moreNeeded ?? Infinity))[0]
      return { label: closest?.label ?? '', rows: closest?.rows ?? '', moreNeeded: closest?.moreNeeded ?? null }
    })
}
