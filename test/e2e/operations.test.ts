import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type pg from 'pg'
import { findFaults } from '../support/both-widths.ts'
import { enterAs, enterAsOwner, openBrowser, settled, wordsOf } from '../support/browser.ts'
import { openEventsServer } from '../support/events-server.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const LONG = 'sophia-production-worker-northumberland-harrington-7f9c4d6b8-x2x9q'
const hook = await openEventsServer((request, response) => {
  request.resume()
  response.end('ok')
})
const folder = await mkdtemp(join(tmpdir(), 'sophia-operations-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'calendar.yaml')
// Always in force: any use of memory is too much, for good and for bad.
await writeFile(
  file,
  `periods:
  drill: { label: Drill, when: mon-sun, priority: 20 }
policies:
  - match: drill
    alerts:
      memory-high: { threshold: -1, for: 1s }
      memory-critical: { threshold: -1, for: 1s }
`,
)
const house = await openTestHouse({ SOPHIA_CALENDAR_FILE: file, SOPHIA_NOTIFY_WEBHOOK: `${hook.origin}/hook` })
const inDatabase = <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
  house.rooms.database.read((handle) => handle.client.query<Row>(text, [...values]))
const browser = await openBrowser()
const owner = await browser.visit(house)
await enterAsOwner(house, owner)
const { page, go, context } = owner
const verdict = page.getByRole('region', { name: 'What is wrong now' })

test('what is wrong stands first in a sentence, its cause before what follows, with what to do', async () => {
  for (const detail of ['redis', 'model', 'redis']) house.rooms.recoveries.note('part-back', detail)
  house.rooms.recoveries.note('read-only-began', '4.9 % free')
  await go('/operations')
  await verdict.getByText(/^A process uses .* of its memory and will soon be ended\.$/).waitFor()
  await verdict.getByText('Restart the process: its turns are taken over.').waitFor()
  await page.getByText('Follows from memory critical').waitFor()
  await settled(page)
  const words = await wordsOf(page.locator('main'))
  assert.match(words, /Wrong now A process uses/)
  assert.match(words, /1 alert beside it follows from a cause\./)
  assert.match(words, /PostgreSQL Works (since just now|for \d)/)
  assert.match(words, /Redis Not set up/)
  assert.match(words, /Mended by itself .*nothing new was stored from then on 4\.9 % free (just now|\d+ s ago)/)
  assert.match(words, /Redis: works again 2 times, last (just now|\d+ s ago)/)
  assert.match(words, /Connections Not set up 99 % of probes of MCP servers are answered Kept nothing to count/)
  assert.match(words, /Owners are told by the webhook\./)
  assert.match(
    words,
    /Process State Heard of Requests Answers Sockets Processors Memory Version Running Address \S.* Alive just now (unknown|[\d.]+\/s)/,
  )
  assert.match(words, /Looked at (just now|\d+ s ago), and again as soon as the server says so\./)
  assert.deepEqual(await findFaults(page, 'operations with alerts'), [])
})

test('an alert is silenced for a while with a reason, stays on screen, and is told again when that is ended', async () => {
  await page.getByRole('button', { name: 'Silence Memory critical' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Why' }).fill('More memory comes tonight')
  await dialog.getByRole('combobox', { name: 'For how long' }).selectOption('4')
  assert.deepEqual(await findFaults(page, 'the silence', 'dialog'), [])
  await dialog.getByRole('button', { name: 'Silence', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  await page.getByText('More memory comes tonight').waitFor()
  assert.equal(await page.getByRole('button', { name: 'Silence Memory critical' }).count(), 0)
  await verdict.getByText(/of its memory/).waitFor()
  const { rows } = await inDatabase<{ hours: number }>(
    `select round(extract(epoch from until - created_at) / 3600)::int as hours from alert_silences`,
  )
  assert.deepEqual(rows, [{ hours: 4 }])
  await page.getByRole('button', { name: 'Tell again of Memory critical' }).click()
  await page.getByText('More memory comes tonight').waitFor({ state: 'detached' })
})

test('how owners are told is tried by a button, which says how it went', async () => {
  const before = hook.asked.length
  await page.getByRole('button', { name: 'Send a message for trial' }).click()
  await page.getByText('Sent by the webhook', { exact: true }).waitFor()
  assert.ok(hook.asked.length > before)
  hook.answer((request, response) => {
    request.resume()
    response.writeHead(403).end()
  })
  await page.getByRole('button', { name: 'Send a message for trial' }).click()
  await page.getByText(/^Not sent by the webhook: ./).waitFor()
})

test('a process that fell silent, names that are long and alerts that are over are shown', async () => {
  await inDatabase(
    `insert into watch_replicas (replica, address, version, started_at, seen_at, signals)
     values ($1, 'https://sophia.example.com', '0.0.9', now() - interval '3 days', now() - interval '1 minute', '{}')`,
    [LONG],
  )
  await inDatabase(
    `insert into alerts (id, rule, subject, state, since, fired_at, resolved_at, value)
     select gen_random_uuid(), 'mcp-server-down', $1 || n, 'resolved', now() - interval '2 hours',
       now() - interval '2 hours', now() - interval '1 hour', 1 from generate_series(1, 7) n`,
    [LONG],
  )
  await page.getByText(/^1 of 2 not heard of for more than 12 s\.$/).waitFor()
  await page
    .getByText(/was not heard of for 12 seconds/)
    .first()
    .waitFor()
  await page.getByText(`The connection ${LONG}`, { exact: false }).first().waitFor()
  await page.getByRole('button', { name: 'Show 2 more' }).click()
  assert.match(await wordsOf(page.locator('main')), /lasted 1 h 0 min/)
  assert.deepEqual(await findFaults(page, 'operations with long names'), [])
})

test('when the server is not reached the page says so, keeps what it had and how old that is', async () => {
  await context.setOffline(true)
  await page.getByText('The server is not reached.').waitFor()
  await page.getByText(/What stands here was heard/).waitFor()
  assert.equal(await page.locator('.part-row').getByText('PostgreSQL', { exact: true }).count(), 1)
  await context.setOffline(false)
  await page.getByText('The server is not reached.').waitFor({ state: 'detached' })
})

test('whoever may not read it finds no such page and no way to it', async () => {
  const member = await browser.visit(house)
  await enterAs(await joinHouse(house, { role: 'member' }), house, member)
  await member.go('/operations')
  await member.page.getByRole('heading', { name: 'Not found' }).waitFor()
  assert.equal(await member.page.getByRole('link', { name: 'Operations' }).count(), 0)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  const { misdeeds } = owner
  const errors = misdeeds.errors.filter((text) => !text.includes('ERR_INTERNET_DISCONNECTED'))
  assert.deepEqual({ ...misdeeds, errors }, { errors: [], foreign: [], dialogs: [], violations: [] })
})
