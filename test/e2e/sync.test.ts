import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findFaults } from '../support/both-widths.ts'
import { enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { openCrmServer } from '../support/mcp/crm-server.ts'

const SIZES = { companies: 60, contacts: 40, deals: 45, activities: 30 }
/** How far the page has moved since it was opened; without an entry nothing moved. */
const SHIFT = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, one) => sum + one.value, 0)))
    .observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => resolve(0), 200)
})`
/** A stage that no mapping knows. */
const STRANGE = 'awaiting_moon_phase'

const crm = await openCrmServer({ sizes: SIZES })
const [company] = crm.records.all('companies')
const deal = crm.records.all('deals').at(-1)
const belongs = { companies: { results: [{ id: company?.id ?? '', type: 'deal_to_company' }] } }
const strange = crm.records.add('deals', { dealname: 'Strange deal', dealstage: STRANGE, amount: '10' }, belongs)

const folder = await mkdtemp(join(tmpdir(), 'sophia-sync-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'mcp.json')
await writeFile(file, JSON.stringify({ mcpServers: { crm: { url: crm.url, name: 'Our CRM' } } }), { mode: 0o600 })
const house = await openTestHouse({ SOPHIA_MCP_FILE: file })
const browser = await openBrowser()
const owner = await browser.visit(house)
await enterAsOwner(house, owner)
const { page, go } = owner
const sheet = page.getByRole('dialog', { name: 'Our CRM', exact: true })
const lastRun = sheet.locator('.sync-run').filter({ has: page.getByRole('heading', { name: 'Last run' }) })
const sources = page.getByRole('list', { name: 'Where the data comes from' })

test('without a source no page speaks of one', async () => {
  await go('/deals')
  await settled(page)
  assert.equal(await sources.count(), 0)
})

test('the mapping that fits is chosen, and a faulty field says so', async () => {
  await go('/connections/crm')
  await sheet.getByRole('button', { name: 'Copy records from it' }).click()
  const mapping = sheet.getByLabel('Mapping', { exact: true })
  await mapping.waitFor()
  assert.equal(await mapping.inputValue(), 'generic')
  await sheet.getByText('Fits: this connection offers every tool it asks for.').waitFor()
  await sheet.getByLabel('Minutes between runs').fill('0')
  await sheet.getByRole('button', { name: 'Preview' }).click()
  await sheet.getByText('A whole number from 1 to 10,080').waitFor()
  await sheet.getByLabel('Minutes between runs').fill('90')
})

test('a preview shows the first records of each kind as they would become, and stores nothing', async () => {
  await sheet.getByRole('button', { name: 'Preview' }).click()
  const preview = sheet.getByRole('region', { name: 'Preview' })
  await preview.getByRole('heading', { name: 'Activities' }).waitFor()
  assert.match(await wordsOf(preview), /Companies the first 5, as clients .* Deals the first 5, as deals/)
  assert.ok((await wordsOf(preview)).includes(company?.properties['name'] ?? 'no company'))
  assert.deepEqual(await findFaults(page, 'the preview', '.sheet'), [])
  const { items } = (await (await owner.context.request.get('/api/mcp/syncs')).json()) as { items: unknown[] }
  assert.deepEqual(items, [])
})

test('copying begins, runs, and says what came and what was left out', async () => {
  await sheet.getByRole('button', { name: 'Begin copying' }).click()
  await sheet.getByRole('button', { name: 'Run now' }).click()
  await lastRun.getByText('Stored, but not all of it').waitFor()
  const counts = await wordsOf(lastRun.getByRole('list', { name: 'Records by kind' }))
  assert.match(counts, /^Owners 12 .*Companies 60 60 new .*Deals 46 45 new, 1 faulty/)
  const found = await wordsOf(lastRun)
  assert.ok(found.includes(strange.id) && found.includes(STRANGE), found)
  await sheet.getByText('Up to date', { exact: true }).waitFor()
  assert.match(await wordsOf(sheet), /every 90 min/)
  assert.deepEqual(await findFaults(page, 'a sync', '.sheet'), [])
})

test('its age stands where the data is used, and leads to where it comes from', async () => {
  for (const path of ['/deals', '/clients', '/pipeline', '/portfolio', '/', `/deals/crm:${deal?.id ?? ''}`]) {
    await go(path)
    await sources.getByText(/^Our CRM, \d+ (s|min) old\.$/).waitFor()
  }
  await go('/deals')
  await settled(page)
  await page.getByText('45 deals').waitFor()
  assert.ok(Number(await page.evaluate(SHIFT)) < 0.05)
  assert.deepEqual(await findFaults(page, 'deals', 'html'), [])
  await sources.getByRole('link').click()
  await sheet.getByRole('heading', { name: 'Copies records' }).waitFor()
})

test('much that is gone there waits for a yes, and only then goes here', async () => {
  const gone = crm.records.all('deals').slice(0, 30)
  for (const { id } of gone) crm.records.erase('deals', id)
  const { items } = (await (await owner.context.request.get('/api/mcp/syncs')).json()) as { items: { id: string }[] }
  const run = await owner.context.request.post(`/api/mcp/syncs/${items[0]?.id ?? ''}/run`, { data: { full: true } })
  assert.equal(run.status(), 202)
  await page.reload()
  await sheet.getByRole('button', { name: 'They are gone: remove them' }).click()
  const question = page.getByRole('dialog', { name: 'Remove what is gone there?' })
  assert.match(await wordsOf(question), /30 of 46 deals were not met/)
  await question.getByRole('button', { name: 'Read again and remove' }).click()
  await lastRun.getByText('30 removed').waitFor()
  assert.equal(await sheet.getByRole('button', { name: 'They are gone: remove them' }).count(), 0)
})

test('it can be paused, given another schedule and ended; what was copied stays', async () => {
  await sheet.getByRole('button', { name: 'Switch off: copying from Our CRM' }).click()
  await sheet.locator('.sync-says').getByText('Switched off', { exact: true }).waitFor()
  await sheet.getByRole('button', { name: 'Change schedule' }).click()
  const schedule = page.getByRole('dialog', { name: 'How often is Our CRM read?' })
  await schedule.getByLabel('Minutes between runs').fill('1440')
  await schedule.getByRole('button', { name: 'Save' }).click()
  await schedule.waitFor({ state: 'detached' })
  await sheet.getByRole('button', { name: 'Remove: copying from Our CRM' }).click()
  const question = page.getByRole('dialog', { name: 'Remove copying from Our CRM?' })
  assert.match(await wordsOf(question), /What was copied stays/)
  await question.getByRole('button', { name: 'Remove' }).click()
  await sheet.getByRole('button', { name: 'Copy records from it' }).waitFor()
  const total = async () => {
    const { total: count } = (await (await owner.context.request.get('/api/deals')).json()) as { total: number }
    return count
  }
  await until(total, (count) => count === 15)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(owner.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
