import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ImportPreview, RecordKind } from '#contract/records.ts'
import { ImportPreview as Shape } from '#contract/records.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createTestImports, importer } from '../../../test/support/import-fixture.ts'

const { database } = await openTestDatabase()
const { imports } = createTestImports(database)

async function preview(fileName: string, text: string, kind?: RecordKind): Promise<ImportPreview> {
  const found = await imports.previewImport({ head: Buffer.from(text), fileName, kind, principal: importer })
  return Shape.parse(found)
}

const VTT = `WEBVTT

00:00:01.000 --> 00:00:04.000
<v Priya Nair>Thanks for making the time, Dana.

00:00:05.000 --> 00:00:09.000
<v Dana Fox>Happy to. We have half an hour.
`

test('a recording shows its speakers and turns, and that it names no day', async () => {
  const { kind, columns, calls } = await preview('weekly.vtt', VTT)
  assert.deepEqual([kind, columns, calls?.count, calls?.isExcerpt], ['transcripts', [], 1, false])
  const [call] = calls?.calls ?? []
  assert.deepEqual(call?.speakers, ['Priya Nair', 'Dana Fox'])
  assert.deepEqual([call.turns, call.onDay, call.title, call.deal], [2, null, null, null])
  assert.equal(call.opening[0], 'Priya Nair: Thanks for making the time, Dana.')
})

test('what a file says of itself is shown: day, title and deal of JSON, of several calls', async () => {
  const transcript = [{ speakerId: '1', sentences: [{ start: 0, end: 900, text: 'Hello Dana.' }] }]
  const parties = [{ speakerId: '1', name: 'Priya Nair' }]
  const file = [
    { id: 'a', title: 'First', started: '2026-02-03T10:00:00Z', deal: 'Harbor rollout', parties, transcript },
    { id: 'b', title: 'Second', started: '2026-02-10T10:00:00Z', parties, transcript },
  ]
  const { calls } = await preview('calls.json', JSON.stringify(file))
  assert.deepEqual(
    calls?.calls.map(({ title, onDay, deal }) => [title, onDay, deal]),
    [
      ['First', '2026-02-03', 'Harbor rollout'],
      ['Second', '2026-02-10', null],
    ],
  )
})

test('a text file is a call when its first line holds no header of ours, and a table when it does', async () => {
  const call = await preview('call.txt', 'Priya Nair: Hello Dana, thanks.\nDana Fox: Hello.\n')
  assert.deepEqual([call.kind, call.calls?.count], ['transcripts', 1])
  const table = await preview('deals.txt', 'id,name,stage\n1,One,Proposal\n')
  assert.deepEqual([table.kind, table.calls], ['deals', null])
})

test('what cannot be read is said with its line; a file that goes on is no fault', async () => {
  const broken = await preview('calls.json', '{"turns": 3}')
  assert.equal(broken.calls?.count, 0)
  assert.ok((broken.calls?.faults.length ?? 0) > 0)
  const long = await preview('long.json', `[{"title": "${'x'.repeat(1024 * 1024)}`)
  assert.deepEqual([long.calls?.isExcerpt, long.calls?.faults], [true, []])
})
