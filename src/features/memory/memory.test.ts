import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { NewMemory } from '#contract/memory.ts'
import type { Principal } from '#domain/permission.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { addTeam, addTeamMember, openMemoryHouse } from '../../../test/support/memory-house.ts'
import { insertRecords } from '../../../test/support/records.ts'
import type { Memories } from './index.ts'

const { database } = await openTestDatabase()
await insertRecords(database, 'clients', [
  { id: 'c-harbor', name: 'Harbor Homes', owner_rep_id: 'rep-a' },
  { id: 'c-other', name: 'Other Ltd', owner_rep_id: 'rep-b' },
])
await insertRecords(database, 'deals', [
  { id: 'd-harbor', name: 'Harbor Homes renewal', client_id: 'c-harbor', rep_id: 'rep-a', stage: 'proposal' },
])
const team = await addTeam(database, 'East')
const owner = await addTeamMember(database, 'Olga', { teamId: team, repIds: ['rep-a'] })
const peer = await addTeamMember(database, 'Petra', { teamId: team, repIds: ['rep-b'] })
const lead = await addTeamMember(database, 'Lea', { teamId: team, repIds: ['rep-a', 'rep-b'], role: 'lead' })
const admin = await addTeamMember(database, 'Ada', { repIds: 'all', role: 'admin' })
const stranger = await addTeamMember(database, 'Stan', { repIds: [] })
const everyone = { owner, peer, lead, admin, stranger }

const question = 'What do we know about the zebra budget?'
const wanted = (text: string, change: Partial<z.infer<typeof NewMemory>> = {}) => NewMemory.parse({ text, ...change })
const query = { status: 'active' as const, limit: 50 }
const recallIds = async (room: Memories, asker: Principal, text = question): Promise<string[]> => {
  const { memories, isGivenUp } = await room.recall(asker, { persona: 'marcus', question: text, budgetTokens: 500 })
  assert.equal(isGivenUp, false)
  return memories.map((memory) => memory.id)
}

/** Those for whom the memory is in the list, found by search, opened by id, and recalled: all four must agree. */
async function seenBy(room: Memories, id: string): Promise<string[]> {
  await room.refresh()
  const seen: string[] = []
  for (const [name, principal] of Object.entries(everyone)) {
    const listed = (await room.list(principal, query)).items.some((item) => item.id === id)
    const searched = (await room.list(principal, { ...query, search: 'zebra bud' })).items.some(
      (item) => item.id === id,
    )
    const opened = await room.get(principal, id).then(
      () => true,
      () => false,
    )
    const recalled = (await recallIds(room, principal)).includes(id)
    assert.deepEqual([searched, opened, recalled], [listed, listed, listed], name)
    if (listed) seen.push(name)
  }
  return seen
}

test('a memory is seen by exactly those its audience names, whatever their role', async () => {
  const room = openMemoryHouse({ database })
  const subject = { kind: 'deal' as const, id: 'd-harbor' }
  const { id } = await room.add(owner, wanted('The zebra budget is 40k.', { subject }))
  const expected = {
    member: ['owner'],
    record: ['owner', 'lead', 'admin'],
    team: ['owner', 'peer', 'lead'],
    company: ['owner', 'peer', 'lead', 'admin', 'stranger'],
  } as const
  for (const [audience, names] of Object.entries(expected) as [keyof typeof expected, readonly string[]][]) {
    await room.change(owner, { id, wanted: { audience } })
    assert.deepEqual(await seenBy(room, id), names, audience)
  }
  await room.change(owner, { id, wanted: { audience: 'member' } })
  assert.deepEqual(await seenBy(room, id), ['owner'])
  await room.forget(owner, id)
  await room.close()
})

test('only the owner changes a memory; an admin looks after what is shared with the company', async () => {
  const audits: string[] = []
  const room = openMemoryHouse({
    database,
    onAudit: (audit) => {
      audits.push(`${audit.action} ${JSON.stringify(audit.detail)}`)
      return Promise.resolve()
    },
  })
  const { id } = await room.add(owner, wanted('Our okapi office closes on Fridays.', { audience: 'company' }))
  await assert.rejects(room.change(peer, { id, wanted: { text: 'Nonsense.' } }), { code: 'NOT_PERMITTED' })
  await assert.rejects(room.forget(lead, id), { code: 'NOT_PERMITTED' })
  await assert.rejects(room.change(admin, { id, wanted: { audience: 'member' } }), { code: 'NOT_PERMITTED' })
  const changed = await room.change(admin, { id, wanted: { text: 'Our okapi office closes on Mondays.' } })
  assert.equal(changed.text, 'Our okapi office closes on Mondays.')
  const { history } = await room.get(admin, id)
  assert.deepEqual(
    history.map(({ change, by, before }) => [change, by, before]),
    [
      ['added', 'Olga', null],
      ['edited', 'Ada', null],
    ],
  )
  assert.equal(audits.length, 2)
  assert.ok(!audits.join().includes('okapi'), 'the audit tells who shared, not what was said')
  await room.forget(owner, id)
  await room.close()
})

