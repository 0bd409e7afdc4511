import type {
  ChurnBand,
  ChurnEstimate,
  ChurnFactor,
  ChurnFeature,
  ChurnFeatureName,
  ChurnFeatures,
  ChurnInteraction,
  ChurnModel,
} from './churn.ts'
import { round1 } from './score-health.ts'

interface FactorRule {
  readonly name: ChurnFeatureName
  /** Points at full severity; all of them sum to 100. */
  readonly most: number
  /** 0 to 1 of the feature's value. */
  readonly severity: (value: number) => number
  readonly relief: string
}

/**
 * The one scorecard. Weights follow the older model of the craft (usage 25, escalation 20, people 15, competition 15,
 * renewal 10, budget 10, mood 5) with silence and payment delay taken in; they are judgement, not measurement.
 */
const FACTORS: readonly FactorRule[] = [
  {
    name: 'usage_change_30',
    most: 10,
    severity: (change) => rising(-change, 0.05, 0.4),
    relief: 'Active users back at the level of the 30 days before.',
  },
  {
    name: 'usage_change_90',
    most: 12,
    severity: (change) => rising(-change, 0.05, 0.4),
    relief: 'Active users back at the level of the 90 days before.',
  },
  {
    name: 'escalations_90',
    most: 8,
    severity: (count) => rising(count, 0, 4),
    relief: 'No new escalation for 90 days.',
  },
  {
    name: 'open_severe_tickets',
    most: 7,
    severity: (count) => rising(count, 0, 3),
    relief: 'The open severe tickets resolved.',
  },
  {
    name: 'key_contacts_left_180',
    most: 12,
    severity: (count) => rising(count, 0, 1),
    relief: 'A new champion or sponsor known by name and in touch.',
  },
  {
    name: 'renewal_in_days',
    most: 7,
    severity: (days) => (days < 0 ? 1 : rising(180 - days, 0, 150)),
    relief: 'The renewal signed, and its new day on record.',
  },
  {
    name: 'payment_delay_change',
    most: 7,
    severity: (days) => rising(days, 2, 15),
    relief: 'The next three invoices paid by their due day.',
  },
  {
    name: 'days_silent',
    most: 7,
    severity: (days) => rising(days, 21, 90),
    relief: 'One conversation with the client.',
  },
  { name: 'nps', most: 5, severity: (nps) => rising(30 - nps, 0, 60), relief: 'A survey with a better answer.' },
  { name: 'competitor', most: 10, severity: asIs, relief: 'Word that the competitor is out.' },
  { name: 'budget_trouble', most: 5, severity: asIs, relief: 'Word that the budget is confirmed.' },
  { name: 'bad_sentiment', most: 3, severity: asIs, relief: 'Word that the mood has turned.' },
  { name: 'renewal_doubt', most: 7, severity: asIs, relief: 'Word that they intend to renew.' },
]

const BEFORE_RENEWAL_MOST = 12
const IN_SILENCE_MOST = 5
/** Least share of the points that must be judged before little risk may be called little. */
const JUDGED_ENOUGH = 0.5

export const CHURN_RULE =
  'Points of 100: severe from 50, high from 30, elevated from 15, low below; a score, not a probability. Below 30 with less than half of the points judged it is unknown.'

/** Severity times weight per known factor, plus two interactions, cut at 100. What is unknown adds nothing and is said. */
export const churnScorecard: ChurnModel = { name: 'scorecard', predict }

function predict(features: ChurnFeatures): ChurnEstimate {
  const factors = FACTORS.flatMap((rule) => factorOf(rule, features[rule.name]))
  const knownShare = factors.reduce((sum, factor) => sum + factor.most, 0) / 100
  const interactions = interactionsOf(factors)
  const points =
    factors.length === 0
      ? null
      : round1(
          Math.min(
            100,
            [...factors, ...interactions].reduce((sum, part) => sum + part.points, 0),
          ),
        )
  return {
    model: 'scorecard',
    points,
    band: churnBandOf(points, knownShare),
    probability: null,
    factors: factors.toSorted((a, b) => b.points - a.points || b.most - a.most || a.name.localeCompare(b.name)),
    interactions,
    knownShare,
  }
}

/** The band of the points. Points are a floor: much is much whatever else is unknown, little needs half of them judged. */
function churnBandOf(points: number | null, knownShare: number): ChurnBand {
  if (points === null) return 'unknown'
  if (points >= 50) return 'severe'
  if (points >= 30) return 'high'
  if (knownShare < JUDGED_ENOUGH) return 'unknown'
  return points >= 15 ? 'elevated' : 'low'
}

function factorOf(rule: FactorRule, { value, text, label, evidence }: ChurnFeature): ChurnFactor[] {
  if (value === null || text === null) return []
  const points = round1(rule.most * rule.severity(value))
  return [{ name: rule.name, label, text, points, most: rule.most, relief: rule.relief, evidence }]
}

/**
 * Two things that are worse together: a fall in usage or a lost key person while a renewal is near (the weaker of both
 * times 12), and a fall in usage while nobody talks with the client (the weaker of both times 5).
 */
function interactionsOf(factors: readonly ChurnFactor[]): ChurnInteraction[] {
  const severity = (...names: ChurnFeatureName[]): number =>
    Math.max(0, ...factors.filter((factor) => names.includes(factor.name)).map((factor) => factor.points / factor.most))
  const fall = severity('usage_change_30', 'usage_change_90')
  const loss = Math.max(fall, severity('key_contacts_left_180'))
  const found: ChurnInteraction[] = [
    {
      name: 'decline_before_renewal',
      text: 'the loss of use or of a key person comes shortly before the renewal',
      points: round1(BEFORE_RENEWAL_MOST * Math.min(loss, severity('renewal_in_days'))),
      most: BEFORE_RENEWAL_MOST,
    },
    {
      name: 'decline_in_silence',
      text: 'use falls while nobody talks with the client',
      points: round1(IN_SILENCE_MOST * Math.min(fall, severity('days_silent'))),
      most: IN_SILENCE_MOST,
    },
  ]
  return found.filter((interaction) => interaction.points > 0)
}

/** 0 at or below `from`, 1 at or above `to`, straight between. */
function rising(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)))
}

function asIs(value: number): number {
  return value
}
