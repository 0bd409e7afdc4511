import assert from 'node:assert/strict'
import { test } from 'node:test'
import { choosePort } from '../../src/http/open-http.ts'
import { findFaults } from '../support/both-widths.ts'
import { enterAs, enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const NAME = 'Northumberland-Harrington Residential Property Data Exchange'
const ID = 'northumberland-harrington-residential-pr'
const SECRET = 'Bearer told-only-once-4711'

// Nothing listens there: it was free a moment ago.
const refusing = `127.0.0.1:${await choosePort('127.0.0.1', 0)}`
const house = await openTestHouse({ SOPHIA_ALLOW_PRIVATE_NETWORK: refusing })
const browser = await openBrowser()
const owner = await browser.visit(house)
const member = await browser.visit(house)
await enterAsOwner(house, owner)
await enterAs(await joinHouse(house, { role: 'member' }), house, member)
const { page, go } = owner
const card = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: NAME }) })
const sheet = page.getByRole('dialog', { name: NAME })

test('without a connection the page says what one is for and where programs are named', async () => {
  await go('/')
  await page.getByRole('link', { name: 'Connections' }).click()
  await page.getByText('No connections yet.').waitFor()
  assert.match(await wordsOf(page.locator('main')), /mcp\.json/)
  assert.deepEqual(await findFaults(page, 'no connection'), [])
})

test('the form tells what is missing at its field, and derives the id from the name', async () => {
  await page.getByRole('button', { name: 'Add a connection' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a connection' })
  await dialog.getByLabel('Name', { exact: true }).fill(NAME)
  assert.equal(await dialog.getByLabel('Id', { exact: true }).inputValue(), ID)
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog.getByText('An address that begins with').waitFor()
  assert.deepEqual(await findFaults(page, 'the form with a fault', 'dialog[open]'), [])
  await dialog.getByLabel('Address').fill(`http://${refusing}/mcp?tenant=7`)
  await dialog.getByRole('button', { name: 'Add a header' }).click()
  await dialog.getByLabel('Name of the header').fill('Authorization')
  await dialog.getByLabel('Value of Authorization').fill(SECRET)
  await dialog.getByRole('button', { name: 'Add', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.waitForURL(`**/connections/${ID}`)
  await sheet.getByRole('heading', { name: NAME }).waitFor()
})

test('an address that refuses becomes unhealthy by itself, in words, and is never green', async () => {
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  await card.getByText('Unhealthy', { exact: true }).waitFor()
  const words = await wordsOf(card)
  assert.match(words, /Cannot be reached\./)
  assert.match(words, /Connection failed/)
  assert.match(words, /Next probe/)
  assert.equal(await card.locator('.signal-good').count(), 0)
  await page.getByText('1 connection of 1 needs a look.').waitFor()
})

test('a header is never shown again, nor what follows the ? of the address', async () => {
  await page.reload()
  await settled(page)
  const told = [await page.content()]
  for (const path of ['status?verbose=1', `status/${ID}`, 'servers'])
    told.push(await (await owner.context.request.get(`/api/mcp/${path}`)).text())
  for (const text of told) {
    assert.doesNotMatch(text, /told-only-once/)
    assert.doesNotMatch(text, /tenant=7/)
  }
})

test('probing now says what it found', async () => {
  await card.getByRole('button', { name: `Probe now: ${NAME}` }).click()
  await card
    .getByRole('status')
    .getByText(/^Connection failed after/)
    .waitFor()
})

test('the wall and the sheet have no barrier and nothing scrolls sideways', async () => {
  assert.deepEqual(await findFaults(page, 'the wall'), [])
  await card.getByRole('link', { name: `Open ${NAME}` }).click()
  await sheet.getByRole('heading', { name: 'Changes of state' }).waitFor()
  await settled(page)
  assert.deepEqual(await findFaults(page, 'the sheet', '.sheet'), [])
  assert.match(await wordsOf(sheet), /Last error.*Connection failed.*Latency.*Availability.*Tools.*Probing/)
})

test('switched off it is not probed and not counted as broken; switched on it is looked at again', async () => {
  await sheet.getByRole('button', { name: 'Switch off' }).click()
  await sheet.locator('header').getByText('Switched off', { exact: true }).waitFor()
  assert.match(await wordsOf(card), /No probe planned/)
  await sheet.getByRole('button', { name: 'Switch on' }).click()
  await sheet.locator('header').getByText('Unhealthy', { exact: true }).waitFor()
})

test('a change of the name leaves the address and the headers as they were stored', async () => {
  await sheet.getByRole('button', { name: 'Edit' }).click()
  const dialog = page.getByRole('dialog', { name: `Edit ${NAME}` })
  assert.match(await wordsOf(dialog), /Stored: Authorization\. Values are never shown\./)
  await dialog.getByLabel('Name', { exact: true }).fill('Exchange')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog', { name: 'Exchange', exact: true }).waitFor()
  assert.equal(await dialog.count(), 0)
  const { items } = (await (await owner.context.request.get('/api/mcp/servers')).json()) as {
    items: { name: string; headers: string[] }[]
  }
  assert.deepEqual(
    items.map(({ name, headers }) => [name, headers]),
    [['Exchange', ['Authorization']]],
  )
})

test('who may not manage connections sees how one does, not where it is, and may change nothing', async () => {
  await member.go('/connections')
  await settled(member.page)
  const words = await wordsOf(member.page.locator('main'))
  assert.doesNotMatch(words, /127\.0\.0\.1/)
  assert.equal(await member.page.getByRole('button', { name: /Add a connection|Probe|Remove|Edit/ }).count(), 0)
})

test('a removal says what goes with it, and then the connection is gone', async () => {
  const opened = page.getByRole('dialog', { name: 'Exchange', exact: true })
  await opened.getByRole('button', { name: 'Remove' }).click()
  const question = page.getByRole('dialog', { name: 'Remove Exchange?' })
  assert.match(await wordsOf(question), /1 stored header.*cannot be undone/)
  await question.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('No connections yet.').waitFor()
  assert.equal(await page.getByRole('dialog').count(), 0)
  const status = async () => (await owner.context.request.get(`/api/mcp/status/${ID}`)).status()
  await until(status, (code) => code === 404)
})

test('coming back from a sign-in that failed says so and keeps nothing of it', async () => {
  await go('/connections?sign-in-failed=refused')
  await page.getByText('The sign-in did not succeed.').waitFor()
  assert.match(await wordsOf(page.locator('main')), /Nothing was stored: its sign-in page did not let Sophia in/)
  await page.getByRole('button', { name: 'Understood' }).click()
  await page.waitForURL((url) => url.search === '')
  assert.equal(await page.getByText('The sign-in did not succeed.').count(), 0)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(owner.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  assert.deepEqual(member.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
