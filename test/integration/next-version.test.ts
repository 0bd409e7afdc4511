import assert from 'node:assert/strict'
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createBackups } from '#features/operations/backup/index.ts'
import { systemClock } from '#platform/clock.ts'
import { migrate } from '#platform/postgres/migrate.ts'
import { openTestHouse } from '../support/house.ts'
import { askAndRead, joinHouse, openConversation } from '../support/visitors.ts'

const MIGRATIONS = join(import.meta.dirname, '../../migrations')

/** What a next version may add, over tables that are in use all the time. */
const EXPAND = `alter table messages add column mood text;
alter table turns add column weight int not null default 1;
create index turns_weight on turns (weight);
create table moods (id uuid primary key, turn_id uuid references turns (id) on delete cascade);`

const house = await openTestHouse()
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const next = await mkdtemp(join(tmpdir(), 'sophia-next-'))
after(() => rm(next, { recursive: true, force: true }))
await cp(MIGRATIONS, next, { recursive: true })
const count = (await readdir(MIGRATIONS)).filter((name) => name.endsWith('.sql')).length
await writeFile(join(next, `${String(count + 1).padStart(4, '0')}-next.sql`), EXPAND)

test('a process goes on answering while the next version migrates beneath it, and beside it afterwards', async () => {
  const conversation = await openConversation(owner)
  const asking = (async () => {
    for (let n = 0; n < 3; n += 1) await askAndRead(owner, conversation, 'How is my pipeline?')
  })()
  const outcomes = await Promise.all([1, 2].map(() => migrate({ connection: house.connection, folder: next })))
  assert.deepEqual(
    outcomes.map(({ applied }) => applied.length).toSorted((one, other) => one - other),
    [0, 1],
  )
  await asking
  await askAndRead(owner, conversation, 'And my clients?')
  await house.rooms.imports.loadSample(await house.rooms.access.localPrincipal())
  const health = await owner.ask({ path: '/health' })
  assert.match(health.text, /"database":\{"status":"ok"/)
})

test('a process of the version before that starts anew is told in plain words that the database is newer', async () => {
  await assert.rejects(migrate({ connection: house.connection, folder: MIGRATIONS }), {
    code: 'MIGRATION_FAILED',
    message: /newer than this Sophia.*Start the Sophia that wrote it, or a newer one\./,
  })
  const { folder } = { folder: await mkdtemp(join(next, 'backups-')) }
  const needs = { database: house.rooms.database, clock: systemClock, folder, version: '0.0.0-test' }
  // Whoever runs can still be backed up by the version that it is on its way to.
  const { verifiedAt } = await createBackups({ ...needs, migrationsFolder: next }).create()
  assert.ok(verifiedAt)
})
