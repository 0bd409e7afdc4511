import { canonicalJson } from '#domain/canonical-json.ts'
import { isPassing, SophiaError, toSophiaError, type ErrorCode } from '#domain/errors.ts'
import type { ToolCall } from '#domain/model.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { stepOf } from '#domain/turn/approval.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { storePatiently } from '#platform/postgres/store-patiently.ts'
import { abortable } from './abortable.ts'
import { awaitPerson } from './await-person.ts'
import { failureOf, recordResult, resultOf, rethrowIfFatal } from './call-outcome.ts'
import { createCallPerson } from './call-person.ts'
import { bindCall, findCall, insertCall, moveCall, type StoredCall, type StoredResult } from './calls-store.ts'
import { checkStopped, currentAsker, emit, isReleased, TurnStopped, type TurnWork } from './turn-work.ts'
import { whenFree } from './when-free.ts'

const UNKNOWN_NOTE =
  'An earlier try broke off while this ran: it may have happened already. Check before you approve it again.'
const EARLIER_TRY = 'It is not known whether the earlier try happened.'

/** A call with side effects: asked for, approved by the person, run at most once per approval, and its outcome kept. */
export async function runWriteCall(work: TurnWork, skill: Skill, call: ToolCall): Promise<StoredResult> {
  let stored: StoredCall | undefined
  try {
    const input = skill.parse(call.input)
    stored = await bind(work, call)
    return await follow(work, { skill, call, input, stored })
  } catch (error) {
    const known = error instanceof CutOff ? error.result : (stored?.result ?? null)
    // Nobody goes on from here, and the answer's end must not pass over what may have happened.
    if (known !== null && isEndedHere(work)) recordResult(work, call, known)
    const fault = rethrowIfFatal(work, error)
    if (stored) await closeDecision(work, stored)
    return failureOf(stored ? withEarlierTry(stored, fault) : fault)
  }
}

/** The turn was stopped while the call ran. */
class CutOff extends Error {
  readonly result: StoredResult

  constructor(result: StoredResult) {
    super('the turn was stopped while a call ran')
    this.result = result
  }
}

/** Its member cancelled the turn, or its time is up: this attempt ends it. One that was lost or given back is ended by another. */
function isEndedHere({ signal }: TurnWork): boolean {
  const reason: unknown = signal.reason
  return signal.aborted && !(reason instanceof TurnStopped && reason.reason !== 'cancelled')
}

/** The call has failed before anybody decided on it: a yes that came now would be taken and never carried out. */
async function closeDecision(work: TurnWork, { index }: StoredCall): Promise<void> {
  await askStore(work, (handle) =>
    moveCall(handle, work.turn, { index, from: ['waiting', 'unknown'], to: 'expired' }),
  ).catch((error: unknown) => work.house.log.warn({ error, turn: work.turn.id }, 'an approval could not be closed'))
}

/** One statement, once there is a connection for it. Where none was, nothing was sent, so that it is not made twice. */
function askStore<Result>(work: TurnWork, ask: (handle: Handle) => Promise<Result>): Promise<Result> {
  return whenFree(work, () => work.house.database.read(ask))
}

interface WriteCall {
  readonly skill: Skill
  readonly call: ToolCall
  /** As the skill parsed it. */
  readonly input: unknown
  readonly stored: StoredCall
}

/** The stored call this one is: one of an earlier attempt with the same tool and input, or a new one. */
async function bind(work: TurnWork, call: ToolCall): Promise<StoredCall> {
  const inputHash = contentHash(`${call.tool} ${canonicalJson(call.input)}`)
  const prior = work.priorCalls.find((one) => one.inputHash === inputHash)
  if (prior) {
    work.priorCalls = work.priorCalls.filter((one) => one !== prior)
    const bound = { index: prior.index, callId: call.callId }
    if (!(await askStore(work, (handle) => bindCall(handle, work.turn, bound)))) throw new TurnStopped('stale')
    return { ...prior, callId: call.callId }
  }
  const { callId, tool, input } = call
  const fresh = { index: work.nextCallIndex, callId, tool, input, inputHash, approvalMs: work.house.limits.approvalMs }
  work.nextCallIndex += 1
  const stored = await askStore(work, (handle) => insertCall(handle, work.turn, fresh))
  if (!stored) throw new TurnStopped('stale')
  return stored
}

async function follow(work: TurnWork, write: WriteCall): Promise<StoredResult> {
  const { stored } = write
  const step = stepOf(stored.status, stored.isExpired)
  switch (step.kind) {
    case 'execute':
      return execute(work, write)
    case 'recall':
      return stored.result ?? failureOf(new SophiaError('INTERNAL'))
    case 'refuse':
      return refuse(work, write, step.code)
    case 'ask': {
      const decided = await askPerson(work, stored, step.isRepeat)
      return follow(work, { ...write, stored: decided })
    }
  }
}

async function refuse(work: TurnWork, write: WriteCall, code: ErrorCode): Promise<StoredResult> {
  const { stored } = write
  if (code === 'APPROVAL_EXPIRED' && stored.status !== 'expired') {
    const isMoved = await askStore(work, (handle) =>
      moveCall(handle, work.turn, { index: stored.index, from: ['waiting', 'unknown'], to: 'expired' }),
    )
    if (!isMoved) {
      const current = await reread(work, stored)
      if (current.status === stored.status) throw new TurnStopped('stale')
      // Decided in the very last moment: then that holds.
      return follow(work, { ...write, stored: current })
    }
  }
  return failureOf(new SophiaError(code, detailOf(code, stored)))
}

