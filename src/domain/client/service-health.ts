import { daysBetween } from '../day.ts'
import { countOf } from '../figure-text.ts'
import type { Evidence } from '../skill.ts'
import { absent, fallingScore, percent, present, type Measure } from './health-measure.ts'
import type { ActivityRow, HealthRows, TicketRow } from './health-rows.ts'
import { isWithin, meanOf } from './usage-health.ts'

const ACTIVITY_REMEDY = 'Import activities of this client.'
const RECENCY = {
  name: 'last_contact',
  label: 'Last contact',
  weight: 0.4,
  formula: '100 up to 7 days after the last activity, falling to 0 at 90 days',
  remedy: ACTIVITY_REMEDY,
}
const FREQUENCY = {
  name: 'contact_frequency',
  label: 'Contact frequency',
  weight: 0.3,
  formula: '100 x activities in 90 days / 12, at most 100',
  remedy: ACTIVITY_REMEDY,
}
const LIVE = {
  name: 'live_contact',
  label: 'Calls, meetings and training',
  weight: 0.3,
  formula: '100 x calls, meetings, reviews, events and trainings in 90 days / 3, at most 100',
  remedy: ACTIVITY_REMEDY,
}
const LIVE_KINDS = /call|meet|review|qbr|event|train|webinar|demo|visit|onboard/i

/** Recency 40 %, frequency 30 %, live contact 30 %; present when the client has any activity in the year up to the day. */
export function engagementMeasures(rows: HealthRows): Measure[] {
  const past = rows.activities.filter((row) => isWithin(row.onDay, rows.days.activities, 365)).toSorted(newestFirst)
  const last = past[0]
  if (last === undefined) return [absent(RECENCY), absent(FREQUENCY), absent(LIVE)]
  const recent = past.filter((row) => isWithin(row.onDay, rows.days.activities, 90))
  const live = recent.filter((row) => LIVE_KINDS.test(row.kind))
  const days = daysBetween(last.onDay, rows.days.activities)
  return [
    present(RECENCY, {
      score: fallingScore(days, 7, 90),
      value: `${days} days ago`,
      evidence: [activityEvidence(last)],
    }),
    present(FREQUENCY, {
      score: (100 * recent.length) / 12,
      value: `${recent.length} in 90 days`,
      evidence: recent.slice(0, 3).map(activityEvidence),
    }),
    present(LIVE, {
      score: (100 * live.length) / 3,
      value: `${live.length} in 90 days`,
      evidence: live.slice(0, 3).map(activityEvidence),
    }),
  ]
}

const TICKET_REMEDY = 'Import tickets of this client.'
const ESCALATION = {
  name: 'escalations',
  label: 'Tickets without escalation',
  weight: 0.4,
  formula: '100 x (1 - escalated / all tickets of 180 days)',
  remedy: TICKET_REMEDY,
}
const RESOLUTION = {
  name: 'resolution_time',
  label: 'Time to resolve',
  weight: 0.3,
  formula: '100 within a day, falling to 0 at 14 days; an open ticket counts with its age',
  remedy: TICKET_REMEDY,
}
const SATISFACTION = {
  name: 'satisfaction',
  label: 'Satisfaction',
  weight: 0.3,
  formula: '100 x mean satisfaction / 5 over tickets of 180 days',
  remedy: 'Import tickets with their satisfaction, 1 to 5.',
}

/** Escalation 40 %, resolution 30 %, satisfaction 30 %, from tickets opened in the last 180 days. */
export function supportMeasures(rows: HealthRows): Measure[] {
  const recent = rows.tickets.filter((row) => isWithin(row.openedOn, rows.days.tickets, 180)).toSorted(newestOpened)
  if (recent.length === 0) return [absent(ESCALATION), absent(RESOLUTION), absent(SATISFACTION)]
  const escalated = recent.filter((row) => row.escalated)
  const days =
    meanOf(recent.map((row) => Math.max(0, daysBetween(row.openedOn, closedBy(row, rows.days.tickets))))) ?? 0
  const satisfaction = meanOf(recent.map((row) => row.satisfaction))
  const rated = recent.filter((row) => row.satisfaction !== null)
  const rate = escalated.length / recent.length
  return [
    present(ESCALATION, {
      score: 100 * (1 - rate),
      value: `${escalated.length} of ${recent.length} tickets escalated (${percent(rate)})`,
      evidence: (escalated.length > 0 ? escalated : recent).slice(0, 3).map(ticketEvidence),
    }),
    present(RESOLUTION, {
      score: fallingScore(days, 1, 14),
      value: `${days.toFixed(1)} days on average`,
      evidence: recent.slice(0, 3).map(ticketEvidence),
    }),
    satisfaction === null
      ? absent(SATISFACTION)
      : present(SATISFACTION, {
          score: (100 * satisfaction) / 5,
          value: `${satisfaction.toFixed(1)} of 5 over ${countOf(rated.length, 'ticket')}`,
          evidence: rated.slice(0, 3).map(ticketEvidence),
        }),
  ]
}

function closedBy(row: TicketRow, asOf: string): string {
  return row.resolvedOn !== null && row.resolvedOn < asOf ? row.resolvedOn : asOf
}

export function newestFirst(a: ActivityRow, b: ActivityRow): number {
  return b.onDay.localeCompare(a.onDay) || a.id.localeCompare(b.id)
}

function newestOpened(a: TicketRow, b: TicketRow): number {
  return b.openedOn.localeCompare(a.openedOn) || a.id.localeCompare(b.id)
}

export function activityEvidence(row: ActivityRow): Evidence {
  return { kind: 'activity', id: row.id, label: row.subject ?? `${row.kind} on ${row.onDay}` }
}

export function ticketEvidence(row: TicketRow): Evidence {
  return { kind: 'ticket', id: row.id, label: row.subject ?? `ticket of ${row.openedOn}` }
}
