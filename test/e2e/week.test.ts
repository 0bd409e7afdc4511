import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import {
  enterAs,
  enterAsOwner,
  loadSample,
  openBrowser,
  settled,
  until,
  wordsOf,
  type Visit,
} from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const lead = await browser.visit(house)
await enterAsOwner(house, lead)
await loadSample(lead)
const rep = await visitAs('rep-noor-fairbrook')
const csm = await visitAs('csm-gideon-wexcombe')
const { page } = lead

/** Somebody who sees the rows of this rep. */
async function visitAs(repId: string): Promise<Visit> {
  const visit = await browser.visit(house)
  await enterAs(await joinHouse(house, { repId }), house, visit)
  return visit
}

async function open(seen: Page, path: string): Promise<void> {
  await seen.goto(path)
  await settled(seen)
}

async function sectionTitles(seen: Page): Promise<string[]> {
  await open(seen, '/')
  return seen.locator('.home-section h2').allInnerTexts()
}

/** Presses the first thing to do of a section and waits for the colleague's answer beside home. */
async function askFrom(seen: Page, section: string, firstName: string): Promise<Locator> {
  await seen
    .getByRole('region', { name: section })
    .getByRole('button', { name: `Ask ${firstName}` })
    .first()
    .click()
  const panel = seen.locator('.ask-panel')
  const answer = panel.getByRole('article', { name: 'Answer', exact: true })
  await answer.waitFor()
  return answer
}

test('a rep comes home to the own deals, meetings and promises, and asks Marcus from there', async () => {
  assert.deepEqual(await sectionTitles(rep.page), ['Deals that need you', 'Meetings ahead', 'Commitments due'])
  const answer = await askFrom(rep.page, 'Meetings ahead', 'Marcus')
  assert.match(await wordsOf(answer), /Alder Point Residential - Settle Recovery.* Three questions to ask/)
  await rep.page
    .getByRole('region', { name: 'Commitments due' })
    .getByRole('link', { name: 'Open the deal' })
    .first()
    .click()
  await rep.page.waitForURL(/\/deals\/deal-\d+$/)
})

test('a CSM comes home to clients that moved, renewals and payments, and asks Sarah from there', async () => {
  assert.deepEqual(await sectionTitles(csm.page), ['Clients that moved', 'Renewals ahead', 'Stuck payments'])
  const answer = await askFrom(csm.page, 'Stuck payments', 'Sarah')
  assert.match(await wordsOf(answer), /Cornerstone Elm Residential/)
})

test('a lead comes home to what changed, whom to coach and the forecast, and opens the deal that changed', async () => {
  assert.deepEqual(await sectionTitles(page), [
    'Changed since last week',
    'Who may want coaching',
    'Forecast against quota',
  ])
  const changed = page.getByRole('region', { name: 'Changed since last week' })
  const name = await wordsOf(changed.locator('.home-entry-title a').first())
  await changed
    .getByRole('button', { name: `rows behind ${name}` })
    .first()
    .click()
  await page
    .getByRole('dialog', { name: `Evidence: ${name}` })
    .locator('.evidence-row')
    .first()
    .waitFor()
  await page.keyboard.press('Escape')
  await changed.getByRole('link', { name: 'Open the deal' }).first().click()
  await page.getByRole('heading', { level: 1, name }).waitFor()
})

test('home says nothing raw: no field names, no days of machines', async () => {
  for (const { page: seen } of [rep, csm, lead]) {
    await open(seen, '/')
    assert.doesNotMatch(await wordsOf(seen.locator('main')), /\d{4}-\d{2}-\d{2}|\b[a-z]+_[a-z]+\b/)
  }
})

test('on a phone a section shows two entries until the others are asked for', async () => {
  await page.setViewportSize({ width: 360, height: 740 })
  await open(page, '/')
  const changed = page.getByRole('region', { name: 'Changed since last week' })
  const shown = changed.locator('.home-entry').filter({ visible: true })
  assert.equal(await shown.count(), 2)
  await changed.getByRole('button', { name: 'Show 3 more here' }).click()
  assert.equal(await shown.count(), 5)
  assert.equal(await shown.nth(2).locator(':focus').count(), 1)
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('the board has a column per open stage and opens a deal beside it by keyboard', async () => {
  await open(page, '/deals')
  await page.getByRole('button', { name: 'Board by stage' }).click()
  await page.waitForURL(/show=board/)
  await settled(page)
  const columns = page.getByRole('region', { name: 'Open deals by stage' }).getByRole('heading', { level: 2 })
  assert.deepEqual(await columns.allInnerTexts(), ['Prospecting', 'Qualification', 'Proposal', 'Negotiation'])
  const card = page.locator('.card-title').first()
  const name = await wordsOf(card)
  await card.focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name, exact: true })
  await sheet.getByRole('region', { name: 'Risk' }).waitFor()
  assert.ok(await page.locator('.board').isVisible())
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  assert.equal(await page.evaluate('document.activeElement.textContent'), name)
})

