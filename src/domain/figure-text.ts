import type { Day } from './day.ts'

/** Figures as people read them; never fed back into arithmetic. */

const COUNT = new Intl.NumberFormat('en-US')
const SHORT_DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
const LONG_DAY = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
})

/** `3 Mar 2026`. */
export function formatDay(day: Day): string {
  return SHORT_DAY.format(Date.parse(`${day}T00:00:00Z`))
}

/** `Friday 6 March 2026`. */
export function formatWeekday(day: Day): string {
  return LONG_DAY.format(Date.parse(`${day}T00:00:00Z`)).replaceAll(',', '')
}

/** A sentence with its days as people write them. */
export function withDays(text: string): string {
  return text.replaceAll(/\b\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b/g, (day) => formatDay(day))
}

/** `2,089`. */
export function formatCount(count: number): string {
  return COUNT.format(count)
}

/** `63.2 %` of 0.632. */
export function formatShare(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

/** `1 deal`, `2,089 deals`. */
export function countOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`
}
