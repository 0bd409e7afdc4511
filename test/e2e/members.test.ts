import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterAsOwner, openBrowser, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { DEAL_COUNT, importOwnCompany } from '../support/own-company.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const owner = await browser.visit(house)
const rita = await browser.visit(house)
await enterAsOwner(house, owner)
await importOwnCompany(owner)
let invitation = ''

test('an invitation shows its link once', async () => {
  const { page, go } = owner
  await go('/members')
  await page.getByRole('button', { name: 'Invite' }).click()
  const dialog = page.getByRole('dialog', { name: 'Invite someone' })
  await dialog.getByLabel('Name').fill('Rita Rep')
  await dialog.getByLabel('Email').fill('rita@example.com')
  await dialog.getByLabel('Is in the data').selectOption({ label: 'Rita Rep (rep)' })
  await dialog.getByRole('button', { name: 'Make the link' }).click()
  invitation = await page.getByRole('textbox', { name: 'Link for Rita Rep' }).inputValue()
  assert.match(invitation, /\/sign-in#token=.{20,}$/)
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.reload()
  const row = page.getByRole('row', { name: /rita@example.com/ })
  await row.waitFor()
  assert.match(await wordsOf(row), /Member Own rows .*Invited/)
  assert.doesNotMatch(await page.content(), /#token=/)
})

test('the invited person comes in and sees only the rows of their rep', async () => {
  const { page, go } = rita
  await page.goto(invitation)
  await page.getByText('Continue as Rita Rep').waitFor()
  await page.getByRole('button', { name: 'Sign in' }).click()
  // The sign-in page has a heading too: only leaving it means that the session is there.
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
  await go('/deals')
  await page.getByText(`${DEAL_COUNT / 2} deals`).waitFor()
  assert.doesNotMatch(await wordsOf(page.locator('main')), /Paul Peer/)
  await go('/deals/d2')
  await page.getByRole('alert').waitFor()
  assert.doesNotMatch(await wordsOf(page.locator('main')), /Deal 002/)
  await go('/clients')
  await page.getByText('1 client ·').waitFor()
  const others = await rita.context.request.get('/api/deals?search=Deal+002')
  assert.equal(((await others.json()) as { total: number }).total, 0)
  assert.equal(await page.getByRole('link', { name: 'Members' }).count(), 0)
  await go('/members')
  await page.getByRole('heading', { level: 1 }).waitFor()
  assert.doesNotMatch(await wordsOf(page.locator('main')), /olga@example.com/)
})

test('a suspended member is out within five seconds and meets the sign-in page', async () => {
  const { page } = owner
  const status = async () => (await rita.context.request.get('/api/me')).status()
  assert.equal(await status(), 200)
  await page.getByRole('button', { name: 'Change Rita Rep' }).click()
  const dialog = page.getByRole('dialog', { name: 'Rita Rep' })
  await dialog.getByRole('button', { name: 'Suspend' }).click()
  await dialog.waitFor({ state: 'detached' })
  await until(status, (code) => code === 401, 5000)
  await rita.go('/deals')
  await rita.page.getByRole('heading', { name: 'Sign in by link' }).waitFor()
  await page.getByRole('row', { name: /rita@example.com.*Suspended/ }).waitFor()
})

test('a key is shown once, acts for its member, and stops when revoked', async () => {
  const { page, go } = owner
  await go('/keys')
  await page.getByRole('button', { name: 'New key' }).click()
  const dialog = page.getByRole('dialog', { name: 'New key' })
  await dialog.getByLabel('What it is for').fill('Nightly import')
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const secret = await page.getByRole('textbox', { name: 'Key “Nightly import”' }).inputValue()
  assert.match(secret, /^sk-sophia-[\w-]{32,}$/)
  const statusOf = async () =>
    (await fetch(`${house.url}/api/me`, { headers: { authorization: `Bearer ${secret}` } })).status
  assert.equal(await statusOf(), 200)
  await page.reload()
  await page.getByRole('row', { name: /Nightly import/ }).waitFor()
  assert.ok(!(await page.content()).includes(secret))
  await page.getByRole('button', { name: 'Revoke Nightly import' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
  await page.getByRole('row', { name: /Nightly import.*Revoked/ }).waitFor()
  await until(statusOf, (code) => code === 401, 5000)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(owner.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  // The deal of another and the ended session: the browser itself logs those refusals.
  const errors = rita.misdeeds.errors.filter((text) => !/status of (401|404)/.test(text))
  assert.deepEqual({ ...rita.misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
