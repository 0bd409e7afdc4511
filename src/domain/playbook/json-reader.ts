import { formatMoney } from '../money.ts'

/** Reads JSON of which nothing is promised: every reader answers for every value and never throws. */

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Told apart from JSON by the caller, who says that the result cannot be read.
    return undefined
  }
}

/** The value at a path of object keys; undefined when any step is missing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (current, key) =>
      typeof current === 'object' && current !== null && Object.hasOwn(current, key)
        ? Reflect.get(current, key)
        : undefined,
    value,
  )
}

export function listAt(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

export function numberAt(value: unknown, ...path: readonly string[]): number | null {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : null
}

/** Text made safe for Markdown; empty when there is none. */
export function textAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' ? escapeMarkdown(found) : ''
}

/** One of a set of names, as it stands, to look up its words; nothing that could be markup comes through. */
export function nameAt(value: unknown, ...path: readonly string[]): string {
  const found = at(value, ...path)
  return typeof found === 'string' && /^[\w-]+$/.test(found) ? found : ''
}

/** A record's words cannot become markup, a table's edge or a new line. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/[\\`*_[\]<>|~]/g, (mark) => `\\${mark}`)
    .trim()
}

/** `$1.2M` of `{amountMicros, currency}`; null when it is no money. */
export function moneyAt(value: unknown, ...path: readonly string[]): string | null {
  const amountMicros = numberAt(value, ...path, 'amountMicros')
  const currency = at(value, ...path, 'currency')
  if (amountMicros === null || typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency)) return null
  return formatMoney({ amountMicros, currency })
}
