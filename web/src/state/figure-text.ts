import { countWords, labelWords, moneyWords } from './words.ts'

/** One value in words. */
export function figureText(value: unknown): string {
  if (value === null || value === undefined) return 'unknown'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'number')
    return Number.isInteger(value) ? countWords(value) : String(Math.round(value * 100) / 100)
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(figureText).join(', ')
  return isRecord(value) ? recordText(value) : ''
}

function recordText(value: Record<string, unknown>): string {
  const { amountMicros, currency, amount, label, name } = value
  if (typeof amountMicros === 'number' && typeof currency === 'string') return moneyWords({ amountMicros, currency })
  if (isRecord(amount)) return figureText(amount)
  if (typeof label === 'string') return label
  if (typeof name === 'string') return name
  return Object.entries(value)
    .map(([key, part]) => `${labelWords(key).toLowerCase()} ${figureText(part)}`)
    .join(' · ')
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
