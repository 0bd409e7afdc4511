import type { Day } from '../day.ts'
import { daysBetween } from '../day.ts'
import { isDueBefore, isPaidBy } from './account-health.ts'
import { driversOf } from './assess-health.ts'
import type { ChurnBand } from './churn.ts'
import { churnFeatures } from './churn-features.ts'
import { churnScorecard } from './churn-scorecard.ts'
import type { HealthBand } from './health.ts'
import type { HealthRows } from './health-rows.ts'
import { paymentDelay } from './payment-delay.ts'
import { renewalOutlook } from './renewal-outlook.ts'
import type { RenewalOutlook } from './renewals.ts'
import { rowsAsOf } from './rows-as-of.ts'
import { round1, scoreHealth, type HealthScore } from './score-health.ts'
import { usageWindow } from './usage-health.ts'

/** Where a client stands, for everybody who sees it: stored, listed and summed up. */
export interface ClientStanding {
  readonly clientId: string
  readonly score: number | null
  readonly band: HealthBand
  readonly knownWeight: number
  readonly reason: string | null
  /** Points gained or lost in 30 days, and by what most. */
  readonly change30: number | null
  readonly moveReason: string | null
  readonly churnPoints: number | null
  readonly churnBand: ChurnBand
  readonly outlook: RenewalOutlook
  readonly overdueMicros: number | null
  readonly overdueCurrency: string | null
  readonly oldestOverdueDays: number | null
  readonly lateDaysLast: number | null
  readonly lateDaysRecent: number | null
  readonly lateDaysBefore: number | null
  readonly lastActivityOn: Day | null
  readonly activeMean: number | null
  readonly seatsMean: number | null
}

/** A client on one day, as kept in its history. */
export interface ClientSnapshot {
  readonly clientId: string
  readonly day: Day
  readonly score: number | null
  readonly band: HealthBand
  readonly knownWeight: number
  readonly components: Readonly<Record<string, number>>
  readonly arrMicros: number | null
  readonly currency: string
  readonly renewalOn: Day | null
  readonly overdueMicros: number | null
}

/** The standing of one client from its rows; `facts` in them must be known to everybody who sees the client. */
export function standingOf(rows: HealthRows): ClientStanding {
  const now = scoreHealth(rows)
  const then = scoreHealth(rowsAsOf(rows, 30))
  const { points, band: churnBand } = churnScorecard.predict(churnFeatures(rows))
  const change30 = now.score === null || then.score === null ? null : round1(now.score - then.score)
  const { activeMean, seatsMean } = usageWindow(rows, rows.days.usage, 30)
  return {
    clientId: rows.client.id,
    score: now.score,
    band: now.band,
    knownWeight: now.knownWeight,
    reason: reasonOf(now),
    change30,
    moveReason: change30 === null || change30 === 0 ? null : moveReason(now, then, change30),
    churnPoints: points,
    churnBand,
    outlook: renewalOutlook({ score: now.score, knownWeight: now.knownWeight, churnBand }),
    ...paymentsOf(rows),
    lastActivityOn: lastDay(rows),
    activeMean,
    seatsMean: seatsMean ?? rows.client.licensedSeats,
  }
}

const NOTHING_OVERDUE = { overdueMicros: null, overdueCurrency: null, oldestOverdueDays: null }
const NO_DELAY_KNOWN = { lateDaysLast: null, lateDaysRecent: null, lateDaysBefore: null }

function paymentsOf(rows: HealthRows) {
  const overdue = overdueOf(rows)
  const delay = paymentDelay(rows)
  return {
    ...(overdue
      ? {
          overdueMicros: overdue.micros,
          overdueCurrency: overdue.currency,
          oldestOverdueDays: overdue.oldestDays,
        }
      : NOTHING_OVERDUE),
    ...(delay
      ? { lateDaysLast: delay.last, lateDaysRecent: delay.recentMean, lateDaysBefore: delay.earlierMean }
      : NO_DELAY_KNOWN),
  }
}

/** The client as its rows stood `back` days ago, for its history. */
export function snapshotOf(rows: HealthRows, back: number): ClientSnapshot {
  const then = back === 0 ? rows : rowsAsOf(rows, back)
  const { score, band, knownWeight, components } = scoreHealth(then)
  const known = components.flatMap((component) =>
    component.score === null ? [] : [[component.name, component.score] as const],
  )
  const { client, days } = then
  return {
    clientId: client.id,
    day: days.clients,
    score,
    band,
    knownWeight,
    components: Object.fromEntries(known.toSorted(([a], [b]) => a.localeCompare(b))),
    arrMicros: client.arr?.amountMicros ?? null,
    currency: client.arr?.currency ?? 'USD',
    renewalOn: client.renewalOn,
    overdueMicros: overdueOf(then)?.micros ?? null,
  }
}

/** True when both say the same of the client, whatever their days. */
export function isSameSnapshot(a: ClientSnapshot, b: ClientSnapshot): boolean {
  return contentOf(a) === contentOf(b)
}

function contentOf({ day: _day, components, ...rest }: ClientSnapshot): string {
  const entries = Object.entries(components).toSorted(([a], [b]) => a.localeCompare(b))
  return JSON.stringify([...Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b)), entries])
}

/** What pulls it down most; what holds it up where nothing does. */
function reasonOf({ score, components }: HealthScore): string | null {
  if (score === null) return null
  const [first] = driversOf(components)
  return first?.text ?? null
}

/** The component whose part of the score moved most in the direction of the whole. */
function moveReason(now: HealthScore, then: HealthScore, change: number): string | null {
  const moves = now.components.flatMap((component) => {
    const before = then.components.find((other) => other.name === component.name)
    if (component.score === null || before?.score === null || before === undefined) return []
    return [{ component, before: before.score, by: component.weight * (component.score - before.score) }]
  })
  const [most] = moves.toSorted((a, b) => Math.sign(change) * (b.by - a.by))
  if (most === undefined || most.component.score === null || Math.sign(most.by) !== Math.sign(change))
    return 'other inputs are known than 30 days ago'
  const worst = most.component.inputs
    .filter((input) => input.score !== null && input.value !== null)
    .toSorted((a, b) => Math.sign(-change) * ((b.score ?? 0) - (a.score ?? 0)))[0]
  const why = worst ? ` (${worst.label}: ${worst.value})` : ''
  return `${most.component.label} from ${Math.round(most.before)} to ${Math.round(most.component.score)}${why}`
}

/** Overdue invoices in the currency that most is owed in. */
function overdueOf({ invoices, days }: HealthRows): { micros: number; currency: string; oldestDays: number } | null {
  const open = invoices.filter((row) => isDueBefore(row, days.invoices) && !isPaidBy(row, days.invoices))
  const sums = [...Map.groupBy(open, (row) => row.currency)].map(([currency, rows]) => ({
    currency,
    micros: rows.reduce((total, row) => total + (row.amountMicros ?? 0), 0),
  }))
  const [most] = sums.toSorted((a, b) => b.micros - a.micros || a.currency.localeCompare(b.currency))
  if (most === undefined) return null
  const oldest = open.map((row) => row.dueOn ?? days.invoices).toSorted()[0] ?? days.invoices
  return { ...most, oldestDays: daysBetween(oldest, days.invoices) }
}

function lastDay({ activities, days }: HealthRows): Day | null {
  return (
    activities
      .map((row) => row.onDay)
      .filter((day) => day <= days.activities)
      .toSorted()
      .at(-1) ?? null
  )
}
