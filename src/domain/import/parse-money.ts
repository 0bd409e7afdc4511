import { MICROS } from '../money.ts'

/** Which sign begins the fraction: `1,234.56` or `1.234,56`. */
export type DecimalSign = '.' | ','

export interface ParsedMoney {
  readonly micros: number
  /** ISO code, when the text itself names a currency. */
  readonly currency: string | null
}

const SYMBOLS: Readonly<Record<string, string>> = {
  $: 'USD',
  US$: 'USD',
  '€': 'EUR',
  '£': 'GBP',
  '¥': 'JPY',
  A$: 'AUD',
  C$: 'CAD',
  CA$: 'CAD',
}
const SCALES: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  m: 1e6,
  mn: 1e6,
  mm: 1e6,
  mio: 1e6,
  million: 1e6,
  b: 1e9,
  bn: 1e9,
  billion: 1e9,
}
/** Most amounts of most files: no sign to weigh, so no need to. */
const PLAIN_NUMBER = /^\d{1,9}$/
const FORM =
  /^([A-Z]{3}|[A-Z]{0,2}\$|[€£¥])? ?(-?)([A-Z]{3}|[A-Z]{0,2}\$|[€£¥])? ?(\d[\d.,' ]*|[.,]\d+) ?([a-zA-Z]*?) ?([A-Z]{3}|[€£¥$])?$/

/**
 * An amount in micros, exact to the sixth place. Reads thousands signs (point, comma, apostrophe, space), a currency
 * before or after, `1.2k`, and parentheses or a leading sign for negative. Undefined when it is no amount or larger than
 * can be held exactly.
 */
export function parseMoney(text: string, decimal: DecimalSign): ParsedMoney | undefined {
  if (PLAIN_NUMBER.test(text)) return { micros: Number(text) * MICROS, currency: null }
  const plain = text.replace(/[\u00a0\u202f\u2009]/g, ' ').trim()
  const bracketed = /^\((.*)\)$/.exec(plain)
  const found = FORM.exec(bracketed?.[1] ?? plain)
  if (!found) return undefined
  const [, before, sign, between, amount = '', suffix = '', after] = found
  const currency = currencyOf([before, between, after])
  const size = sizeOf(amount, suffix, decimal)
  if (currency === undefined || size === undefined) return undefined
  const isNegative = bracketed !== null || sign === '-'
  return { micros: isNegative && size !== 0 ? -size : size, currency }
}

/** Null without any word; undefined when there are several or one that is no currency. */
function currencyOf(places: readonly (string | undefined)[]): string | null | undefined {
  const [word, ...others] = places.flatMap((place) => (place ? [place] : []))
  if (word === undefined) return null
  if (others.length > 0) return undefined
  return SYMBOLS[word] ?? (/^[A-Z]{3}$/.test(word) ? word : undefined)
}

function sizeOf(amount: string, suffix: string, decimal: DecimalSign): number | undefined {
  const scale = SCALES[suffix.toLowerCase()]
  const digits = readDigits(amount, decimal)
  if (scale === undefined || !digits) return undefined
  const size = toMicros(digits, scale)
  return Number.isSafeInteger(size) ? size : undefined
}

function readDigits(text: string, decimal: DecimalSign): { whole: string; fraction: string } | undefined {
  const parts = text.trim().split(decimal)
  if (parts.length > 2) return undefined
  const whole = parts[0] ?? ''
  const fraction = parts[1] ?? ''
  if (!/^\d*$/.test(fraction)) return undefined
  const groups = whole.split(decimal === '.' ? /[,' ]/ : /[.' ]/)
  // 1,23,456 (Indian) is fine; 1,2 is not a number with thousands.
  const isGrouped =
    groups.length === 1 || (groups.slice(1).every((group) => /^\d{2,3}$/.test(group)) && groups.at(-1)?.length === 3)
  if (!isGrouped || !groups.every((group) => /^\d*$/.test(group))) return undefined
  return { whole: groups.join('') || '0', fraction }
}

function toMicros({ whole, fraction }: { whole: string; fraction: string }, scale: number): number {
  if (scale === 1) return Number(whole) * MICROS + Math.round(Number(`0.${fraction || '0'}`) * MICROS)
  return Math.round(Number(`${whole}.${fraction || '0'}`) * scale * MICROS)
}

export interface DecimalDecision {
  readonly decimal: DecimalSign
  readonly how: 'proven' | 'assumed' | 'mixed' | 'not-needed'
}

/**
 * Decides the decimal sign of a whole column. Proof: both signs in one value (the last is the decimal one), a sign that
 * stands before other than three digits, a sign that repeats (then it marks thousands). Otherwise the point is assumed.
 */
export function decideDecimal(values: readonly string[]): DecimalDecision {
  let point = 0
  let comma = 0
  let unclear = 0
  for (const value of values) {
    const proof = proofOf(value)
    if (proof === '.') point += 1
    else if (proof === ',') comma += 1
    else if (proof === 'unclear') unclear += 1
  }
  if (point > 0 && comma > 0) return { decimal: comma > point ? ',' : '.', how: 'mixed' }
  if (comma > 0) return { decimal: ',', how: 'proven' }
  if (point > 0) return { decimal: '.', how: 'proven' }
  return { decimal: '.', how: unclear > 0 ? 'assumed' : 'not-needed' }
}

function proofOf(value: string): DecimalSign | 'unclear' | 'none' {
  const signs: string[] = value.match(/[.,]/g) ?? []
  const last = signs.at(-1)
  if (last !== '.' && last !== ',') return 'none'
  const other: DecimalSign = last === '.' ? ',' : '.'
  if (signs.includes(other)) return last
  if (signs.length > 1) return other
  return /(?<!\d)\d{1,3}[.,]\d{3}(?!\d)/.test(value) ? 'unclear' : last
}
