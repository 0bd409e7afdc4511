import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findFaults } from '../support/both-widths.ts'
import { enterAsOwner, openBrowser, settled, wordsOf } from '../support/browser.ts'
import { openEventsServer } from '../support/events-server.ts'
import { openTestHouse } from '../support/house.ts'

const ICS = ['BEGIN:VCALENDAR', 'BEGIN:VEVENT', 'UID:1', 'DTSTART;VALUE=DATE:20200101', 'END:VEVENT', 'END:VCALENDAR']
const good = await openEventsServer((_request, response) => void response.end(ICS.join('\r\n')))
const bad = await openEventsServer((_request, response) => void response.writeHead(503).end())
const folder = await mkdtemp(join(tmpdir(), 'sophia-freeze-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'calendar.yaml')
// In force on whatever day this runs.
await writeFile(
  file,
  `periods:
  audit: { label: Audit of the year, when: mon-sun, priority: 20 }
  board: { label: Board meeting, ical: "${good.origin}/secret-1/board.ics" }
  fairs: { label: Trade fair, ical: "${bad.origin}/secret-2/fairs.ics" }
policies:
  - match: audit
    freeze: { deploys: true }
    context: "The audit is on; {deals.closing-this-month} deals are to close this month."
`,
)
const house = await openTestHouse({
  SOPHIA_CALENDAR_FILE: file,
  SOPHIA_ALLOW_PRIVATE_NETWORK: `${good.host},${bad.host}`,
})
const browser = await openBrowser()
const owner = await browser.visit(house, { timezoneId: 'America/New_York' })
await enterAsOwner(house, owner)
const { page, go } = owner
const main = page.locator('main')
const FROZEN = /Deploys are frozen as far as the calendar is worked out, because of Audit of the year\./

test('the page says that deploys are frozen, what was counted, and how old fetched events are', async () => {
  await go('/calendar')
  await page.getByText(FROZEN).waitFor()
  await page.getByText(`Events of ${good.host} as of today`).waitFor()
  await page.getByText('could not be fetched').waitFor()
  const words = await wordsOf(main)
  assert.match(words, /The audit is on; an unknown number of deals are to close this month\./)
  assert.match(words, /could not be fetched: it answers with HTTP 503\. Until they are, fairs has none\./)
  assert.doesNotMatch(words, /secret-/)
  assert.deepEqual(await findFaults(page, 'a freeze'), [])
})

test('beside the file stands that saving takes effect all the same', async () => {
  await page.getByRole('link', { name: 'The file' }).click()
  await page.getByText(/What you change here takes effect at once nevertheless\./).waitFor()
  assert.equal(await page.getByText(FROZEN).count(), 1)
  assert.deepEqual(await findFaults(page, 'the file in a freeze'), [])
})

test('so it is said where a version of a colleague is put in force', async () => {
  await go('/personas/marcus')
  await settled(page)
  await page.getByText(/A version takes effect at once nevertheless\./).waitFor()
  assert.deepEqual(await findFaults(page, 'a colleague in a freeze'), [])
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(owner.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})
