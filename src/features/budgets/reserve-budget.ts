import { dayOf, type Day } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Budget, Reservation, UsageEntry } from '#domain/model.ts'
import { assumedCeiling, costMicros, findPrice, splitModelLabel, worstCaseMicros } from '#domain/price.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findCaps, type BudgetNeeds } from './budget-needs.ts'
import { insertReservation, lockDay, removeExpiredReservations, removeReservation, sumDay } from './budgets-store.ts'
import { settleUsage } from './usage-store.ts'

type Request = Parameters<Budget['reserve']>[0]

/** A call that never reports back holds its money this long. */
const RESERVATION_MS = 10 * 60_000

/**
 * Holds back the most that a call can cost, so that parallel calls cannot pass a cap together; throws BUDGET_EXHAUSTED.
 * A model without a known price is held at the dearest price of its provider while it runs, and then costs "unknown".
 * What is free is neither held nor ever refused.
 */
export async function reserveBudget(needs: BudgetNeeds, request: Request): Promise<Reservation> {
  const amountMicros = worstCase(needs, request)
  const now = needs.clock.now()
  const id = createId(now.getTime())
  if (amountMicros > 0) {
    const held = {
      id,
      memberId: request.memberId,
      day: dayOf(now),
      amountMicros,
      expiresAt: new Date(now.getTime() + RESERVATION_MS),
    }
    await needs.database.inTransaction(async (handle) => {
      await lockDay(handle, held.day)
      await removeExpiredReservations(handle, now)
      await checkCaps(needs, handle, { ...held, now })
      await insertReservation(handle, held)
    })
  }
  return {
    settle: (entry) => settle(needs, id, entry),
    release: () => needs.database.read((handle) => removeReservation(handle, id)),
  }
}

function worstCase(needs: BudgetNeeds, request: Request): number {
  const { provider, model } = splitModelLabel(request.model)
  const price = findPrice(needs.prices, provider, model) ?? assumedCeiling(needs.prices, provider)
  return price ? worstCaseMicros(price, request.inputTokens, request.maxOutputTokens) : 0
}

interface Held {
  readonly memberId: string
  readonly day: Day
  readonly amountMicros: number
  readonly now: Date
}

async function checkCaps(needs: BudgetNeeds, handle: Handle, held: Held): Promise<void> {
  const caps = await findCaps(needs, handle, held.memberId)
  if (caps.deploymentMicros === null && caps.memberMicros === null) return
  const totals = await sumDay(handle, held)
  if (
    caps.memberMicros !== null &&
    totals.memberSpent + totals.memberReserved + held.amountMicros > caps.memberMicros
  ) {
    throw new SophiaError('BUDGET_EXHAUSTED', {
      detail: 'Your budget for language models is spent for today. It starts anew at midnight UTC.',
    })
  }
  const deployment = totals.deploymentSpent + totals.deploymentReserved + held.amountMicros
  if (caps.deploymentMicros !== null && deployment > caps.deploymentMicros) throw new SophiaError('BUDGET_EXHAUSTED')
}

/** One row per reservation, whose id it takes: settling again after a lost answer writes nothing twice. */
async function settle(needs: BudgetNeeds, id: string, entry: UsageEntry): Promise<{ costMicros: number | null }> {
  const price = findPrice(needs.prices, entry.provider, entry.model)
  const cost = price ? costMicros(price, entry.usage) : null
  const now = needs.clock.now()
  await needs.database.read((handle) => settleUsage(handle, { id, entry, costMicros: cost, day: dayOf(now), now }))
  needs.onSettled?.(entry, cost)
  return { costMicros: cost }
}
