import { dayOf, isDay, type Day } from '#domain/day.ts'
import type { FieldChange } from '#domain/draft/follow-up.ts'
import { SophiaError, type FieldFault } from '#domain/errors.ts'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { lockUpdatableDeal, updateDealFields, type UpdatableDeal } from './deal-update-store.ts'

export interface DealUpdate {
  readonly dealId: string
  /** `from` is what the field held when the change was proposed. */
  readonly changes: readonly FieldChange[]
}

const OPEN_STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation']
const MAX_TEXT = 2000

/**
 * Writes approved changes onto an open deal, in the caller's transaction. Throws NOT_FOUND, INVALID_INPUT for a value that
 * cannot stand in its field, and CONFLICT, naming both values, when a field has changed since the change was proposed.
 */
export async function applyDealUpdate(
  needs: { readonly clock: Clock },
  principal: Principal,
  { handle, dealId, changes }: DealUpdate & { readonly handle: Handle },
): Promise<void> {
  const deal = await lockUpdatableDeal(handle, principal.visible, dealId)
  if (deal === undefined) throw new SophiaError('NOT_FOUND')
  if (deal.status !== 'open') {
    throw new SophiaError('CONFLICT', {
      detail: `${deal.name} is ${deal.status} by now; its record takes no more changes.`,
    })
  }
  const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
  const faults = changes.flatMap((change) => faultOf(change, asOf))
  if (faults.length > 0)
    throw new SophiaError('INVALID_INPUT', { detail: faults.map(({ message }) => message).join(' '), faults })
  const overtaken = changes.filter((change) => deal[change.field] !== change.from && deal[change.field] !== change.to)
  if (overtaken.length > 0) throw conflict(deal, overtaken)
  const effective = changes.filter((change) => deal[change.field] !== change.to)
  await updateDealFields(handle, deal, {
    changes: effective.map(({ field, to }) => ({ field, from: deal[field], to })),
    asOf,
  })
}

function conflict(deal: UpdatableDeal, overtaken: readonly FieldChange[]): SophiaError {
  const faults = overtaken.map(({ field, label, from, to }) => ({
    path: field,
    message: `${label} was ${shown(from)} when this was drafted and is ${shown(deal[field])} now; the draft would make it ${shown(to)}.`,
  }))
  const detail = `${faults.map(({ message }) => message).join(' ')} Nothing was changed. Discard the draft and draft anew, or change the record by hand.`
  return new SophiaError('CONFLICT', { detail, faults })
}

function shown(value: string | null): string {
  return value === null ? 'empty' : `"${value.slice(0, 200)}"`
}

function faultOf({ field, label, to }: FieldChange, asOf: Day): FieldFault[] {
  const fault = (message: string): FieldFault[] => [{ path: field, message: `${label}: ${message}` }]
  if (to === null) return field === 'stage' ? fault('a deal is always in a stage.') : []
  if (field === 'stage')
    return OPEN_STAGES.includes(to)
      ? []
      : fault(`one of ${OPEN_STAGES.join(', ')}; winning and losing are recorded in the CRM.`)
  if (field === 'next_step_on' || field === 'expected_close_on') {
    if (!isDay(to)) return fault('write the day as YYYY-MM-DD.')
    return field === 'next_step_on' && to < asOf ? fault(`${to} has passed; the deals speak for ${asOf}.`) : []
  }
  return to.length > MAX_TEXT ? fault(`longer than ${MAX_TEXT} characters.`) : []
}
