import { OUTCOME_UNKNOWN } from '#features/conversations/calls-store.ts'
import type { CallResult, Decision, Held, MachineCall, MachineFaults, MachineTurn, Move } from './machine-records.ts'

const UNKNOWN: CallResult = { ok: OUTCOME_UNKNOWN.ok, summary: OUTCOME_UNKNOWN.summary }

/** `same`: it was said before, and changes nothing. */
type DecisionOutcome = 'decided' | 'same' | 'NOT_FOUND' | 'APPROVAL_EXPIRED' | 'CONFLICT'

interface CallNeeds {
  readonly faults: MachineFaults
  readonly turns: readonly MachineTurn[]
  readonly isOpen: (turn: MachineTurn) => boolean
  /** The turn while this attempt holds it. */
  readonly held: (one: Held) => MachineTurn | undefined
}

/** From its instant of expiry on nobody's word is heard any more. */
export function isExpired({ expiresAtMs }: Pick<MachineCall, 'expiresAtMs'>, nowMs: number): boolean {
  return expiresAtMs <= nowMs
}

/** What PostgreSQL does with calls that wait for a person: only a turn's present owner touches them, and its member decides. */
export function createCallMachine({ faults, turns, isOpen, held }: CallNeeds) {
  const calls: MachineCall[] = []
  const of = (turnId: string, index: number): MachineCall | undefined =>
    calls.find((call) => call.turnId === turnId && call.index === index)
  return {
    calls,
    /** The calls of earlier attempts: what was running is unknown now, and their ids are retired. */
    adoptCalls(one: Held, expiresAtMs: number): MachineCall[] {
      if (!held(one)) return []
      const known = calls.filter((call) => call.turnId === one.id)
      for (const call of known) {
        const wasRunning = call.status === 'running'
        if (wasRunning || call.status === 'unknown') call.expiresAtMs = expiresAtMs
        if (wasRunning) call.status = faults.repeatUnasked === true ? 'approved' : 'unknown'
        if (wasRunning) call.result = UNKNOWN
        call.callId = `${call.callId}@${one.attempt}`
      }
      return known.map((call) => ({ ...call }))
    },
    insertCall(one: Held, call: Pick<MachineCall, 'index' | 'callId' | 'expiresAtMs'>): boolean {
      if (!held(one)) return false
      calls.push({ turnId: one.id, status: 'waiting', result: null, ...call })
      return true
    },
    /** Gives a call of an earlier attempt the id under which it is asked for now. */
    bindCall(one: Held, { index, callId }: { readonly index: number; readonly callId: string }): boolean {
      const call = held(one) && of(one.id, index)
      if (!call) return false
      call.callId = callId
      return true
    },
    /** Moves a call on if it is where it is thought to be. Of one whose outcome is unknown the id is retired. */
    moveCall(one: Held, { index, from, to, result }: Move): boolean {
      const call = held(one) && of(one.id, index)
      if (!call || !from.includes(call.status)) return false
      call.status = to
      if (to === 'unknown') call.callId += '@'
      call.result = result ?? call.result
      return true
    },
    findCall(turnId: string, index: number): MachineCall | undefined {
      const call = of(turnId, index)
      return call && { ...call }
    },
    /** A member's word on a call of their own turn: once, in time, and only while the turn is open. */
    decide({ memberId, turnId, callId, approve, nowMs }: Decision): DecisionOutcome {
      const turn = turns.find((known) => known.id === turnId && known.memberId === memberId)
      const call = calls.find((known) => known.turnId === turnId && known.callId === callId)
      if (!turn || !call) return 'NOT_FOUND'
      if (call.status === 'expired') return 'APPROVAL_EXPIRED'
      if (call.status !== 'waiting' && call.status !== 'unknown')
        return (call.status !== 'denied') === approve ? 'same' : 'CONFLICT'
      if (!isOpen(turn)) return 'CONFLICT'
      if (isExpired(call, nowMs) && faults.lateYes !== true) return 'APPROVAL_EXPIRED'
      call.status = approve ? 'approved' : 'denied'
      return 'decided'
    },
  }
}
