import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Principal } from '#domain/permission.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { insertEvents, selectEvents } from '#features/conversations/journal-store.ts'
import { claimTurns } from '#features/conversations/queue-store.ts'
import { releaseTurns, renewLeases, requestCancel, storeAnswer } from '#features/conversations/turns-store.ts'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { addMember, chainOf, openConversationHouse, sayInPieces } from '../support/conversation-house.ts'
import { openTestDatabase } from '../support/database.ts'
import { createTurnMachine, type Held, type TurnMachine } from './turn-machine.ts'

const { database } = await openTestDatabase()
/** So long that no lease runs out by itself: the test lets them run out when the machine does. */
const LEASE_MS = 3_600_000

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
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), pick }) },
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

/** The machine and the database side by side, after the same steps. */
interface Both {
  readonly machine: TurnMachine
  readonly house: Conversations
  readonly talks: { readonly id: string; readonly principal: Principal; lastMessage: string | null }[]
  /** Every claim there was, most of them stale by and by. */
  readonly claims: Held[]
  readonly fences: Map<string, string>
  nowMs: number
}

/** Does the same steps to both; what they answer is compared as it comes. */
async function walk(steps: readonly Step[], house: Conversations, members: readonly Principal[]): Promise<void> {
  const both: Both = { machine: createTurnMachine(), house, talks: [], claims: [], fences: new Map(), nowMs: 1000 }
  for (const principal of [...members, ...members]) {
    const { id } = await house.createConversation(principal, { persona: 'marcus' })
    both.talks.push({ id, principal, lastMessage: null })
  }
  for (const step of steps) {
    both.nowMs += 1
    if (step.kind === 'post') await post(both, step)
    else if (step.kind === 'claim') await claim(both, step)
    else {
      const held = both.claims[step.pick % Math.max(1, both.claims.length)]
      if (held) await change(both, step, held)
    }
  }
  await compareAll(both)
}

async function post({ machine, house, talks }: Both, step: StepOf<'post'>): Promise<void> {
  const talk = talks[step.talk]
  assert.ok(talk)
  const id = step.isRepeat && talk.lastMessage !== null ? talk.lastMessage : createId()
  talk.lastMessage = id
  const { turnId, seq } = await house.postMessage(talk.principal, {
    conversationId: talk.id,
    message: { id, text: 'Why?' },
  })
  const { memberId } = talk.principal
  assert.deepEqual({ turnId, seq }, machine.post({ id, conversationId: talk.id, memberId, text: 'Why?', turnId }))
}

async function claim({ machine, fences, claims, nowMs }: Both, { limit, takesOver }: StepOf<'claim'>): Promise<void> {
  const expected = machine.claim({ nowMs, leaseMs: LEASE_MS, limit, takesOver })
  const order = { processId: randomUUID(), leaseMs: LEASE_MS, limit, takesOver }
  const claimed = await database.read((handle) => claimTurns(handle, order))
  for (const turn of claimed) fences.set(keyOf(turn), turn.fence)
  const found = claimed.map(({ id, attempt }) => ({ id, attempt }))
  assert.deepEqual(found.toSorted(byId), expected.toSorted(byId))
  claims.push(...expected)
}

async function change(both: Both, step: Exclude<Step, StepOf<'post' | 'claim'>>, held: Held): Promise<void> {
  const { machine, nowMs } = both
  const real = { id: held.id, fence: both.fences.get(keyOf(held)) ?? randomUUID() }
  switch (step.kind) {
    case 'expire':
      for (const turn of machine.turns)
        if (turn.id === held.id && turn.leaseUntilMs !== null) turn.leaseUntilMs = nowMs - 1
      await database.read((handle) =>
        handle.run(sql`update turns set lease_until = clock_timestamp() - interval '1 second'
          where id = ${held.id} and lease_until is not null`),
      )
      return
    case 'renew': {
      const rows = await database.read((handle) => renewLeases(handle, [real], LEASE_MS))
      const found = rows.map((row) => ({ id: row.id, isCancelled: row.is_cancelled }))
      assert.deepEqual(found, machine.renew([held], nowMs + LEASE_MS))
      return
    }
    case 'release':
      machine.release([held])
      return database.read((handle) => releaseTurns(handle, [real]))
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
      return finish(both, held, real.fence)
    case 'read': {
      const after = { attempt: step.attempt, n: step.n }
      const events = await database.read((handle) => selectEvents(handle, { turnId: held.id, after, limit: 100 }))
      assert.deepEqual(events, machine.read(held.id, after))
    }
  }
}

async function finish({ machine }: Both, held: Held, fence: string): Promise<void> {
  const conversationId = machine.turns.find((turn) => turn.id === held.id)?.conversationId ?? ''
  const messageId = createId()
  const expected = machine.finish(held, { id: messageId, text: 'Because.', status: 'complete' })
  const stored = await database
    .inTransaction(async (handle) => {
      // As ending a turn does: what is held no more is not committed.
      if (!(await storeAnswer(handle, { ...held, fence, conversationId }, { ...ANSWER, messageId }))) throw new Stale()
      return true
    })
    .catch((error: unknown) => {
      if (error instanceof Stale) return false
      throw error
    })
  assert.equal(stored, expected)
}

function keyOf({ id, attempt }: Held): string {
  return `${id} ${attempt}`
}

const AT = new Date()
const ANSWER = {
  status: 'complete',
  errorCode: null,
  text: 'Because.',
  personaVersion: null,
  model: null,
  calls: [],
  sources: [],
  usage: { input: 1, cachedInput: 0, output: 1 },
  costMicros: 0,
  firstTokenAt: null,
} as const
class Stale extends Error {}

function byId(one: Held, other: Held): number {
  return one.id < other.id ? -1 : 1
}

async function compareAll({ machine, talks, house }: Both): Promise<void> {
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
  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 30, maxLength: 60 }), async (steps) => {
      // Two members with two conversations each; nobody answers but the steps.
      await database.read((handle) => handle.run(sql`delete from members`))
      const members = [await addMember(database, 'ada'), await addMember(database, 'bob')]
      const house = openConversationHouse({ database, chain: chainOf(sayInPieces('x')), members })
      await walk(steps, house, members)
    }),
    { numRuns: 20 },
  )
})
