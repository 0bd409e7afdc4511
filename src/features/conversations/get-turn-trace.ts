import type { TurnTrace } from '#contract/traces.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { House } from './needs.ts'
import { findTurnTrace } from './turn-traces-store.ts'

/** Where the time of an answer went, for whoever asked. Throws NOT_FOUND for anybody else. */
export async function getTurnTrace({ database }: House, principal: Principal, turnId: string): Promise<TurnTrace> {
  const trace = await database.read((handle) => findTurnTrace(handle, principal.memberId, turnId))
  if (!trace) throw new SophiaError('NOT_FOUND')
  return trace
}
