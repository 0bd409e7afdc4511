import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { ImportRequest, ImportsNeeds } from './imports-needs.ts'

/** Imports write rows of everybody, so they need sight of everybody's rows. */
export function requireImporter(principal: Principal): void {
  if (!can(principal, 'records:import')) throw new SophiaError('NOT_PERMITTED')
  if (principal.rowScope !== 'all') {
    throw new SophiaError('NOT_PERMITTED', {
      detail: "Importing changes everybody's records. Ask an admin to give you sight of all rows first.",
    })
  }
}

export function requireSampleManager(principal: Principal): void {
  if (!can(principal, 'sample:manage')) throw new SophiaError('NOT_PERMITTED')
}

/** A file cannot speak for a day that has not come. */
export function requirePastDay(needs: ImportsNeeds, request: ImportRequest): void {
  const today = dayOf(needs.clock.now())
  if (request.asOf === undefined || request.asOf <= today) return
  const message = `The data cannot speak for ${request.asOf}, which is in the future; today is ${today} (UTC).`
  throw new SophiaError('INVALID_INPUT', { detail: message, faults: [{ path: 'asOf', message }] })
}
