import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page, Route } from 'playwright-core'
import { sql } from '#platform/postgres/sql.ts'
import { loadLargeCompany } from '../../bench/support/large-company.ts'
import { choosePort } from '../../src/http/open-http.ts'
import { openBreakableLine } from '../support/breakable-line.ts'
import { enterAs, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { startModelServer } from '../support/model-server.ts'
import { joinHouse } from '../support/visitors.ts'
import { createSlowAnswer } from '../support/wire-answer.ts'

/** More than a page of any list shows, few enough to be there in seconds. */
const SIZE = { deals: 3000, clients: 400, activities: 6000 }
const MEMORIES = 120
const PAGE = 50
/** More than this much of the screen moving by itself is felt as a jump. */
const MOST_SHIFT = 0.05
const DEAL = '/deals/deal-000004'
const CLIENT = '/clients/client-00001'
const WITH_SKILLS = ['/pipeline', '/portfolio', DEAL, CLIENT, `${CLIENT}/qbr`, '/reps/rep-001']
const RECORDS = /^\/api\/(home|deals|clients|reps)(\/[^/]+)?$/
const SKILLS = /^\/api\/personas\/[^/]+\/skills\//

const answer = createSlowAnswer()
const model = await startModelServer(() => ({ kind: 'pieces', pieces: answer.pieces }))
const port = await choosePort('127.0.0.1', 0)
const line = await openBreakableLine(port)
const house = await openTestHouse({
  SOPHIA_PORT: String(port),
  SOPHIA_PUBLIC_URL: line.url,
  SOPHIA_MODEL: 'openai/test',
  OPENAI_BASE_URL: `${model.url}/v1`,
})
const { rooms } = house
await loadLargeCompany(rooms.database, SIZE)
await rooms.deals.refreshStandings()
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all', name: 'Olga Owner' })
await rooms.database.read((handle) =>
  handle.run(sql`
    insert into memories (id, kind, audience, member_id, text, strength, trust, source_kind, source_id, on_day)
    select gen_random_uuid(), 'fact', 'member', ${owner.memberId}::uuid, 'Buyer ' || i || ' prefers calls', 0.9, 'stated',
      'manual', 'manual-' || i, current_date from generate_series(1, ${MEMORIES}::int) i`),
)
const browser = await openBrowser()
const { page, context, misdeeds } = await browser.visit(house)
await enterAs(owner, house, { context, page, misdeeds, go: async () => undefined })
await context.addInitScript(`
  window.shift = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value
  }).observe({ type: 'layout-shift', buffered: true })
`)

const lineState = page.locator('.line-state')
const overflow = () => page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')

async function open(path: string): Promise<void> {
  await page.goto(path)
  await settled(page)
}

/** Answers requests of these paths only when told to; how long that takes is for the test to say. */
async function holdBack(seen: Page, isHeld: (path: string) => boolean) {
  const held: Route[] = []
  let isOpen = false
  await seen.route(
    (url) => !isOpen && isHeld(url.pathname),
    (route) => void held.push(route),
  )
  return {
    count: () => held.length,
    letGo: async (): Promise<void> => {
      isOpen = true
      for (const route of held) await route.continue()
    },
  }
}

test('a board of thousands of deals keeps its heads in sight and leads to what it does not show', async () => {
  await open('/deals?show=board')
  const columns = page.locator('.board-column')
  assert.equal(await columns.count(), 4)
  assert.equal(await columns.first().locator('.card').count(), PAGE)
  await page.locator('.board').evaluate('(board) => { board.scrollTop = board.scrollHeight }')
  const [board, head] = await Promise.all([
    page.locator('.board').boundingBox(),
    columns.first().locator('.board-head').boundingBox(),
  ])
  assert.ok(board && head && Math.abs(head.y - board.y) <= 1, JSON.stringify({ board, head }))
  const rest = columns.first().getByRole('link', { name: /^\d+ more deals in the table$/ })
  const [missing = 0] = (await wordsOf(rest)).match(/\d+/)?.map(Number) ?? []
  await rest.click()
  await page.getByText(`${missing + PAGE} deals match`).waitFor()
  await page.setViewportSize({ width: 360, height: 740 })
  for (const path of ['/', '/deals?show=board', '/portfolio', '/reps', '/memory']) {
    await open(path)
    assert.equal(await overflow(), 0, path)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
})

test('a page of a long list that fails to come says so where it was asked for, and keeps the rest', async () => {
  await open('/memory')
  const rows = page.locator('.memory-row')
  assert.equal(await rows.count(), PAGE)
  await page.route('**/api/memories?*cursor=*', answerWith(500))
  await page.getByRole('button', { name: 'More' }).click()
  const alert = page.getByRole('alert')
  await alert.getByText(ID).waitFor()
  assert.equal(await rows.count(), PAGE)
  assert.ok(
    ((await alert.boundingBox())?.y ?? 0) > ((await rows.last().boundingBox())?.y ?? Infinity),
    'it stands below',
  )
  await page.unrouteAll()
  await alert.getByRole('button', { name: 'Try again' }).click()
  await until(
    () => rows.count(),
    (count) => count === 2 * PAGE,
  )
})

for (const width of [1440, 360]) {
  test(`on a slow line at ${width} nothing jumps when the answers come`, async () => {
    await page.setViewportSize({ width, height: 800 })
    for (const path of ['/', '/deals', ...WITH_SKILLS]) {
      const skills = await holdBack(page, (asked) => SKILLS.test(asked) || asked.endsWith('/performance'))
      const records = await holdBack(page, (asked) => RECORDS.test(asked))
      await page.goto(path)
      await page.locator('main .skeleton').first().waitFor()
      await records.letGo()
      await until(async () => skills.count() > 0 || !WITH_SKILLS.includes(path), Boolean)
      await skills.letGo()
      await settled(page)
      const shift = Number(await page.evaluate('window.shift'))
      assert.ok(shift <= MOST_SHIFT, `${path} at ${width}: ${shift}`)
    }
    await page.setViewportSize({ width: 1440, height: 900 })
  })
}

test('on a slow line the rows stay, dimmed, until the next ones are here', async () => {
  await open('/deals')
  const rows = page.locator('.records tbody tr')
  const before = await wordsOf(rows.first())
  const held = await holdBack(page, (path) => path === '/api/deals')
  await page.getByRole('button', { name: 'Next' }).click()
  await until(async () => held.count(), Boolean)
  const list = page.locator('.loaded.is-stale')
  await list.waitFor()
  assert.equal(await wordsOf(rows.first()), before)
  assert.equal(await page.locator('main .skeleton').count(), 0)
  await held.letGo()
  await list.waitFor({ state: 'detached' })
  assert.notEqual(await wordsOf(rows.first()), before)
})

const ID = '018f3f9e-1111-7222-8333-444455556666'

function answerWith(status: 500 | 403) {
  const detail = status === 500 ? 'The database took too long.' : 'Your role does not permit this.'
  const problem = { type: 'about:blank', title: 'Fault', status, code: 'TEST', detail, correlationId: ID }
  return (route: Route) =>
    route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify(problem) })
}

