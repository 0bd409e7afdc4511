import assert from 'node:assert/strict'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { TurnEvent } from '#contract/turn-events.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Skill, SkillCall } from '#domain/skill.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import {
  addMember,
  ask,
  assemble,
  calling,
  chainOf,
  createShiftedClock,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { fillPool } from '../../../test/support/fill-pool.ts'
import { until } from '../../../test/support/until.ts'

const { database, connection } = await openTestDatabase({ poolMax: 20 })
/** The process's own pool: soon full, and impatient. */
const small = openDatabase({ connection, poolMax: 2, waitLimitMs: 1000, statementTimeoutMs: 1000 })
after(() => small.close())
/** How long it is kept full: longer than anybody waits for a connection of it. */
const FULL_MS = 2500
const ann = await addMember(database, 'ann')
const limits = { leaseMs: 5000, heartbeatMs: 200, pollMs: 50 }

function skillOf(effect: 'read' | 'write', run: (call: SkillCall) => Promise<void>): Skill & { calls: SkillCall[] } {
  const calls: SkillCall[] = []
  return {
    calls,
    name: 'note',
    title: 'Note',
    description: 'Notes.',
    action: 'skill:run',
    effect,
    inputSchema: { type: 'object' },
    parse: (input) => input,
    run: async (call) => {
      calls.push(call)
      await run(call)
      return { kind: 'nothing', reason: 'Noted.', remedy: '' }
    },
  }
}

/** A process whose pool may be full; its leases go by another way, as they do in a whole house. */
async function openBusyHouse(t: TestContext, skill: Skill): Promise<void> {
  const house = openConversationHouse({
    database: small,
    chain: calling({ tool: 'note', input: { text: 'call Kim' } }),
    members: [ann],
    skills: [skill],
    limits,
    change: { keeping: database },
  })
  t.after(() => house.drain(0))
  // Both of its connections are open from now on.
  await (
    await fillPool(small, 2)
  )()
  await house.start()
}

/** Another process, by which people are heard and read while the first is busy. */
const other = openConversationHouse({ database, chain: calling(), members: [ann] })

type ApprovalNeeded = Extract<TurnEvent, { type: 'approval-needed' }>

async function untilApproval(turnId: string): Promise<ApprovalNeeded> {
  const signal = AbortSignal.timeout(60_000)
  for await (const { event } of await other.readTurnEvents({ principal: ann, turnId, signal }))
    if (event.type === 'approval-needed') return event
  throw new Error('no approval was asked for')
}

async function statusOf(turnId: string): Promise<string | undefined> {
  const row = await database.read((handle) =>
    handle.first(z.object({ status: z.string() }), sql`select status from tool_calls where turn_id = ${turnId}`),
  )
  return row?.status
}

async function endOf(turnId: string) {
  const events = await readAll(other, { principal: ann, turnId })
  return { turn: assemble(events), attempts: Math.max(...events.map(({ attempt }) => attempt)) }
}

test('a pool that is busy while a person is awaited ends nothing: their yes is carried out, by the attempt that asked', async (t) => {
  const skill = skillOf('write', () => Promise.resolve())
  await openBusyHouse(t, skill)
  const { turnId } = await ask(other, ann)
  const { callId } = await untilApproval(turnId)
  const free = await fillPool(small, 2)
  await delay(FULL_MS / 2)
  await other.answerApproval({ principal: ann, turnId, callId, approve: true })
  await delay(FULL_MS / 2)
  await free()
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.calls[0]?.state, turn.calls[0]?.summary], [1, 'ok', 'Noted.'])
  assert.deepEqual([skill.calls.length, await statusOf(turnId)], [1, 'done'])
})

test('that a person is awaited is noted once it can be', async (t) => {
  const skill = skillOf('write', () => Promise.resolve())
  const locked = Promise.withResolvers<string>()
  const unlock = Promise.withResolvers<void>()
  const house = openConversationHouse({
    database: small,
    chain: calling({ tool: 'note', input: { text: 'call Kim' } }),
    members: [ann],
    // The last thing before the call is asked for.
    skills: [{ ...skill, parse: (input) => (locked.resolve('parsed'), input) }],
    // The lock holds the lease too, and nobody else is there to take the turn.
    limits: { ...limits, leaseMs: 60_000 },
    change: { keeping: database },
  })
  t.after(() => house.drain(0))
  const { turnId } = await ask(other, ann)
  const holding = database.inTransaction(async (handle) => {
    await house.start()
    await locked.promise
    await handle.run(sql`select 1 from turns where id = ${turnId} for no key update`)
    await unlock.promise
  })
  const { callId } = await untilApproval(turnId)
  await delay(FULL_MS)
  unlock.resolve()
  await holding
  await until(async () => (await other.getTurn(ann, turnId)).status === 'waiting', 'the turn waits')
  await other.answerApproval({ principal: ann, turnId, callId, approve: true })
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.calls[0]?.state], [1, 'ok'])
})

