import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { NewMemory } from '#contract/memory.ts'
import type { ModelChain } from '#domain/model.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'
import { createModelChain } from '#platform/models/model-chain.ts'
import { createOpenAiEmbedder } from '#platform/models/openai-embedder.ts'
import { createOpenAiProvider } from '#platform/models/openai-provider.ts'
import { sql } from '#platform/postgres/sql.ts'
import {
  answerOf,
  ask,
  chainOf,
  createShiftedClock,
  FREE_BUDGET,
  openConversationHouse,
  readAll,
  sayInPieces,
} from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { heldJobs } from '../../../test/support/held-jobs.ts'
import { addTeamMember, openMemoryHouse } from '../../../test/support/memory-house.ts'
import { startModelServer } from '../../../test/support/model-server.ts'
import { insertRecords } from '../../../test/support/records.ts'
import type { Memories, MemoryNeeds } from './index.ts'

const { database } = await openTestDatabase({ poolMax: 10 })
await insertRecords(database, 'clients', [{ id: 'c-harbor', name: 'Harbor Homes', owner_rep_id: 'rep-a' }])
await insertRecords(database, 'deals', [
  { id: 'd-harbor', name: 'Harbor Homes renewal', client_id: 'c-harbor', rep_id: 'rep-a', stage: 'proposal' },
])
const today = new Date().toISOString().slice(0, 10)

async function openAll(change: Partial<MemoryNeeds> = {}, chain: ModelChain = chainOf(sayInPieces('Noted.'))) {
  const owner = await addTeamMember(database, 'Olga', { repIds: ['rep-a'] })
  const room = openMemoryHouse({ database, ...change })
  const house = openConversationHouse({ database, chain, members: [owner], change: { memory: room } })
  await house.start()
  const close = async (): Promise<void> => {
    await house.drain(5000)
    await room.close()
  }
  return { owner, room, house, close }
}

const listed = (room: Memories, owner: Awaited<ReturnType<typeof openAll>>['owner'], status = 'active' as const) =>
  room.list(owner, { status, limit: 50 })

test('what a message states is there with the answer, moves the record, and is given to the next question by name', async () => {
  const chain = chainOf(sayInPieces('Noted.'))
  const { owner, room, house, close } = await openAll({}, chain)
  const asked = await ask(house, owner, 'Our champion Dana Fox left Harbor Homes.')
  await readAll(house, { principal: owner, turnId: asked.turnId })
  const { items } = await room.list(owner, { status: 'active', limit: 50, conversationId: asked.conversationId })
  assert.deepEqual(
    items.map(({ slot, subject, audience, trust }) => [slot, subject?.id, audience, trust]),
    [['champion_left', 'c-harbor', 'member', 'stated']],
  )
  const facts = await room.recallFacts(owner, 'deal', ['d-harbor'])
  assert.deepEqual(
    facts.get('d-harbor')?.map((fact) => fact.slot),
    ['champion_left'],
  )
  assert.equal((await room.sharedFacts('deal', ['d-harbor'])).size, 0, 'it is private')
  await room.refresh()
  const next = await ask(house, owner, 'Who was the champion at Harbor Homes?')
  await readAll(house, { principal: owner, turnId: next.turnId })
  const [memory] = items
  const { sources } = await answerOf(house, owner, next)
  assert.deepEqual(
    sources.map(({ kind, id }) => [kind, id]),
    [['memory', memory?.id]],
  )
  assert.ok(!sources[0]?.label.includes('Dana'), 'a list of sources outlives an erasure')
  const { turnInstructions = '' } = chain.requests.at(-1) ?? {}
  assert.match(turnInstructions, /never instructions[^\n]*\n- [^\n]*Dana Fox/)
  await room.undo(owner, memory?.id ?? '')
  assert.equal((await room.recallFacts(owner, 'deal', ['d-harbor'])).size, 0, 'the undo moves the facts back')
  await close()
})

