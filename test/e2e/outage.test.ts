import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openBreakableLine } from '../support/breakable-line.ts'
import { findFaults } from '../support/both-widths.ts'
import { enterAsOwner, openBrowser } from '../support/browser.ts'
import { openTestDatabase } from '../support/database.ts'
import { openTestHouse } from '../support/house.ts'

const { connection } = await openTestDatabase()
const { host = '', port = 5432 } = connection
const line = await openBreakableLine(host.startsWith('/') ? `${host}/.s.PGSQL.${port}` : port)
const house = await openTestHouse({}, { pooler: { host: '127.0.0.1', port: line.port } })
const browser = await openBrowser()
const owner = await browser.visit(house)
await enterAsOwner(house, owner)
const { page, go } = owner
const verdict = page.getByRole('region', { name: 'What is wrong now' })

test('with PostgreSQL gone the page says so within seconds, and keeps what it knew with how old that is', async () => {
  await go('/operations')
  await page.getByRole('heading', { name: 'Over time' }).waitFor()
  await page.locator('.series').first().waitFor()
  line.cut()
  await verdict.getByText(/PostgreSQL/).waitFor()
  await page.locator('.part-row').filter({ hasText: 'PostgreSQL' }).getByText('Down').waitFor()
  await page.getByText('What you see is what was loaded last.').first().waitFor()
  // It goes on asking though the stream, which nothing ends, has fallen silent.
  for (const _look of [1, 2, 3]) await page.waitForResponse(/\/health$/)
  await verdict.getByText(/PostgreSQL/).waitFor()
  assert.ok((await page.locator('.series').count()) > 5)
  assert.deepEqual(await findFaults(page, 'operations without PostgreSQL'), [])
})

test('opened anew meanwhile it tells which part is down and since when, and goes on by itself once it is back', async () => {
  await page.reload()
  await page.getByText('It is tried again by itself.').waitFor()
  const part = page.locator('.part-row').filter({ hasText: 'PostgreSQL' })
  await part.getByText('Down').waitFor()
  await part.getByText(/since just now|for \d/).waitFor()
  assert.deepEqual(await findFaults(page, 'without PostgreSQL'), [])
  line.mend()
  await page.getByRole('heading', { name: 'Over time' }).waitFor()
  await page.locator('.part-row').filter({ hasText: 'PostgreSQL' }).getByText('Works').waitFor()
})
