import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DRILL_NAMES } from '#domain/drills/drill.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createId } from '#platform/crypto/ids.ts'
import { findFaults } from '../support/both-widths.ts'
import { enterAs, enterAsOwner, openBrowser, settled, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const owner = await browser.visit(house)
await enterAsOwner(house, owner)
const { page, go } = owner

interface Told {
  readonly name: string
  readonly state?: 'running' | 'ended'
  readonly verdict?: 'held' | 'broken' | 'not-run'
  readonly reasons?: readonly string[]
  readonly figures?: object | null
  readonly minutesAgo: number
}

const FIGURES = {
  deployMs: 21_900,
  detectionMs: 12_500,
  detectedBy: 'alert replica-silent',
  recoveryMs: 3100,
  wholeMs: 29_900,
  questions: 140,
  takenOver: 2,
  longestWaitMs: 4600,
  requests: 522,
  failedRequests: 0,
  requestP95Ms: 176,
  acknowledged: 133,
  lost: 0,
  duplicated: 0,
  unended: 0,
  sinceBackup: null,
  reading: { followed: 131, unread: 0, resumed: 140, gaps: 0, repeats: 0 },
  privacy: { said: 40, looked: 2100, overheard: 0 },
}
const STEPS = [
  { atMs: 100, text: 'A scratch deployment is started.' },
  { atMs: 30_500, text: 'The fault is done.' },
]

/** A rehearsal as it is stored. */
async function tell({ name, state = 'ended', verdict, reasons = [], figures = FIGURES, minutesAgo }: Told) {
  const at = new Date(Date.now() - minutesAgo * 60_000)
  const isEnded = state === 'ended'
  await house.rooms.database.inTransaction((handle) =>
    handle.run(
      sql`insert into drills (id, name, origin, state, asked_at, began_at, seen_at, ended_at, host, version, step, verdict, reasons, steps, figures)
        values (${createId()}, ${name}, 'command', ${state}, ${at}, ${at}, ${new Date()}, ${isEnded ? at : null}, 'northumberland-1', '0.1.0',
          ${isEnded ? null : 'The fault is done.'}, ${isEnded ? (verdict ?? 'held') : null}, ${JSON.stringify(reasons)}::jsonb,
          ${JSON.stringify(STEPS)}::jsonb, ${figures && isEnded ? JSON.stringify(figures) : null}::jsonb)`,
    ),
  )
}

test('before the first one the page says so, names every disaster and why none comes by itself', async () => {
  await go('/drills')
  await page.getByText('No disaster was rehearsed yet.').waitFor()
  await settled(page)
  const words = await wordsOf(page.locator('main'))
  assert.match(words, /None is rehearsed by itself now: no period of the calendar asks for it with drills\.every\./)
  assert.equal(await page.getByRole('row').count(), DRILL_NAMES.length + 1)
  assert.match(words, /A process is killed Never rehearsed unknown unknown unknown none yet/)
  assert.deepEqual(await findFaults(page, 'drills before the first'), [])
})

test('each shows what it showed last beside its targets; what was not run is no success', async () => {
  for (const [index, recoveryMs] of [4200, 3800, 3100].entries())
    await tell({ name: 'kill-replica', figures: { ...FIGURES, recoveryMs }, minutesAgo: 3000 - index * 1000 })
  await tell({
    name: 'redis-loss',
    verdict: 'broken',
    reasons: ['A7: 3 of 140 requests failed.'],
    figures: { ...FIGURES, detectionMs: 31_000, recoveryMs: null },
    minutesAgo: 5,
  })
  await tell({
    name: 'disk-full',
    verdict: 'not-run',
    reasons: ['It needs a disk that may be filled, and only root on Linux may mount one.'],
    figures: null,
    minutesAgo: 4,
  })
  await tell({ name: 'restore', state: 'running', figures: null, minutesAgo: 0 })
  await go('/drills')
  await page.getByText('1 of 12 disasters held when last rehearsed, 1 broken, 1 not run here').waitFor()
  await settled(page)
  const words = await wordsOf(page.locator('main'))
  assert.match(words, /A process is killed Held 13 s 3\.1 s 0 of 133/)
  assert.match(words, /Redis is gone and comes back empty Broken 31 s not in time 0 of 133/)
  assert.match(words, /The disk is full Not run unknown unknown unknown/)
  assert.match(words, /The machine is gone and only a backup is left Running/)
  await page.getByRole('img', { name: 'Recovery, the newest first: 3.1 s, 3.8 s, 4.2 s' }).waitFor()
  assert.equal(await page.getByRole('button', { name: 'Rehearse all' }).isDisabled(), true)
  assert.deepEqual(await findFaults(page, 'drills'), [])
})

test('one opens beside the list with what is believed, what happened when, and every figure', async () => {
  await page.getByRole('link', { name: 'A process is killed' }).click()
  const sheet = page.getByRole('dialog', { name: 'A process is killed' })
  await sheet.getByText('The others take over what it was answering').waitFor()
  const words = await wordsOf(sheet)
  assert.match(words, /Noticed after 13 s 30 s at most, 17 s aimed at/)
  assert.match(words, /Noticed by alert replica-silent/)
  assert.match(words, /133 acknowledged, 0 lost, 0 doubled, 0 without an end/)
  assert.match(words, /2 taken over, the slowest took 4\.6 s/)
  assert.match(words, /131, resumed 140 times: 0 gaps, 0 repeats, 0 without their end/)
  assert.match(words, /0 of 2,100 answers looked at/)
  assert.match(words, /Of which it says nothing A4, A7, A8/)
  assert.match(words, /31 s The fault is done\./)
  assert.match(words, /sophia drill kill-replica/)
  assert.deepEqual(await findFaults(page, 'the sheet of a drill', '.sheet'), [])
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Redis is gone and comes back empty' }).click()
  await page.getByText('A7: 3 of 140 requests failed.').waitFor()
})

test('whoever may not look at the service does not find the page', async () => {
  const lead = await joinHouse(house, { role: 'lead', rowScope: 'all' })
  const visit = await browser.visit(house)
  await enterAs(lead, house, visit)
  await visit.go('/drills')
  await visit.page.getByRole('heading', { name: 'Not found' }).waitFor()
})