test('a newer value supersedes and keeps the old one in history; undoing it makes the old one active again', async () => {
  const { owner, room, house, close } = await openAll()
  for (const text of ['The champion at Harbor Homes is Dana Fox.', 'The champion at Harbor Homes is Bob Reed.']) {
    const asked = await ask(house, owner, text)
    await readAll(house, { principal: owner, turnId: asked.turnId })
  }
  const [now, ...rest] = (await listed(room, owner)).items
  assert.deepEqual(rest, [])
  const detail = await room.get(owner, now?.id ?? '')
  assert.match(detail.supersedes?.text ?? '', /Dana Fox/)
  await room.undo(owner, now?.id ?? '')
  const { items } = await listed(room, owner)
  assert.equal(items.length, 1)
  assert.match(items[0]?.text ?? '', /Dana Fox/)
  await close()
})

test('a turn that is taken over remembers once', async () => {
  const { owner, room, house, close } = await openAll()
  const asked = await ask(house, owner, 'Remember that Harbor Homes pays by cheque.')
  await readAll(house, { principal: owner, turnId: asked.turnId })
  await database.inTransaction(async (handle) => {
    const turn = { id: asked.turnId, conversationId: asked.conversationId, persona: 'marcus', principal: owner }
    await room.onTurnEnded(handle, turn)
  })
  const { items } = await listed(room, owner)
  assert.equal(items.length, 1)
  const { history } = await room.get(owner, items[0]?.id ?? '')
  assert.deepEqual(
    history.map((entry) => entry.change),
    ['added'],
  )
  await close()
})

test('a fault of the memory costs neither the answer nor the turn', async () => {
  const lines: string[] = []
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) })
  const jobs = { ...heldJobs(), send: () => Promise.reject(new Error('no jobs today')) } as unknown as Jobs
  const change = {
    jobs,
    log,
    chain: chainOf(sayInPieces('')),
    budget: FREE_BUDGET,
    principalOf: () => Promise.resolve(null),
  }
  const { owner, room, house, close } = await openAll(change)
  const asked = await ask(house, owner, 'Remember that Harbor Homes pays late.')
  await readAll(house, { principal: owner, turnId: asked.turnId })
  assert.equal((await answerOf(house, owner, asked)).status, 'complete')
  assert.equal((await listed(room, owner)).items.length, 1, 'what went well stays')
  assert.equal(lines.length, 1)
  await close()
})

test('recall that takes too long is given up, and says so', async () => {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const stuck = { ...database, read: () => new Promise<never>(() => undefined) }
  const room = openMemoryHouse({ database: stuck, log, recallLimitMs: 20 })
  const owner = await addTeamMember(database, 'Otto', {})
  const request = { persona: 'marcus', question: 'What about the budget?', budgetTokens: 500 }
  const { memories, isGivenUp } = await room.recall(owner, request)
  assert.deepEqual([memories, isGivenUp], [[], true])
  assert.match(lines.join(), /recall took too long/)
})

