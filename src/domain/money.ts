/** An amount in millionths of the currency's unit: 1 USD = 1 000 000 micros. Safe up to 9 billion units. */
export interface Money {
  readonly amountMicros: number
  readonly currency: string
}

export const MICROS = 1_000_000

/** Making a formatter costs more than using it a hundred times. */
const formatters = new Map<string, Intl.NumberFormat>()

function formatterOf(currency: string, form: 'compact' | 'whole' | 'small'): Intl.NumberFormat {
  const key = `${currency} ${form}`
  const known = formatters.get(key)
  if (known) return known
  const made = new Intl.NumberFormat('en-US', { style: 'currency', currency, ...FORMS[form] })
  formatters.set(key, made)
  return made
}

const FORMS = {
  compact: { notation: 'compact', maximumFractionDigits: 1 },
  whole: { maximumFractionDigits: 0 },
  small: { maximumSignificantDigits: 2 },
} as const satisfies Record<string, Intl.NumberFormatOptions>

/** `$1.2M`, `$48.3K`, `$950`, `$0.0042`: rounded as a reader needs it, never as a calculation may. */
export function formatMoney(amount: Money): string {
  const units = amount.amountMicros / MICROS
  const size = Math.abs(units)
  if (size >= 1000) return formatterOf(amount.currency, 'compact').format(units)
  return formatterOf(amount.currency, size >= 1 || size === 0 ? 'whole' : 'small').format(units)
}
