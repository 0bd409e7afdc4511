/** Times as operators write them. */

const UNITS_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }
const DURATION = /^(\d{1,6}(?:\.\d{1,3})?) ?([smhd])$/i
const TIME_OF_DAY = /^(\d{1,2}):(\d{2})$/
export const MINUTES_PER_DAY = 1440

/** `90s`, `5m`, `1.5h` or `2d` in milliseconds; undefined when it is none. A day is 24 hours. */
export function parseDuration(text: string): number | undefined {
  const [, amount, unit = ''] = DURATION.exec(text.trim()) ?? []
  const unitMs = UNITS_MS[unit.toLowerCase()]
  return amount === undefined || unitMs === undefined ? undefined : Math.round(Number(amount) * unitMs)
}

/** In the largest unit that needs no fraction: `90s`, `5m`, `2d`; below a second `250ms`. */
export function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find((name) => ms % (UNITS_MS[name] ?? 1) === 0)
  if (unit !== undefined) return ms === 0 ? '0s' : `${ms / (UNITS_MS[unit] ?? 1)}${unit}`
  return ms < 1000 ? `${Math.round(ms)}ms` : `${Math.round(ms / 100) / 10}s`
}

/** `06:00` in minutes after midnight, up to `24:00`; undefined when it is no time of day. */
export function parseTimeOfDay(text: string): number | undefined {
  const [, hours, minutes] = TIME_OF_DAY.exec(text.trim()) ?? []
  if (hours === undefined || Number(minutes) > 59) return undefined
  const total = 60 * Number(hours) + Number(minutes)
  return total <= MINUTES_PER_DAY ? total : undefined
}