const PAGES: readonly (readonly [path: string, asked: RegExp])[] = [
  ['/', /^\/api\/home$/],
  ['/deals?show=board', /^\/api\/deals\/board$/],
  ['/pipeline', SKILLS],
  ['/portfolio', SKILLS],
  [DEAL, /^\/api\/deals\/deal-/],
  [CLIENT, /^\/api\/clients\/client-/],
  [`${CLIENT}/qbr`, SKILLS],
  ['/reps/rep-001', /^\/api\/reps\/rep-001$/],
  ['/memory', /^\/api\/memories$/],
  ['/drafts', /^\/api\/drafts$/],
  ['/briefing', /^\/api\/briefing$/],
  ['/talk/marcus', /^\/api\/personas$/],
]

test('an error on any page says what happened with its id, what to do, and is gone after another try', async () => {
  for (const [path, asked] of PAGES) {
    await page.route((url) => asked.test(url.pathname), answerWith(500))
    await page.goto(path)
    const alert = page.getByRole('alert')
    await alert.getByText('The database took too long.').waitFor()
    assert.equal(await page.getByRole('heading', { level: 1 }).count(), 1, path)
    await alert.getByRole('button', { name: new RegExp(`^${ID}.*Copy id`) }).waitFor()
    await page.unrouteAll()
    await alert.getByRole('button', { name: 'Try again' }).click()
    await alert.waitFor({ state: 'detached' })
    await settled(page)
  }
})

test('who may not is told so, and not sent to try again', async () => {
  await page.route('**/api/drafts*', answerWith(403))
  await page.goto('/drafts')
  const alert = page.getByRole('alert')
  await alert.getByText('Your role does not permit this.').waitFor()
  await alert.getByText(ID).waitFor()
  assert.equal(await alert.getByRole('button', { name: 'Try again' }).count(), 0)
  await page.unrouteAll()
})

test('a page whose line is lost keeps its rows, says so at the top and mends by itself', async () => {
  await open('/deals')
  const rows = page.locator('.records tbody tr')
  const before = await wordsOf(rows.first())
  line.cut()
  await page.getByRole('button', { name: 'Next' }).click()
  await lineState.filter({ hasText: 'The line was lost.' }).waitFor()
  assert.equal(await wordsOf(rows.first()), before)
  line.mend()
  await until(
    () => wordsOf(lineState),
    (words) => words === '',
  )
  await until(
    () => wordsOf(rows.first()),
    (words) => words !== before,
  )
})

test('a page that is first opened without a network comes as soon as there is one', async () => {
  await open('/clients')
  await context.setOffline(true)
  await lineState.filter({ hasText: 'You are offline.' }).waitFor()
  await page.getByRole('link', { name: 'Portfolio' }).click()
  await page.getByText('It comes by itself when you are online again.').waitFor()
  await context.setOffline(false)
  await page.locator('.skill-headline').waitFor()
  assert.equal(await wordsOf(lineState), '')
})

test('an answer beside a deal goes on after a lost line, and the deal stays in view', async () => {
  await open(DEAL)
  await page.getByRole('button', { name: 'Ask Marcus' }).click()
  await page.getByRole('textbox', { name: 'Ask Marcus' }).fill('Tell me all')
  await page.getByRole('button', { name: 'Send' }).click()
  const live = page.getByRole('article', { name: 'Marcus answers' })
  answer.give('one two three ')
  await live.getByText('three').waitFor()
  line.cut()
  await lineState.filter({ hasText: 'The line was lost. Resuming where it stopped.' }).waitFor()
  answer.give('four five six')
  assert.equal(await wordsOf(live.locator('.answer-text')), 'one two three')
  await page.locator('.skill-headline').waitFor()
  line.mend()
  await live.getByText('six').waitFor()
  answer.end()
  const whole = page.getByRole('article', { name: 'Answer', exact: true })
  await whole.waitFor()
  assert.equal(await wordsOf(whole.locator('.answer-text')), 'one two three four five six')
  await until(
    () => wordsOf(lineState),
    (words) => words === '',
  )
})

test('none of it asked another host, opened a dialog or broke the policy', () => {
  const { foreign, dialogs, violations } = misdeeds
  assert.deepEqual({ foreign, dialogs, violations }, { foreign: [], dialogs: [], violations: [] })
})
