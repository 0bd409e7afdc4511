import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { insertEvents, selectEvents } from '#features/conversations/journal-store.ts'
import { claimIdleTurn } from '#features/conversations/queue-store.ts'
import { releaseTurns, renewLeases, requestCancel, setWaiting } from '#features/conversations/turns-store.ts'
import { openTestDatabase } from '../support/database.ts'
import {
  claim,
  compareTurns,
  expire,
  finish,
  LEASE_MS,
  openBoth,
  post,
  realOf,
  type Both,
} from './machine-beside-postgres.ts'
import type { Held } from './machine-records.ts'

const { database } = await openTestDatabase()

/** Small numbers, so that steps meet the same turns again and again, and leases that run out, so that claims become stale. */
const pick = fc.nat(4)
const Step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('post' as const), talk: fc.nat(3), isRepeat: fc.boolean() }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      limit: fc.integer({ min: 1, max: 3 }),
      takesOver: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('expire' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('renew' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('release' as const), pick }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('wait' as const), pick, isWaiting: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('take-idle' as const), pick }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('append' as const), pick, n: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finish' as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('read' as const), pick, attempt: fc.nat(3), n: fc.nat(3) }),
  },
)
type Step = typeof Step extends fc.Arbitrary<infer Value> ? Value : never
type StepOf<Kind extends Step['kind']> = Extract<Step, { readonly kind: Kind }>

/** Does the same steps to both; what they answer is compared as it comes. */
async function walk(steps: readonly Step[]): Promise<void> {
  const both = await openBoth(database)
  for (const step of steps) {
    both.time.nowMs += 1
    if (step.kind === 'post') await post(both, step)
    else if (step.kind === 'claim') await claim(both, step)
    else {
      const held = both.claims[step.pick % Math.max(1, both.claims.length)]
      if (held) await change(both, step, held)
    }
  }
  await compareAll(both)
}

async function change(both: Both, step: Exclude<Step, { readonly kind: 'post' | 'claim' }>, held: Held): Promise<void> {
  const { machine, time } = both
  const real = realOf(both, held)
  switch (step.kind) {
    case 'expire':
      return expire(both, held)
    case 'renew': {
      const rows = await database.read((handle) => renewLeases(handle, [real], LEASE_MS))
      const found = rows.map((row) => ({ id: row.id, isCancelled: row.is_cancelled }))
      assert.deepEqual(found, machine.renew([held], time.nowMs + LEASE_MS))
      return
    }
    case 'release':
      machine.release([held])
      return database.read((handle) => releaseTurns(handle, [real]))
    case 'wait':
    case 'take-idle':
      return changeOwner(both, step, held)
    case 'cancel':
      machine.cancel(held.id)
      return database.read((handle) => requestCancel(handle, held.id))
    case 'append': {
      const event = { type: 'text-delta', text: `${held.attempt}.${step.n}` } as const
      const placed = { turnId: held.id, attempt: held.attempt, n: step.n, event }
      const written = await database.read((handle) => insertEvents(handle, [{ placed, fence: real.fence, at: AT }]))
      assert.deepEqual(written, machine.append([placed]))
      return
    }
    case 'finish':
      return finish(both, held)
    case 'read': {
      const after = { attempt: step.attempt, n: step.n }
      const events = await database.read((handle) => selectEvents(handle, { turnId: held.id, after, limit: 100 }))
      assert.deepEqual(events, machine.read(held.id, after))
    }
  }
}

async function changeOwner(both: Both, step: StepOf<'wait' | 'take-idle'>, held: Held): Promise<void> {
  const { machine, time, fences, claims } = both
  if (step.kind === 'wait') {
    const isDone = await database.read((handle) => setWaiting(handle, realOf(both, held), step.isWaiting))
    return assert.equal(isDone, machine.setWaiting(held, step.isWaiting))
  }
  const order = { id: held.id, processId: randomUUID(), leaseMs: LEASE_MS }
  const taken = await database.read((handle) => claimIdleTurn(handle, order))
  if (taken) fences.set(`${taken.id} ${taken.attempt}`, taken.fence)
  const found = taken && { id: taken.id, attempt: taken.attempt, isCancelled: taken.isCancelled }
  const expected = machine.claimIdle({ ...order, nowMs: time.nowMs })
  assert.deepEqual(found, expected)
  if (expected) claims.push(expected)
}

const AT = new Date()

async function compareAll(both: Both): Promise<void> {
  const { machine, talks, house } = both
  await compareTurns(both)
  for (const { id, principal } of talks) {
    const { items } = await house.listMessages(principal, { conversationId: id, page: { limit: 200 } })
    const found = items.map((item) => ({ id: item.id, seq: item.seq, role: item.role, turnId: item.turnId }))
    const expected = machine.messages
      .filter((message) => message.conversationId === id)
      .map(({ seq, role, turnId, ...message }) => ({ id: message.id, seq, role, turnId }))
    assert.deepEqual(found.toSorted(bySeq), expected.toSorted(bySeq))
  }
  for (const turn of machine.turns) {
    const talk = talks.find((one) => one.id === turn.conversationId)
    assert.ok(talk)
    const found = await house.getTurn(talk.principal, turn.id)
    assert.deepEqual({ status: found.status, attempt: found.attempt }, { status: turn.status, attempt: turn.attempt })
  }
}

function bySeq(one: { readonly seq: number }, other: { readonly seq: number }): number {
  return one.seq - other.seq
}

test('PostgreSQL takes every step of turns, leases, fences and journal as the machine of the simulation does', async () => {
  await fc.assert(fc.asyncProperty(fc.array(Step, { minLength: 30, maxLength: 60 }), walk), { numRuns: 20 })
})
