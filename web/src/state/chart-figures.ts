import { z } from 'zod'
import { Money } from '#contract/common.ts'
import type { ChartColumn } from './chart-geometry.ts'

/** The parts of skills' figures that are drawn; what else they hold is said in words. */

const RangeOf = z.looseObject({ low: Money, expected: Money, high: Money })
/** Where the picture belongs; a review with another focus is words alone. */
const FORECAST_FOCUSES = new Set(['overview', 'forecast', 'coverage'])
const AGES = ['current', '1-30', '31-60', '61-90', '>90']

const Pipeline = z.looseObject({
  outlook: z.looseObject({
    focus: z.string(),
    forecast: z.looseObject({ open: RangeOf, thisQuarter: RangeOf }).nullable(),
    coverage: z.looseObject({ remaining: Money }).nullable(),
  }),
})

const Ageing = z.looseObject({
  focus: z.literal('payments'),
  currency: z.string(),
  payments: z.looseObject({
    ageing: z.array(z.looseObject({ bucket: z.string(), currency: z.string(), amount: Money })),
  }),
})

const Renewals = z.looseObject({
  currency: z.string(),
  byMonth: z.array(
    z.looseObject({ month: z.string(), sums: z.array(z.looseObject({ outlook: z.string(), arr: Money })) }),
  ),
})

const Quarter = z.looseObject({
  series: z.array(
    z.looseObject({
      label: z.string(),
      unit: z.string(),
      points: z.array(z.looseObject({ onDay: z.string(), value: z.number().nullable() })),
    }),
  ),
})

export interface ForecastRange {
  readonly label: string
  readonly low: Money
  readonly expected: Money
  readonly high: Money
  readonly target: Money | null
}

export type SkillChart =
  | { readonly kind: 'ranges'; readonly ranges: readonly ForecastRange[] }
  | { readonly kind: 'ageing'; readonly currency: string; readonly columns: readonly ChartColumn[] }
  | { readonly kind: 'renewals'; readonly currency: string; readonly columns: readonly ChartColumn[] }
  | { readonly kind: 'series'; readonly series: z.infer<typeof Quarter>['series'] }

const CHARTS: Readonly<Record<string, (figures: unknown) => SkillChart | null>> = {
  'review-pipeline': forecastRanges,
  'review-portfolio': ageingColumns,
  'forecast-renewals': renewalColumns,
  'prepare-qbr': (figures) => {
    const found = Quarter.safeParse(figures)
    return found.success && found.data.series.length > 0 ? { kind: 'series', series: found.data.series } : null
  },
}

/** What of a skill's figures people would rather look at than read; null when there is nothing to draw. */
export function chartOf(skill: string, figures: unknown): SkillChart | null {
  return Object.hasOwn(CHARTS, skill) ? (CHARTS[skill]?.(figures) ?? null) : null
}

function forecastRanges(figures: unknown): SkillChart | null {
  const found = Pipeline.safeParse(figures)
  const forecast = found.success ? found.data.outlook.forecast : null
  if (!found.success || !forecast || !FORECAST_FOCUSES.has(found.data.outlook.focus)) return null
  const target = found.data.outlook.coverage?.remaining ?? null
  return {
    kind: 'ranges',
    ranges: [
      { label: 'Closing this quarter', ...pick(forecast.thisQuarter), target },
      { label: 'All open deals', ...pick(forecast.open), target: null },
    ],
  }
}

function pick({ low, expected, high }: z.infer<typeof RangeOf>) {
  return { low, expected, high }
}

function ageingColumns(figures: unknown): SkillChart | null {
  const found = Ageing.safeParse(figures)
  if (!found.success) return null
  const { currency, payments } = found.data
  const own = payments.ageing.filter((bucket) => bucket.currency === currency)
  if (own.every((bucket) => bucket.amount.amountMicros === 0)) return null
  const columns = AGES.map((age) => ({
    label: age,
    values: [own.find((bucket) => bucket.bucket === age)?.amount.amountMicros ?? 0],
  }))
  return { kind: 'ageing', currency, columns }
}

/** The parts of a month's column, from the base up. */
export const OUTLOOKS = ['commit', 'best_case', 'at_risk', 'unknown'] as const

function renewalColumns(figures: unknown): SkillChart | null {
  const found = Renewals.safeParse(figures)
  if (!found.success || found.data.byMonth.length === 0) return null
  const columns = found.data.byMonth.map(({ month, sums }) => ({
    label: monthWords(month),
    values: OUTLOOKS.map((outlook) => sums.find((sum) => sum.outlook === outlook)?.arr.amountMicros ?? 0),
  }))
  return { kind: 'renewals', currency: found.data.currency, columns }
}

function monthWords(month: string): string {
  const form = { month: 'short', timeZone: 'UTC' } as const
  return new Intl.DateTimeFormat('en-GB', form).format(Date.parse(`${month.slice(0, 7)}-01T00:00:00Z`))
}
