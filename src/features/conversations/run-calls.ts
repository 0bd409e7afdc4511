import { canonicalJson } from '#domain/canonical-json.ts'
import { SophiaError } from '#domain/errors.ts'
import type { ToolCall, ToolOutcome } from '#domain/model.ts'
import { can } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import { inSpan } from '#platform/tracing/in-span.ts'
import { abortable } from './abortable.ts'
import { createCallPerson } from './call-person.ts'
import { failureOf, recordResult, resultOf, rethrowIfFatal } from './call-outcome.ts'
import type { StoredResult } from './calls-store.ts'
import { runWriteCall } from './run-write-call.ts'
import { currentAsker, emit, type TurnWork } from './turn-work.ts'
import { whenFree } from './when-free.ts'

/** Runs one round of calls: reads side by side, writes one after the other behind them. Outcomes come in the order asked. */
export async function runCalls(
  work: TurnWork,
  skills: ReadonlyMap<string, Skill>,
  calls: readonly ToolCall[],
): Promise<ToolOutcome[]> {
  for (const call of calls) emit(work, { type: 'tool-call', ...call })
  const outcomes = new Map<string, ToolOutcome>()
  const isWrite = (call: ToolCall): boolean => skills.get(call.tool)?.effect === 'write'
  await Promise.all(
    calls
      .filter((call) => !isWrite(call))
      .map(async (call) => {
        const skill = skills.get(call.tool)
        const result = await tracedCall(skill, () => runReadCall(work, skill, call))
        outcomes.set(call.callId, recordResult(work, call, result))
      }),
  )
  // They ended in any order; the stored answer has them as they were asked.
  const place = new Map(calls.map((call, index) => [call.callId, index]))
  work.calls.sort((one, other) => (place.get(one.callId) ?? -1) - (place.get(other.callId) ?? -1))
  for (const call of calls) {
    const skill = skills.get(call.tool)
    if (!skill || !isWrite(call)) continue
    // One after the other: a person decides on each knowing what came of the one before.
    // oxlint-disable-next-line no-await-in-loop
    outcomes.set(call.callId, recordResult(work, call, await tracedCall(skill, () => runWriteCall(work, skill, call))))
  }
  return calls.flatMap((call) => outcomes.get(call.callId) ?? [])
}

/**
 * What a reading call stores, such as a draft, is stored once under this: its tool and input name the call, not its place,
 * so that the attempt after a takeover gives it the same key even when the model asks in another order.
 */
function readKeyOf(work: TurnWork, call: ToolCall): string {
  const hash = contentHash(`${call.tool} ${canonicalJson(call.input)}`).slice(0, 16)
  const place = work.readCalls.get(hash) ?? 0
  work.readCalls.set(hash, place + 1)
  return `${work.turn.id}.${place}-${hash}`
}

async function runReadCall(work: TurnWork, skill: Skill | undefined, call: ToolCall): Promise<StoredResult> {
  // Before anything is waited for: calls of a round run side by side, and their places are those they were asked in.
  const idempotencyKey = readKeyOf(work, call)
  try {
    if (!skill) throw new SophiaError('SKILL_NOT_FOUND', { detail: `There is no tool "${call.tool}" here.` })
    const input = skill.parse(call.input)
    const principal = await whenFree(work, () => currentAsker(work))
    if (!can(principal, skill.action)) throw new SophiaError('NOT_PERMITTED')
    const person = createCallPerson(work, call.callId)
    // Begun again it stores nothing twice: the key is the same.
    const run = whenFree(work, () => skill.run({ principal, input, signal: work.signal, idempotencyKey, person }))
    return resultOf(await abortable(run, work.signal))
  } catch (error) {
    return failureOf(rethrowIfFatal(work, error))
  }
}

/** A name that the model made up is not told outside: it could hold anything. */
function tracedCall(skill: Skill | undefined, run: () => Promise<StoredResult>): Promise<StoredResult> {
  const tool = skill?.name ?? 'unknown'
  const attributes = { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': tool }
  return inSpan({ kind: 'tool', name: `execute_tool ${tool}`, attributes }, async (span) => {
    const result = await run()
    if (span && !result.ok) span.failure = 'TOOL_FAILED'
    return result
  })
}