test('a call that fails before anybody decided takes no yes any more', async () => {
  const broken = await openTestDatabase({ poolMax: 10 })
  const bob = await addMember(broken.database, 'bob')
  await broken.database.inTransaction(async (handle) => {
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      begin raise exception 'refused'; end $$`)
    await handle.run(
      sql`create trigger refuse before update on turns for each row when (new.status = 'waiting') execute function refuse()`,
    )
  })
  const skill = skillOf('write', () => Promise.resolve())
  const chain = calling({ tool: 'note', input: {} })
  const house = openConversationHouse({ database: broken.database, chain, members: [bob], skills: [skill], limits })
  await using _ = { [Symbol.asyncDispose]: () => house.drain(0) }
  await house.start()
  const { turnId } = await ask(house, bob)
  const events = await readAll(house, { principal: bob, turnId })
  const needed = events.flatMap(({ event }) => (event.type === 'approval-needed' ? [event] : []))
  assert.equal(assemble(events).calls[0]?.state, 'failed')
  const answer = { principal: bob, turnId, callId: needed[0]?.callId ?? '', approve: true }
  await assert.rejects(house.answerApproval(answer), { code: 'APPROVAL_EXPIRED' })
})

test('what was done stays done: a tool that has answered is never told as failed because its end could not be stored', async (t) => {
  const skill = skillOf('write', async () => {
    const free = await fillPool(small, 2)
    setTimeout(() => void free(), FULL_MS)
  })
  await openBusyHouse(t, skill)
  const { turnId } = await ask(other, ann)
  const { callId } = await untilApproval(turnId)
  await other.answerApproval({ principal: ann, turnId, callId, approve: true })
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.calls[0]?.state, turn.calls[0]?.summary], [1, 'ok', 'Noted.'])
  assert.deepEqual([skill.calls.length, await statusOf(turnId)], [1, 'done'])
})

test('a pool that stays full spends no attempts: what could not be begun is answered once there is room', async (t) => {
  const house = openConversationHouse({
    database: small,
    chain: chainOf(sayInPieces('Here it is.')),
    members: [ann],
    limits: { ...limits, leaseMs: 400, heartbeatMs: 100, maxAttempts: 2 },
    change: { keeping: database },
  })
  t.after(() => house.drain(0))
  const free = await fillPool(small, 2)
  await house.start()
  const { turnId } = await ask(other, ann)
  // A first attempt finds no connection; then there is time for several more.
  await delay(3 * FULL_MS)
  await free()
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([turn.text, turn.end?.status], ['Here it is.', 'complete'])
  assert.equal(attempts, 2)
})

test('a disk that is full when the end is to be stored is waited for', async (t) => {
  const full = await openTestDatabase({ poolMax: 10 })
  const bob = await addMember(full.database, 'bob')
  await full.database.inTransaction(async (handle) => {
    await handle.run(sql`create sequence tries`)
    await handle.run(sql`create function refuse() returns trigger language plpgsql as $$
      begin
        if nextval('tries') <= 2 then raise exception 'refused' using errcode = '53100'; end if;
        return new;
      end $$`)
    await handle.run(
      sql`create trigger refuse before update on tool_calls for each row when (new.status = 'done') execute function refuse()`,
    )
  })
  const skill = skillOf('write', () => Promise.resolve())
  const chain = calling({ tool: 'note', input: {} })
  const house = openConversationHouse({ database: full.database, chain, members: [bob], skills: [skill], limits })
  await using _ = { [Symbol.asyncDispose]: () => house.drain(0) }
  await house.start()
  const { turnId } = await ask(house, bob)
  const signal = AbortSignal.timeout(60_000)
  for await (const { event } of await house.readTurnEvents({ principal: bob, turnId, signal })) {
    if (event.type !== 'approval-needed') continue
    await house.answerApproval({ principal: bob, turnId, callId: event.callId, approve: true })
    break
  }
  const turn = assemble(await readAll(house, { principal: bob, turnId }))
  assert.deepEqual([turn.calls[0]?.state, turn.calls[0]?.summary], ['ok', 'Noted.'])
  assert.equal(skill.calls.length, 1)
  t.diagnostic('stored with the third try')
})

test('a reading call for which no connection was free is made again, not told as failed', async (t) => {
  let tries = 0
  const skill = skillOf('read', async () => {
    tries += 1
    if (tries > 1) return
    const free = await fillPool(small, 2)
    setTimeout(() => void free(), FULL_MS)
    await small.read(() => Promise.resolve())
  })
  await openBusyHouse(t, skill)
  const { turnId } = await ask(other, ann)
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.calls[0]?.state, turn.calls[0]?.summary], [1, 'ok', 'Noted.'])
})

test('where none gets free for too long the turn is left to its lease, and begun again where there is room', async (t) => {
  const chain = calling({ tool: 'note', input: {} })
  const skill = skillOf('read', () =>
    chain.requests.length === 1 ? Promise.reject(new SophiaError('OVERLOADED')) : Promise.resolve(),
  )
  const real = createShiftedClock()
  // Its ten seconds are one.
  const clock = { ...real, monotonicMs: () => real.monotonicMs() * 10 }
  const house = openConversationHouse({ database, chain, members: [ann], skills: [skill], limits, clock })
  t.after(() => house.drain(0))
  await house.start()
  const { turnId } = await ask(house, ann)
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.calls[0]?.state, turn.calls[0]?.summary], [2, 'ok', 'Noted.'])
})

test('a model that has answered is not asked again because what it cost could not be stored at once', async (t) => {
  let tries = 0
  const chain = chainOf(sayInPieces('A whole answer.'))
  const settle = (): Promise<{ costMicros: number }> => {
    tries += 1
    return tries > 2 ? Promise.resolve({ costMicros: 7 }) : Promise.reject(new SophiaError('OVERLOADED'))
  }
  const budget = { reserve: () => Promise.resolve({ settle, release: () => Promise.resolve() }) }
  const house = openConversationHouse({ database, chain, members: [ann], limits, change: { budget } })
  t.after(() => house.drain(0))
  await house.start()
  const { turnId } = await ask(house, ann)
  const { turn, attempts } = await endOf(turnId)
  assert.deepEqual([attempts, turn.end?.status, turn.text], [1, 'complete', 'A whole answer.'])
  assert.deepEqual([chain.requests.length, tries], [1, 3])
})