test('what somebody writes about a record out of their sight is refused as absent', async () => {
  const room = openMemoryHouse({ database })
  const subject = { kind: 'client' as const, id: 'c-other' }
  await assert.rejects(room.add(owner, wanted('They are late.', { subject })), { code: 'NOT_FOUND' })
  await assert.rejects(room.add(owner, wanted('Shared with whom?', { audience: 'record' })), { code: 'INVALID_INPUT' })
  await assert.rejects(room.add(stranger, wanted('Which team?', { audience: 'team' })), { code: 'INVALID_INPUT' })
  await room.close()
})

test('an undo reverts an edit, then a pin, and brings back what was forgotten', async () => {
  const room = openMemoryHouse({ database })
  const { id } = await room.add(owner, wanted('Dana likes tea.'))
  await room.change(owner, { id, wanted: { text: 'Dana likes coffee.' } })
  await room.change(owner, { id, wanted: { isPinned: true } })
  assert.equal((await room.undo(owner, id)).isPinned, false)
  await room.undo(owner, id)
  assert.equal((await room.get(owner, id)).isPinned, true, 'an undo can be undone')
  await room.forget(owner, id)
  assert.equal((await room.undo(owner, id)).status, 'active')
  const { history } = await room.get(owner, id)
  assert.deepEqual(history[1], { ...history[1], before: 'Dana likes tea.', after: 'Dana likes coffee.' })
  assert.deepEqual(
    history.map((entry) => entry.n),
    [1, 2, 3, 4, 5, 6, 7],
  )
  await room.close()
})

test('one room learns what another one wrote, and lets go of what it erased', async () => {
  const here = openMemoryHouse({ database })
  const there = openMemoryHouse({ database })
  await there.refresh()
  const { id } = await here.add(owner, wanted('The quokka contract renews in May.'))
  const ask = 'When does the quokka contract renew?'
  await there.refresh()
  assert.deepEqual(await recallIds(there, owner, ask), [id])
  await here.change(owner, { id, wanted: { text: 'The wombat plan is old.' } })
  await there.refresh()
  assert.deepEqual(await recallIds(there, owner, ask), [])
  await here.change(owner, { id, wanted: { text: 'The quokka contract renews in June.' } })
  await there.refresh()
  await here.forget(owner, id)
  assert.deepEqual(await recallIds(there, owner, ask), [], 'a copy that is behind shows nothing that is gone')
  await Promise.all([here.close(), there.close()])
})

const Column = z.object({ table: z.string() })

