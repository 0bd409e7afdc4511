import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askOnPage, enterAs, enterAsOwner, loadSample, openBrowser, settled, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const ASKED = 'Draft a follow-up to Kestrel Bay Communities'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const other = await browser.visit(house)
const { page, context, go, misdeeds } = visit
await enterAsOwner(house, visit)
await loadSample(visit)
await enterAs(await joinHouse(house, { role: 'admin', rowScope: 'all' }), house, other)

const sheet = page.getByRole('dialog', { name: 'Draft' })
const text = sheet.getByRole('textbox', { name: 'Text' })

interface StoredDraft {
  readonly status: string
  readonly subject: string
  readonly body: string
  readonly sentVia: string | null
}

/** The draft on screen as the server has it. */
async function stored(): Promise<StoredDraft> {
  const id = new URL(page.url()).pathname.split('/').at(-1) ?? ''
  const response = await context.request.get(`/api/drafts/${id}`)
  return (await response.json()) as StoredDraft
}

async function draftFollowUp(): Promise<void> {
  await go('/talk/marcus')
  const answer = await askOnPage(page, 'Marcus', ASKED)
  assert.match(await wordsOf(answer), /after the call of \d+ \w+ \d{4}: an e-mail\. Nothing was sent or changed\./)
  // Its lines stand under each other, as they will in the mail.
  assert.match(await answer.innerText(), /What I noted:\n- Mina Corvane/)
  await answer.getByRole('link', { name: 'the e-mail' }).click()
  await page.waitForURL(/\/drafts\/[\w-]+$/)
  await sheet.waitFor()
}

test('without a draft the page says how to come by one', async () => {
  await go('/drafts')
  await page.getByText('No drafts.').waitFor()
  await page.getByText('Ask Marcus “Draft a follow-up to …” after a call').waitFor()
})

test('a follow-up is written from what the call says, to the person who was in it', async () => {
  await draftFollowUp()
  assert.match(
    await sheet.getByRole('textbox', { name: 'To' }).inputValue(),
    /^Mina Corvane <\S+@kestrel-bay\.example>$/,
  )
  assert.match(await text.inputValue(), /^Hello Mina,[^]*"I talk to finance on/)
  await sheet.getByRole('button', { name: /it was written from/ }).click()
  await page.getByText('1 call', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
})

test('what was edited is kept over a reload', async () => {
  await sheet.waitFor()
  await sheet.getByRole('textbox', { name: 'Subject' }).fill('Our talk')
  await text.fill('Hello Mina,\n\nshort and mine.')
  await sheet.getByRole('button', { name: 'Save' }).click()
  await sheet.getByRole('heading', { name: 'Our talk' }).waitFor()
  await page.reload()
  await sheet.waitFor()
  assert.equal(await text.inputValue(), 'Hello Mina,\n\nshort and mine.')
  assert.equal((await stored()).status, 'draft')
})

test('without a mail server nothing can leave: the sheet says so and offers the own mail program', async () => {
  assert.equal(await sheet.getByRole('button', { name: 'Approve and send' }).count(), 0)
  await sheet.getByText('No mail server is set up here').waitFor()
  const link = (await sheet.getByRole('link', { name: 'Open in your mail program' }).getAttribute('href')) ?? ''
  assert.match(link, /^mailto:mina\.corvane%40kestrel-bay\.example\?subject=Our%20talk&body=Hello%20Mina/)
})

test('marked as sent it is closed with the words last written, and says that it went another way', async () => {
  await text.fill('Hello Mina,\n\nthe last word.')
  await sheet.getByRole('button', { name: 'I sent it myself' }).click()
  await sheet.getByText('Sent', { exact: true }).waitFor()
  assert.equal(await sheet.getByRole('textbox').count(), 0)
  assert.match(await wordsOf(sheet), /the last word\./)
  const draft = await stored()
  assert.deepEqual([draft.status, draft.body], ['sent', 'Hello Mina,\n\nthe last word.'])
})

test('a draft that is discarded stands as discarded and cannot be decided again', async () => {
  await draftFollowUp()
  await sheet.getByRole('button', { name: 'Discard' }).click()
  await sheet.getByText('Discarded', { exact: true }).waitFor()
  assert.equal(await sheet.getByRole('button', { name: /sent it myself|Save|Discard/ }).count(), 0)
  assert.equal((await stored()).status, 'discarded')
  await go('/drafts?status=discarded')
  await settled(page)
  assert.equal(await page.locator('.draft-row').count(), 1)
  await go('/drafts')
  await settled(page)
  assert.match((await page.locator('.draft-row').allInnerTexts()).join(' '), /Discarded[^]*Our talk[^]*Sent/)
})

test('drafts are the own work: somebody else with all rights sees none of them', async () => {
  await page.locator('.draft-row').first().click()
  await page.waitForURL(/\/drafts\/[\w-]+$/)
  await other.go('/drafts')
  await other.page.getByText('No drafts.').waitFor()
  await other.go(new URL(page.url()).pathname)
  await other.page.getByRole('alert').waitFor()
  assert.doesNotMatch(await wordsOf(other.page.locator('body')), /Mina|Our talk/)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  // The draft of somebody else: the browser itself logs the 404.
  const errors = other.misdeeds.errors.filter((line) => !/status of 404.*\/api\/drafts\//.test(line))
  assert.deepEqual({ ...other.misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
