import type { TurnEvent } from '#contract/turn-events.ts'
import { stepOf } from '#domain/turn/approval.ts'
import { OUTCOME_UNKNOWN } from '#features/conversations/calls-store.ts'
import { isExpired } from './call-machine.ts'
import type { CallResult, MachineCall } from './machine-records.ts'
import type { Life } from './simulated-life.ts'
import type { Run } from './simulated-run.ts'
import { LIMITS, type World } from './simulated-world.ts'

const TOOL = 'place_order'
const PLACED: CallResult = { ok: true, summary: 'The order is placed.' }
const UNKNOWN: CallResult = { ok: false, summary: 'It is not known whether this happened.' }
const REFUSED: Readonly<Record<'NOT_PERMITTED' | 'APPROVAL_EXPIRED', string>> = {
  NOT_PERMITTED: 'The person declined this; nothing was done.',
  APPROVAL_EXPIRED: 'Nobody approved this in time; nothing was done.',
}
const REPEAT_REFUSED = 'Nobody wanted a repeat; it is not known whether the earlier try happened.'

/** What a call needs of the process that makes it. */
interface Desk {
  readonly world: World
  readonly life: Life
  emit(run: Run, event: TurnEvent): void
  /** The attempt is given up: it is held no more, or its lease runs out. */
  drop(run: Run): void
  end(run: Run): void
}

