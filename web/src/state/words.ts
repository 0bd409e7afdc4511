import type { Money } from '#contract/common.ts'

/** Between a number and its unit, which stay on one line. */
export const NO_BREAK = '\u00a0'

const LOCALE = 'en-US'
const MICROS = 1_000_000
const DAY_MS = 86_400_000

/** `$1.2M`, `$184,000`, `$0.0042`: as a decision needs it. */
export function moneyWords(money: Money): string {
  const units = money.amountMicros / MICROS
  const size = Math.abs(units)
  const style = { style: 'currency', currency: money.currency } as const
  if (size >= 1_000_000)
    return new Intl.NumberFormat(LOCALE, { ...style, notation: 'compact', maximumFractionDigits: 2 }).format(units)
  if (size >= 100 || Number.isInteger(units))
    return new Intl.NumberFormat(LOCALE, { ...style, maximumFractionDigits: 0 }).format(units)
  if (size >= 1) return new Intl.NumberFormat(LOCALE, style).format(units)
  return new Intl.NumberFormat(LOCALE, { ...style, maximumSignificantDigits: 2 }).format(units)
}

/** `$500K`: where there is room for a few letters only, as beside the axis of a chart. */
export function shortMoney({ amountMicros, currency }: Money): string {
  const style = { style: 'currency', currency, notation: 'compact', maximumFractionDigits: 1 } as const
  return new Intl.NumberFormat(LOCALE, style).format(amountMicros / MICROS)
}

/** The whole amount, for the title of a rounded one. */
export function exactMoney(money: Money): string {
  return `${new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 6 }).format(money.amountMicros / MICROS)} ${money.currency}`
}

export function countWords(count: number): string {
  return new Intl.NumberFormat(LOCALE).format(count)
}

/** `1 deal`, `8,800 deals`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countWords(count)} ${count === 1 ? one : many}`
}

/** `4.2/s`, `1,204/s`. */
export function perSecondWords(rate: number): string {
  return `${rate < 10 ? Number(rate.toFixed(1)) : countWords(Math.round(rate))}/s`
}

export function bytesWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`
  const [size, unit] = bytes < 1_000_000 ? [bytes / 1000, 'KB'] : [bytes / 1_000_000, 'MB']
  return `${size.toFixed(size < 10 ? 1 : 0)} ${unit}`
}

/** A calendar day beside the day the data speaks for: `today`, `in 12 days`, `3 Mar`, `3 Mar 2024`. */
export function dayWords(day: string, asOf: string | null): string {
  const near = asOf === null ? null : nearWords(daysBetween(asOf, day))
  if (near !== null) return near
  const sameYear = asOf !== null && asOf.slice(0, 4) === day.slice(0, 4)
  return formatDay(
    day,
    sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' },
  )
}

function nearWords(distance: number): string | null {
  if (Math.abs(distance) > 14) return null
  if (Math.abs(distance) <= 1) return ['yesterday', 'today', 'tomorrow'][distance + 1] ?? null
  return distance > 0 ? `in ${distance} days` : `${-distance} days ago`
}

/** Days of a sentence as people say them: `closes on 15 Nov 2026`. What only holds a day, as an id or an address, stays. */
export function withDayWords(text: string): string {
  return text.replaceAll(/(?<![\w/:=.-])\d{4}-\d{2}-\d{2}(?![\w/-])/g, (day) =>
    Number.isNaN(Date.parse(day)) ? day : dayWords(day, null),
  )
}

/** `Tuesday 3 March 2026`. */
export function longDay(day: string): string {
  return formatDay(day, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' })
}

/** `just now`, `5 min ago`, `today 14:03`, `yesterday 09:12`, `3 Mar`: of an instant, in the reader's zone. */
export function timeWords(instant: string, nowMs: number): string {
  const time = Date.parse(instant)
  const minutes = Math.round((nowMs - time) / 60_000)
  if (minutes >= 0 && minutes < 1) return 'just now'
  if (minutes > 0 && minutes < 60) return `${minutes} min ago`
  const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(time)
  const days = Math.round((startOfDay(nowMs) - startOfDay(time)) / DAY_MS)
  if (days === 0) return `today ${clock}`
  if (days === 1) return `yesterday ${clock}`
  const sameYear = new Date(time).getFullYear() === new Date(nowMs).getFullYear()
  const form: Intl.DateTimeFormatOptions = sameYear
    ? { day: 'numeric', month: 'short' }
    : { day: 'numeric', month: 'short', year: 'numeric' }
  return new Intl.DateTimeFormat('en-GB', form).format(time)
}

/** The exact time for the title of a worded one. */
export function exactTime(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' }).format(Date.parse(instant))
}

/** `4 s`, `3 min`, `2 h 10 min`: time left or taken. */
export function durationWords(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS)
}

/** `deal-risk`, `activeUsers` and `next_step` as words with a capital: `Deal risk`, `Active users`, `Next step`. */
export function labelWords(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll(/[-_.]+/g, ' ')
    .trim()
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function formatDay(day: string, form: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat('en-GB', { ...form, timeZone: 'UTC' }).format(Date.parse(`${day}T00:00:00Z`))
}

function startOfDay(ms: number): number {
  const day = new Date(ms)
  return new Date(day.getFullYear(), day.getMonth(), day.getDate()).getTime()
}

/** How far a running call has come, as its server tells it. */
export function progressWords(
  told: { readonly progress: number; readonly total: number | null; readonly message: string | null } | null,
): string {
  if (told === null) return 'Working'
  const { progress, total, message } = told
  const far = total === null ? '' : `${progress} of ${total}`
  return [message ?? (total === null ? 'Working' : ''), far].filter((part) => part !== '').join(' · ')
}
