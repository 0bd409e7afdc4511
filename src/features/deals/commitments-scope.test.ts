import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestDatabase } from '../../../test/support/database.ts'
import { clockAt, insertRecords, principalSeeing } from '../../../test/support/records.ts'
import { createCalls } from './calls.ts'
import { findCommitmentsDue } from './home-commitments.ts'

const TODAY = '2026-03-10'
const { database } = await openTestDatabase()
const calls = createCalls({ database, clock: clockAt(TODAY) })

await insertRecords(
  database,
  'reps',
  ['ann', 'bob', 'cy'].map((id) => ({ id, name: id })),
)
await insertRecords(database, 'clients', [{ id: 'shared', name: 'Shared', owner_rep_id: 'ann' }])
await insertRecords(database, 'deals', [
  { id: 'd-ann', name: 'A', client_id: 'shared', rep_id: 'ann', stage: 'proposal' },
  { id: 'd-bob', name: 'B', client_id: 'shared', rep_id: 'bob', stage: 'proposal' },
])
const spoken = { on_day: '2026-03-01', body: 'ann: I will send you the plan by March 8.' }
await insertRecords(database, 'transcripts', [
  { id: 'of-ann-deal', title: 'x', client_id: 'shared', deal_id: 'd-ann', rep_id: 'ann', ...spoken },
  { id: 'of-bob-deal', title: 'x', client_id: 'shared', deal_id: 'd-bob', rep_id: 'bob', ...spoken },
  { id: 'of-client-by-cy', title: 'x', client_id: 'shared', rep_id: 'cy', ...spoken },
  { id: 'of-client-by-none', title: 'x', client_id: 'shared', ...spoken },
  { id: 'of-nobody-by-cy', title: 'x', rep_id: 'cy', ...spoken },
])
await calls.readCalls()

const SEEN: Readonly<Record<string, readonly string[]>> = {
  ann: ['of-ann-deal', 'of-client-by-cy', 'of-client-by-none'],
  bob: ['of-bob-deal', 'of-client-by-cy', 'of-client-by-none'],
  cy: ['of-nobody-by-cy'],
}

for (const [rep, expected] of Object.entries(SEEN)) {
  test(`home and the list of commitments show ${rep} the same ones`, async () => {
    const visible = { kind: 'reps' as const, repIds: [rep] }
    const listed = await calls.listCommitments(principalSeeing(visible), { status: 'open', limit: 50 })
    assert.deepEqual(listed.items.map(({ transcript }) => transcript.id).toSorted(), expected)
    const due = await database.read((handle) => findCommitmentsDue(handle, { visible, ownRepId: null, asOf: TODAY }))
    assert.deepEqual(due.rows.map(({ transcript }) => transcript.id).toSorted(), expected)
  })
}
