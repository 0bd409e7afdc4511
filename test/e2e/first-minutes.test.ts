import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OWNER, openBrowser, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const { page, misdeeds, go, context } = await browser.visit(house)

test('the owner comes in by the link with a name and an email, and is asked what to work from', async () => {
  const { link } = await house.rooms.access.createStartLink()
  await page.goto(link)
  await page.getByLabel('Your name').fill(OWNER.name)
  await page.getByLabel('Your email').fill(OWNER.email)
  assert.equal(new URL(page.url()).hash, '', 'the token has left the address bar')
  await page.getByRole('button', { name: 'Set up Sophia' }).click()
  await page.getByRole('heading', { name: 'What should Marcus and Sarah work from?' }).waitFor()
  assert.match(await wordsOf(page.locator('main')), /No language model is configured/)
})

test('a used link opens nothing for the next person', async () => {
  const { link } = await house.rooms.access.createStartLink()
  const first = await browser.visit(house)
  await first.page.goto(link)
  await first.page.getByRole('button', { name: 'Sign in' }).click()
  await first.page.getByRole('heading', { level: 1, name: /work from/ }).waitFor()
  const second = await browser.visit(house)
  await second.page.goto(link)
  await second.page.getByRole('heading', { name: 'This link does not open' }).waitFor()
  await first.context.close()
  await second.context.close()
})

test('the sample company loads with progress, and home shows three things with stake, owner and evidence', async () => {
  await page.getByRole('button', { name: 'Explore the sample' }).click()
  await page.getByRole('progressbar', { name: 'Loading the sample company' }).waitFor()
  await page.getByRole('heading', { name: 'Three things that matter today' }).waitFor({ timeout: 60_000 })
  const matters = page.locator('.matter')
  assert.equal(await matters.count(), 3)
  for (const matter of await matters.all()) {
    assert.match(await wordsOf(matter.locator('.matter-amount')), /^\$\s?[\d.,]+\s?[kMm]?( est\.)?$/i)
    assert.notEqual(await wordsOf(matter.locator('.matter-label')), '')
    assert.match(await wordsOf(matter.locator('.matter-meta')), /^\p{Lu}\p{L}+ \p{Lu}.*\d+ rows? of evidence$/u)
    assert.ok(await matter.getByRole('button', { name: /^Ask (Marcus|Sarah)$/ }).isVisible())
  }
  assert.match(await wordsOf(page.locator('main')), /This is the sample company/)
})

test('the evidence of a matter opens to the fields of its rows', async () => {
  const opener = page.getByRole('button', { name: /of evidence/ }).first()
  const promised = Number(/\d+/.exec(await wordsOf(opener))?.[0])
  await opener.click()
  const sheet = page.getByRole('dialog', { name: /^Evidence:/ })
  await sheet.waitFor()
  assert.equal(await sheet.locator('.evidence-row').count(), promised)
  const head = sheet.locator('button.evidence-head').first()
  if ((await head.getAttribute('aria-expanded')) === 'false') await head.click()
  await sheet.locator('.evidence-body dl').first().waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
})

test('asking from home opens a conversation with the question asked, and the answer comes in pieces', async () => {
  const matter = page
    .locator('.matter')
    .filter({ has: page.getByRole('button', { name: 'Ask Sarah' }) })
    .first()
  const button = matter.getByRole('button', { name: 'Ask Sarah' })
  const question = (await button.getAttribute('title')) ?? ''
  assert.notEqual(question, '')
  await button.click()
  const panel = page.getByRole('complementary', { name: 'Conversation with Sarah' })
  await panel.getByRole('article', { name: 'You asked' }).getByText(question).waitFor()
  const answer = panel.getByRole('article', { name: 'Answer', exact: true })
  await answer.waitFor()
  assert.ok((await wordsOf(answer.locator('.answer-text'))).length > 100)
  await panel.getByRole('link', { name: 'Open as a page' }).click()
  await page.waitForURL(/\/conversations\/[0-9a-f-]{36}$/)
})

test('an answer shows its skill, its sources and what it cost', async () => {
  const answer = page.getByRole('article', { name: 'Answer', exact: true }).first()
  const card = answer.locator('.call').first()
  await card.getByRole('button', { expanded: false }).click()
  await card.getByText('Asked with').waitFor()
  assert.match(await wordsOf(card), /Assess health/)
  await answer.locator('.sources').click()
  const sheet = page.getByRole('dialog', { name: 'Evidence: Sources of this answer' })
  await sheet.locator('.evidence-row').first().waitFor()
  await sheet.getByRole('button', { name: 'Close' }).click()
  assert.match(await wordsOf(answer.locator('.answer-cost')), /^playbook\S* · .+ · /)
})

test('feedback stays after a reload, copying copies the answer, asking again answers again', async () => {
  const answer = page.getByRole('article', { name: 'Answer', exact: true }).first()
  await answer.getByRole('button', { name: 'Helpful', exact: true }).click()
  await until(
    async () => (await storedAnswers())[0]?.feedback,
    (feedback) => feedback === 'up',
  )
  await page.reload()
  await answer.getByRole('button', { name: 'Helpful', exact: true, pressed: true }).waitFor()
  await answer.getByRole('button', { name: 'Copy the answer' }).click()
  await answer.getByRole('button', { name: 'Copied' }).waitFor()
  assert.equal(await page.evaluate('navigator.clipboard.readText()'), (await storedAnswers())[0]?.text)
  await answer.getByRole('button', { name: 'Ask again' }).click()
  await page.getByRole('article', { name: 'Answer', exact: true }).nth(1).waitFor()
  const questions = await page.getByRole('article', { name: 'You asked' }).allInnerTexts()
  assert.equal(questions.length, 2)
  assert.equal(questions[0], questions[1])
})

test('conversations are found by their words, renamed and deleted', async () => {
  await go('/talk/marcus')
  await page.getByRole('textbox', { name: 'Ask Marcus' }).fill('How is our pipeline?')
  await page.keyboard.press('Enter')
  await page.getByRole('article', { name: 'Answer', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Rename' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Quarter of the walrus')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { level: 1, name: 'Quarter of the walrus' }).waitFor()
  const items = page.locator('.talk-items li')
  await until(
    () => items.count(),
    (count) => count === 2,
  )
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('walrus')
  await until(
    () => items.count(),
    (count) => count === 1,
  )
  assert.match(await wordsOf(items.first()), /^Quarter of the walrus/)
  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete this conversation?' })
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.waitForURL(/\/conversations$/)
  await page.getByText('Nothing with “walrus”.').waitFor()
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('')
  await until(
    () => items.count(),
    (count) => count === 1,
  )
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  // Before the sign-in the page asks who one is, and the browser itself logs the 401.
  const errors = misdeeds.errors.filter((text) => !text.includes('401'))
  assert.deepEqual({ ...misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})

async function storedAnswers(): Promise<{ text: string; feedback: string | null }[]> {
  const id = new URL(page.url()).pathname.split('/').at(-1)
  const response = await context.request.get(`/api/conversations/${id}/messages`)
  const { items } = (await response.json()) as { items: { role: string; text: string; feedback: string | null }[] }
  return items.filter((message) => message.role === 'assistant')
}
