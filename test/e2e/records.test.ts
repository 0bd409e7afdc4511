import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterAsOwner, openBrowser, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL_COUNT, importOwnCompany } from '../support/own-company.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, misdeeds } = visit
await enterAsOwner(house, visit)
await importOwnCompany(visit)

const names = page.locator('table.records .row-open')
const query = (): Record<string, string> => Object.fromEntries(new URL(page.url()).searchParams)

/** The first name on the list, once it is the one. */
async function firstIs(name: string): Promise<void> {
  await until(
    async () => (await names.allInnerTexts())[0],
    (first) => first === name,
  )
}

test('sort, filter and page stand in the address, and Back goes through them', async () => {
  await go('/deals')
  await page.getByText(`${DEAL_COUNT} deals`).waitFor()
  await page.getByRole('button', { name: 'Value', exact: true }).click()
  await firstIs('Deal 120')
  assert.deepEqual(query(), { sort: 'value', order: 'desc' })
  await page.getByRole('combobox', { name: 'Owner' }).selectOption({ label: 'Rita Rep' })
  await firstIs('Deal 119')
  assert.deepEqual(query(), { sort: 'value', order: 'desc', repId: 'rita' })
  await page.getByText('60 deals match').waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByText('51 to 60 of 60').waitFor()
  await firstIs('Deal 019')
  const here = page.url()
  assert.notEqual(query()['page'], undefined)
  await page.goBack()
  await firstIs('Deal 119')
  await page.goBack()
  await firstIs('Deal 120')
  assert.deepEqual(query(), { sort: 'value', order: 'desc' })
  await go(here)
  await firstIs('Deal 019')
})

test('what the data does not say is shown as unknown and never as nothing or zero', async () => {
  await go('/deals?search=Deal+001')
  const row = page.locator('table.records tbody tr')
  await row.first().waitFor()
  assert.equal(await row.count(), 1)
  const words = await wordsOf(row)
  assert.match(words, /no value in the data/)
  assert.match(words, /no date in the data/)
  assert.doesNotMatch(words, /\$|NaN|null|undefined|1970|Invalid/)
  const unknowns = row.locator('.unknown')
  assert.ok((await unknowns.count()) >= 3)
  await go('/clients?search=Bolt')
  await page.locator('table.records tbody tr').first().waitFor()
  assert.match(await wordsOf(page.locator('table.records tbody tr')), /no value in the data/)
})

test('a row opens beside the list by link and by key, and from there its page', async () => {
  await go('/deals?sort=name&order=asc')
  await names.nth(2).focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Deal 003' })
  await sheet.waitFor()
  assert.equal(query()['open'], 'd3')
  assert.match(await wordsOf(sheet), /\$3[,.]?000|\$3k/i)
  await page.reload()
  await sheet.waitFor()
  await sheet.getByRole('link', { name: 'Open the full page' }).click()
  await page.getByRole('heading', { level: 1, name: 'Deal 003' }).waitFor()
  assert.equal(new URL(page.url()).pathname, '/deals/d3')
  await page.getByRole('heading', { name: 'Qualification' }).waitFor()
  await page.goBack()
  await sheet.waitFor()
})

test('asking from a deal keeps the deal in view and sends what it is about', async () => {
  await go('/deals/d5')
  await page.getByRole('heading', { level: 1, name: 'Deal 005' }).waitFor()
  await page.getByRole('button', { name: 'Ask Marcus' }).click()
  const panel = page.getByRole('complementary', { name: 'Conversation with Marcus' })
  await panel.getByRole('textbox', { name: 'Ask Marcus' }).fill('What is missing in this deal?')
  await panel.getByRole('button', { name: 'Send' }).click()
  await panel.getByRole('article', { name: 'Answer', exact: true }).waitFor()
  assert.ok(await page.getByRole('heading', { level: 1, name: 'Deal 005' }).isVisible())
  assert.match(await wordsOf(panel.locator('.ask-head')), /About Deal 005/)
  assert.match(await wordsOf(panel.getByRole('article', { name: 'Answer', exact: true })), /Deal 005/)
  assert.equal(new URL(page.url()).pathname, '/deals/d5')
})

test('a deal that is not there says so and offers the way back', async () => {
  await go('/deals/nothing-here')
  await page.getByRole('alert').waitFor()
  await page.getByRole('link', { name: 'Deals', exact: true }).first().waitFor()
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  // The deal that is not there: the browser itself logs the 404.
  const errors = misdeeds.errors.filter((text) => !text.includes('/api/deals/nothing-here'))
  assert.deepEqual({ ...misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