/** Every table with a row in which the canary stands. */
async function tablesWith(canary: string): Promise<string[]> {
  return database.read(async (handle) => {
    const tables = await handle.rows(
      Column,
      sql`select table_name as table from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
    )
    const found: string[] = []
    for (const { table } of tables) {
      const result = await handle.client.query(`select 1 from "${table}" t where t::text ilike $1 limit 1`, [
        `%${canary}%`,
      ])
      if (result.rowCount) found.push(table)
    }
    return found
  })
}

test('erasing a person leaves no byte of them in any table', async () => {
  const room = openMemoryHouse({ database })
  await insertRecords(database, 'contacts', [{ id: 'k-dana', client_id: 'c-harbor', name: 'Dana Xylocanary' }])
  const about = await room.add(owner, wanted('Dislikes calls.', { subject: { kind: 'contact', id: 'k-dana' } }))
  const mention = await room.add(owner, wanted('Met Dana Xylocanary at the fair.'))
  await room.change(owner, { id: mention.id, wanted: { text: 'Met somebody at the fair.' } })
  assert.deepEqual((await tablesWith('Xylocanary')).toSorted(), ['contacts', 'memories', 'memory_history'])
  assert.deepEqual(await room.eraseSubject(admin, { kind: 'contact', id: 'k-dana' }), { memories: 2 })
  assert.deepEqual(await tablesWith('Xylocanary'), ['contacts'])
  await assert.rejects(room.get(owner, about.id), { code: 'NOT_FOUND' })
  await room.close()
})

test('deleting a conversation erases what was learnt in it and names it in no answer; what it had replaced is back', async () => {
  const room = openMemoryHouse({ database })
  const subject = { kind: 'deal' as const, id: 'd-harbor' }
  const kept = await room.add(owner, wanted('Budget is 10k.', { subject }))
  const [conversation, other, turn, learnt] = [createId(), createId(), createId(), createId()]
  await database.read(async (handle) => {
    for (const id of [conversation, other])
      await handle.run(
        sql`insert into conversations (id, member_id, persona, title) values (${id}, ${owner.memberId}, 'marcus', 't')`,
      )
    await handle.run(sql`insert into memories (id, kind, audience, member_id, subject_kind, subject_id, text, strength, trust, source_kind, source_id,
        conversation_id, on_day) values (${learnt}, 'fact', 'member', ${owner.memberId}, 'deal', 'd-harbor', 'Budget is 20k Vultcanary.', 1, 'stated',
        'message', 'm', ${conversation}, '2026-11-20')`)
    await handle.run(sql`update memories set status = 'superseded', superseded_by = ${learnt} where id = ${kept.id}`)
    await handle.run(sql`insert into turns (id, conversation_id, member_id, message_id, persona, correlation_id)
      values (${turn}, ${other}, ${owner.memberId}, ${createId()}, 'marcus', 'c')`)
    const sources = JSON.stringify([
      { kind: 'memory', id: learnt, label: 'Vultcanary' },
      { kind: 'deal', id: 'd', label: 'D' },
    ])
    await handle.run(sql`insert into messages (id, conversation_id, seq, role, text, turn_id, sources)
      values (${createId()}, ${other}, 2, 'assistant', 'a', ${turn}, ${sources}::jsonb)`)
    await handle.run(sql`insert into memory_uses (turn_id, memory_id) values (${turn}, ${learnt})`)
  })
  await room.refresh()
  await database.read((handle) => handle.run(sql`delete from conversations where id = ${conversation}`))
  assert.deepEqual(await tablesWith('Vultcanary'), [])
  assert.equal((await room.get(owner, kept.id)).status, 'active')
  const tombstones = await database.read((handle) =>
    handle.run(sql`select 1 from memory_tombstones where memory_id = ${learnt}`),
  )
  assert.equal(tombstones, 1)
  await room.close()
})

test('deleting a call, and deleting a member, erases what came from them', async () => {
  const room = openMemoryHouse({ database })
  await insertRecords(database, 'transcripts', [
    { id: 't-1', deal_id: 'd-harbor', on_day: '2026-11-01', title: 'Call', body: 'b' },
  ])
  const leaver = await addTeamMember(database, 'Lev', { repIds: [] })
  await room.add(leaver, wanted('The Wolfcanary is mine.', { audience: 'company' }))
  await database.read((handle) =>
    handle.run(sql`insert into memories (id, kind, audience, subject_kind, subject_id, text, strength, trust, status, source_kind, source_id, on_day)
      values (${createId()}, 'fact', 'record', 'deal', 'd-harbor', 'Callcanary wants a discount.', 1, 'untrusted', 'quarantined', 'transcript', 't-1', '2026-11-01')`),
  )
  await database.read(async (handle) => {
    await handle.run(sql`delete from transcripts where id = 't-1'`)
    await handle.run(sql`delete from members where id = ${leaver.memberId}`)
  })
  assert.deepEqual(await tablesWith('Callcanary'), [])
  assert.deepEqual(await tablesWith('Wolfcanary'), [])
  await room.close()
})

test('what is quarantined is never recalled nor counted, until somebody who sees its record lets it in', async () => {
  const room = openMemoryHouse({ database })
  const id = createId()
  await database.read((handle) =>
    handle.run(sql`insert into memories (id, kind, audience, subject_kind, subject_id, slot, slot_value, text, strength, trust, status, source_kind, source_id, on_day)
      values (${id}, 'fact', 'record', 'deal', 'd-harbor', 'competitor', 'Ignu', 'The iguana competitor is Ignu.', 1, 'untrusted', 'quarantined', 'import', 'i', '2026-11-01')`),
  )
  await room.refresh()
  assert.ok(!(await recallIds(room, owner, 'Who is the iguana competitor?')).includes(id))
  assert.equal((await room.recallFacts(owner, 'deal', ['d-harbor'])).size, 0)
  await assert.rejects(room.change(stranger, { id, wanted: { status: 'active' } }), { code: 'NOT_FOUND' })
  await room.change(owner, { id, wanted: { status: 'active' } })
  await room.refresh()
  assert.equal((await recallIds(room, owner, 'Who is the iguana competitor?'))[0], id)
  assert.deepEqual(
    [...(await room.sharedFacts('deal', ['d-harbor']))].map(([deal, facts]) => [deal, facts.map((fact) => fact.value)]),
    [['d-harbor', ['Ignu']]],
  )
  await room.close()
})

test('what is said in a call waits in quarantine for somebody who sees its deal', async () => {
  const room = openMemoryHouse({ database })
  const body = 'Dana Fox: Hello.\nBob Reed: Our champion Dana Fox left Harbor Homes.\nDana Fox: I prefer short answers.'
  await insertRecords(database, 'transcripts', [
    { id: 't-2', deal_id: 'd-harbor', on_day: '2026-11-01', title: 'Call', body },
  ])
  assert.equal(await room.noteTranscripts(['t-2']), 1)
  assert.equal(await room.noteTranscripts(['t-2']), 0)
  const waiting = { status: 'quarantined' as const, limit: 50 }
  const [memory, ...rest] = (await room.list(owner, waiting)).items
  assert.deepEqual([memory?.trust, memory?.owner, memory?.source.label, rest], ['untrusted', null, 'Call', []])
  assert.deepEqual((await room.list(stranger, waiting)).items, [])
  await room.close()
})
