import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { NewMemory } from '#contract/memory.ts'
import type { JobDefinition, Jobs } from '#platform/jobs/jobs.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { addTeamMember, openMemoryHouse } from '../../../test/support/memory-house.ts'
import { CAPACITY } from './consolidate-memories.ts'

const { database } = await openTestDatabase()

/** The room with its nightly look at hand. */
function openWithNight() {
  const holder: { night?: () => Promise<void> } = {}
  const define = <Payload>({ name, parse, run }: JobDefinition<Payload>): void => {
    if (name === 'memory-consolidate') holder.night = () => run(parse({}), new AbortController().signal)
  }
  // Of the jobs room only what the memory room calls on opening.
  const room = openMemoryHouse({ database, jobs: { define } as unknown as Jobs })
  return { room, night: () => holder.night?.() }
}

const Status = z.object({ text: z.string(), status: z.string() })

test('the nightly look lets go of what expired, merges what was said twice, and can be undone', async () => {
  const { room, night } = openWithNight()
  const owner = await addTeamMember(database, 'Nora', {})
  const add = (text: string, expiresOn: string | null = null) => room.add(owner, NewMemory.parse({ text, expiresOn }))
  const expired = await add('The offer stands until spring.', '2020-01-01')
  const one = await add('The team prefers short calls on Fridays.')
  const two = await add('The team prefers short calls on Fridays.')
  await night()
  await night()
  assert.equal((await room.get(owner, expired.id)).status, 'forgotten')
  const statuses = [(await room.get(owner, one.id)).status, (await room.get(owner, two.id)).status].toSorted()
  assert.deepEqual(statuses, ['active', 'merged'])
  const merged = (await room.get(owner, one.id)).status === 'merged' ? one : two
  await room.undo(owner, merged.id)
  assert.equal((await room.get(owner, merged.id)).status, 'active')
  await room.close()
})

test('beyond the capacity the weakest go, and what is pinned stays', async () => {
  const { room, night } = openWithNight()
  const owner = await addTeamMember(database, 'Carl', {})
  const most = CAPACITY.marcus ?? 0
  await database.read((handle) =>
    handle.run(sql`insert into memories (id, kind, persona, audience, member_id, text, strength, is_pinned, trust, source_kind, source_id, on_day,
        subject_kind, subject_id)
      select gen_random_uuid(), 'fact', 'marcus', 'member', ${owner.memberId}::uuid, 'thing ' || n, n / 20000.0, n = 1, 'stated', 'manual', 'x',
        current_date, 'client', 'c' || n from generate_series(1, ${most + 2}::int) n`),
  )
  await night()
  const gone = await database.read((handle) =>
    handle.rows(
      Status,
      sql`select text, status from memories where member_id = ${owner.memberId}::uuid and status <> 'active' order by strength`,
    ),
  )
  assert.deepEqual(gone, [
    { text: 'thing 2', status: 'forgotten' },
    { text: 'thing 3', status: 'forgotten' },
  ])
  await room.close()
})