/** A call that was shown for a repeat has a result, that its outcome is unknown: then nobody may say that nothing was done. */
function detailOf(code: ErrorCode, { result }: StoredCall): { readonly detail?: string } {
  const isDeclined = code === 'NOT_PERMITTED'
  if (result !== null)
    return {
      detail: `${isDeclined ? 'The person declined to run this again.' : 'Nobody approved a repeat in time.'} ${EARLIER_TRY}`,
    }
  return isDeclined ? { detail: 'The person declined this; nothing was done.' } : {}
}

/** Shows the call and waits until a person decides or the time is up. Keeps the lease; the turn's time limit stands still. */
async function askPerson(work: TurnWork, stored: StoredCall, isRepeat: boolean): Promise<StoredCall> {
  const { callId, tool, input, expiresAt } = stored
  emit(work, {
    type: 'approval-needed',
    callId,
    tool,
    input,
    expiresAt: expiresAt.toISOString(),
    ...(isRepeat ? { note: UNKNOWN_NOTE } : {}),
  })
  return awaitPerson(work, async () => {
    const current = await reread(work, stored)
    const isOpen = current.status === 'waiting' || current.status === 'unknown'
    return isOpen && !current.isExpired ? undefined : current
  })
}

async function reread(work: TurnWork, stored: StoredCall): Promise<StoredCall> {
  const current = await work.house.database.read((handle) => findCall(handle, work.turn.id, stored.index))
  if (!current) throw new TurnStopped('stale')
  // Same tool and input by construction; compared all the same, for an approval must never reach another input.
  if (current.inputHash !== stored.inputHash) throw new TurnStopped('stale')
  return current
}

/** Failures after which nobody can say whether the effect happened. */
const UNCERTAIN: ReadonlySet<ErrorCode> = new Set([
  'INTERNAL',
  'DATABASE_UNAVAILABLE',
  'UNREACHABLE',
  'TOOL_OUTCOME_UNKNOWN',
  'TURN_CANCELLED',
  'TURN_LIMIT_REACHED',
])

async function execute(work: TurnWork, write: WriteCall): Promise<StoredResult> {
  const { skill, stored } = write
  const principal = await whenFree(work, () => currentAsker(work))
  if (!can(principal, skill.action)) throw new SophiaError('NOT_PERMITTED')
  checkStopped(work)
  // Only out of `approved`: whoever comes second finds it running and must not.
  const begin = { index: stored.index, from: ['approved'], to: 'running' } as const
  if (!(await askStore(work, (handle) => moveCall(handle, work.turn, begin)))) throw new TurnStopped('stale')
  const end = await storeEnd(work, write, await runOnce(work, write, principal))
  if (end.to !== 'done' && work.signal.aborted) throw new CutOff(end.result)
  return end.result
}

interface CallEnd {
  readonly to: 'done' | 'failed' | 'unknown'
  readonly result: StoredResult
}

/** How the tool itself ended; nothing that is stored afterwards changes that. */
async function runOnce(work: TurnWork, { skill, input, stored }: WriteCall, principal: Principal): Promise<CallEnd> {
  try {
    const outcome = await abortable(
      skill.run({
        principal,
        input,
        signal: work.signal,
        idempotencyKey: `${work.turn.id}.${stored.index}`,
        person: createCallPerson(work, stored.callId),
      }),
      work.signal,
    )
    return { to: 'done', result: resultOf(outcome) }
  } catch (error) {
    const known = work.signal.aborted ? new SophiaError('TURN_CANCELLED', { cause: error }) : toSophiaError(error)
    return UNCERTAIN.has(known.code) ? unknownEnd(work, skill, known) : failedEnd(stored, known)
  }
}

/** That a repeat failed says nothing of the try before it. */
function failedEnd(stored: StoredCall, error: SophiaError): CallEnd {
  return { to: stored.result === null ? 'failed' : 'unknown', result: failureOf(withEarlierTry(stored, error)) }
}

/** A call that was run before has a result, that its outcome is unknown; no fault of a repeat takes that back. */
function withEarlierTry({ result }: StoredCall, error: SophiaError): SophiaError {
  if (result === null) return error
  const { code, faults, message } = error
  return new SophiaError(code, { detail: `${message} ${EARLIER_TRY}`, faults, cause: error })
}

function unknownEnd(work: TurnWork, { name }: Skill, error: SophiaError): CallEnd {
  work.house.log.error({ error, tool: name }, 'outcome of a tool call is unknown')
  const detail = `It is not known whether this happened (${error.message}) Check before trying again.`
  return { to: 'unknown', result: failureOf(new SophiaError('INTERNAL', { detail, cause: error })) }
}

/**
 * Keeps how a call ended, for as long as the store is away, busy or full and the turn is held: what was done must not be told as
 * failed. An end that cannot be kept is unknown, as the next owner finds it.
 */
async function storeEnd(work: TurnWork, { skill, stored }: WriteCall, end: CallEnd): Promise<CallEnd> {
  const { database, clock, log } = work.house
  const move = ({ to, result }: CallEnd): Promise<boolean> =>
    database.read((handle) => moveCall(handle, work.turn, { index: stored.index, from: ['running'], to, result }))
  try {
    await storePatiently(() => move(end), {
      clock,
      passes: (error) => isPassing(error) && !isReleased(work),
      onRepeat: (error) => log.warn({ error, turn: work.turn.id }, 'the end of a tool call could not be stored yet'),
    })
    return end
  } catch (error) {
    const lost = end.to === 'done' ? unknownEnd(work, skill, toSophiaError(error)) : end
    // Should this write fail too, the next owner finds the call running and treats it as unknown, which it is.
    await move(lost).catch(() => false)
    return lost
  }
}
