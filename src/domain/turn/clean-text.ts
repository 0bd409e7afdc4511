/** PostgreSQL stores neither NUL nor half a surrogate pair; both are taken out before anything is told or stored. */

const NUL = '\u0000'

/** The text without NUL, half pairs replaced by U+FFFD. */
export function cleanText(text: string): string {
  const whole = text.isWellFormed() ? text : text.toWellFormed()
  return whole.includes(NUL) ? whole.replaceAll(NUL, '') : whole
}

/** Every string inside a JSON value, cleaned. Functions and undefined do not occur: the value came from JSON. */
export function cleanJson(value: unknown): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map(cleanJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [cleanText(key), cleanJson(inner)]))
}

/** Cleans a stream of deltas: a pair cut between two deltas is held back until its second half arrives. */
export function createDeltaCleaner(): { push(delta: string): string; end(): string } {
  let held = ''
  return {
    push(delta) {
      const text = held + delta
      const last = text.charCodeAt(text.length - 1)
      const endsInHalfPair = last >= 0xd800 && last <= 0xdbff
      held = endsInHalfPair ? text.slice(-1) : ''
      return cleanText(endsInHalfPair ? text.slice(0, -1) : text)
    },
    end() {
      const rest = cleanText(held)
      held = ''
      return rest
    },
  }
}
