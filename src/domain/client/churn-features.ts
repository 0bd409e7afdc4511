import { addDays, daysBetween } from '../day.ts'
import { countOf, formatShare } from '../figure-text.ts'
import type { ClientSlot } from '../memory/slots.ts'
import type { Evidence } from '../skill.ts'
import { invoiceEvidence } from './account-health.ts'
import type { ChurnFeature, ChurnFeatureName, ChurnFeatures } from './churn.ts'
import type { HealthRows, TicketRow } from './health-rows.ts'
import { paymentDelay } from './payment-delay.ts'
import { contactEvidence, keyContactsGone, leaverOf } from './relationship-health.ts'
import { factOf, isDenied, memoryEvidence } from './remembered.ts'
import { activityEvidence, newestFirst, ticketEvidence } from './service-health.ts'
import { isWithin, usageTrend, usageWindow } from './usage-health.ts'

interface Found {
  readonly value: number
  readonly text: string
  readonly evidence: readonly Evidence[]
}

/** Everything a model of leaving may look at, from stored rows and what is remembered; what is not there stays null. */
export function churnFeatures(rows: HealthRows): ChurnFeatures {
  return {
    usage_change_30: usageChange(rows, 30),
    usage_change_90: usageChange(rows, 90),
    escalations_90: escalations(rows),
    open_severe_tickets: openSevere(rows),
    key_contacts_left_180: keyContactsLeft(rows),
    renewal_in_days: renewal(rows),
    payment_delay_change: delayChange(rows),
    days_silent: silence(rows),
    nps: npsOf(rows),
    competitor: remembered(rows, { name: 'competitor', label: 'Competitor', slot: 'competitor', good: null }),
    budget_trouble: remembered(rows, {
      name: 'budget_trouble',
      label: 'Budget',
      slot: 'budget',
      good: /confirm|approv|secur|increas|enough|grow|fine|no (cut|problem)/i,
    }),
    renewal_doubt: remembered(rows, {
      name: 'renewal_doubt',
      label: 'Intent to renew',
      slot: 'renewal_intent',
      good: /^(?!.*(\bnot\b|n't|unlikely|unsure|doubt|leav|cancel)).*(will renew|renewing|likely|yes|confirm|stay|intends? to renew|commit)/i,
    }),
    bad_sentiment: remembered(rows, {
      name: 'bad_sentiment',
      label: 'Mood',
      slot: 'sentiment',
      good: /^(?!.*(\bnot\b|n't|unhappy|dissatisfied)).*(positiv|happy|satisf|good|great|pleased|delight|love|neutral)/i,
    }),
  }
}

function feature(
  named: { readonly name: ChurnFeatureName; readonly label: string; readonly remedy: string },
  found: Found | null,
): ChurnFeature {
  return { ...named, ...(found ?? { value: null, text: null, evidence: [] }) }
}

function usageChange(rows: HealthRows, days: 30 | 90): ChurnFeature {
  const trend = usageTrend(rows, days)
  const named = {
    name: `usage_change_${days}`,
    label: `Active users, ${days} days`,
    remedy: `Import usage with active_users for ${2 * days} days.`,
  } as const
  if (trend === null) return feature(named, null)
  const word = trend.change < 0 ? 'down' : 'up'
  const means = `${trend.meanBefore.toFixed(1)} to ${trend.mean.toFixed(1)} a day`
  return feature(named, {
    value: trend.change,
    text: `${word} ${formatShare(Math.abs(trend.change))} (${means})`,
    evidence: usageWindow(rows, rows.days.usage, days).ends.map(({ id, onDay }) => ({
      kind: 'usage',
      id,
      label: `usage of ${onDay}`,
    })),
  })
}

const TICKETS_REMEDY = 'Import tickets of this client with severity and escalation.'
const SEVERE = /high|critical|urgent|severe|blocker|^p ?[12]$|^s(ev)? ?[12]$/i

/** Tickets of the last 180 days, as in the health score; none at all says nothing. */
function recentTickets(rows: HealthRows): TicketRow[] | null {
  const recent = rows.tickets
    .filter((row) => isWithin(row.openedOn, rows.days.tickets, 180))
    .toSorted((a, b) => b.openedOn.localeCompare(a.openedOn) || a.id.localeCompare(b.id))
  return recent.length === 0 ? null : recent
}

function escalations(rows: HealthRows): ChurnFeature {
  const named = { name: 'escalations_90', label: 'Escalations', remedy: TICKETS_REMEDY } as const
  const recent = recentTickets(rows)
  if (recent === null) return feature(named, null)
  const escalated = recent.filter((row) => row.escalated && isWithin(row.openedOn, rows.days.tickets, 90))
  const evidence = (escalated.length > 0 ? escalated : recent).slice(0, 5).map(ticketEvidence)
  return feature(named, { value: escalated.length, text: `${escalated.length} in 90 days`, evidence })
}

function openSevere(rows: HealthRows): ChurnFeature {
  const named = { name: 'open_severe_tickets', label: 'Open severe tickets', remedy: TICKETS_REMEDY } as const
  const recent = recentTickets(rows)
  if (recent === null) return feature(named, null)
  const open = recent.filter((row) => row.resolvedOn === null || row.resolvedOn > rows.days.tickets)
  const severe = open.filter((row) => row.escalated || SEVERE.test(row.severity ?? ''))
  const evidence = (severe.length > 0 ? severe : recent.slice(0, 1)).slice(0, 5).map(ticketEvidence)
  return feature(named, { value: severe.length, text: `${severe.length} open now`, evidence })
}

function keyContactsLeft(rows: HealthRows): ChurnFeature {
  const named = {
    name: 'key_contacts_left_180',
    label: 'Key people who left',
    remedy: 'Import contacts with their role and left_on, or tell me who left.',
  } as const
  const asOf = rows.days.contacts
  const gone = keyContactsGone(rows).filter((row) => row.leftOn !== null && row.leftOn > addDays(asOf, -180))
  const left = factOf(rows.facts, 'contact_left')
  // Somebody of whom it is remembered, and who stands in no row, counts as well.
  const isStranger = left !== undefined && !isDenied(left) && leaverOf(rows.contacts, left) === undefined
  const roled = rows.contacts.filter((row) => row.role !== null)
  if (roled.length === 0 && left === undefined) return feature(named, null)
  const people = [...gone.map((row) => row.name), ...(isStranger ? [left.value ?? left.text] : [])]
  const found = [
    ...gone.map(contactEvidence),
    ...(left && (isStranger || isDenied(left)) ? [memoryEvidence(left)] : []),
  ]
  const seen = roled.slice(0, 2).map((row) => ({ kind: 'contact' as const, id: row.id, label: row.name }))
  return feature(named, {
    value: people.length,
    text: people.length === 0 ? 'nobody in 180 days' : `${people.join(', ')} left`,
    evidence: found.length > 0 ? found : seen,
  })
}

function renewal({ client, days }: HealthRows): ChurnFeature {
  const named = { name: 'renewal_in_days', label: 'Renewal', remedy: 'Import clients with renewal_on.' } as const
  if (client.renewalOn === null) return feature(named, null)
  const value = daysBetween(days.clients, client.renewalOn)
  // A renewal day more than a year back is an old record, not a renewal that is due.
  if (value < -365) return feature(named, null)
  return feature(named, {
    value,
    text:
      value >= 0 ? `in ${countOf(value, 'day')}` : `was due ${countOf(-value, 'day')} ago, and nothing newer is known`,
    evidence: [{ kind: 'client', id: client.id, label: client.name }],
  })
}

function delayChange(rows: HealthRows): ChurnFeature {
  const named = {
    name: 'payment_delay_change',
    label: 'Payment delay',
    remedy: 'Import at least six paid invoices with due and paid days.',
  } as const
  const delay = paymentDelay(rows)
  if (delay === null) return feature(named, null)
  const { recentMean, earlierMean, last } = delay
  return feature(named, {
    // A client that still pays before the due day does not pay late, whatever the change.
    value: recentMean <= 0 ? Math.min(0, recentMean - earlierMean) : recentMean - Math.max(0, earlierMean),
    text: `last three paid ${afterDue(recentMean)}, the three before ${afterDue(earlierMean)}; the last one ${afterDue(last)}`,
    evidence: delay.invoices.slice(0, 3).map(invoiceEvidence),
  })
}

/** `22.0 days after the due day` of 22. */
function afterDue(days: number): string {
  if (days === 0) return 'on the due day'
  const size = Number.isInteger(days) ? String(Math.abs(days)) : Math.abs(days).toFixed(1)
  return `${size} ${size === '1' ? 'day' : 'days'} ${days > 0 ? 'after' : 'before'} the due day`
}

function silence(rows: HealthRows): ChurnFeature {
  const named = { name: 'days_silent', label: 'Silence', remedy: 'Import activities of this client.' } as const
  const last = rows.activities.filter((row) => isWithin(row.onDay, rows.days.activities, 365)).toSorted(newestFirst)[0]
  if (last === undefined) return feature(named, null)
  const value = daysBetween(last.onDay, rows.days.activities)
  return feature(named, {
    value,
    text: `last contact ${countOf(value, 'day')} ago`,
    evidence: [activityEvidence(last)],
  })
}

function npsOf({ client }: HealthRows): ChurnFeature {
  const named = { name: 'nps', label: 'NPS', remedy: 'Import clients with their NPS.' } as const
  if (client.nps === null) return feature(named, null)
  const evidence: Evidence[] = [{ kind: 'client', id: client.id, label: client.name }]
  return feature(named, { value: client.nps, text: String(client.nps), evidence })
}

/** 1 when a trouble is remembered, 0 when its absence is, null when nothing is. */
function remembered(
  rows: HealthRows,
  slot: { name: ChurnFeatureName; label: string; slot: ClientSlot; good: RegExp | null },
): ChurnFeature {
  const named = {
    name: slot.name,
    label: slot.label,
    remedy: `Tell me what you know of the ${slot.label.toLowerCase()}; I will remember it.`,
  }
  const fact = factOf(rows.facts, slot.slot)
  if (fact === undefined) return feature(named, null)
  const isFine = slot.slot === 'renewal_intent' ? false : isDenied(fact)
  const isGood = isFine || (slot.good?.test(fact.value ?? fact.text) ?? false)
  return feature(named, {
    value: isGood ? 0 : 1,
    text: `remembered on ${fact.saidOn}: "${fact.text}"`,
    evidence: [memoryEvidence(fact)],
  })
}
