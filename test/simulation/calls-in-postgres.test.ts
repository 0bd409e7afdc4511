import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { toSophiaError } from '#domain/errors.ts'
import { CALL_STATUSES } from '#domain/turn/approval.ts'
import {
  adoptCalls,
  bindCall,
  findCall,
  insertCall,
  moveCall,
  type StoredCall,
} from '#features/conversations/calls-store.ts'
import { releaseTurns, setWaiting } from '#features/conversations/turns-store.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../support/database.ts'
import { isExpired } from './call-machine.ts'
import { claim, compareTurns, expire, finish, openBoth, post, realOf, type Both } from './machine-beside-postgres.ts'
import type { Held, MachineCall } from './machine-records.ts'

const { database } = await openTestDatabase()
/** So long that none ends by itself: the test lets them end when the machine does. */
const APPROVAL_MS = 3_600_000

/** Small numbers, so that steps meet the same calls again and again, under claims and ids of theirs that are stale by then. */
const pick = fc.nat(3)
const id = fc.constantFrom('call', 'call-2', 'call-3')
const status = fc.constantFrom(...CALL_STATUSES)
const Step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('claim' as const), takesOver: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('expire' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('lapse' as const), pick, index: fc.nat(1) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('finish' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), pick, isWaiting: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('insert' as const), pick, callId: id }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('adopt' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('bind' as const), pick, index: fc.nat(1), callId: id }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      pick,
      index: fc.nat(1),
      from: fc.uniqueArray(status, { minLength: 1, maxLength: 3 }),
      to: status,
      hasResult: fc.boolean(),
    }),
  },
  // As running calls end most often.
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      pick,
      index: fc.nat(1),
      from: fc.constant(['waiting', 'approved', 'running'] as const),
      to: fc.constantFrom('running' as const, 'unknown' as const),
      hasResult: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      pick,
      place: fc.nat(3),
      approve: fc.boolean(),
      isStranger: fc.boolean(),
    }),
  },
)
type Step = typeof Step extends fc.Arbitrary<infer Value> ? Value : never
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

/** Two turns are asked for; the steps answer them. */
async function walk(steps: readonly Step[]): Promise<void> {
  const both = await openBoth(database)
  await post(both, { talk: 0, isRepeat: false })
  await post(both, { talk: 1, isRepeat: false })
  await claim(both, { limit: 2, takesOver: false })
  for (const step of steps) {
    both.time.nowMs += 1
    if (step.kind === 'claim') await claim(both, { limit: 1, takesOver: step.takesOver })
    else await change(both, step, both.claims[step.pick % both.claims.length] ?? { id: '', attempt: 0 })
  }
  await compareCalls(both)
  await compareTurns(both)
}

async function change(both: Both, step: Exclude<Step, { readonly kind: 'claim' }>, held: Held): Promise<void> {
  const { machine, time } = both
  const real = { ...realOf(both, held), attempt: held.attempt }
  const expiresAtMs = time.nowMs + APPROVAL_MS
  switch (step.kind) {
    case 'expire':
      return expire(both, held)
    case 'lapse':
      return lapse(both, held.id, step.index)
    case 'release':
      machine.release([held])
      return database.read((handle) => releaseTurns(handle, [real]))
    case 'finish':
      return finish(both, held)
    case 'wait': {
      const isDone = await database.read((handle) => setWaiting(handle, real, step.isWaiting))
      return assert.equal(isDone, machine.setWaiting(held, step.isWaiting))
    }
    case 'insert': {
      const index = machine.calls.filter((call) => call.turnId === held.id).length
      const { callId } = step
      const fresh = { index, callId, tool: 'order', input: {}, inputHash: 'hash', approvalMs: APPROVAL_MS }
      const stored = await database.read((handle) => insertCall(handle, real, fresh))
      return assert.equal(stored !== undefined, machine.insertCall(held, { index, callId, expiresAtMs }))
    }
    case 'adopt': {
      const rows = await database.read((handle) => adoptCalls(handle, real, APPROVAL_MS))
      const expected = machine.adoptCalls(held, expiresAtMs).map((call) => known(call, time.nowMs))
      assert.deepEqual(rows.map(seen).toSorted(byIndex), expected.toSorted(byIndex))
      return
    }
    case 'bind':
    case 'move':
      return moveBoth(both, step, held)
    case 'decide':
      return decide(both, step, held)
  }
}

