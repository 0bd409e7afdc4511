import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { findFaults } from '../support/both-widths.ts'
import { enterAs, enterAsOwner, openBrowser, settled, until, wordsOf } from '../support/browser.ts'
import { openTestHouse } from '../support/house.ts'
import { joinHouse } from '../support/visitors.ts'

const DAY_MS = 86_400_000
const LONG = 'Northumberland-Harrington residential property settlement'
/** A day to come, in UTC, where the calendar of this house lives; at noon of it in New York it is that day too. */
const soon = new Date(Date.now() + 3 * DAY_MS).toISOString().slice(0, 10)
const GOOD = `# Of this house.
calendars:
  house: { timezone: UTC }
periods:
  settlement:
    label: ${LONG}
    when: mon-sun
    calendar: house
    priority: 20
  fair:
    label: Spring fair
    dates: ["${soon}"]
    calendar: house
    priority: 50
policies:
  - match: settlement
    limits:
      member: { rate: x2 }
    alerts:
      moonrise: { for: 5m }
    context: Properties are being settled.
  - match: fair
    limits:
      member: { rate: x3 }
    context: Everybody is at the fair.
    cache:
      tool-result: { ttl: x0.5, freshAtStart: true }
`

const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-'))
const file = join(folder, 'calendar.yaml')
await writeFile(file, GOOD)
after(() => rm(folder, { recursive: true, force: true }))
const house = await openTestHouse({ SOPHIA_CALENDAR_FILE: file })
const browser = await openBrowser()
const inNewYork = { timezoneId: 'America/New_York' }
const owner = await browser.visit(house, inNewYork)
const member = await browser.visit(house, inNewYork)
await enterAsOwner(house, owner)
await enterAs(await joinHouse(house, { role: 'member' }), house, member)
const { page, go } = owner
const main = page.locator('main')
const holds = page.getByRole('region', { name: 'What holds' })
const text = page.getByLabel('Text of the file')
const check = page.getByRole('region', { name: 'What the text means' })
const save = page.getByRole('button', { name: 'Save', exact: true })

/** What is marked in the field that has the focus. */
const MARKED = `(() => {
  const { value, selectionStart, selectionEnd } = document.activeElement
  return value.slice(selectionStart, selectionEnd)
})()`

/** The button of a day in the month. */
function dayOf(day: string, on = page) {
  const form = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' } as const
  const words = new Intl.DateTimeFormat('en-GB', form).format(Date.parse(day))
  return on.getByRole('button', { name: new RegExp(`^${words}:`) })
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
}

test('the page says what holds now and what comes next', async () => {
  await go('/')
  await page.getByRole('link', { name: 'Calendar' }).click()
  await settled(page)
  await page.getByText(`${LONG} with no end in sight.`).waitFor()
  await page.getByText(/^Next: Spring fair begins/).waitFor()
  assert.match(await wordsOf(main), /Your own calendar file is in force\./)
  assert.match(
    await wordsOf(holds),
    /Properties are being settled\..*40 requests a second instead of 20 requests a second/,
  )
})

test('what nothing here goes by is said plainly, and still told', async () => {
  await holds.getByText('1 key spoken of that nothing here goes by yet').click()
  assert.match(
    await wordsOf(holds),
    /How long moonrise lasts before it alerts alerts\.moonrise\.for Nothing goes by it yet/,
  )
})

test('the month and the line show each period by its name, and have no barrier', async () => {
  assert.match((await dayOf(soon).getAttribute('aria-label')) ?? '', new RegExp(`Spring fair, ${LONG}`))
  const line = page.getByRole('group', { name: 'Periods of the next 30 days' })
  assert.match(await wordsOf(line), new RegExp(`Spring fair UTC .+ to .+ ${LONG} UTC all the time`))
  assert.deepEqual(await findFaults(page, 'the calendar'), [])
})

