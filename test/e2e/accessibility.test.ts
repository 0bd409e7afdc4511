import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findBarriers } from '../support/axe.ts'
import { findFaults, NARROW, OVERFLOW, showWide, WIDE } from '../support/both-widths.ts'
import { askOnPage, enterAsOwner, loadSample, openBrowser, settled } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'

/** More than this much of the screen moving while home loads is felt as a jump. */
const MOST_SHIFT = 0.05

const house = await openTestHouse()
const browser = await openBrowser()
const visit = await browser.visit(house)
const { page, context, misdeeds } = visit
await context.addInitScript(`
  window.shift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
`)

interface View {
  readonly name: string
  readonly path: string
  /** Brings the page to the state that is looked at; by itself the page's heading is enough. */
  readonly open?: () => Promise<void>
  /** What lies over a page that is looked at by itself. */
  readonly within?: string
}

async function look({ name, path, open, within }: View): Promise<string[]> {
  await showWide(page)
  await page.goto(path)
  await settled(page)
  await open?.()
  return findFaults(page, name, within)
}

function check(view: View): void {
  test(`${view.name} has no barrier at both widths and in both themes`, async () => {
    assert.deepEqual(await look(view), [])
  })
}

check({ name: 'the sign-in page without a link', path: '/sign-in' })
check({ name: 'the end of briefings', path: `/unsubscribe#token=${'x'.repeat(40)}` })
test('the sign-in form has no barrier', async () => {
  const { link } = await house.rooms.access.createStartLink()
  const { pathname, hash } = new URL(link)
  assert.deepEqual(await look({ name: 'sign-in', path: `${pathname}?form${hash}` }), [])
})
test('the owner is in for the pages that follow', () => enterAsOwner(house, visit))
check({ name: 'the start page', path: '/start' })
check({ name: 'an empty list', path: '/deals' })
for (const path of ['/', '/deals?show=board', '/pipeline', '/portfolio', '/reps', '/memory', '/drafts', '/briefing'])
  check({ name: `${path} of an empty house`, path })
test('the sample company is there for the pages that follow', () => loadSample(visit))

async function firstOf(kind: 'deals' | 'clients'): Promise<string> {
  const response = await context.request.get(`/api/${kind}?limit=1`)
  const { items } = (await response.json()) as { items: { id: string }[] }
  return encodeURIComponent(items[0]?.id ?? '')
}

async function ask(): Promise<void> {
  await page.getByRole('textbox', { name: 'Ask Marcus' }).fill('How is our pipeline?')
  await page.keyboard.press('Enter')
  await page.getByRole('article', { name: 'Answer', exact: true }).waitFor()
  await page.locator('.call .call-head').first().click()
}

const openPalette = async (): Promise<void> => {
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').waitFor()
}
const press = (name: string | RegExp) => async (): Promise<void> => {
  await page.getByRole('button', { name }).first().click()
  await page.getByRole('dialog').waitFor()
}

/** Two things to remember and a follow-up, so that the pages of memory and drafts have rows. */
async function say(): Promise<void> {
  for (const text of ['The champion left Kestrel Bay Communities', 'Draft a follow-up to Kestrel Bay Communities'])
    await askOnPage(page, 'Marcus', text)
  await page.getByRole('list', { name: 'Remembered' }).waitFor()
}
const openFirst = (rows: string) => async (): Promise<void> => {
  await page.locator(rows).first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).waitFor()
}
const show = async (): Promise<void> => {
  await page.getByRole('button', { name: 'Show' }).click()
  await page.locator('.briefing-preview').waitFor()
}
const tab = (page: string, tabs: readonly string[]): View[] =>
  tabs.map((name) => ({ name: `${page}, ${name}`, path: `${page}?tab=${name}` }))