/** A call with side effects, as `run-write-call.ts` makes it: asked for, decided by the person, run once, told. */
export function followCall(desk: Desk, run: Run, done: () => void): void {
  const { world, life } = desk
  const { machine, planted, time } = world
  const { held } = run
  const order = machine.turns.find((turn) => turn.id === held.id)?.messageId ?? 'none'
  const input = { order }

  /** Goes on with what the database says, unless it says that the turn is held no more. */
  function ask<Result>(work: () => Result, next: (result: Exclude<Result, false | undefined>) => void): void {
    life.call(work, (result) => {
      if (run.isOver) return
      if (result === undefined || result.value === false || result.value === undefined) return desk.drop(run)
      next(result.value as Exclude<Result, false | undefined>)
    })
  }

  function bind(): void {
    const callId = held.attempt > 1 ? `call-${held.attempt}` : 'call'
    desk.emit(run, { type: 'tool-call', callId, tool: TOOL, input })
    const earlier = run.earlier.shift()
    if (earlier)
      return ask(
        () => machine.bindCall(held, { index: earlier.index, callId }),
        () => follow({ ...earlier, callId }),
      )
    const index = machine.calls.filter((call) => call.turnId === held.id).length
    const fresh = { index, callId, expiresAtMs: time.nowMs() + LIMITS.approvalMs }
    ask(
      () => machine.insertCall(held, fresh),
      () => follow({ turnId: held.id, status: 'waiting', result: null, ...fresh }),
    )
  }

  function follow(stored: MachineCall): void {
    const step = stepOf(stored.status, isOver(stored))
    switch (step.kind) {
      case 'execute':
        return execute(stored)
      case 'recall':
        return tell(stored, stored.result ?? UNKNOWN)
      case 'refuse':
        return refuse(stored, step.code)
      case 'ask':
        return askPerson(stored, step.isRepeat)
    }
  }

  function isOver(call: MachineCall): boolean {
    return isExpired(call, time.nowMs())
  }

  function refuse(stored: MachineCall, code: 'NOT_PERMITTED' | 'APPROVAL_EXPIRED'): void {
    const said = { ok: false, summary: stored.result === null ? REFUSED[code] : REPEAT_REFUSED }
    if (code === 'NOT_PERMITTED' || stored.status === 'expired') return tell(stored, said)
    const { index } = stored
    life.call(
      () => machine.moveCall(held, { index, from: ['waiting', 'unknown'], to: 'expired' }),
      (moved) => {
        if (run.isOver) return
        if (moved === undefined) return desk.drop(run)
        if (moved.value) return tell(stored, said)
        ask(
          () => machine.findCall(held.id, index),
          // Decided in the very last moment: then that holds.
          (current) => (current.status === stored.status ? desk.drop(run) : follow(current)),
        )
      },
    )
  }

  function askPerson(stored: MachineCall, isRepeat: boolean): void {
    const { callId, expiresAtMs } = stored
    const expiresAt = new Date(expiresAtMs).toISOString()
    const note = isRepeat ? { note: 'It may have happened already.' } : {}
    desk.emit(run, { type: 'approval-needed', callId, tool: TOOL, input, expiresAt, ...note })
    run.isWaiting = true
    ask(
      () => machine.setWaiting(held, true),
      () => look(stored),
    )
  }

  /** Asks at once, when this process hears of a decision, and every half second for one that came in elsewhere. */
  function look(stored: MachineCall): void {
    if (run.isOver) return
    if (run.isCancelled) return stop(stored)
    let isHeard = false
    let wake: (() => void) | undefined
    run.onDecision = () => (wake ? wake() : (isHeard = true))
    ask(
      () => machine.findCall(held.id, stored.index),
      (current) => {
        const isOpen = current.status === 'waiting' || current.status === 'unknown'
        if (!isOpen || (isOver(stored) && planted.waitForEver !== true)) return goOn(current)
        wake = () => {
          run.onDecision = undefined
          wake = () => undefined
          look(stored)
        }
        const mine = wake
        if (isHeard) return mine()
        life.later(LIMITS.decisionPollMs, () => wake === mine && mine())
      },
    )
  }

  function goOn(current: MachineCall): void {
    run.isWaiting = false
    run.onDecision = undefined
    if (run.isCancelled) return stop(current)
    ask(
      () => machine.setWaiting(held, false),
      () => follow(current),
    )
  }

  function execute(stored: MachineCall): void {
    if (run.isCancelled) return stop(stored)
    const { index } = stored
    const key = planted.keyOfAttempt === true ? `${held.id}.${held.attempt}.${index}` : `${held.id}.${index}`
    ask(
      () => machine.moveCall(held, { index, from: ['approved'], to: 'running' }),
      () => {
        let isSettled = false
        const settle = (next: () => void): void => {
          if (isSettled || run.isOver) return
          isSettled = true
          run.onCancel = undefined
          next()
        }
        run.onCancel = () => settle(() => giveUp(stored))
        world.orders.place({ key, order }, () => life.later(0, () => settle(() => note(stored))))
        if (run.isCancelled) run.onCancel()
      },
    )
  }

  /** It was done, as far as its server says. */
  function note(stored: MachineCall): void {
    const { index } = stored
    life.call(
      () => machine.moveCall(held, { index, from: ['running'], to: 'done', result: PLACED }),
      (moved) => {
        if (run.isOver) return
        if (moved) return tell(stored, PLACED)
        noteUnknown(stored, () => tell(stored, UNKNOWN))
      },
    )
  }

  /** Its member stopped the turn in the midst of the call. */
  function giveUp(stored: MachineCall): void {
    noteUnknown(stored, () => stop({ ...stored, result: UNKNOWN }))
  }

  /** Nobody goes on from here: what may have happened, now or in an earlier attempt, is told all the same. */
  function stop(stored: MachineCall): void {
    if (stored.result !== null && planted.silentCancel !== true) record(stored, stored.result)
    desk.end(run)
  }

  /** Should this fail too, the next owner finds the call running and treats it as unknown, which it is. */
  function noteUnknown({ index }: MachineCall, then: () => void): void {
    life.call(
      () => machine.moveCall(held, { index, from: ['running'], to: 'unknown', result: UNKNOWN }),
      () => void (run.isOver || then()),
    )
  }

  function record({ callId }: MachineCall, { ok, summary }: CallResult): void {
    run.calls.push({ ok, summary })
    desk.emit(run, { type: 'tool-result', callId, ok, summary })
  }

  function tell(stored: MachineCall, result: CallResult): void {
    record(stored, result)
    done()
  }

  bind()
}

/** Calls of an earlier attempt that ran, or may have, and that this attempt did not take up: never silently dropped. */
export function showEarlierCalls(run: Run): void {
  for (const { callId, status, result } of run.earlier) {
    const known = status === 'unknown' ? OUTCOME_UNKNOWN : result
    if (known === null) continue
    const { ok, summary } = known
    run.waiting.push({ type: 'tool-call', callId, tool: TOOL, input: {} }, { type: 'tool-result', callId, ok, summary })
    run.calls.push({ ok, summary })
  }
}