/** Lets the time for a person's word be over. */
async function lapse({ machine, time }: Both, turnId: string, index: number): Promise<void> {
  for (const call of machine.calls) if (call.turnId === turnId && call.index === index) call.expiresAtMs = time.nowMs
  await database.read((handle) =>
    handle.run(
      sql`update tool_calls set expires_at = clock_timestamp() where turn_id = ${turnId} and call_index = ${index}`,
    ),
  )
}

async function moveBoth(both: Both, step: StepOf<'bind' | 'move'>, held: Held): Promise<void> {
  const { machine } = both
  const real = realOf(both, held)
  if (step.kind === 'bind') {
    const isDone = await database.read((handle) => bindCall(handle, real, step))
    return assert.equal(isDone, machine.bindCall(held, step))
  }
  const { index, from, to, hasResult } = step
  const result = { ok: true, summary: `${to} in attempt ${held.attempt}` }
  const stored = { ...result, content: '', sources: [] }
  const isDone = await database.read((handle) =>
    moveCall(handle, real, { index, from, to, ...(hasResult ? { result: stored } : {}) }),
  )
  assert.equal(isDone, machine.moveCall(held, { index, from, to, ...(hasResult ? { result } : {}) }))
}

/** A member's word on one of the turn's calls, by an id that it has or once had; or a stranger's. */
async function decide({ machine, house, talks, time }: Both, step: StepOf<'decide'>, held: Held): Promise<void> {
  const { approve, isStranger, place } = step
  const turn = machine.turns.find((one) => one.id === held.id)
  const owner = talks.find((talk) => talk.id === turn?.conversationId)?.principal
  const principal = talks.find((talk) => (talk.principal === owner) !== isStranger)?.principal
  assert.ok(turn && principal)
  const ids = machine.calls.filter((call) => call.turnId === turn.id).map((call) => call.callId)
  const callId = [...ids, 'call', 'call-2'][place % (ids.length + 2)] ?? 'call'
  // Of two calls under one id, which no model asks for, either may be meant.
  if (ids.filter((one) => one === callId).length > 1) return
  const said = { turnId: turn.id, callId, approve }
  const found = await house.answerApproval({ ...said, principal }).then(
    () => 'heard',
    (error: unknown) => toSophiaError(error).code,
  )
  const expected = machine.decide({ ...said, memberId: principal.memberId, nowMs: time.nowMs })
  assert.equal(found, expected === 'decided' || expected === 'same' ? 'heard' : expected)
}

interface SeenCall extends Omit<MachineCall, 'turnId' | 'expiresAtMs'> {
  readonly isOver: boolean
}

function seen({ index, callId, status: now, isExpired: isOver, result }: StoredCall): SeenCall {
  return { index, callId, status: now, isOver, result: result && { ok: result.ok, summary: result.summary } }
}

function known(call: MachineCall, nowMs: number): SeenCall {
  const { index, callId, status: now, result } = call
  return { index, callId, status: now, isOver: isExpired(call, nowMs), result }
}

function byIndex(one: SeenCall, other: SeenCall): number {
  return one.index - other.index
}

async function compareCalls({ machine, time }: Both): Promise<void> {
  for (const { turnId, index } of machine.calls) {
    const found = await database.read((handle) => findCall(handle, turnId, index))
    const expected = machine.findCall(turnId, index)
    assert.deepEqual(found && seen(found), expected && known(expected, time.nowMs))
  }
}

test('PostgreSQL takes every step of calls, decisions, waiting and giving back as the machine of the simulation does', async () => {
  await fc.assert(fc.asyncProperty(fc.array(Step, { minLength: 40, maxLength: 80 }), walk), { numRuns: 15 })
})
