import { countOf, formatShare } from '../figure-text.ts'
import type { Evidence } from '../skill.ts'
import type { ChurnFeature, ChurnFeatures } from './churn.ts'
import { churnFeatures } from './churn-features.ts'
import type { HealthRows } from './health-rows.ts'
import type { InterventionTrigger, InterventionTriggerName } from './intervention.ts'
import { SLOWING_FROM_DAYS } from './payment-delay.ts'
import { usageWindow } from './usage-health.ts'

/** A fall of active users from which on it is no ordinary week. */
const DECLINE_FROM = 0.15
/** A fall that is as grave as it gets. */
const DECLINE_FULL = 0.4
const STORM_FROM = 2
const STORM_FULL = 6
const DELAY_FULL_DAYS = 20
const SILENT_FROM_DAYS = 45
const SILENT_FULL_DAYS = 120
const RENEWAL_FROM_DAYS = 90

/** Everything about the client that calls for stepping in, gravest first; a chance to grow comes after every trouble. */
export function interventionTriggers(rows: HealthRows): InterventionTrigger[] {
  const features = churnFeatures(rows)
  const found = [
    usageDecline(features),
    keyContactLeft(features),
    ticketStorm(features),
    slippingPayments(features),
    silence(features),
    doubtHeard(features),
    renewalNear(features),
    aboveLicence(rows),
  ].filter((trigger) => trigger !== null)
  return found.toSorted(
    (a, b) => rankOf(a.name) - rankOf(b.name) || b.severity - a.severity || a.name.localeCompare(b.name),
  )
}

/** A renewal by itself is an occasion, licences a chance: what is wrong comes before both. */
function rankOf(name: InterventionTriggerName): number {
  if (name === 'above_licence') return 2
  return name === 'renewal_near' ? 1 : 0
}

function trigger(
  named: { readonly name: InterventionTriggerName; readonly label: string },
  severity: number,
  found: { readonly text: string; readonly evidence: readonly Evidence[] },
): InterventionTrigger {
  return { ...named, severity: Math.min(1, Math.max(0, severity)), ...found }
}

function usageDecline(features: ChurnFeatures): InterventionTrigger | null {
  const falls = [features.usage_change_30, features.usage_change_90].filter(
    (feature) => (feature.value ?? 0) <= -DECLINE_FROM,
  )
  const worst = falls.toSorted((a, b) => (a.value ?? 0) - (b.value ?? 0))[0]
  if (worst === undefined) return null
  return trigger({ name: 'usage_decline', label: 'Usage decline' }, Math.abs(worst.value ?? 0) / DECLINE_FULL, {
    text: sentence(worst),
    evidence: worst.evidence,
  })
}

function keyContactLeft({ key_contacts_left_180: left }: ChurnFeatures): InterventionTrigger | null {
  const people = left.value ?? 0
  if (people < 1) return null
  return trigger({ name: 'key_contact_left', label: 'A key person left' }, people > 1 ? 1 : 0.8, {
    text: sentence(left),
    evidence: left.evidence,
  })
}

function ticketStorm({
  escalations_90: escalated,
  open_severe_tickets: open,
}: ChurnFeatures): InterventionTrigger | null {
  const weight = (escalated.value ?? 0) + (open.value ?? 0)
  if (weight < STORM_FROM) return null
  return trigger({ name: 'ticket_storm', label: 'Escalated tickets' }, weight / STORM_FULL, {
    text: `${sentence(escalated)} ${sentence(open)}`,
    evidence: distinct([...escalated.evidence, ...open.evidence]),
  })
}

function slippingPayments({ payment_delay_change: delay }: ChurnFeatures): InterventionTrigger | null {
  const days = delay.value ?? 0
  if (days < SLOWING_FROM_DAYS) return null
  return trigger({ name: 'slipping_payments', label: 'Payments slip' }, days / DELAY_FULL_DAYS, {
    text: sentence(delay),
    evidence: delay.evidence,
  })
}

function silence({ days_silent: silent }: ChurnFeatures): InterventionTrigger | null {
  const days = silent.value ?? 0
  if (days < SILENT_FROM_DAYS) return null
  return trigger({ name: 'silence', label: 'Silence' }, days / SILENT_FULL_DAYS, {
    text: sentence(silent),
    evidence: silent.evidence,
  })
}

/** A competitor, money trouble, doubt about renewing or a bad mood that somebody told of. */
function doubtHeard(features: ChurnFeatures): InterventionTrigger | null {
  const heard = [features.renewal_doubt, features.competitor, features.budget_trouble, features.bad_sentiment].filter(
    (feature) => feature.value === 1,
  )
  if (heard.length === 0) return null
  return trigger({ name: 'doubt_heard', label: 'Doubt was heard' }, 0.6 + 0.2 * (heard.length - 1), {
    text: heard.map(sentence).join(' '),
    evidence: heard.flatMap((feature) => feature.evidence),
  })
}

function renewalNear({ renewal_in_days: renewal }: ChurnFeatures): InterventionTrigger | null {
  const days = renewal.value
  if (days === null || days < 0 || days > RENEWAL_FROM_DAYS) return null
  return trigger({ name: 'renewal_near', label: 'Renewal near' }, 0.3 * (1 - days / RENEWAL_FROM_DAYS), {
    text: sentence(renewal),
    evidence: renewal.evidence,
  })
}

function aboveLicence(rows: HealthRows): InterventionTrigger | null {
  const window = usageWindow(rows, rows.days.usage, 30)
  const seats = window.seatsMean ?? rows.client.licensedSeats
  const { activeMean } = window
  if (activeMean === null || seats === null || seats <= 0 || activeMean <= seats) return null
  const over = activeMean / seats - 1
  return trigger({ name: 'above_licence', label: 'Above the licence' }, 0.2 + over, {
    text: `${activeMean.toFixed(1)} people a day use ${countOf(Math.round(seats), 'seat')}: ${formatShare(over)} over the licence.`,
    evidence: window.ends.map(({ id, onDay }) => ({ kind: 'usage', id, label: `usage of ${onDay}` })),
  })
}

function sentence({ label, text }: ChurnFeature): string {
  return `${label}: ${text ?? 'unknown'}.`
}

function distinct(evidence: readonly Evidence[]): Evidence[] {
  return evidence.filter(
    (item, index) => evidence.findIndex((other) => other.kind === item.kind && other.id === item.id) === index,
  )
}
