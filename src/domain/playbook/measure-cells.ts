import { formatMoney } from '../money.ts'
import { numberAt } from './json-reader.ts'
import { daysText, percentCell } from './markdown.ts'

/** A figure of a performance measure in the words of its unit; a dash of null. */
export function measureCell(value: number | null, unit: unknown, currency: unknown): string {
  if (value === null) return '–'
  if (unit === 'share') return percentCell(value)
  if (unit === 'days') return daysText(value)
  if (unit === 'money' && typeof currency === 'string' && /^[A-Z]{3}$/.test(currency))
    return formatMoney({ amountMicros: value, currency })
  return value.toFixed(1)
}

/** `23 % to 41 %`, or a dash where there are too few rows for an interval. */
export function rangeCell(estimate: unknown, unit: unknown, currency: unknown): string {
  const low = numberAt(estimate, 'low')
  const high = numberAt(estimate, 'high')
  return low === null || high === null
    ? '–'
    : `${measureCell(low, unit, currency)} to ${measureCell(high, unit, currency)}`
}
