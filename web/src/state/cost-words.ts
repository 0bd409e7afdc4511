import type { Message } from '#contract/conversations.ts'
import { countWords, moneyWords } from './words.ts'

/** `no cost`, `$0.0042`, or that the price is not known. */
export function costWords(cost: Message['cost']): string {
  if (cost === null) return 'cost not recorded'
  if (cost.amountMicros === null) return 'no price known for this model'
  return cost.amountMicros === 0 ? 'no cost' : moneyWords({ amountMicros: cost.amountMicros, currency: cost.currency })
}

export function usageWords(usage: Message['usage']): string {
  if (usage === null) return 'Tokens were not recorded'
  const cached = usage.cachedInput > 0 ? ` (${countWords(usage.cachedInput)} from the provider's cache)` : ''
  const estimate = usage.isEstimated ? '; partly estimated, the stream broke' : ''
  return `${countWords(usage.input)} tokens in${cached}, ${countWords(usage.output)} out${estimate}`
}
