import { addDays, type Day } from '../day.ts'
import { countOf } from '../figure-text.ts'
import { formatMoney, type Money } from '../money.ts'
import type { InterventionTrigger, Urgency, UrgencyRating } from './intervention.ts'

const SEVERITY_POINTS = 50
const RENEWAL_POINTS = 30
const MONEY_POINTS = 20
/** A renewal farther away than this adds nothing. */
const RENEWAL_REACH_DAYS = 180
const IMMEDIATE_FROM = 65
const WEEK_FROM = 40

const URGENCY_RULE = `Up to ${SEVERITY_POINTS} points for how grave the trigger is, ${RENEWAL_POINTS} for how near the renewal (none from ${RENEWAL_REACH_DAYS} days on), ${MONEY_POINTS} for the yearly revenue against twice the median of the clients in sight; unknown parts are left out and the rest stretched to 100. From ${IMMEDIATE_FROM} immediate, from ${WEEK_FROM} this week, else this month. A chance to grow is never more urgent than this month.`

/** Days within which to act. */
const WITHIN_DAYS: Record<Exclude<Urgency, 'none'>, number> = { immediate: 2, this_week: 7, this_month: 30 }

export interface UrgencyTerms {
  readonly renewalInDays: number | null
  readonly arr: Money | null
  /** Median yearly revenue of the clients in sight in the same currency; null when none is known. */
  readonly medianArrMicros: number | null
}

/** How soon somebody has to act, by the documented rule; `none` only without a trigger. */
export function rateUrgency(trigger: InterventionTrigger | null, terms: UrgencyTerms): UrgencyRating {
  if (trigger === null) return { urgency: 'none', points: null, parts: [], rule: URGENCY_RULE }
  const parts = [
    { label: 'Trigger', points: SEVERITY_POINTS * trigger.severity, most: SEVERITY_POINTS, text: trigger.label },
    ...renewalPart(terms.renewalInDays),
    ...moneyPart(terms),
  ]
  const most = parts.reduce((sum, part) => sum + part.most, 0)
  const points = Math.round((100 * parts.reduce((sum, part) => sum + part.points, 0)) / most)
  return { urgency: urgencyOf(trigger, points), points, parts: parts.map(rounded), rule: URGENCY_RULE }
}

function urgencyOf({ name }: InterventionTrigger, points: number): Urgency {
  if (name === 'above_licence') return 'this_month'
  if (points >= IMMEDIATE_FROM) return 'immediate'
  return points >= WEEK_FROM ? 'this_week' : 'this_month'
}

function renewalPart(days: number | null): UrgencyRating['parts'] {
  // A renewal that has passed says nothing about how near the next one is.
  if (days === null || days < 0) return []
  const nearness = Math.max(0, 1 - days / RENEWAL_REACH_DAYS)
  return [
    { label: 'Renewal', points: RENEWAL_POINTS * nearness, most: RENEWAL_POINTS, text: `in ${countOf(days, 'day')}` },
  ]
}

function moneyPart({ arr, medianArrMicros }: UrgencyTerms): UrgencyRating['parts'] {
  if (arr === null || medianArrMicros === null || medianArrMicros <= 0) return []
  const share = Math.min(1, Math.max(0, arr.amountMicros) / (2 * medianArrMicros))
  const median = formatMoney({ amountMicros: medianArrMicros, currency: arr.currency })
  return [
    {
      label: 'Money',
      points: MONEY_POINTS * share,
      most: MONEY_POINTS,
      text: `${formatMoney(arr)} a year, the median is ${median}`,
    },
  ]
}

function rounded(part: UrgencyRating['parts'][number]): UrgencyRating['parts'][number] {
  return { ...part, points: Math.round(part.points * 10) / 10 }
}

/** The last day to act: within the days of the urgency, before the renewal, and never before the day itself. */
export function actBy(urgency: Urgency, asOf: Day, renewalOn: Day | null): Day | null {
  if (urgency === 'none') return null
  const wanted = addDays(asOf, WITHIN_DAYS[urgency])
  if (renewalOn === null || renewalOn <= asOf || renewalOn > wanted) return wanted
  const before = addDays(renewalOn, -1)
  return before < asOf ? asOf : before
}

/** Days of the steps, spread evenly up to the last day. */
export function spreadDays(steps: number, asOf: Day, byDay: Day): Day[] {
  const span = Math.max(0, Math.round((Date.parse(byDay) - Date.parse(asOf)) / 86_400_000))
  return Array.from({ length: steps }, (_, index) => addDays(asOf, Math.ceil((span * (index + 1)) / steps)))
}
