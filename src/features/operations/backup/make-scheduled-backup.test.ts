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

test('where the home goes with the process none is made by schedule, none counts, and health says what to do', async (t) => {
  const one = await openMachine(t, { isFleeting: true })
  const { clock, look, archives, observe, needs } = one
  clock.advance(BACKUP_EVERY_MS)
  await look()
  assert.deepEqual(await archives(), [])
  assert.deepEqual(await observe(), {
    state: 'ok',
    detail:
      'None was made by schedule so far. The next is due 2026-03-11 09:00 UTC. This process makes none, as its home goes with it.',
  })
  await assert.rejects(scheduleBackups(needs).makeNow(), { code: 'CONFLICT', message: /SOPHIA_BACKUP_TARGET/ })
  clock.advance(2 * 3_600_000 + 1000)
  const told = await observe()
  assert.equal(told.state, 'degraded')
  assert.match(
    told.detail ?? '',
    /The one due 2026-03-11 09:00 UTC was not made\. .* goes with it\. Set SOPHIA_BACKUP_TARGET/,
  )
  // That of another replica is like it; of a timer with a place that lasts there is one.
  const other = await openMachine(t, { shared: one, host: 'other', isFleeting: true })
  other.clock.advance(2 * BACKUP_EVERY_MS)
  await other.look()
  assert.equal(await scheduleBackups(needs).verifiedElsewhere(), null)
  const timer = await openMachine(t, { shared: one, host: 'timer' })
  await scheduleBackups(timer.needs).makeNow()
  assert.equal((await scheduleBackups(needs).verifiedElsewhere())?.toISOString(), timer.clock.now().toISOString())
})

test('why one that somebody else times could not be made is thrown to them, and told to everybody', async (t) => {
  const { folder, needs, observe } = await openMachine(t)
  await writeFile(join(folder, 'a-file'), '')
  const by = scheduleBackups({ ...needs, folder: join(folder, 'a-file', 'backups') })
  await assert.rejects(by.makeNow(), { code: 'ENOTDIR' })
  assert.match((await observe()).detail ?? '', /The try of 2026-03-10 09:00 UTC on one failed: ENOTDIR/)
})