const VIEWS: readonly View[] = [
  { name: 'home', path: '/' },
  { name: 'the evidence sheet', path: '/', open: press(/of evidence/), within: '.sheet' },
  { name: 'the palette', path: '/', open: openPalette, within: 'dialog' },
  { name: 'a new conversation', path: '/talk/sarah' },
  { name: 'a conversation with an answer', path: '/talk/marcus', open: ask },
  { name: 'the list of conversations', path: '/conversations' },
  // Some rows show what many would.
  { name: 'deals', path: '/deals?search=Beacon' },
  { name: 'clients', path: '/clients?search=Beacon' },
  { name: 'the board of deals', path: '/deals?show=board&search=Beacon' },
  ...tab('/pipeline', ['changes', 'forecast', 'overview']),
  ...tab('/portfolio', ['overview', 'renewals', 'payments']),
  ...tab('/deals/deal-0001', ['risk', 'meeting', 'call']),
  ...tab('/clients/client-maple-ridge', ['leaving', 'intervention', 'success']),
  { name: 'a business review', path: '/clients/client-maple-ridge/qbr' },
  { name: 'the team', path: '/reps' },
  { name: 'a rep', path: '/reps/rep-noor-fairbrook' },
  { name: 'a conversation that is remembered', path: '/talk/marcus', open: say },
  { name: 'memory', path: '/memory' },
  { name: 'a memory', path: '/memory', open: openFirst('.memory-text'), within: '.sheet' },
  { name: 'drafts', path: '/drafts' },
  { name: 'a draft', path: '/drafts', open: openFirst('.draft-row'), within: '.sheet' },
  { name: 'briefing with what it would say', path: '/briefing', open: show },
  { name: 'import', path: '/import' },
  { name: 'colleagues', path: '/personas' },
  { name: 'a colleague', path: '/personas/marcus' },
  { name: 'members', path: '/members' },
  { name: 'the invitation', path: '/members', open: press('Invite'), within: 'dialog' },
  { name: 'keys', path: '/keys' },
  { name: 'the new key', path: '/keys', open: press('New key'), within: 'dialog' },
  { name: 'usage', path: '/usage' },
  { name: 'the cache', path: '/cache' },
  { name: 'operations', path: '/operations' },
  { name: 'the jobs', path: '/jobs' },
  { name: 'audit', path: '/audit' },
  { name: 'a page that is not there', path: '/nowhere' },
]
for (const view of VIEWS) check(view)

for (const [kind, where] of [
  ['deals', '/'],
  ['clients', '/'],
  ['deals', '?search=Beacon&open='],
] as const) {
  test(`the page of one of the ${kind} at /${kind}${where} has no barrier`, async () => {
    assert.deepEqual(await look({ name: `one of the ${kind}`, path: `/${kind}${where}${await firstOf(kind)}` }), [])
  })
}

test('a mapping of a file has no barrier', async () => {
  const file = { name: 'deals.csv', mimeType: 'text/csv', buffer: Buffer.from('name,stage,mood\nA,Prospecting,\n') }
  const open = async (): Promise<void> => {
    await page.getByLabel('File to import').setInputFiles(file)
    await page.getByRole('combobox', { name: 'stage becomes' }).waitFor()
  }
  assert.deepEqual(await look({ name: 'mapping', path: '/import', open }), [])
})

test('the checks see a barrier when there is one', async () => {
  await showWide(page)
  await page.goto('/')
  await settled(page)
  await page.evaluate(`(() => {
    const main = document.querySelector('main')
    main.insertAdjacentHTML('afterbegin', '<p>pale</p><input>')
    main.firstElementChild.style.color = '#eee'
    document.body.style.minWidth = '3000px'
  })()`)
  const barriers = await findBarriers(page)
  assert.equal(barriers.length, 2)
  assert.ok(barriers.some((line) => line.startsWith('color-contrast: ')))
  assert.ok(barriers.some((line) => line.startsWith('label: ')))
  assert.notEqual(await page.evaluate(OVERFLOW), 0)
})

for (const viewport of [WIDE, NARROW]) {
  test(`home comes without a jump at ${viewport.width}`, async () => {
    await page.setViewportSize(viewport)
    await page.goto('/')
    await page.locator('.matter').first().waitFor()
    await page.waitForLoadState('networkidle')
    const shift = Number(await page.evaluate('window.shift'))
    assert.ok(shift <= MOST_SHIFT, `it moved by ${shift}`)
  })
}

test('no page wrote an error to the console, asked another host or broke the policy', () => {
  // Before the sign-in the page asks who one is, and the browser itself logs the 401.
  const errors = misdeeds.errors.filter((text) => !/status of 401.*\/api\/me/.test(text))
  assert.deepEqual({ ...misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
