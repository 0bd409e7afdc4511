import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterAsOwner, loadSample, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house, { timezoneId: 'Europe/Berlin' })
const stranger = await browser.visit(house)
const { page, context, go, misdeeds } = visit
await enterAsOwner(house, visit)
await loadSample(visit)

const often = page.getByRole('combobox', { name: 'How often' })
const next = page.getByText(/^The next one comes on /)

async function save(): Promise<void> {
  const answered = page.waitForResponse((response) => response.request().method() === 'PUT')
  await page.getByRole('button', { name: 'Save' }).click()
  assert.equal((await answered).status(), 200)
}

async function stored(): Promise<{ cadence: string; hour: number; timeZone: string; nextAt: string | null }> {
  return (await (await context.request.get('/api/briefing')).json()) as Awaited<ReturnType<typeof stored>>
}

test('nobody is briefed who did not ask for it', async () => {
  await go('/briefing')
  await settled(page)
  assert.equal(await often.inputValue(), 'off')
  assert.equal(await next.count(), 0)
  await page.getByText('No briefing was sent yet.').waitFor()
})

test('what it would say now is what home says, with days in words and nothing raw', async () => {
  await page.getByRole('button', { name: 'Show' }).click()
  const preview = page.locator('.briefing-preview')
  await preview.getByText('What matters most').waitFor()
  const words = await wordsOf(preview)
  assert.match(words, /Maple Ridge Apartment Homes renews in \d+ days/)
  assert.doesNotMatch(words, /\d{4}-\d{2}-\d{2}|\b[a-z]+_[a-z]+\b/)
})

test('switched on it says when the next one comes, in the own zone', async () => {
  await often.selectOption({ label: 'Every day' })
  assert.equal(await page.getByRole('combobox', { name: 'Time zone' }).inputValue(), 'Europe/Berlin')
  await page.getByRole('combobox', { name: 'At', exact: true }).selectOption('07:00')
  await save()
  await next.waitFor()
  assert.match(await wordsOf(next), / at 07:00:00 /)
  const { cadence, hour, timeZone, nextAt } = await stored()
  assert.deepEqual([cadence, hour, timeZone], ['daily', 7, 'Europe/Berlin'])
  assert.ok(nextAt !== null && Date.parse(nextAt) > Date.now())
})

test('a weekly one asks for the day and keeps it over a reload', async () => {
  await often.selectOption({ label: 'Once a week' })
  await page.getByRole('combobox', { name: 'On', exact: true }).selectOption('Thursday')
  await save()
  await until(
    () => wordsOf(next),
    (words) => words.includes('Thursday'),
  )
  await page.reload()
  await settled(page)
  assert.equal(await often.inputValue(), 'weekly')
  assert.match(await wordsOf(next), /Thursday/)
})

test('channels that the deployment does not have are explained and cannot be ticked', async () => {
  await page.getByText(/^Also by e-mail: /).waitFor()
  await page.getByText(/^Also to the team’s channel: /).waitFor()
  assert.equal(await page.getByRole('checkbox').count(), 0)
})

test('switched off again nothing more comes', async () => {
  await often.selectOption({ label: 'No briefing' })
  await save()
  await next.waitFor({ state: 'detached' })
  const { cadence, nextAt } = await stored()
  assert.deepEqual([cadence, nextAt], ['off', null])
})

test('a link to end briefings that nobody was sent says so and changes nothing', async () => {
  await stranger.go(`/unsubscribe#token=${'x'.repeat(40)}`)
  await stranger.page.getByRole('button', { name: 'Stop them' }).click()
  const alert = stranger.page.getByRole('alert')
  await alert.waitFor()
  assert.match(await wordsOf(alert), /Nothing was changed/)
  assert.doesNotMatch(await wordsOf(stranger.page.locator('main')), /No more briefings will be sent/)
})

test('a link that was cut offers no button', async () => {
  await stranger.page.goto('about:blank')
  await stranger.go('/unsubscribe')
  await stranger.page.getByText('This link is not whole.').waitFor()
  assert.equal(await stranger.page.getByRole('button').count(), 0)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  // The link that is none: the browser itself logs the refusal.
  const errors = stranger.misdeeds.errors.filter((text) => !text.includes('/api/briefings/unsubscribe'))
  assert.deepEqual({ ...stranger.misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
