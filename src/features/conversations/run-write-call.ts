import { canonicalJson } from '#domain/canonical-json.ts'
import { SophiaError, toSophiaError, type ErrorCode } from '#domain/errors.ts'
import type { ToolCall } from '#domain/model.ts'
import { can } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { isExpired, stepOf } from '#domain/turn/approval.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import { abortable } from './abortable.ts'
import { awaitPerson } from './await-person.ts'
import { failureOf, resultOf, rethrowIfFatal } from './call-outcome.ts'
import { createCallPerson } from './call-person.ts'
import { bindCall, findCall, insertCall, moveCall, type StoredCall, type StoredResult } from './calls-store.ts'
import { checkStopped, currentAsker, emit, TurnStopped, type TurnWork } from './turn-work.ts'

const UNKNOWN_NOTE =
  'An earlier try broke off while this ran: it may have happened already. Check before you approve it again.'

/** A call with side effects: asked for, approved by the person, run at most once per approval, and its outcome kept. */
export async function runWriteCall(work: TurnWork, skill: Skill, call: ToolCall): Promise<StoredResult> {
  try {
    const input = skill.parse(call.input)
    const stored = await bind(work, call)
    return await follow(work, { skill, call, input, stored })
  } catch (error) {
    return failureOf(rethrowIfFatal(work, error))
  }
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
  const { database, clock, limits } = work.house
  const inputHash = contentHash(`${call.tool} ${canonicalJson(call.input)}`)
  const prior = work.priorCalls.find((one) => one.inputHash === inputHash)
  if (prior) {
    work.priorCalls = work.priorCalls.filter((one) => one !== prior)
    if (!(await database.read((handle) => bindCall(handle, work.turn, { index: prior.index, callId: call.callId }))))
      throw new TurnStopped('stale')
    return { ...prior, callId: call.callId }
  }
  const expiresAt = new Date(clock.now().getTime() + limits.approvalMs)
  const fresh: StoredCall = {
    index: work.nextCallIndex,
    callId: call.callId,
    tool: call.tool,
    input: call.input,
    inputHash,
    status: 'waiting',
    result: null,
    expiresAt,
  }
  work.nextCallIndex += 1
  if (!(await database.read((handle) => insertCall(handle, work.turn, fresh)))) throw new TurnStopped('stale')
  return fresh
}

async function follow(work: TurnWork, write: WriteCall): Promise<StoredResult> {
  const { stored } = write
  const step = stepOf(stored.status, isExpired(stored.expiresAt, work.house.clock.now()))
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
    const isMoved = await work.house.database.read((handle) =>
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
      detail: `${isDeclined ? 'The person declined to run this again' : 'Nobody approved a repeat in time'}; it is not known whether the earlier try happened.`,
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
    return isOpen && !isExpired(expiresAt, work.house.clock.now()) ? undefined : current
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

async function execute(work: TurnWork, { skill, input, stored }: WriteCall): Promise<StoredResult> {
  const { database } = work.house
  const principal = await currentAsker(work)
  if (!can(principal, skill.action)) throw new SophiaError('NOT_PERMITTED')
  checkStopped(work)
  const move = (
    from: 'approved' | 'running',
    to: 'running' | 'done' | 'failed' | 'unknown',
    result?: StoredResult,
  ): Promise<boolean> =>
    database.read((handle) =>
      moveCall(handle, work.turn, { index: stored.index, from: [from], to, ...(result ? { result } : {}) }),
    )
  // Only out of `approved`: whoever comes second finds it running and must not.
  if (!(await move('approved', 'running'))) throw new TurnStopped('stale')
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
    const result = resultOf(outcome)
    await move('running', 'done', result)
    return result
  } catch (error) {
    const known = work.signal.aborted ? new SophiaError('TURN_CANCELLED', { cause: error }) : toSophiaError(error)
    const isUncertain = UNCERTAIN.has(known.code)
    const detail = `It is not known whether this happened (${known.message}) Check before trying again.`
    const result = failureOf(isUncertain ? new SophiaError('INTERNAL', { detail, cause: error }) : known)
    // Should this write fail too, the next owner finds the call running and treats it as unknown, which it is.
    await move('running', isUncertain ? 'unknown' : 'failed', result).catch(() => false)
    if (isUncertain) work.house.log.error({ error: known, tool: skill.name }, 'outcome of a tool call is unknown')
    checkStopped(work)
    return result
  }
}