test('a day to come shows what will hold, who says it and who is overruled; the address keeps it', async () => {
  await dayOf(soon).click()
  await page.waitForURL(/at=/)
  for (const open of [() => Promise.resolve(), () => page.reload()]) {
    await open()
    await holds.getByText('60 requests a second', { exact: true }).waitFor()
    assert.match(
      await wordsOf(holds),
      new RegExp(
        `Everybody is at the fair\\. Properties.*Spring fair says x3, which makes 60 requests a second Decides; priority 50; calendar\\.yaml, line 24 ${LONG} says x2, which makes 40 requests a second Overruled by a higher priority; priority 20; calendar\\.yaml, line 18`,
      ),
    )
  }
})

test('who wants what is kept to be fresh is told at its key, with the line', async () => {
  const row = holds.getByRole('listitem').filter({ has: page.getByText('cache.tool-result.ttl', { exact: true }) })
  assert.match(
    await wordsOf(row),
    /Spring fair says x0\.5, which makes 7\.5 s Decides; .* Spring fair wants fresh values as of .* Nothing kept from before is given in it; calendar\.yaml, line 27/,
  )
})

test('a key is explained in sentences, in the time of whoever reads', async () => {
  await holds.getByLabel('Explain limits.member.rate').click()
  await holds.getByText(/is 60 requests a second; without the calendar it is 20/).waitFor()
  const words = await wordsOf(holds)
  assert.match(words, /So it is until (tomorrow|\w{3} \d+ \w{3}( \d{4})?,) \d\d:\d\d\./)
  assert.doesNotMatch(words, /UTC\./)
  assert.deepEqual(await findFaults(page, 'a day to come'), [])
})

test('the days are walked by keys, and a time of the day is chosen by itself', async () => {
  await dayOf(soon).focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await holds.getByText('40 requests a second', { exact: true }).waitFor()
  const focused = await page.evaluate("document.activeElement.getAttribute('aria-label')")
  assert.equal(focused, await dayOf(dayAfter(soon)).getAttribute('aria-label'))
  // In New York the day of the fair goes on into the evening before it, by UTC.
  await dayOf(soon).click()
  await holds.getByLabel('Time, in America/New_York').fill('23:30')
  await holds.getByText('40 requests a second', { exact: true }).waitFor()
  await holds.getByRole('button', { name: 'Back to now' }).click()
  await page.waitForURL((url) => url.search === '')
  const month = page.getByRole('region', { name: 'Month' })
  const before = await month.getByRole('heading').innerText()
  await month.getByRole('button', { name: 'Next month' }).click()
  await until(
    () => month.getByRole('heading').innerText(),
    (now) => now !== before,
  )
  await month.getByRole('button', { name: 'Today' }).click()
  await until(
    () => month.getByRole('heading').innerText(),
    (now) => now === before,
  )
})

test('a faulty text cannot be saved, its place is jumped to, and a suggestion mends it', async () => {
  await page.getByRole('link', { name: 'The file' }).click()
  await text.waitFor()
  assert.equal(await text.inputValue(), GOOD)
  assert.equal(await save.isDisabled(), true)
  await text.fill(GOOD.replace('when: mon-sun', 'when: last 3 bd of moth'))
  await check.getByText('1 fault', { exact: true }).waitFor()
  assert.equal(await save.isDisabled(), true)
  assert.deepEqual(await findFaults(page, 'the file with a fault'), [])
  await check.getByRole('button', { name: 'Go to line 7' }).click()
  assert.equal(await page.evaluate(MARKED), 'moth')
  await check.getByRole('button', { name: 'Use month' }).click()
  await check.getByText('No faults').waitFor()
  assert.match(await text.inputValue(), /when: last 3 bd of month\n/)
})

test('what would change is said before it is saved, and an unsaved text outlives a reload', async () => {
  const changed = GOOD.replace('rate: x2', 'rate: x4')
  await text.fill(changed)
  await check.getByText('80 requests a second instead of 40 requests a second').waitFor()
  await page.reload()
  await check.getByText('80 requests a second instead of 40 requests a second').waitFor()
  assert.equal(await text.inputValue(), changed)
  assert.equal(await readFile(file, 'utf8'), GOOD)
  assert.deepEqual(await findFaults(page, 'the file with a change'), [])
})

