import { addDays, daysBetween, type Day } from '../day.ts'
import { quantile } from '../deal/statistics.ts'
import type { Money } from '../money.ts'
import type { Evidence } from '../skill.ts'
import { invoiceEvidence } from './account-health.ts'
import type { HealthRows, InvoiceRow, TicketRow } from './health-rows.ts'
import type { QbrFigure, QbrFigures, QbrSeries } from './qbr.ts'
import { ticketEvidence } from './service-health.ts'
import { isWithin, meanOf } from './usage-health.ts'

/** Thirteen weeks. */
export const QBR_DAYS = 91

/** Usage of a week, summed or averaged where the rows are; null where no row of the week says it. */
export interface UsageWeek {
  /** The last day of the week. */
  readonly onDay: Day
  readonly activeUsers: number | null
  readonly sessions: number | null
  /** 0 to 1. */
  readonly adoption: number | null
  readonly paymentsProcessed: number | null
  /** A row of the week. */
  readonly rowId: string
}

/** Charts by week, oldest first; a line without any point is left out. */
export function qbrSeries(weeks: readonly UsageWeek[]): QbrSeries[] {
  const line = (label: string, unit: string, pick: (week: UsageWeek) => number | null): QbrSeries => ({
    label,
    unit,
    points: weeks
      .toSorted((a, b) => a.onDay.localeCompare(b.onDay))
      .flatMap((week) => {
        const value = pick(week)
        return value === null ? [] : [{ onDay: week.onDay, value }]
      }),
  })
  return [
    line('Active users', 'people a day', (week) => round1(week.activeUsers)),
    line('Sessions', 'a week', (week) => week.sessions),
    line('Features in use', '%', (week) => (week.adoption === null ? null : round1(week.adoption * 100))),
    line('Payments processed', 'a week', (week) => week.paymentsProcessed),
  ].filter((series) => series.points.length > 0)
}

/** Use of the quarter beside the quarter before. */
export function adoptionFigures(weeks: readonly UsageWeek[], asOf: Day): QbrFigure[] {
  return [
    weekly({ label: 'Active users', unit: 'people a day' }, weeks, { asOf, pick: (week) => week.activeUsers }),
    weekly({ label: 'Sessions a week', unit: 'sessions' }, weeks, { asOf, pick: (week) => week.sessions }),
    weekly({ label: 'Features in use', unit: '%' }, weeks, {
      asOf,
      pick: (week) => (week.adoption === null ? null : week.adoption * 100),
    }),
  ]
}

/** What the software did for the client; only where rows count it. */
export function valueFigures(weeks: readonly UsageWeek[], asOf: Day): QbrFigure[] {
  const [now, before] = quarters(weeks, asOf, (week) => week.paymentsProcessed)
  if (now.length === 0) return []
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  return [
    {
      label: 'Payments processed',
      unit: 'payments',
      now: sum(now),
      // A quarter with fewer weeks on record would make a fair one look like growth.
      before: before.length === now.length ? sum(before) : null,
      evidence: endsOf(weeks.filter((week) => week.paymentsProcessed !== null && isWithin(week.onDay, asOf, QBR_DAYS))),
    },
  ]
}

interface WeeklyTerms {
  readonly asOf: Day
  readonly pick: (week: UsageWeek) => number | null
}

function weekly(named: Pick<QbrFigure, 'label' | 'unit'>, weeks: readonly UsageWeek[], terms: WeeklyTerms): QbrFigure {
  const [now, before] = quarters(weeks, terms.asOf, terms.pick)
  const seen = weeks.filter((week) => terms.pick(week) !== null && isWithin(week.onDay, terms.asOf, QBR_DAYS))
  return { ...named, now: round1(meanOf(now)), before: round1(meanOf(before)), evidence: endsOf(seen) }
}

function quarters(
  weeks: readonly UsageWeek[],
  asOf: Day,
  pick: (week: UsageWeek) => number | null,
): [now: number[], before: number[]] {
  const of = (last: Day): number[] =>
    weeks.filter((week) => isWithin(week.onDay, last, QBR_DAYS)).flatMap((week) => pick(week) ?? [])
  return [of(asOf), of(addDays(asOf, -QBR_DAYS))]
}

