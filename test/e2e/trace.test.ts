import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sql } from '#platform/postgres/sql.ts'
import { findFaults } from '../support/both-widths.ts'
import { askOnPage, enterAsOwner, loadSample, openBrowser, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, misdeeds } = visit
await enterAsOwner(house, visit)
await loadSample(visit)

const QUESTION = 'Why did this take so long?'
const sheet = page.getByRole('dialog', { name: QUESTION })
const steps = sheet.getByRole('list', { name: 'Steps of the answer, as they began' })

function change(query: ReturnType<typeof sql>): Promise<number> {
  return house.rooms.database.read((handle) => handle.run(query))
}

async function reopen(): Promise<void> {
  await page.reload()
  await page.getByRole('button', { name: QUESTION }).click()
  await sheet.waitFor()
}

test('any answer tells where its time went, from a button beside it', async () => {
  await go('/talk/marcus')
  const answer = await askOnPage(page, 'Marcus', 'How is our pipeline?')
  await answer.getByRole('button', { name: QUESTION }).click()
  await steps.waitFor()
  const words = await wordsOf(sheet)
  assert.match(
    words,
    /[\d.]+ (ms|s) in all, the first words after [\d.]+ (ms|s) The largest part of it, [\d.]+ (ms|s), went into /,
  )
  for (const label of ['Waited for its turn', 'Looked for what is remembered', 'Review pipeline', 'Stored the answer'])
    assert.ok(words.includes(label), label)
})

test('quick statements show when they are asked for', async () => {
  const before = await steps.getByRole('listitem').count()
  await sheet.getByRole('checkbox', { name: /^Show \d+ quick database statements$/ }).check()
  const after = await steps.getByRole('listitem').count()
  assert.ok(after > before + 5, `${before}, then ${after}`)
  assert.match(await wordsOf(steps), /Database: (SELECT|INSERT|UPDATE) [a-z_]+/)
})

test('it has no barrier at both widths and in both themes', async () => {
  assert.deepEqual(await findFaults(page, 'where the time went', '.sheet'), [])
})

test('it opens and closes by the keyboard, and the focus goes back', async () => {
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  const isBack = `document.activeElement?.getAttribute('aria-label') === ${JSON.stringify(QUESTION)}`
  assert.equal(await page.evaluate(isBack), true)
  await page.keyboard.press('Enter')
  await steps.waitFor()
})

test('of an answer from before, and of one past its days, it says so', async () => {
  await change(sql`delete from turn_traces`)
  await change(sql`update turns set ended_at = now() - interval '1 hour'`)
  await reopen()
  await sheet.getByText('Where the time of this answer went was not recorded.').waitFor()
  await change(sql`update turns set ended_at = now() - interval '8 days'`)
  await reopen()
  await sheet.getByText('It is kept for seven days; the answer itself stays.').waitFor()
  assert.deepEqual(await findFaults(page, 'nothing of where the time went', '.sheet'), [])
})

test('nothing went wrong on the way', () => {
  assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
