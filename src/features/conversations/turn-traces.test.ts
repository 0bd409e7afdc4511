import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pino from 'pino'
import type { TraceStep, TurnTrace } from '#contract/traces.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createModelChain } from '#platform/models/model-chain.ts'
import { systemClock } from '#platform/clock.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createId } from '#platform/crypto/ids.ts'
import {
  USAGE,
  addMember,
  ask,
  calling,
  chainOf,
  newMessage,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import type { Conversations } from './index.ts'
import { createTraceKeeper } from './trace-keeper.ts'
import type { TurnTraceRow } from './turn-traces-store.ts'

const { database } = await openTestDatabase({ poolMax: 20 })
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const olga = await addMember(database, 'olga', 'owner')

async function startHouse(
  t: { after(work: () => Promise<void>): void },
  chain: ModelChain,
  change: Partial<Parameters<typeof openConversationHouse>[0]> = {},
) {
  const house = openConversationHouse({ database, chain, members: [ann, bob], ...change })
  await house.start()
  t.after(() => house.drain(0))
  return house
}

/** Asked again until it is stored. */
async function traceOf(house: Conversations, turnId: string): Promise<TurnTrace> {
  for (;;) {
    const trace = await house.getTurnTrace(ann, turnId)
    if (trace.state !== 'soon' && trace.state !== 'answering') return trace
    await delay(50)
  }
}

function named(trace: TurnTrace, name: string): TraceStep {
  const found = trace.steps.find((step) => step.name === name)
  assert.ok(found, `${name} among ${trace.steps.map((step) => step.name).join(', ')}`)
  return found
}

function parentOf(trace: TurnTrace, step: TraceStep): string | undefined {
  return step.parent === null ? undefined : trace.steps[step.parent]?.name
}

/** No step lies outside of the whole, nor before what it is part of. */
function checkPlaces({ steps, totalMs }: TurnTrace): void {
  for (const [at, { name, parent, startMs, durationMs }] of steps.entries()) {
    assert.ok(startMs >= 0 && startMs + durationMs <= (totalMs ?? 0) + 1, name)
    assert.ok(parent === null || parent < at, name)
  }
}

test('where the time of an answer went can be read afterwards: the wait, the context, the model with its first words, the end', async (t) => {
  const secret = 'the merger with Kite Corp'
  const provider = {
    id: 'test',
    async *stream() {
      await delay(60)
      yield { type: 'text-delta', text: 'Part one, ' } as const
      await delay(40)
      yield { type: 'text-delta', text: `about ${secret}.` } as const
      yield { type: 'end', reason: 'stop', usage: USAGE } as const
    },
  }
  const log = pino({ level: 'silent' })
  const chain = createModelChain({ order: ['test/one'], providers: [provider], clock: systemClock, log })
  const memory = {
    recall: () => delay(20).then(() => ({ memories: [] })),
    noteUse: () => undefined,
    onTurnEnded: () => Promise.resolve(() => undefined),
    onConversationDeleted: () => Promise.resolve(() => undefined),
  }
  const house = await startHouse(t, chain, { change: { memory } })
  const { turnId } = await ask(house, ann, `Tell me about ${secret}`)
  await readAll(house, { principal: ann, turnId })
  const trace = await traceOf(house, turnId)
  assert.equal(trace.state, 'kept')
  const whole = named(trace, 'invoke_agent marcus')
  const wait = named(trace, 'wait in the queue')
  assert.deepEqual([whole.parent, wait.parent], [null, 0])
  assert.equal(whole.durationMs, trace.totalMs)
  const model = named(trace, 'chat one')
  assert.equal(parentOf(trace, model), 'model round 1')
  assert.ok(model.durationMs >= 95 && Number(model.attributes['sophia.first_chunk_ms']) >= 55)
  assert.equal(model.attributes['gen_ai.usage.output_tokens'], USAGE.output)
  const recall = named(trace, 'recall memories')
  assert.ok(recall.durationMs >= 15 && parentOf(trace, recall) === 'load context')
  assert.equal(parentOf(trace, named(trace, 'COMMIT')), 'store answer')
  assert.ok(Number(trace.firstWordMs) >= model.startMs + 55)
  assert.ok(Number(trace.firstWordMs) < Number(trace.totalMs))
  checkPlaces(trace)
  assert.ok(!JSON.stringify(trace).includes('Kite'), 'no word of the conversation')
})

test('whoever did not ask finds nothing, be they who they may', async (t) => {
  const house = await startHouse(t, chainOf(sayInPieces('Yes.')))
  const { turnId } = await ask(house, ann)
  await readAll(house, { principal: ann, turnId })
  assert.equal((await traceOf(house, turnId)).state, 'kept')
  for (const other of [bob, olga]) await assert.rejects(house.getTurnTrace(other, turnId), { code: 'NOT_FOUND' })
  await assert.rejects(house.getTurnTrace(ann, createId()), { code: 'NOT_FOUND' })
})

test('a tool that fails is told by its code, and one that the model made up not by its name', async (t) => {
  const house = await startHouse(t, calling({ tool: 'Kite Corp secret', input: {} }))
  const { turnId } = await ask(house, ann)
  await readAll(house, { principal: ann, turnId })
  const trace = await traceOf(house, turnId)
  assert.equal(named(trace, 'execute_tool unknown').failure, 'TOOL_FAILED')
  assert.ok(!JSON.stringify(trace).includes('Kite'))
})

test('a failed answer has its course, too; while it is written there is none yet', async (t) => {
  let goOn = (): void => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  const chain = chainOf(async function* () {
    await held
    yield { type: 'text-delta', text: 'Half of ' }
    throw new Error('the line broke')
  })
  const house = await startHouse(t, chain)
  const { turnId } = await ask(house, ann)
  assert.deepEqual((await house.getTurnTrace(ann, turnId)).state, 'answering')
  goOn()
  await readAll(house, { principal: ann, turnId })
  const trace = await traceOf(house, turnId)
  assert.equal(trace.steps[0]?.failure, 'INTERNAL')
})

test('after seven days it is gone, first from sight, then from the table; of what was never stored that is said', async (t) => {
  const house = await startHouse(t, chainOf(sayInPieces('Yes.')))
  const asked = await ask(house, ann)
  await readAll(house, { principal: ann, turnId: asked.turnId })
  await traceOf(house, asked.turnId)
  const age = (days: number, seconds = 0): Promise<number> =>
    database.inTransaction(async (handle) => {
      const at = sql`now() - make_interval(days => ${days}, secs => ${seconds})`
      await handle.run(sql`update turns set ended_at = ${at} where id = ${asked.turnId}`)
      return handle.run(sql`update turn_traces set at = ${at} where turn_id = ${asked.turnId}`)
    })
  await age(6)
  await house.sweepTraces()
  assert.equal((await house.getTurnTrace(ann, asked.turnId)).state, 'kept')
  await age(7, 60)
  const gone = await house.getTurnTrace(ann, asked.turnId)
  assert.deepEqual([gone.state, gone.steps, gone.traceId], ['expired', [], null])
  assert.ok((await house.sweepTraces()) >= 1)
  assert.equal(await age(1), 0, 'its row is gone')
  assert.equal((await house.getTurnTrace(ann, asked.turnId)).state, 'missing')
})

test('it goes with its conversation', async (t) => {
  const house = await startHouse(t, chainOf(sayInPieces('Yes.')))
  const { conversationId, turnId } = await ask(house, ann)
  await readAll(house, { principal: ann, turnId })
  await traceOf(house, turnId)
  await house.deleteConversation(ann, conversationId)
  const left = await database.read((handle) => handle.run(sql`select 1 from turn_traces where turn_id = ${turnId}`))
  assert.equal(left, 0)
})

const row = (turnId: string, attempt = 1): TurnTraceRow => ({
  turnId,
  attempt,
  traceId: 'a'.repeat(32),
  totalMs: 5,
  firstWordMs: null,
  leftOut: 0,
  steps: [],
})

test('while the database is away what is to be stored waits, the eldest first to go, and a later attempt is not overwritten', async () => {
  const house = openConversationHouse({ database, chain: chainOf(sayInPieces('')), members: [ann] })
  const { id } = await house.createConversation(ann, { persona: 'marcus' })
  const { turnId } = await house.postMessage(ann, { conversationId: id, message: newMessage() })
  const log = pino({ level: 'silent' })
  const tried = Promise.withResolvers<void>()
  let isAway = true
  let lost = 0
  const flaky: Pick<Database, 'read'> = {
    read(work) {
      if (!isAway) return database.read(work)
      tried.resolve()
      return Promise.reject(new Error('away'))
    },
  }
  const keeper = createTraceKeeper({ database: flaky, log, onLost: (count) => void (lost += count) })
  keeper.keep(row(turnId, 2))
  await tried.promise
  // Of turns that are gone meanwhile, which are passed over.
  for (let at = 0; at < 499; at += 1) keeper.keep(row(createId()))
  assert.equal(lost, 0)
  isAway = false
  await keeper.close()
  const second = createTraceKeeper({ database, log })
  second.keep(row(turnId, 1))
  await second.close()
  const stored = await database.read((handle) =>
    handle.run(sql`select 1 from turn_traces where turn_id = ${turnId} and attempt = 2`),
  )
  assert.deepEqual([stored, lost], [1, 0])

  isAway = true
  const bounded = createTraceKeeper({ database: flaky, log, onLost: (count) => void (lost += count) })
  for (let at = 0; at < 501; at += 1) bounded.keep(row(createId()))
  assert.equal(lost, 1)
  await bounded.close()
  assert.equal(lost, 501, 'what cannot be stored at the end is told')
})
