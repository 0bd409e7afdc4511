import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { BACKUP_EVERY_MS } from '#domain/backup/next-backup.ts'
import { openMachine, placeProven } from '../../../../test/support/backup-machine.ts'
import { scheduleBackups } from './schedule-backups.ts'

test('one that somebody else times is by schedule too: it counts, puts off the next, and lets go of those that are spent', async (t) => {
  const { clock, look, backups, folder, needs, observe } = await openMachine(t)
  const by = scheduleBackups({ ...needs, host: 'cron-job' })
  const { manifest } = await by.makeNow()
  assert.equal(manifest.reason, 'scheduled')
  for (let day = 1; day <= 8; day += 1) {
    clock.advance(BACKUP_EVERY_MS)
    const createdAt = clock.now().toISOString()
    await placeProven(folder, { ...manifest, id: `${day}`, createdAt, tables: [] })
  }
  clock.advance(BACKUP_EVERY_MS)
  await by.makeNow()
  await look()
  const kept = await backups.list()
  assert.deepEqual(
    kept.map(({ reason, createdAt }) => `${reason} ${createdAt.slice(5, 10)}`),
    ['19', '18', '17', '16', '15', '14', '13'].map((day) => `scheduled 03-${day}`),
  )
  assert.deepEqual((await observe()).detail?.split(' on '), [
    'The last verified backup was begun 2026-03-19 09:00 UTC',
    'cron-job. The next is due 2026-03-20 09:00 UTC.',
  ])
  assert.equal((await scheduleBackups(needs).verifiedElsewhere())?.toISOString(), clock.now().toISOString())
})

test('why one that somebody else times could not be made is thrown to them, and told to everybody', async (t) => {
  const { folder, needs, observe } = await openMachine(t)
  await writeFile(join(folder, 'a-file'), '')
  const by = scheduleBackups({ ...needs, folder: join(folder, 'a-file', 'backups') })
  await assert.rejects(by.makeNow(), { code: 'ENOTDIR' })
  assert.match((await observe()).detail ?? '', /The try of 2026-03-10 09:00 UTC on one failed: ENOTDIR/)
})
