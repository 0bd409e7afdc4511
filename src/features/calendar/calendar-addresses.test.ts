import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { CalendarNow } from '#contract/calendar.ts'
import { openEventsServer } from '../../../test/support/events-server.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createCalendar, type Calendar } from './index.ts'

const BOARD = [
  'BEGIN:VCALENDAR',
  'BEGIN:VEVENT',
  'UID:1',
  'DTSTART:20261115T090000Z',
  'DTEND:20261115T170000Z',
  'END:VEVENT',
  'BEGIN:VEVENT',
  'UID:2',
  'DTSTART;VALUE=DATE:20261116',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n')

async function open(t: TestContext) {
  const server = await openEventsServer((_request, response) => void response.end(BOARD))
  const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-'))
  const file = join(folder, 'calendar.yaml')
  const address = `${server.origin}/private-7d1c/board.ics`
  await writeFile(
    file,
    `calendars: { ours: { add: { ical: "${address}" } } }
periods:
  board: { label: Board meeting, ical: "${address}" }
  closed: { label: Closed, when: holiday, calendar: ours }
`,
  )
  // Its sleep would move the time at every look.
  const clock = {
    ...createManualClock('2026-11-15T12:00:00Z'),
    sleep: (_ms: number, s?: AbortSignal) => untilAborted(s),
  }
  const openOne = (): Calendar => {
    const calendar = createCalendar({
      clock,
      log: pino({ level: 'silent' }),
      file,
      isNamed: true,
      shippedFolder: join(import.meta.dirname, '../../../calendars'),
      eventsFolder: join(folder, 'calendar-events'),
      allowPrivate: [server.host],
      bases: () => new Map(),
      countOpenTurns: () => Promise.resolve(0),
    })
    t.after(() => calendar.close())
    return calendar
  }
  t.after(() => rm(folder, { recursive: true, force: true }))
  return { server, clock, file, address, openOne }
}

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}

function activeOf(calendar: Calendar, at?: string): readonly string[] {
  return calendar.now(at === undefined ? undefined : new Date(at)).active.map(({ name }) => name)
}

test('periods and holidays come from an address, and nobody is told more of it than its host', async (t) => {
  const { server, openOne } = await open(t)
  const calendar = openOne()
  await calendar.start()
  await calendar.settle()
  assert.deepEqual([activeOf(calendar), activeOf(calendar, '2026-11-16T12:00:00Z')], [['board'], ['board', 'closed']])
  const now = CalendarNow.parse(calendar.now())
  assert.deepEqual(now.addresses, [
    {
      from: server.host,
      usedBy: ['ours', 'board'],
      fetchedAt: '2026-11-15T12:00:00.000Z',
      failedAt: null,
      reason: null,
    },
  ])
  assert.equal(now.periods[0]?.when, `events of ${server.host}`)
  assert.deepEqual(calendar.health(), {
    state: 'ok',
    detail: `2 periods. The events of ${server.host} (ours, board) are 0 min old`,
  })
  assert.doesNotMatch(JSON.stringify(now), /private-7d1c/)
  assert.equal(server.asked.length, 1, 'one address is asked once, whoever uses it')
})

test('a start waits for no server; what was never fetched is told, and the rest of the calendar is in force', async (t) => {
  const { server, openOne } = await open(t)
  server.answer(() => undefined)
  const calendar = openOne()
  await calendar.start()
  assert.deepEqual(calendar.file().faults, [])
  assert.match(calendar.health().detail, /^2 periods\. The events of .* are being fetched/)
  assert.deepEqual(activeOf(calendar), [])
  server.answer((_request, response) => void response.writeHead(404).end())
  const other = openOne()
  await other.start()
  await other.settle()
  assert.equal(other.health().state, 'degraded')
  assert.match(other.health().detail, /were never fetched: it answers with HTTP 404; until then there are none/)
})

test('when the server is away the last good events stay in force, over a start too, and their age is told', async (t) => {
  const { server, clock, openOne } = await open(t)
  const before = openOne()
  await before.start()
  await before.settle()
  await before.close()
  await server.close()
  clock.advance(3 * 3_600_000)
  const calendar = openOne()
  await calendar.start()
  assert.deepEqual(activeOf(calendar), ['board'])
  await calendar.settle()
  assert.deepEqual(activeOf(calendar), ['board'])
  const { state, detail } = calendar.health()
  assert.equal(state, 'degraded')
  assert.match(detail, /could not be fetched: it could not be reached \(ECONNREFUSED\); those of 3 h ago stay in force/)
})

test('a text is checked without asking an address, and says so; a badly written address is a fault in its place', async (t) => {
  const { server, openOne } = await open(t)
  const calendar = openOne()
  await calendar.start()
  await calendar.settle()
  const asked = server.asked.length
  const other = `periods: { fair: { ical: "${server.origin}/fair.ics" } }`
  const { faults, changes } = await calendar.check({ text: other })
  assert.deepEqual([faults, changes[0]], [[], `The events of ${server.host} are fetched once this is saved.`])
  assert.equal(server.asked.length, asked)
  const bad = await calendar.check({ text: 'periods:\n  fair:\n    ical: "http://calendar.example.com/fair.ics"\n' })
  assert.deepEqual(
    bad.faults.map(({ line, column, path }) => [line, column, path.join('.')]),
    [[3, 5, 'periods.fair.ical']],
  )
  const many = Array.from({ length: 21 }, (_, at) => `  p${at}: { ical: "${server.origin}/${at}.ics" }`)
  const tooMany = await calendar.check({ text: `periods:\n${many.join('\n')}\n` })
  assert.match(tooMany.faults[0]?.message ?? '', /at most 20 addresses/)
})
