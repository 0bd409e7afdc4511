import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { Command } from 'commander'
import { CalendarFile, CalendarNow } from '#contract/calendar.ts'
import { SophiaError } from '#domain/errors.ts'
import { PersonaActivated } from '#contract/personas.ts'
import { addCalendarCommand } from '../../src/cli/calendar-command.ts'
import { addPersonasCommand } from '../../src/cli/personas-command.ts'
import { openTestHouse } from '../support/house.ts'
import { insertRecords } from '../support/records.ts'
import { joinHouse, type Visitor } from '../support/visitors.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-day-'))
after(() => rm(folder, { recursive: true, force: true }))
const file = join(folder, 'calendar.yaml')
const LINE = '{deals.closing-this-month} deals close this month, {renewals.next-30-days} renewals come up.'
// In force on whatever day this runs.
const FROZEN = `periods: { ever: { label: Audit, when: mon-sun } }
policies: [{ match: ever, freeze: { deploys: true }, context: "${LINE}" }]
`
await writeFile(file, FROZEN)
const house = await openTestHouse({ SOPHIA_CALENDAR_FILE: file })
const { calendar, database, personas } = house.rooms
const today = new Date().toISOString().slice(0, 10)
await insertRecords(database, 'reps', [
  { id: 'ann', name: 'Ann' },
  { id: 'bob', name: 'Bob' },
])
await insertRecords(database, 'clients', [
  { id: 'c1', name: 'Alder', owner_rep_id: 'ann', renewal_on: today },
  { id: 'c2', name: 'Birch', owner_rep_id: 'bob', renewal_on: today },
])
await insertRecords(
  database,
  'deals',
  ['ann', 'ann', 'bob'].map((rep, at) => ({
    id: `d${at}`,
    name: `Deal ${at}`,
    rep_id: rep,
    stage: 'proposal',
    expected_close_on: today,
  })),
)
const owner = await joinHouse(house, { role: 'owner', rowScope: 'all' })
const ann = await joinHouse(house, { repId: 'ann' })
const nobody = await joinHouse(house, {})
const AS_LONG_AS_KNOWN = 'Deploys are frozen as far as the calendar is worked out, because of Audit.'

async function dayOf(visitor: Visitor, query = ''): Promise<CalendarNow> {
  return CalendarNow.parse(JSON.parse((await visitor.ask({ path: `/api/calendar${query}` })).text))
}

test('each sees the figures of the day as their rows say, and of another instant the line as it is written', async () => {
  assert.deepEqual((await dayOf(owner)).context, ['3 deals close this month, 2 renewals come up.'])
  assert.deepEqual((await dayOf(ann)).context, ['2 deals close this month, 1 renewals come up.'])
  assert.deepEqual((await dayOf(nobody)).context, [
    'An unknown number of deals close this month, an unknown number of renewals come up.',
  ])
  assert.deepEqual((await dayOf(owner, `?at=${today}T12:00:00Z`)).context, [LINE])
})

test('a freeze is told with its words, and whoever activates or saves in it is warned, not refused', async () => {
  const { deploys } = await dayOf(nobody)
  assert.deepEqual(deploys, { isFrozen: true, until: null, because: ['Audit'], sentence: AS_LONG_AS_KNOWN })
  const [version] = await personas.versions('marcus')
  const path = '/api/personas/marcus/activate'
  const activated = await owner.ask({ method: 'POST', path, body: { version: version?.hash } })
  assert.equal(activated.status, 200)
  assert.match(
    PersonaActivated.parse(JSON.parse(activated.text)).warnings.join(),
    /^Deploys are frozen .* takes effect at once/,
  )
  const free = FROZEN.replace('deploys: true', 'deploys: false')
  const saved = await owner.ask({ method: 'PUT', path: '/api/calendar/file', body: { text: free } })
  assert.match(CalendarFile.parse(JSON.parse(saved.text)).warnings.join(), /^Deploys are frozen .* because of Audit/)
  assert.equal((await dayOf(owner)).deploys.isFrozen, false)
  const again = await owner.ask({ method: 'PUT', path: '/api/calendar/file', body: { text: FROZEN } })
  assert.deepEqual(CalendarFile.parse(JSON.parse(again.text)).warnings, [])
})

test('the command line shows what a running Sophia counted, and warns as well', async (t) => {
  const tellDay = async (): Promise<string[]> => (await dayOf(owner)).context
  const shown = await run(t, ['calendar', 'show'], (program) =>
    addCalendarCommand(program, async () => ({ calendar, tellDay, close: async () => undefined })),
  )
  assert.match(shown.out, /"3 deals close this month, 2 renewals come up\."/)
  const alone = await run(t, ['calendar', 'show'], (program) =>
    addCalendarCommand(program, async () => ({ calendar, tellDay: async () => null, close: async () => undefined })),
  )
  assert.match(alone.out, /\{deals\.closing-this-month\} deals/)
  assert.match(alone.err, /Figures in braces are counted by a Sophia that runs/)
  const refuse = (): Promise<never> => Promise.reject(new SophiaError('NOT_PERMITTED'))
  const refused = await run(t, ['calendar', 'show'], (program) =>
    addCalendarCommand(program, async () => ({ calendar, tellDay: refuse, close: async () => undefined })),
  )
  assert.match(refused.out, /Audit/)
  assert.match(refused.err, /Figures in braces could not be counted: /)
  const [version] = await personas.versions('marcus')
  const { err } = await run(t, ['personas', 'activate', 'marcus', version?.hash ?? ''], (program) =>
    addPersonasCommand(program, async () => ({
      personas,
      calendar,
      principal: owner.principal,
      close: async () => undefined,
    })),
  )
  assert.match(err, /^Warning: Deploys are frozen/)
})

async function run(
  t: TestContext,
  words: readonly string[],
  add: (program: Command) => void,
): Promise<{ readonly out: string; readonly err: string }> {
  const [log, error] = [
    t.mock.method(console, 'log', () => undefined),
    t.mock.method(console, 'error', () => undefined),
  ]
  const program = new Command().exitOverride()
  add(program)
  try {
    await program.parseAsync(words, { from: 'user' })
    const [out = '', err = ''] = [log, error].map(({ mock }) =>
      mock.calls.map((call) => String(call.arguments[0])).join('\n'),
    )
    return { out, err }
  } finally {
    log.mock.restore()
    error.mock.restore()
  }
}
