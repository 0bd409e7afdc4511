import type { TokenUsage } from './model.ts'

/** US dollars per million tokens, which is the same number in micros per token. */
export interface TokenRates {
  readonly input: number
  readonly cachedInput: number
  readonly output: number
}

export interface Price extends TokenRates {
  readonly provider: string
  /** A model's name, or a pattern with `*`. */
  readonly model: string
  /** Rates of the whole request once its input is longer than `above` tokens. */
  readonly longInput?: (TokenRates & { readonly above: number }) | undefined
}

export type PriceTable = readonly Price[]

/** `openai/gpt-5` taken apart at its first slash; a bare name (`playbook`) is a provider. */
export function splitModelLabel(label: string): { readonly provider: string; readonly model: string } {
  const slash = label.indexOf('/')
  return slash < 0
    ? { provider: label, model: label }
    : { provider: label.slice(0, slash), model: label.slice(slash + 1) }
}

/** The price of a model: of all patterns that fit, the one with the most literal characters. Undefined: not known. */
export function findPrice(table: PriceTable, provider: string, model: string): Price | undefined {
  return table
    .filter((price) => price.provider === provider && matchesPattern(price.model, model))
    .toSorted((one, other) => literalLength(other.model) - literalLength(one.model))[0]
}

/** What a call cost in micros of a dollar, rounded to the nearest. Cached tokens are part of the input. */
export function costMicros(price: Price, usage: TokenUsage): number {
  const rates = ratesFor(price, usage.input)
  const cached = Math.min(usage.cachedInput, usage.input)
  return Math.round((usage.input - cached) * rates.input + cached * rates.cachedInput + usage.output * rates.output)
}

/** The most that a call of this size can cost, in micros, rounded up: nothing cached, all output used. */
export function worstCaseMicros(price: Price, inputTokens: number, maxOutputTokens: number): number {
  const rates = ratesFor(price, inputTokens)
  return Math.ceil(inputTokens * Math.max(rates.input, rates.cachedInput) + maxOutputTokens * rates.output)
}

/**
 * The rates assumed for a model whose price is not known, for holding money back only: the highest of its provider,
 * or of the whole table when the provider is unknown too. Never shown or stored as a cost.
 */
export function assumedCeiling(table: PriceTable, provider: string): Price | undefined {
  const ofProvider = table.filter((price) => price.provider === provider)
  const candidates = ofProvider.length > 0 ? ofProvider : table
  if (candidates.length === 0) return undefined
  const highest = (rate: keyof TokenRates): number =>
    Math.max(...candidates.map((price) => Math.max(price[rate], price.longInput?.[rate] ?? 0)))
  return {
    provider,
    model: '*',
    input: highest('input'),
    cachedInput: highest('cachedInput'),
    output: highest('output'),
  }
}

/** True when `name` fits `pattern`, in which `*` stands for any run of characters. Linear: no regular expression is built. */
export function matchesPattern(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return pattern === name
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false
  const end = name.length - last.length
  let from = first.length
  for (const part of rest) {
    const found = name.indexOf(part, from)
    if (found < 0 || found + part.length > end) return false
    from = found + part.length
  }
  return true
}

function ratesFor(price: Price, inputTokens: number): TokenRates {
  return price.longInput && inputTokens > price.longInput.above ? price.longInput : price
}

function literalLength(pattern: string): number {
  return pattern.replaceAll('*', '').length + (pattern.includes('*') ? 0 : 0.5)
}
