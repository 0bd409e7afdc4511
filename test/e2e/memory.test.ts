import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  askOnPage,
  enterAs,
  enterAsOwner,
  loadSample,
  openBrowser,
  settled,
  wordsOf,
  type Visit,
} from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const SAID = 'The champion left Kestrel Bay Communities'
const WISHED = 'I prefer short answers'
/** The open deal of the client that is spoken of. */
const DEAL = '/deals/deal-0002'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const other = await browser.visit(house)
const { page, go, misdeeds } = visit
await enterAsOwner(house, visit)
await loadSample(visit)
await enterAs(await joinHouse(house, { role: 'admin', rowScope: 'all', name: 'Otto Other' }), house, other)

const risk = page.getByRole('region', { name: 'Risk', exact: true })
const rows = page.locator('.memory-row')
const sheet = page.getByRole('dialog', { name: 'Memory' })

async function riskAt(seen: typeof page, deal = DEAL): Promise<string> {
  await seen.goto(`${deal}?tab=risk`)
  await settled(seen)
  return wordsOf(seen.getByRole('region', { name: 'Risk', exact: true }))
}

test('before anything is said the risk of the deal speaks of nobody who left', async () => {
  assert.doesNotMatch(await riskAt(page), /Remembered on|left on/)
})

test('what is said is remembered, says so with a chip, and moves the risk of the deal', async () => {
  await go('/talk/marcus')
  const answer = await askOnPage(page, 'Marcus', SAID)
  const chip = answer.getByRole('list', { name: 'Remembered' }).getByRole('listitem')
  await chip.waitFor()
  assert.match(await wordsOf(chip), new RegExp(`Remembered: ${SAID}`))
  const words = await riskAt(page)
  assert.match(words, /Champion\. Mina Corvane, the champion, left on \d+ \w+ \d{4}\./)
  assert.ok(words.includes(`"${SAID}"`))
  assert.doesNotMatch(words, /\d{4}-\d{2}-\d{2}|[a-z]_[a-z]/)
})

test('on a phone the chip and its undo are within reach', async () => {
  const phone = await browser.visit(house, { viewport: { width: 360, height: 740 } })
  await enterAsSame(phone)
  await phone.go('/conversations')
  await phone.page.locator('.talk-items a').first().click()
  const undo = phone.page.getByRole('list', { name: 'Remembered' }).getByRole('button', { name: 'Undo' })
  await undo.waitFor()
  const box = await undo.boundingBox()
  assert.ok(box !== null && box.x + box.width <= 360, JSON.stringify(box))
  await phone.context.close()
})

/** The owner at another device. */
async function enterAsSame({ context }: Visit): Promise<void> {
  await context.addCookies(await visit.context.cookies())
}

test('the signal leads to the memory it rests on', async () => {
  const signal = risk.getByRole('listitem').filter({ hasText: 'Champion.' })
  await signal.getByRole('button', { name: /of evidence/ }).click()
  const evidence = page.getByRole('dialog', { name: 'Evidence: Champion' })
  await evidence.getByText('1 memory').waitFor()
  await page.keyboard.press('Escape')
})

test('somebody else who sees the same deal sees nothing of it', async () => {
  assert.doesNotMatch(await riskAt(other.page), /Remembered on|left on/)
  await other.go('/memory')
  await other.page.getByText('Nothing is remembered yet.').waitFor()
  const id = await idOf(SAID)
  await other.go(`/memory/${id}`)
  await other.page.getByRole('alert').waitFor()
  assert.doesNotMatch(await wordsOf(other.page.locator('body')), /Kestrel/)
})

async function idOf(text: string): Promise<string> {
  const response = await visit.context.request.get('/api/memories')
  const { items } = (await response.json()) as { items: { id: string; text: string }[] }
  return items.find((memory) => memory.text === text)?.id ?? ''
}

test('the page of memories says whom each is about and who sees it', async () => {
  await go('/talk/marcus')
  const answer = await askOnPage(page, 'Marcus', `Remember that ${WISHED}`)
  await answer.getByText(`Remembered: ${WISHED}`).waitFor()
  await go('/memory')
  await settled(page)
  assert.match(await wordsOf(rows.filter({ hasText: SAID })), /Kestrel Bay Communities Fact .* Only you/)
  assert.match(await wordsOf(rows.filter({ hasText: WISHED })), /You Fact .* Only you/)
})

test('a memory is edited in its sheet, keeps its history, and undo brings the words back', async () => {
  await rows.getByRole('button', { name: WISHED }).click()
  await sheet.getByRole('textbox', { name: 'What is remembered' }).fill('I prefer answers in one line')
  await sheet.getByRole('button', { name: 'Save' }).click()
  await sheet.getByText(`Before: “${WISHED}”`).waitFor()
  await rows.getByRole('button', { name: 'I prefer answers in one line' }).waitFor()
  await sheet.getByRole('button', { name: 'Undo the last change' }).click()
  await rows.getByRole('button', { name: WISHED }).waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
})

test('a memory is shared with the company from its sheet, and then others see it', async () => {
  await rows.getByRole('button', { name: WISHED }).click()
  await sheet.getByRole('combobox', { name: 'Who may see it' }).selectOption({ label: 'The whole company' })
  await rows.filter({ hasText: WISHED }).getByText('The whole company').waitFor()
  await other.go('/memory')
  await other.page.getByRole('button', { name: WISHED }).waitFor()
  await page.keyboard.press('Escape')
})

test('a memory is pinned, forgotten and brought back from the list', async () => {
  const row = rows.filter({ hasText: SAID })
  await row.getByRole('button', { name: /^Pin/ }).click()
  await row.getByRole('button', { name: 'Unpin' }).waitFor()
  await row.getByText('Pinned', { exact: true }).waitFor()
  await row.getByRole('button', { name: 'Forget' }).click()
  await row.waitFor({ state: 'detached' })
  assert.doesNotMatch(await riskAt(page), /Remembered on|left on/)
  await go('/memory')
  await page.getByRole('combobox', { name: 'Remembered' }).selectOption({ label: 'Forgotten' })
  await row.getByRole('button', { name: 'Bring back' }).click()
  await row.waitFor({ state: 'detached' })
  assert.match(await riskAt(page), /left on/)
})

test('undo under the message takes it back, and the risk is as it was', async () => {
  const response = await visit.context.request.get('/api/deals?status=open&search=Summerfold+Holdings')
  const { items } = (await response.json()) as { items: { id: string }[] }
  const deal = `/deals/${items[0]?.id ?? ''}`
  const before = await riskAt(page, deal)
  await go('/talk/marcus')
  const answer = await askOnPage(page, 'Marcus', 'The champion left Summerfold Holdings')
  const chips = answer.getByRole('list', { name: 'Remembered' })
  await chips.waitFor()
  const conversation = page.url()
  assert.notEqual(await riskAt(page, deal), before)
  await go(conversation)
  await chips.getByRole('button', { name: 'Undo' }).click()
  await chips.waitFor({ state: 'detached' })
  assert.equal(await riskAt(page, deal), before)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  // The memory of somebody else: the browser itself logs the 404.
  const errors = other.misdeeds.errors.filter((text) => !/status of 404.*\/api\/memories\//.test(text))
  assert.deepEqual({ ...other.misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