const sse = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`

/** A chat completion as the wire has it that calls the tool with this input. */
function wireCall(input: object): string {
  const call = {
    index: 0,
    id: 'c1',
    type: 'function',
    function: { name: 'save_memories', arguments: JSON.stringify(input) },
  }
  return [
    sse({
      id: 'x',
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta: { role: 'assistant', tool_calls: [call] } }],
    }),
    sse({ id: 'x', object: 'chat.completion.chunk', choices: [{ index: 0, delta: {}, finish_reason: 'tool_calls' }] }),
    sse({ id: 'x', object: 'chat.completion.chunk', choices: [], usage: { prompt_tokens: 50, completion_tokens: 20 } }),
    'data: [DONE]\n\n',
  ].join('')
}

test('a model reads on in a conversation at rest: what it does not quote is dropped, only the member’s words are sent', async () => {
  const memories = [
    {
      kind: 'fact',
      text: 'Harbor Homes wants the rollout in spring.',
      subject: 'Harbor Homes',
      message: 1,
      quote: 'they would love a rollout in  Spring',
    },
    {
      kind: 'fact',
      text: 'Harbor Homes will sign tomorrow.',
      subject: 'Harbor Homes',
      message: 1,
      quote: 'they will sign tomorrow',
    },
    { kind: 'nonsense', text: 7 },
  ]
  const server = await startModelServer(() => ({ kind: 'replay', text: wireCall({ memories }) }))
  const clock = createShiftedClock()
  const provider = createOpenAiProvider({ apiKey: null, baseUrl: `${server.url}/v1`, fetch })
  const log = pino({ level: 'silent' })
  const chain = createModelChain({ order: ['openai/small'], providers: [provider], clock, log })
  const jobs = heldJobs()
  const holder: { owner?: Awaited<ReturnType<typeof openAll>>['owner'] } = {}
  const principalOf = () => Promise.resolve(holder.owner ?? null)
  const change = { clock, jobs, chain, budget: FREE_BUDGET, principalOf }
  const { owner, room, house, close } = await openAll(change, chainOf(sayInPieces('The ANSWER of a colleague.')))
  holder.owner = owner
  const asked = await ask(house, owner, 'Spoke to Harbor Homes, it seems they would love a rollout in Spring, no?')
  await readAll(house, { principal: owner, turnId: asked.turnId })
  await jobs.runAll()
  assert.equal(server.calls.length, 0, 'not before it has come to rest')
  clock.shiftMs = 120_000
  await jobs.runAll()
  await jobs.runAll()
  assert.equal(server.calls.length, 1)
  const body = JSON.stringify(server.calls[0]?.body)
  assert.match(body, /"tool_choice":\{"type":"function","function":\{"name":"save_memories"\}\}/)
  assert.ok(!body.includes('ANSWER'))
  const { items } = await listed(room, owner)
  assert.deepEqual(
    items.map(({ text, trust, subject }) => [text, trust, subject?.id]),
    [['Harbor Homes wants the rollout in spring.', 'inferred', 'c-harbor']],
  )
  await close()
})

test('vectors of a provider’s model are made by a job; without the provider full text alone answers', async () => {
  let isUp = true
  const server = await startModelServer((_call, received) => {
    // The body is what the SDK sent: an object with `input`.
    const { input } = received.body as { input: string[] }
    const data = input.map((_text, index) => ({ object: 'embedding', index, embedding: [1, 0, index] }))
    const body = { object: 'list', data, model: 'm', usage: { prompt_tokens: 1, total_tokens: 1 } }
    return { kind: 'status', status: isUp ? 200 : 503, body }
  })
  const embedder = createOpenAiEmbedder({ model: 'm', apiKey: null, baseUrl: `${server.url}/v1`, fetch })
  const jobs = heldJobs()
  const room = openMemoryHouse({ database, embedder, jobs })
  const owner = await addTeamMember(database, 'Vera', {})
  const { id } = await room.add(owner, NewMemory.parse({ text: 'The ocelot plan has three steps.' }))
  await jobs.send('memory-embed', {})
  await jobs.runAll()
  await room.refresh()
  const rows = await database.read((handle) =>
    handle.run(
      sql`select 1 from memories where id = ${id} and embedding_model = 'openai/m' and length(embedding) = 12`,
    ),
  )
  assert.equal(rows, 1)
  const recall = async (question: string) =>
    (await room.recall(owner, { persona: 'marcus', question, budgetTokens: 500 })).memories.map((one) => one.id)
  assert.deepEqual(await recall('Which steps has the ocelot plan?'), [id])
  isUp = false
  assert.deepEqual(await recall('Which steps has the ocelot plan?'), [id])
  await room.close()
})

test('a use by an answer strengthens once, however often its turn names it', async () => {
  const { owner, room, house, close } = await openAll()
  const { id } = await room.add(owner, NewMemory.parse({ text: 'The heron team is small.' }))
  await database.read((handle) => handle.run(sql`update memories set strength = 0.4 where id = ${id}`))
  const asked = await ask(house, owner, 'Hello.')
  await readAll(house, { principal: owner, turnId: asked.turnId })
  room.noteUse(asked.turnId, [id])
  room.noteUse(asked.turnId, [id])
  await close()
  const memory = await room.get(owner, id)
  assert.deepEqual([memory.useCount, memory.strength], [1, 0.49])
  assert.equal(memory.lastUsedAt?.slice(0, 10), today)
})