test('a factor of a period to come is told with from when until when', async () => {
  await text.fill(GOOD.replace('rate: x3', 'rate: x5'))
  const row = check.getByRole('listitem').filter({ hasText: 'limits.member.rate' })
  await row.getByText('100 requests a second instead of 60 requests a second').waitFor()
  assert.match(
    await wordsOf(row),
    /^How fast each member may ask limits\.member\.rate 100 .* From \S.*, (19|20):00 to \S.*, (19|20):00$/,
  )
  assert.deepEqual(await findFaults(page, 'the file with a change to come'), [])
  await text.fill(GOOD.replace('rate: x2', 'rate: x4'))
})

test('saving puts it in force and writes the file', async () => {
  await save.click()
  await page.getByText('Saved and in force.').waitFor()
  assert.match(await readFile(file, 'utf8'), /rate: x4/)
  await page.getByRole('link', { name: 'Days' }).click()
  await holds.getByText('80 requests a second', { exact: true }).waitFor()
})

test('a pack is one button, until it is included', async () => {
  await page.getByRole('link', { name: 'The file' }).click()
  await page.getByRole('button', { name: 'Add include: [rent-cycle]' }).click()
  assert.match(await text.inputValue(), /^# Of this house\.\ninclude: \[rent-cycle\]\n/)
  await check.getByText('No faults').waitFor()
  assert.equal(await page.getByRole('button', { name: /rent-cycle/ }).count(), 0)
  await page.getByRole('button', { name: 'Discard changes' }).click()
  assert.doesNotMatch(await text.inputValue(), /rent-cycle/)
})

test('a file that is broken on disk is told with its line, and the last good calendar holds on', async () => {
  await writeFile(file, GOOD.replace('dates:', 'when: last bd of mnth #'))
  const notice = page.locator('.notice', { hasText: 'The calendar file has 1 fault.' })
  await until(
    async () => {
      await go('/calendar')
      await settled(page)
      return notice.count()
    },
    (count) => count === 1,
  )
  assert.match(await wordsOf(notice), /Line 12 periods\.fair\.when .*Did you mean month\?/)
  assert.match(await wordsOf(main), /The last good calendar is in force\..*80 requests a second/)
  assert.deepEqual(await findFaults(page, 'a faulty file'), [])
})

test('who may not manage the calendar reads it and sees no editor', async () => {
  await member.go('/calendar/file')
  await settled(member.page)
  await member.page
    .getByRole('region', { name: 'What holds' })
    .getByText('80 requests a second', { exact: true })
    .waitFor()
  assert.equal(await member.page.getByRole('link', { name: 'The file' }).count(), 0)
  assert.equal(await member.page.getByLabel('Text of the file').count(), 0)
})

test('nothing of it wrote an error to the console, asked another host or broke the policy', () => {
  assert.deepEqual(owner.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
  assert.deepEqual(member.misdeeds, { errors: [], foreign: [], dialogs: [], violations: [] })
})

test('when saving fails the text stays as it was written', async () => {
  await go('/calendar/file')
  await text.fill(GOOD)
  await check.getByText('No faults').waitFor()
  await page.route('**/api/calendar/file', (route) =>
    route.request().method() === 'PUT' ? route.abort() : route.continue(),
  )
  await save.click()
  await page.getByText('Nothing was saved. Your text is still here.').waitFor()
  assert.equal(await text.inputValue(), GOOD)
  await page.unroute('**/api/calendar/file')
  await save.click()
  await page.getByText('Saved and in force.').waitFor()
  assert.equal(await readFile(file, 'utf8'), GOOD)
})

test('who writes while the file changes elsewhere is told, and may take it as it is now', async () => {
  const theirs = `${GOOD}# Theirs.\n`
  await text.fill(`${GOOD}# Mine.\n`)
  await writeFile(file, theirs)
  const notice = page.getByText('The file was changed elsewhere since you began.')
  await until(
    async () => {
      await page.reload()
      await settled(page)
      await text.waitFor()
      return notice.count()
    },
    (count) => count === 1,
  )
  assert.match(await text.inputValue(), /# Mine\.\n$/)
  await page.getByRole('button', { name: 'Take the file as it is now' }).click()
  assert.equal(await text.inputValue(), theirs)
})
