import { addDays, daysBetween, type Day } from '../day.ts'
import type { Evidence } from '../skill.ts'
import { invoiceEvidence } from './account-health.ts'
import type { HealthRows } from './health-rows.ts'
import type { InterventionMeasure, InterventionTrigger } from './intervention.ts'
import { paymentDelay } from './payment-delay.ts'
import { contactEvidence, knownContacts } from './relationship-health.ts'
import { isWithin, meanOf } from './usage-health.ts'

/** Active users of a day, oldest first. */
export interface UsagePoint {
  readonly id: string
  readonly onDay: Day
  readonly activeUsers: number
}

const CHECK_AFTER_DAYS = 30
/** Values from which on their spread says something. */
const ENOUGH_VALUES = 4
/** Two standard errors: about 1 in 20 by chance. */
const SURE = 2

/** What to look at a month after the last step, with the figure of today and how far it wanders by itself. */
export function measureOf(
  trigger: InterventionTrigger,
  rows: HealthRows,
  { usage, byDay }: { readonly usage: readonly UsagePoint[]; readonly byDay: Day },
): InterventionMeasure {
  const checkOn = addDays(byDay, CHECK_AFTER_DAYS)
  switch (trigger.name) {
    case 'usage_decline':
    case 'above_licence':
      return { checkOn, ...usageMeasure(trigger, rows, usage) }
    case 'ticket_storm':
      return { checkOn, ...ticketMeasure(trigger, rows) }
    case 'slipping_payments':
      return { checkOn, ...paymentMeasure(rows) }
    case 'silence':
      return { checkOn, ...silenceMeasure(trigger, rows) }
    case 'key_contact_left':
    case 'doubt_heard':
    case 'renewal_near':
      return { checkOn, ...peopleMeasure(rows) }
  }
}

type Measured = Omit<InterventionMeasure, 'checkOn'>

function usageMeasure(trigger: InterventionTrigger, rows: HealthRows, usage: readonly UsagePoint[]): Measured {
  const recent = usage.filter((point) => isWithin(point.onDay, rows.days.usage, 30)).map((point) => point.activeUsers)
  // The spread is taken from before the window, so that the fall itself does not pass for noise.
  const before = usage
    .filter((point) => isWithin(point.onDay, addDays(rows.days.usage, -30), 90))
    .map((point) => point.activeUsers)
  const today = meanOf(recent)
  const noise = noiseOfMean(before, recent.length)
  const base = { label: 'Active users, mean of 30 days', unit: 'people a day', today: round1(today), noise }
  const isGrowth = trigger.name === 'above_licence'
  const floor = today === null || noise === null ? null : Math.ceil(today + noise)
  return {
    ...base,
    target: isGrowth
      ? 'no more than the licensed seats, after they were raised'
      : floor === null
        ? 'above today; how far cannot be said from so few rows'
        : `at least ${floor}`,
    noiseRule: `Two standard errors of a 30-day mean, from the spread of the 90 days before (${before.length} rows).`,
    evidence: trigger.evidence,
  }
}

function ticketMeasure(trigger: InterventionTrigger, rows: HealthRows): Measured {
  const escalated = rows.tickets.filter((row) => row.escalated && isWithin(row.openedOn, rows.days.tickets, 30)).length
  const noise = round1(SURE * Math.sqrt(escalated))
  return {
    label: 'Escalated tickets opened in 30 days',
    unit: 'tickets',
    today: escalated,
    target: `at most ${Math.max(0, Math.floor(escalated - (noise ?? 0)))}, and no escalated one open`,
    noise,
    noiseRule: 'Two standard deviations of a count that comes by chance: twice its square root.',
    evidence: trigger.evidence,
  }
}

function paymentMeasure(rows: HealthRows): Measured {
  const delay = paymentDelay(rows)
  const noise = delay === null ? null : noiseOfMean(delay.daysLate.slice(0, -3), 3)
  return {
    label: 'Days after the due day, mean of the last three paid invoices',
    unit: 'days',
    today: round1(delay?.recentMean ?? null),
    target:
      delay === null ? 'paid by the due day' : `${Math.max(0, Math.floor(delay.recentMean - (noise ?? 0)))} or fewer`,
    noise,
    noiseRule: 'Two standard errors of a mean of three, from the spread of the paid invoices before.',
    evidence: (delay?.invoices ?? []).slice(0, 3).map(invoiceEvidence),
  }
}

function silenceMeasure(trigger: InterventionTrigger, rows: HealthRows): Measured {
  const last = rows.activities
    .filter((row) => row.onDay <= rows.days.activities)
    .map((row) => row.onDay)
    .toSorted()
    .at(-1)
  return {
    label: 'Days since the last contact',
    unit: 'days',
    today: last === undefined ? null : daysBetween(last, rows.days.activities),
    target: '14 or fewer, with one call or meeting among them',
    noise: 0,
    noiseRule: 'A contact is there or it is not; nothing wanders by itself.',
    evidence: trigger.evidence,
  }
}

function peopleMeasure(rows: HealthRows): Measured {
  const asOf = rows.days.contacts
  const here = knownContacts(rows).filter((row) => row.leftOn === null || row.leftOn > asOf)
  const touched = here.filter((row) => row.lastContactedOn !== null && row.lastContactedOn > addDays(asOf, -30))
  const evidence: Evidence[] = (touched.length > 0 ? touched : here).slice(0, 3).map(contactEvidence)
  return {
    label: 'People contacted in 30 days',
    unit: 'people',
    today: rows.contacts.length === 0 ? null : touched.length,
    target: `at least ${Math.max(2, touched.length + 1)}, a decision maker among them`,
    noise: 0,
    noiseRule: 'A person was spoken with or was not; nothing wanders by itself.',
    evidence,
  }
}

/** Two standard errors of a mean of `n` values like these; null when they are too few to tell. */
export function noiseOfMean(values: readonly number[], n: number): number | null {
  const mean = meanOf(values)
  if (mean === null || values.length < ENOUGH_VALUES || n < 1) return null
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  return round1(SURE * Math.sqrt(variance / n))
}

function round1(value: number): number
function round1(value: number | null): number | null
function round1(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
