import { join } from 'node:path'
import type { TokenUsage } from '#domain/model.ts'
import { MICROS } from '#domain/money.ts'
import { costMicros, findPrice, splitModelLabel } from '#domain/price.ts'
import { createBudgets, loadPrices, type BudgetNeeds } from '#features/budgets/index.ts'
import type { Calendar } from '#features/calendar/index.ts'
import { systemClock as clock } from '#platform/clock.ts'
import type { ModelCall } from '#platform/models/model-chain.ts'
import { openModels } from '#platform/models/open-models.ts'
import { countUsage } from '#platform/telemetry/metrics.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import type { Foundation } from './foundation.ts'

/** The providers in order, what a call of them costs, and the budgets that this goes against. */
export async function wireModels({
  calendar,
  config,
  log,
  metrics,
  database,
}: Foundation & { readonly calendar: Calendar }) {
  const onCall = ({ ms, ...call }: ModelCall): void => {
    metrics.modelRequests.inc(call)
    metrics.modelDuration.observe({ provider: call.provider }, ms / 1000)
  }
  const models = openModels({ models: config.models, network: config.network, clock, log, onCall })
  const { dailyUsd, memberDailyUsd } = config.budgets
  const limits = { deploymentDailyMicros: toMicros(dailyUsd), memberDailyMicros: toMicros(memberDailyUsd) }
  const onSettled: BudgetNeeds['onSettled'] = (entry, cost) => countUsage(metrics, entry, cost)
  const prices = await loadPrices(join(PACKAGE_ROOT, 'prices.yaml'))
  const memberCapNow = (micros: number): number => calendar.number('limits.member.budget', micros / MICROS) * MICROS
  const costOf = (provider: string, model: string, usage: TokenUsage): number | null => {
    const price = findPrice(prices, provider, model)
    return price ? costMicros(price, usage) : null
  }
  // From the first scrape on, so that the first call is seen to be more than none.
  for (const { provider, model } of config.models.order.map(splitModelLabel))
    countUsage(metrics, { provider, model, usage: NOTHING }, costOf(provider, model, NOTHING))
  return { models, costOf, budgets: createBudgets({ database, clock, prices, limits, onSettled, memberCapNow }) }
}

const NOTHING: TokenUsage = { input: 0, cachedInput: 0, output: 0 }

function toMicros(dollars: number | null): number | null {
  return dollars === null ? null : Math.round(dollars * MICROS)
}
