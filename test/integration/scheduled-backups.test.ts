import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import pino from 'pino'
import { z } from 'zod'
import { BackupList } from '#contract/operations.ts'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { createCalendar, knownBases } from '#features/calendar/index.ts'
import { scheduleBackups } from '#features/operations/backup/index.ts'
import { sql } from '#platform/postgres/sql.ts'
import { openTestDatabase } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'
import { createManualClock } from '../support/manual-clock.ts'

const KEY = `sk-sophia-${'k'.repeat(43)}`
const root = join(import.meta.dirname, '../..')

/** A close that wants a backup each six hours and one at half past one at night, in New York. */
const CALENDAR = `
periods:
  close: { label: Close, dates: ["2026-03-12", "2026-03-13"], timezone: America/New_York }
policies:
  - match: close
    backup: { every: 6h, at: "01:30" }
`

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}

test('the calendar moves how often and when a backup is made', async (t) => {
  const home = await mkdtemp(join(tmpdir(), 'sophia-home-'))
  const file = join(home, 'calendar.yaml')
  await writeFile(file, CALENDAR)
  const manual = createManualClock('2026-03-12T03:30:00Z')
  // Its sleep would move the time at every look.
  const clock = { ...manual, sleep: (_ms: number, signal?: AbortSignal) => untilAborted(signal) }
  const log = pino({ level: 'silent' })
  const calendar = createCalendar({
    clock,
    log,
    file,
    isNamed: true,
    shippedFolder: join(root, 'calendars'),
    eventsFolder: join(home, 'calendar-events'),
    allowPrivate: [],
    bases: () => knownBases({ rates: {}, memberDailyUsd: null, servers: [] }),
    countOpenTurns: async () => 0,
  })
  await calendar.start()
  t.after(async () => {
    await calendar.close()
    await rm(home, { recursive: true, force: true })
  })
  const { database } = await openTestDatabase()
  const schedule = scheduleBackups({
    database,
    clock,
    folder: join(home, 'backups'),
    migrationsFolder: join(root, 'migrations'),
    version: '0.0.0-test',
    log,
    host: 'one',
    findBegun: async () => new Date('2026-03-11T10:00:00Z'),
    probe: database,
    rhythm: () => ({
      everyMs: calendar.number('backup.every', BACKUP_EVERY_MS),
      at: calendar.timeOfDay('backup.at'),
    }),
  })
  const [job] = schedule.jobs
  assert.ok(job)
  const explained = calendar.explain({ key: 'backup.every', at: new Date('2026-03-12T12:00:00Z') })
  assert.doesNotMatch(explained.sentences.join(' '), /goes by/)
  // With a look each half hour.
  while (clock.now() < new Date('2026-03-12T12:00:00Z')) {
    await job.run(undefined, new AbortController().signal)
    manual.advance(30 * 60_000)
  }
  const Run = z.object({ started_at: z.date(), status: z.string() })
  const runs = await database.read((handle) =>
    handle.rows(Run, sql`select started_at, status from backup_runs order by started_at`),
  )
  const made = runs.map((run) => `${run.started_at.toISOString().slice(8, 16)} ${run.status}`)
  // Without the close the first would be due at ten. It begins at 04:00 UTC, and half past one in New York is 05:30 UTC.
  assert.deepEqual(made, ['12T04:00 verified', '12T05:30 verified', '12T11:30 verified'])
})

test('a house tells in /health when the next is due, and why each backup was made', async () => {
  const { url, rooms } = await openTestHouse({ SOPHIA_ADMIN_API_KEY: KEY })
  const health = await (await fetch(`${url}/health`)).json()
  assert.match(
    JSON.stringify(health),
    /"backup":\{"status":"ok"[^}]*None was made by schedule so far\. The next is due/,
  )
  await rooms.backups.create()
  const headers = { authorization: `Bearer ${KEY}` }
  const { items } = BackupList.parse(await (await fetch(`${url}/api/backups`, { headers })).json())
  assert.deepEqual(
    items.map(({ reason }) => reason),
    ['manual'],
  )
})
