import { addDays, type Day } from '../day.ts'
import { quantile } from '../deal/statistics.ts'
import type { HealthComponent, HealthInput } from './health.ts'
import type { HealthRows } from './health-rows.ts'
import { rowsAsOf } from './rows-as-of.ts'
import { scoreHealth } from './score-health.ts'
import type { SuccessGoal, SuccessTarget } from './success.ts'

/** The lower edge of healthy: an input below it is a gap. */
const HEALTHY = 75
const DERIVED_GOALS = 3
/** Points by which a target must lie above today to be one. */
const WORTH_POINTS = 3
const ENOUGH_PEERS = 3
/** Days back at which the client's own best is looked for. */
const OWN_DAYS = [15, 30, 45, 60, 75, 90] as const

/** Words of a person's goal and the input of the health model that measures it; the first that fits. */
const GOAL_WORDS: readonly (readonly [RegExp, string])[] = [
  [/feature|function|module/i, 'feature_adoption'],
  [/adopt|seat|usage|users?\b|use\b|log ?in|roll ?out|onboard/i, 'seats_active'],
  [/session|activity in/i, 'sessions'],
  [/escalat/i, 'escalations'],
  [/resol|ticket|support|response/i, 'resolution_time'],
  [/satisf|csat/i, 'satisfaction'],
  [/nps|advoc|refer/i, 'nps'],
  [/invoice|pay|overdue|receivable/i, 'paid_on_time'],
  [/sponsor|champion|executive|decision/i, 'sponsors'],
  [/stakeholder|relationship|multi|contacts?\b|people/i, 'stakeholders'],
  [/train|meeting|call|review|workshop|engag/i, 'live_contact'],
]

/** What to aim for in words, by input. */
const AIMS: Readonly<Record<string, string>> = {
  seats_active: 'More of the paid seats in use',
  feature_adoption: 'More of the features in use',
  sessions: 'Work done in the software more often',
  last_contact: 'A conversation that does not lapse',
  contact_frequency: 'A steady rhythm of contact',
  live_contact: 'More calls, meetings and trainings',
  escalations: 'Fewer tickets that escalate',
  resolution_time: 'Tickets resolved sooner',
  satisfaction: 'Higher satisfaction with support',
  paid_on_time: 'Invoices paid by their due day',
  overdue_now: 'Nothing overdue',
  billing_growth: 'Billing that grows',
  stakeholders: 'More people in touch',
  sponsors: 'A champion and a decision maker on our side',
  nps: 'A better NPS',
}

interface PlacedInput {
  readonly component: HealthComponent
  readonly input: HealthInput
}

export interface GoalTerms {
  readonly rows: HealthRows
  /** Rows of healthy clients of the same segment that the asker sees. */
  readonly peers: readonly HealthRows[]
  readonly byDay: Day
}

/** The person's goals, or the inputs that cost the score most; each with its figure of today and a target. */
export function successGoals(given: readonly string[], terms: GoalTerms): SuccessGoal[] {
  const inputs = placedInputs(scoreHealth(terms.rows).components)
  if (given.length === 0) return weakestInputs(inputs).map((placed) => goalOf(aimOf(placed), placed, terms))
  return given.map((text) => {
    const name = GOAL_WORDS.find(([words]) => words.test(text))?.[1]
    const placed = inputs.find(({ input }) => input.name === name)
    return { ...goalOf(text, placed, terms), origin: 'given' }
  })
}

/** The known inputs below the edge of healthy, those that cost most points first. */
function weakestInputs(inputs: readonly PlacedInput[]): PlacedInput[] {
  return inputs
    .filter(({ input }) => input.score !== null && input.score < HEALTHY)
    .toSorted((a, b) => costOf(b) - costOf(a) || a.input.name.localeCompare(b.input.name))
    .slice(0, DERIVED_GOALS)
}

/** Every input with its component. */
export function placedInputs(components: readonly HealthComponent[]): PlacedInput[] {
  return components.flatMap((component) => component.inputs.map((input) => ({ component, input })))
}

function aimOf({ input }: PlacedInput): string {
  return AIMS[input.name] ?? `Better: ${input.label.toLowerCase()}`
}

function costOf({ component, input }: PlacedInput): number {
  return component.baseWeight * input.weight * (HEALTHY - (input.score ?? HEALTHY))
}

function goalOf(text: string, placed: PlacedInput | undefined, terms: GoalTerms): SuccessGoal {
  if (placed === undefined)
    return { text, origin: 'derived', measure: null, target: null, byDay: terms.byDay, evidence: [] }
  const { component, input } = placed
  return {
    text,
    origin: 'derived',
    measure: {
      input: input.name,
      component: component.name,
      label: input.label,
      formula: input.formula,
      today: input.value,
      score: input.score === null ? null : round1(input.score),
    },
    target: input.score === null ? null : targetOf(input, terms),
    byDay: terms.byDay,
    evidence: input.evidence,
  }
}

/** The client's own best of 90 days, else the median of healthy peers, else the edge of healthy: the first that lies above today. */
function targetOf(input: HealthInput, terms: GoalTerms): SuccessTarget | null {
  const floor = (input.score ?? 0) + WORTH_POINTS
  const found = [ownBest(input, terms.rows), peerMedian(input, terms.peers), healthyEdge()]
  return found.find((target) => target !== null && target.score >= floor) ?? null
}

function ownBest({ name }: HealthInput, rows: HealthRows): SuccessTarget | null {
  const past = OWN_DAYS.flatMap((back) => {
    const input = inputNamed(rowsAsOf(rows, back), name)
    return input?.score == null
      ? []
      : [{ score: input.score, value: input.value, day: addDays(rows.days.clients, -back) }]
  })
  const best = past.toSorted((a, b) => b.score - a.score || b.day.localeCompare(a.day))[0]
  if (best === undefined) return null
  return {
    score: round1(best.score),
    text: best.value ?? `${Math.round(best.score)} of 100`,
    basis: 'own_best',
    basisText: `the client's own best of the last 90 days, on ${best.day}`,
  }
}

function peerMedian({ name }: HealthInput, peers: readonly HealthRows[]): SuccessTarget | null {
  const scores = peers.flatMap((peer) => inputNamed(peer, name)?.score ?? [])
  const median = quantile(scores, 0.5)
  if (median === null || scores.length < ENOUGH_PEERS) return null
  return {
    score: round1(median),
    text: `${Math.round(median)} of 100`,
    basis: 'healthy_peers',
    basisText: `the median of ${scores.length} healthy clients of the same segment`,
  }
}

function healthyEdge(): SuccessTarget {
  return {
    score: HEALTHY,
    text: `${HEALTHY} of 100`,
    basis: 'healthy_edge',
    basisText: 'the edge of healthy in the health model, as neither own best nor enough healthy peers lie above today',
  }
}

function inputNamed(rows: HealthRows, name: string): HealthInput | undefined {
  return placedInputs(scoreHealth(rows).components).find(({ input }) => input.name === name)?.input
}

function round1(value: number): number {
  return Math.round(value * 10) / 10
}
