import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import { createModelChain } from '#platform/models/model-chain.ts'
import { createOpenAiProvider } from '#platform/models/openai-provider.ts'
import { sql } from '#platform/postgres/sql.ts'
import {
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

test('a conversation whose job is gone, as after a restore, is read on after the next nightly look', async () => {
  const { database } = await openTestDatabase({ poolMax: 10 })
  const owner: Principal = await addTeamMember(database, 'Olga', {})
  const house = openConversationHouse({ database, chain: chainOf(sayInPieces('Noted.')), members: [owner] })
  await house.start()
  const { conversationId, turnId } = await ask(house, owner, 'Harbor Homes would love a rollout in spring.')
  await readAll(house, { principal: owner, turnId })
  await house.drain(5000)
  const clock = createShiftedClock()
  const jobs = heldJobs()
  const provider = createOpenAiProvider({ apiKey: null, baseUrl: 'http://127.0.0.1:9/v1', fetch })
  const log = pino({ level: 'silent' })
  const chain = createModelChain({ order: ['openai/small'], providers: [provider], clock, log })
  const principalOf = () => Promise.resolve(owner)
  const room = openMemoryHouse({ database, clock, chain, budget: FREE_BUDGET, principalOf, jobs })
  const night = async (): Promise<unknown[]> => {
    await jobs.send('memory-consolidate', {})
    await jobs.runAll()
    return jobs.drop()
  }
  assert.deepEqual(await night(), [], 'it may have a job yet')
  clock.shiftMs = 2 * 3_600_000
  assert.deepEqual(await night(), [{ name: 'memory-extract', payload: { conversationId } }])
  await database.read((handle) =>
    handle.run(sql`insert into memory_marks (conversation_id, extracted_seq) values (${conversationId}::uuid, 99)
      on conflict (conversation_id) do update set extracted_seq = 99`),
  )
  assert.deepEqual(await night(), [], 'it was read')
  await room.close()
})
