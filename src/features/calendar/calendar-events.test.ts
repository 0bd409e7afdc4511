import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { principalSeeing } from '../../../test/support/records.ts'
import { createCalendar, type Calendar } from './index.ts'

const OWNER = { ...principalSeeing(), role: 'owner' as const }

interface Opening {
  readonly text?: string
  readonly at?: string
}

async function open(t: TestContext, { text, at = '2026-11-15T12:00:00Z' }: Opening = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-'))
  const file = join(folder, 'calendar.yaml')
  if (text !== undefined) await writeFile(file, text)
  // Its sleep would move the time at every look.
  const clock = { ...createManualClock(at), sleep: (_ms: number, signal?: AbortSignal) => untilAborted(signal) }
  const calendar = createCalendar({
    clock,
    log: pino({ level: 'silent' }),
    file,
    isNamed: false,
    shippedFolder: join(import.meta.dirname, '../../../calendars'),
    eventsFolder: join(folder, 'calendar-events'),
    allowPrivate: [],
    bases: () => new Map(),
    countOpenTurns: () => Promise.resolve(0),
  })
  await calendar.start()
  t.after(async () => {
    await calendar.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { calendar, clock, file }
}

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}

/** As the look every two seconds does it; here that look never comes. */
async function reread(calendar: Calendar): Promise<void> {
  await calendar.start()
}

const BOARD = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:1',
  'SUMMARY:Board',
  'DTSTART:20261115T090000',
  'DTEND:20261115T170000',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n')
const WITH_BOARD = `calendars:
  ours: { timezone: Europe/Berlin }
periods:
  board: { label: Board, ical: board.ics, calendar: ours, lead: 1h }
`

test('a period takes its times from a file of events, in its own zone, and says where from', async (t) => {
  const { calendar, file } = await open(t)
  await writeFile(join(file, '../board.ics'), BOARD)
  await calendar.save(OWNER, { text: WITH_BOARD })
  const now = calendar.now()
  assert.deepEqual(now.active, [{ name: 'board', label: 'Board', priority: 0, until: '2026-11-15T16:00:00.000Z' }])
  assert.deepEqual(now.periods[0]?.when, 'events of board.ics')
  assert.equal(
    calendar.upcoming({ from: new Date('2026-11-15T00:00:00Z'), days: 1 }).windows[0]?.startsAt,
    '2026-11-15T07:00:00.000Z',
  )
})

test('a file of events is read again when it changes; a faulty or missing one leaves the last good calendar in force', async (t) => {
  const { calendar, file } = await open(t)
  const board = join(file, '../board.ics')
  await writeFile(board, BOARD)
  await calendar.save(OWNER, { text: WITH_BOARD })
  await writeFile(board, BOARD.replace('T170000', 'T990000'))
  await reread(calendar)
  assert.match(
    calendar.health().detail,
    /last good calendar is in force\. board\.ics:6: periods\.board\.ical: "Board":/,
  )
  assert.equal(calendar.now().active[0]?.until, '2026-11-15T16:00:00.000Z')
  await writeFile(board, BOARD.replace('T170000', 'T180000'))
  await reread(calendar)
  assert.equal(calendar.now().active[0]?.until, '2026-11-15T17:00:00.000Z')
  await rm(board)
  await reread(calendar)
  const [gone] = calendar.file().faults
  assert.deepEqual([gone?.file, gone?.line], ['calendar.yaml', 4])
  assert.match(gone?.message ?? '', /There is no file `board\.ics`/)
})

test('whole days of a file of events are holidays of a calendar; another day, they are worked out for the days around it', async (t) => {
  const { calendar, clock, file } = await open(t, { at: '2026-12-24T12:00:00Z' })
  const event = ['BEGIN:VEVENT', 'SUMMARY:Eve', 'DTSTART;VALUE=DATE:20201224', 'RRULE:FREQ=YEARLY', 'END:VEVENT']
  await writeFile(join(file, '../bank.ics'), ['BEGIN:VCALENDAR', ...event, 'END:VCALENDAR'].join('\n'))
  const text =
    'calendars: { ours: { add: { ical: bank.ics } } }\nperiods: { closed: { when: holiday, calendar: ours } }\n'
  await calendar.save(OWNER, { text })
  assert.equal(calendar.now().active[0]?.name, 'closed')
  clock.advance(Date.parse('2036-12-24T12:00:00Z') - Date.parse('2026-12-24T12:00:00Z'))
  await reread(calendar)
  assert.equal(calendar.now().active[0]?.name, 'closed')
})

test('a file of events lies beside the calendar: no path leads to another file', async (t) => {
  const { calendar } = await open(t)
  for (const name of ['../board.ics', '/etc/passwd', 'secret.txt', 'C:board.ics']) {
    const { faults } = await calendar.check({ text: `periods: { board: { ical: "${name}" } }` })
    assert.match(faults[0]?.message ?? '', /is neither a name of a file that ends in \.ics/)
  }
})

test('a fault of a field points at its own line and column; a syntax error at where the text breaks off', async (t) => {
  const { calendar } = await open(t)
  const text = [
    'calendars:',
    '  ours:',
    '    base: uk',
    '    timezone: Mars',
    'periods:',
    '  pay:',
    '    when: bd',
    '    lead: 4x',
  ]
  const { faults } = await calendar.check({ text: text.join('\n') })
  assert.deepEqual(
    faults.map(({ line, column, path }) => `${line}:${column} ${path.join('.')}`),
    ['4:5 calendars.ours.timezone', '8:5 periods.pay.lead'],
  )
  const broken = await calendar.check({ text: 'periods:\n  pay: { when: bd\n' })
  assert.deepEqual([broken.faults.length, broken.faults[0]?.line], [1, 3])
})

test('a period without a day in the plan is a warning in the check and in health, and no fault', async (t) => {
  const text = 'periods: { leap: { dates: ["2096-02-29"] }, pay: { when: bd } }\n'
  const { calendar } = await open(t, { text })
  const warning = '`leap` never occurs from 2026-08-17 up to 2027-12-21'
  assert.deepEqual(calendar.health(), { state: 'ok', detail: `2 periods. ${warning}` })
  const { faults, changes } = await calendar.check({ text })
  assert.deepEqual([faults, changes], [[], [warning]])
})

test('events that overlap are one stretch, as long as the longer one lasts', async (t) => {
  const { calendar, file } = await open(t)
  const short = ['BEGIN:VEVENT', 'DTSTART:20261115T100000', 'DURATION:PT1H', 'END:VEVENT', 'END:VCALENDAR']
  await writeFile(join(file, '../board.ics'), BOARD.replace('END:VCALENDAR', short.join('\r\n')))
  await calendar.save(OWNER, { text: WITH_BOARD })
  const { windows } = calendar.upcoming({ from: new Date('2026-11-15T00:00:00Z'), days: 1 })
  assert.deepEqual(
    windows.map(({ startsAt, endsAt }) => `${startsAt} ${endsAt}`),
    ['2026-11-15T07:00:00.000Z 2026-11-15T16:00:00.000Z'],
  )
})