test('evidence opened from the sheet of a deal closes first, the deal stays', async () => {
  await page.locator('.card-title').first().click()
  const sheet = page.locator('.sheet').first()
  await sheet
    .getByRole('button', { name: /of evidence/ })
    .last()
    .click()
  const evidence = page.getByRole('dialog', { name: /^Evidence: / })
  await evidence.waitFor()
  await page.keyboard.press('Escape')
  await evidence.waitFor({ state: 'detached' })
  assert.ok(await sheet.getByRole('region', { name: 'Risk' }).isVisible())
})

for (const { path, last, first, before } of [
  { path: '/pipeline', last: 'overview', first: 'Since last week', before: 'Concentration' },
  { path: '/portfolio', last: 'payments', first: 'Everything', before: 'Renewals' },
]) {
  test(`the tabs of ${path} open by link and by the arrow keys, round the ends`, async () => {
    await open(page, `${path}?tab=${last}`)
    const chosen = page.getByRole('tab', { selected: true })
    assert.equal(await chosen.getAttribute('tabindex'), '0')
    await chosen.focus()
    await page.keyboard.press('ArrowRight')
    await until(
      () => wordsOf(chosen),
      (words) => words === first,
    )
    assert.equal(await page.evaluate('document.activeElement.textContent'), first)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await until(
      () => wordsOf(chosen),
      (words) => words === before,
    )
    await settled(page)
    const panel = page.getByRole('tabpanel', { name: before })
    assert.ok((await wordsOf(panel.locator('.skill-headline'))).length > 20)
    await page.reload()
    await until(
      () => wordsOf(chosen),
      (words) => words === before,
    )
  })
}

test('no tab of pipeline, portfolio, deal or client fails or shows a day or name of machines', async () => {
  const tabs = [
    ...['changes', 'forecast', 'coverage', 'ageing', 'concentration', 'overview'].map((tab) => `/pipeline?tab=${tab}`),
    ...['overview', 'moves', 'renewals', 'payments'].map((tab) => `/portfolio?tab=${tab}`),
    ...['risk', 'meeting', 'call'].map((tab) => `/deals/deal-0001?tab=${tab}`),
    ...['health', 'leaving', 'intervention', 'success'].map((tab) => `/clients/client-maple-ridge?tab=${tab}`),
  ]
  for (const path of tabs) {
    await open(page, path)
    const words = await wordsOf(page.locator('main'))
    assert.doesNotMatch(words, /\d{4}-\d{2}-\d{2}|\b[a-z]+_[a-z]+\b/, path)
    await page.locator('.skill-headline').waitFor()
  }
})

test('the page of a rep compares with the own past and with peers, and leads to the open deals', async () => {
  await open(page, '/reps')
  await page.getByRole('link', { name: /^Noor Fairbrook/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Noor Fairbrook' }).waitFor()
  await settled(page)
  const words = await wordsOf(page.getByRole('region', { name: 'Performance' }))
  assert.match(words, /The last 180 days against the time before.*Two years against peers/)
  await page.getByRole('region', { name: 'Practice' }).getByText('Next step', { exact: true }).waitFor()
  assert.match(await wordsOf(page.locator('.facts')), /Quota a quarter \$72,000/)
  await page.getByRole('link', { name: 'Open deals' }).click()
  await page.getByText(/^7 deals match/).waitFor()
})

test('a business review prints as ink on white, without the house around it', async () => {
  await open(page, '/clients/client-maple-ridge')
  await page.getByRole('link', { name: 'Business review' }).click()
  await page.waitForURL(/\/qbr$/)
  await settled(page)
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
  for (const gone of ['.rail', '.page-head .actions', '.only-screen'])
    assert.equal(await page.locator(gone).filter({ visible: true }).count(), 0, gone)
  assert.match(await wordsOf(page.locator('.print-page')), /The quarter of Maple Ridge Apartment Homes/)
  assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)')
  assert.equal(await page.evaluate(`getComputedStyle(document.querySelector('.skill-headline')).color`), 'rgb(0, 0, 0)')
  const paper = await page.pdf({ format: 'A4' })
  const pages = paper.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0
  assert.ok(pages >= 1 && pages <= 4, `${pages} pages`)
  await page.emulateMedia({ media: null, colorScheme: null })
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  for (const { misdeeds } of [lead, rep, csm])
    assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
