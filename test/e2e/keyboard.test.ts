import assert from 'node:assert/strict'
import { test } from 'node:test'
import { enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { importOwnCompany } from '../support/own-company.ts'

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, go, misdeeds } = visit
await enterAsOwner(house, visit)
await importOwnCompany(visit)

const focused = async (): Promise<string> =>
  String(
    await page.evaluate(
      `(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? '').trim()`,
    ),
  )

/** Whether what has the focus looks other than without it: an outline or a ring. */
const FOCUS_SHOWS = `(() => {
  const element = document.activeElement
  const place = element.matches('input, textarea') ? [element, element.parentElement, element.closest('form')] : [element]
  return place.some((one) => {
    if (!one) return false
    const style = getComputedStyle(one)
    return (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1) || style.boxShadow !== 'none'
  })
})()`

async function opened(path: string): Promise<void> {
  await go(path)
  await settled(page)
}

test('the palette opens by Ctrl-K, also from a field, and reaches pages and records', async () => {
  await opened('/talk/marcus')
  await page.getByRole('textbox', { name: 'Ask Marcus' }).focus()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Search pages, records and actions' })
  await field.waitFor()
  await page.keyboard.type('audit')
  await page.getByRole('option', { name: /^Audit/, selected: true }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/audit$/)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Deal 017')
  await page.getByRole('option', { name: /^Deal 017 ?Deal/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/deals\/d17$/)
})

test('Enter opens the record that was typed, not the first of what fewer letters found', async () => {
  await opened('/')
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Search pages, records and actions' }).waitFor()
  await page.keyboard.type('Deal 01')
  const second = page.getByRole('option', { name: /^Deal 01\d ?Deal/ }).nth(1)
  const number = /Deal 0(\d\d)/.exec(await wordsOf(second))?.[1] ?? ''
  const search = new RegExp(`search=Deal(\\+|%20)0${number}`)
  await page.route(search, (route) => {
    setTimeout(() => void route.continue(), 500)
  })
  await page.keyboard.type(number.slice(1))
  await page.keyboard.press('Enter')
  await page.waitForURL(new RegExp(`/deals/d${number}$`))
  await page.unroute(search)
})

test('the arrows walk through what the palette found', async () => {
  await opened('/')
  await page.keyboard.press('Control+k')
  const chosen = page.getByRole('option', { selected: true })
  const first = await wordsOf(chosen)
  await page.keyboard.press('ArrowDown')
  await until(
    () => wordsOf(chosen),
    (words) => words !== first,
  )
  await page.keyboard.press('ArrowUp')
  await until(
    () => wordsOf(chosen),
    (words) => words === first,
  )
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('a question mark lists the shortcuts, and the shortcuts lead where they say', async () => {
  await opened('/')
  await page.keyboard.press('?')
  const dialog = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  await dialog.waitFor()
  assert.match(await wordsOf(dialog), /Ctrl K.*G then D/)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  for (const [letter, path] of [
    ['d', '/deals'],
    ['c', '/clients'],
    ['m', '/talk/marcus'],
    ['s', '/talk/sarah'],
    ['t', '/conversations'],
    ['p', '/pipeline'],
    ['o', '/portfolio'],
    ['r', '/memory'],
    ['f', '/drafts'],
    ['h', '/'],
  ] as const) {
    await page.locator('main').focus()
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.waitForURL((url) => url.pathname === path)
  }
})

test('letters that are typed into a field are words and no shortcuts', async () => {
  await opened('/talk/marcus')
  await page.getByRole('textbox', { name: 'Ask Marcus' }).focus()
  await page.keyboard.type('g d?')
  assert.equal(await page.getByRole('textbox', { name: 'Ask Marcus' }).inputValue(), 'g d?')
  assert.equal(new URL(page.url()).pathname, '/talk/marcus')
})

test('Escape closes a sheet and the focus is back where it was', async () => {
  await opened('/deals?sort=name&order=asc')
  await page.locator('.row-open').nth(1).focus()
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog', { name: 'Deal 002' })
  await sheet.waitFor()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  assert.equal(await focused(), 'Deal 002')
  await page.keyboard.press('j')
  await until(focused, (text) => text === 'Deal 003')
  await page.keyboard.press('k')
  await until(focused, (text) => text === 'Deal 002')
})

test('a dialog keeps the focus inside and gives it back', async () => {
  await opened('/keys')
  await page.getByRole('button', { name: 'New key' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'New key' }).waitFor()
  for (let step = 0; step < 8; step += 1) {
    await page.keyboard.press('Tab')
    const isOutside = await page.evaluate(
      `document.activeElement !== document.body && !document.activeElement.closest('dialog')`,
    )
    assert.equal(isOutside, false)
  }
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  assert.equal(await focused(), 'New key')
})

for (const path of ['/', '/deals', '/pipeline', '/memory', '/drafts', '/talk/marcus', '/import', '/members']) {
  test(`every stop of the Tab key on ${path} can be seen`, async () => {
    await opened(path)
    await page.locator('body').click({ position: { x: 1, y: 1 } })
    const unseen: string[] = []
    for (let step = 0; step < 24; step += 1) {
      await page.keyboard.press('Tab')
      if ((await page.evaluate(`document.activeElement === document.body`)) === true) continue
      if ((await page.evaluate(FOCUS_SHOWS)) !== true) unseen.push(await focused())
    }
    assert.deepEqual(unseen, [])
  })
}

test('the first stop of the Tab key skips to the content', async () => {
  await opened('/deals')
  await page.keyboard.press('Tab')
  assert.equal(await focused(), 'Skip to content')
  await page.keyboard.press('Enter')
  assert.equal(await page.evaluate(`document.activeElement.id`), 'main')
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