function endsOf(weeks: readonly UsageWeek[]): Evidence[] {
  const sorted = weeks.toSorted((a, b) => b.onDay.localeCompare(a.onDay))
  const ends = [sorted[0], sorted.length > 1 ? sorted.at(-1) : undefined].filter((week) => week !== undefined)
  return ends.map((week) => ({ kind: 'usage', id: week.rowId, label: `usage of the week to ${week.onDay}` }))
}

/** Tickets of the quarter beside the quarter before; none at all in both says nothing about support. */
export function supportFigures(rows: HealthRows): QbrFigure[] {
  const asOf = rows.days.tickets
  const before = addDays(asOf, -QBR_DAYS)
  const known = rows.tickets.filter((row) => isWithin(row.openedOn, asOf, 2 * QBR_DAYS))
  if (known.length === 0) return []
  const opened = (last: Day): TicketRow[] => known.filter((row) => isWithin(row.openedOn, last, QBR_DAYS))
  const resolved = (last: Day): TicketRow[] =>
    rows.tickets.filter((row) => row.resolvedOn !== null && isWithin(row.resolvedOn, last, QBR_DAYS))
  const escalated = (last: Day): TicketRow[] => opened(last).filter((row) => row.escalated)
  const daysToResolve = (last: Day): number | null =>
    quantile(
      resolved(last).map((row) => daysBetween(row.openedOn, row.resolvedOn ?? row.openedOn)),
      0.5,
    )
  const figure = (label: string, unit: string, of: (last: Day) => readonly TicketRow[]): QbrFigure => ({
    label,
    unit,
    now: of(asOf).length,
    before: of(before).length,
    evidence: of(asOf).slice(0, 3).map(ticketEvidence),
  })
  return [
    figure('Tickets opened', 'tickets', opened),
    figure('Tickets resolved', 'tickets', resolved),
    figure('Escalated', 'tickets', escalated),
    {
      label: 'Days to resolve, median',
      unit: 'days',
      now: round1(daysToResolve(asOf)),
      before: round1(daysToResolve(before)),
      evidence: resolved(asOf).slice(0, 3).map(ticketEvidence),
    },
  ]
}

/** Invoices that fell due in the quarter beside the quarter before. */
export function paymentFigures(rows: HealthRows): QbrFigure[] {
  const asOf = rows.days.invoices
  const due = (last: Day): InvoiceRow[] =>
    rows.invoices.filter((row) => row.dueOn !== null && isWithin(row.dueOn, last, QBR_DAYS))
  const before = addDays(asOf, -QBR_DAYS)
  if (due(asOf).length + due(before).length === 0) return []
  const onTime = (last: Day): number =>
    due(last).filter((row) => row.paidOn !== null && row.dueOn !== null && row.paidOn <= row.dueOn).length
  const delay = (last: Day): number | null =>
    meanOf(
      due(last).flatMap((row) =>
        row.paidOn === null || row.paidOn > asOf ? [] : [daysBetween(row.dueOn ?? row.paidOn, row.paidOn)],
      ),
    )
  const evidence = due(asOf).slice(0, 3).map(invoiceEvidence)
  return [
    { label: 'Invoices due', unit: 'invoices', now: due(asOf).length, before: due(before).length, evidence },
    { label: 'Paid by the due day', unit: 'invoices', now: onTime(asOf), before: onTime(before), evidence },
    {
      label: 'Days after the due day, mean of the paid',
      unit: 'days',
      now: round1(delay(asOf)),
      before: round1(delay(before)),
      evidence,
    },
  ]
}

/** What is unpaid past its due day, in the client's currency. */
export function overdueNow(rows: HealthRows): QbrFigures['overdue'] {
  const asOf = rows.days.invoices
  const open = rows.invoices.filter(
    (row) => row.dueOn !== null && row.dueOn < asOf && (row.paidOn === null || row.paidOn > asOf),
  )
  const currency = open[0]?.currency ?? rows.client.arr?.currency ?? 'USD'
  const counted = open.filter((row) => row.amountMicros !== null && row.currency === currency)
  const amount: Money | null =
    counted.length === 0
      ? null
      : { amountMicros: counted.reduce((sum, row) => sum + (row.amountMicros ?? 0), 0), currency }
  return {
    invoices: open.length,
    amount,
    withoutAmount: open.length - counted.length,
    evidence: open.slice(0, 5).map(invoiceEvidence),
  }
}

function round1(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10
}
