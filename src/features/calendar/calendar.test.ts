import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { CalendarCheck, CalendarExplanation, CalendarNow, CalendarUpcoming } from '#contract/calendar.ts'
import type { KnobValue } from '#domain/calendar/effective.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { principalSeeing } from '../../../test/support/records.ts'
import { createCalendar } from './index.ts'

const SHIPPED = join(import.meta.dirname, '../../../calendars')
const OWNER = { ...principalSeeing(), role: 'owner' as const }
const NIGHTS = `periods:
  nights: { label: Night, when: mon-sun, hours: ["22:00", "06:00"], priority: 10 }
  closing: { label: Closing, when: last 1 days of month, ramp: 1h, priority: 50 }
policies:
  - match: nights
    mcp: { "*": { probe: x2 } }
    context: It is night.
  - match: closing
    limits: { member: { rate: x3 } }
    mcp: { crm: { probe: 5s } }
    cache: { tool-result: { swr: x2, ttl: x0.5, freshAtStart: true } }
`

interface Opening {
  readonly text?: string
  readonly at?: string
  readonly openTurns?: number
  readonly isNamed?: boolean
  readonly bases?: readonly (readonly [string, KnobValue])[]
}

async function open(t: TestContext, given: Opening = {}) {
  const { text, at = '2026-11-15T12:00:00Z', bases = [], openTurns = 0, isNamed = false } = given
  const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-'))
  const file = join(folder, 'calendar.yaml')
  if (text !== undefined) await writeFile(file, text)
  // Its sleep would move the time at every look.
  const manual = createManualClock(at)
  const clock = { ...manual, sleep: (_ms: number, signal?: AbortSignal) => untilAborted(signal) }
  const audited: string[] = []
  const calendar = createCalendar({
    clock,
    log: pino({ level: 'silent' }),
    file,
    isNamed,
    shippedFolder: SHIPPED,
    eventsFolder: join(folder, 'calendar-events'),
    allowPrivate: [],
    bases: () => new Map(bases),
    countOpenTurns: () => Promise.resolve(openTurns),
    audit: async ({ action }) => void audited.push(action),
  })
  await calendar.start()
  t.after(async () => {
    await calendar.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { calendar, clock, file, audited }
}

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}

test('without a file the calendar that ships is in force, and says so', async (t) => {
  const { calendar } = await open(t, { at: '2026-12-31T16:00:00Z', bases: [['limits.member.rate', 20]] })
  const now = CalendarNow.parse(calendar.now())
  assert.ok(now.isShipped)
  assert.deepEqual(
    now.active.map(({ name }) => name),
    ['fiscal-year-end', 'quarter-end', 'month-end-close', 'payroll'],
  )
  const rate = now.policies.find(({ key }) => key === 'limits.member.rate')
  assert.deepEqual([rate?.base, rate?.value, rate?.isUsed], [20, 40, true])
  const alerts = now.policies.find(({ key }) => key === 'alerts.latency-slow.threshold')
  assert.deepEqual([alerts?.base, alerts?.value, alerts?.isUsed], [6, 9, true])
  assert.equal(now.context.length, 3)
  assert.match(calendar.freezeWarnings().join(), /^Deploys are frozen until 2027-01-01 05:00 UTC, because of/)
  assert.deepEqual(calendar.health(), { state: 'ok', detail: '7 periods, as shipped' })
})

test('one line brings the rent cycle in: due on the first, grace to the fifth, a fee on the sixth', async (t) => {
  const { calendar } = await open(t, { text: 'include: [rent-cycle]\n' })
  const names = (at: string): string[] => calendar.now(new Date(at)).active.map(({ name }) => name)
  assert.deepEqual(names('2026-11-30T18:00:00Z'), ['rent-settlement', 'before-rent'])
  // Chicago is six hours behind, and the lead is two.
  assert.deepEqual(names('2026-12-01T03:59:00Z'), ['rent-settlement', 'before-rent'])
  assert.deepEqual(names('2026-12-01T04:00:00Z'), ['rent-due', 'rent-settlement', 'before-rent'])
  assert.deepEqual(names('2026-12-03T18:00:00Z'), ['rent-grace'])
  assert.deepEqual(names('2026-12-06T18:00:00Z'), ['late-fee-day'])
  assert.deepEqual(calendar.now(new Date('2026-11-30T18:00:00Z')).context, [
    "The month's rents are being settled.",
    'Rent is due tomorrow; {clients.behind} clients are behind.',
  ])
})

test('a number moves with the periods, by ramp, and back', async (t) => {
  const { calendar, clock } = await open(t, { text: NIGHTS, at: '2026-11-29T23:30:00Z' })
  const rate = (): number => calendar.number('limits.member.rate', 20)
  assert.deepEqual([rate(), calendar.number('mcp.crm.probe', 30_000)], [20, 60_000])
  clock.advance(3_600_000)
  assert.equal(rate(), 40, 'half an hour into the ramp of an hour')
  assert.equal(calendar.number('mcp.crm.probe', 30_000), 5000, 'an absolute of a higher priority, at once')
  clock.advance(3_600_000)
  assert.equal(rate(), 60)
  clock.advance(30 * 86_400_000)
  assert.equal(rate(), 20, 'and a plan of another day')
})

test('what is told of a key is who says it, where, and until when', async (t) => {
  const { calendar } = await open(t, { text: NIGHTS, bases: [['limits.member.rate', 20]] })
  const at = new Date('2026-11-30T12:00:00Z')
  const told = CalendarExplanation.parse(calendar.explain({ key: 'limits.member.rate', at }))
  assert.deepEqual(told.steps[0]?.source, { file: 'calendar.yaml', line: 9 })
  assert.match(told.sentences.join('\n'), /is 60 requests a second; .* is 20 .*Closing .*line 9\) says x3/s)
  const unused = calendar.explain({ key: 'scale.worker.min', at })
  assert.match(unused.sentences.join(), /Nothing in this process goes by `scale\.worker\.min` yet/)
  const fault = { code: 'INVALID_INPUT' }
  assert.throws(() => calendar.explain({ key: 'cache.tool-result.tll', at }), fault)
  assert.throws(() => calendar.now(new Date('2031-01-01T00:00:00Z')), fault)
})

test('what comes is in order, with what is under way', async (t) => {
  const { calendar } = await open(t, { text: NIGHTS, at: '2026-11-29T23:00:00Z' })
  const { windows } = CalendarUpcoming.parse(calendar.upcoming({ days: 2 }))
  assert.deepEqual(
    windows.map(({ period, startsAt, endsAt }) => `${period} ${startsAt.slice(5, 16)} ${endsAt.slice(5, 16)}`),
    [
      'nights 11-29T22:00 11-30T06:00',
      'closing 11-30T00:00 12-01T00:00',
      'nights 11-30T22:00 12-01T06:00',
      'nights 12-01T22:00 12-02T06:00',
    ],
  )
})

test('a fault leaves the last good calendar in force and is told with its line; mended, the file holds', async (t) => {
  const { calendar, file } = await open(t, { text: NIGHTS })
  await writeFile(file, NIGHTS.replace('mon-sun', 'mon-sum'))
  const { faults } = await calendar.check({ text: await readFile(file, 'utf8') })
  assert.deepEqual([faults[0]?.line, faults[0]?.suggestion], [2, 'sun'])
  assert.equal(calendar.health().state, 'ok', 'not read yet')
  await reread(calendar)
  assert.match(calendar.health().detail, /calendar\.yaml:2: periods\.nights\.when/)
  assert.equal(calendar.now(new Date('2026-11-15T23:00:00Z')).active[0]?.name, 'nights')
  await writeFile(file, 'periods: {}\n')
  await reread(calendar)
  assert.deepEqual(calendar.health(), { state: 'ok', detail: '0 periods' })
  await rm(file)
  await reread(calendar)
  assert.ok(calendar.now().isShipped)
})

test('a file that cannot be read leaves the last good calendar in force, as does a named one that is gone', async (t) => {
  const { calendar, file } = await open(t, { text: NIGHTS, isNamed: true })
  const isOfFile = (): boolean => calendar.now(new Date('2026-11-15T23:00:00Z')).active[0]?.name === 'nights'
  await rm(file)
  await reread(calendar)
  assert.deepEqual(calendar.health(), {
    state: 'degraded',
    detail:
      'The last good calendar is in force. calendar.yaml:1: There is no such file, but SOPHIA_CALENDAR_FILE names it.',
  })
  assert.ok(isOfFile())
  await writeFile(file, Buffer.from([0x70, 0xff, 0xfe]))
  await reread(calendar)
  assert.match(calendar.health().detail, /It is no text in UTF-8/)
  assert.ok(isOfFile())
  await calendar.save(OWNER, { text: NIGHTS })
  assert.equal(calendar.health().state, 'ok', 'the same text as before is a good one again')
})

/** As the look every two seconds does it; here that look never comes. */
async function reread(calendar: Awaited<ReturnType<typeof open>>['calendar']): Promise<void> {
  await calendar.start()
}

test('a text is tried before it holds: its faults with place and suggestion, and what it would change', async (t) => {
  const { calendar } = await open(t, { text: NIGHTS, bases: [['mcp.crm.probe', 30_000]] })
  const spoilt = NIGHTS.replace('last 1 days', 'last 1 dais').replace('match: nights', 'match: knights')
  const { faults, changes } = CalendarCheck.parse(await calendar.check({ text: spoilt }))
  assert.deepEqual(
    faults.map(({ line, offset, suggestion }) => [line, offset, suggestion]),
    [
      [3, 7, 'days'],
      [5, 0, 'nights'],
    ],
  )
  assert.deepEqual(changes, [])
  const moved = NIGHTS.replace('"22:00", "06:00"', '"11:00", "13:00"').replace('probe: x2', 'probe: x3')
  const { changes: would, values } = CalendarCheck.parse(await calendar.check({ text: moved }))
  assert.ok(would.includes('`nights` would be in force now.'))
  const { key, before, after, startsAt, endsAt } = values[0] ?? {}
  assert.deepEqual([key, before, after], ['mcp.crm.probe', 30_000, 90_000])
  assert.deepEqual([startsAt, endsAt], ['2026-11-15T12:00:00.000Z', '2026-11-15T13:00:00.000Z'])
  assert.ok(would.includes('New: Night begins 2026-11-16 11:00 UTC.'))
  assert.ok(would.includes('Gone: Night begins 2026-11-16 22:00 UTC.') || would.some((line) => line.startsWith('And ')))
})

test('saving writes the file whole and puts it in force; a member may not, and a fault is refused', async (t) => {
  const { calendar, file, audited } = await open(t)
  const member = { ...OWNER, role: 'member' as const }
  await assert.rejects(calendar.save(member, { text: NIGHTS }), { code: 'NOT_PERMITTED' })
  await assert.rejects(calendar.save(OWNER, { text: 'periods: { a: { when: never } }' }), {
    code: 'CALENDAR_NOT_VALID',
  })
  await assert.rejects(readFile(file), { code: 'ENOENT' })
  const saved = await calendar.save(OWNER, { text: NIGHTS })
  assert.deepEqual([saved.isShipped, saved.faults], [false, []])
  assert.equal(await readFile(file, 'utf8'), NIGHTS)
  assert.equal(calendar.now(new Date('2026-11-15T23:00:00Z')).active[0]?.name, 'nights')
  assert.deepEqual(audited, ['calendar.save'])
})

test('a setting that nothing goes by is told with its line and what was meant, in the check and in health, and no fault', async (t) => {
  const text = `periods: { closing: { when: last 1 days of month } }
policies:
  - match: closing
    cache:
      tool-reslt: { ttl: x0.5 }
      "tool*": { ttl: x0.5 }
      embedding: { prewarm: 9 }
      tool-result: { stale: x2 }
    limits: { "*": { rate: x2, budget: x2 }, key: { budget: x2 } }
    alerts: { latency-fasst: { threshold: x2 } }
    mcp: { of-later: { probe: x2 } }
`
  const { calendar } = await open(t, { text })
  const wanted = [
    '`cache.tool-reslt.ttl` (calendar.yaml, line 5) moves nothing; did you mean `tool-result`?',
    '`cache.embedding.prewarm` (calendar.yaml, line 7) moves nothing',
    '`cache.tool-result.stale` (calendar.yaml, line 8) moves nothing',
    '`limits.key.budget` (calendar.yaml, line 9) moves nothing',
    '`alerts.latency-fasst.threshold` (calendar.yaml, line 10) moves nothing; did you mean `latency-fast`?',
  ]
  const { faults, changes } = await calendar.check({ text })
  assert.deepEqual([faults, changes.filter((line) => line.includes('moves nothing'))], [[], wanted])
  assert.deepEqual(calendar.health(), { state: 'ok', detail: ['1 period', ...wanted].join('. ') })
})

test('a field that there is not is told on its own line, with the one that may be meant', async (t) => {
  const { calendar } = await open(t)
  const { faults } = await calendar.check({ text: 'periods:\n  board:\n    lable: Board\n    when: bd\nlimits: {}\n' })
  assert.deepEqual(
    faults.map(({ line, path, message }) => [line, path.join('.'), message]),
    [
      [3, 'periods.board.lable', 'There is no field `lable` here. Did you mean `label`?'],
      [5, 'limits', 'There is no field `limits` here.'],
    ],
  )
})

test('every kind of disorder in a file is a fault with its line, never a crash', async (t) => {
  const { calendar } = await open(t)
  const cases: readonly (readonly [string, number])[] = [
    ['periods:\n  a: { when: "day 1 of month"', 2],
    ['- a\n- b\n', 1],
    ['periods:\n  a: 7\n', 2],
    ['periods:\n  a: { when: bd, colour: red }\n', 2],
    ['periods:\n  a: { when: bd }\n  a: { when: bd }\n', 3],
    ['policies:\n  - match: a\n    context: x\n', 2],
    ['periods: { a: { when: bd } }\npolicies:\n  - match: a\n    cache:\n      x: { ttl: soon }\n', 5],
    [
      'periods: { a: { when: bd } }\npolicies:\n  - match: a\n    cache:\n      auth: { freshAtStart: true, stale: x2 }\n',
      5,
    ],
    [
      'periods: { a: { when: bd } }\npolicies:\n  - match: a\n    cache:\n      auth: { ttl: x1, freshAtStart: "on" }\n',
      5,
    ],
    [
      'periods: { a: { when: bd } }\npolicies:\n  - match: a\n    limits:\n      key: { rate: x1, freshAtStart: true }\n',
      5,
    ],
    ['periods: { a: { when: bd } }\npolicies:\n  - match: a\n    backup: { every: 1h, freshAtStart: true }\n', 4],
    ['include: [nothing]\n', 1],
    ['include: ["../secrets"]\n', 1],
    ['a: &a [*a]\n', 1],
    ['\u0000', 1],
  ]
  for (const [text, line] of cases) {
    const { faults } = await calendar.check({ text })
    assert.ok(faults.length > 0, text)
    assert.equal(faults[0]?.line, line, `${text} ${JSON.stringify(faults)}`)
  }
})

test('replicas: the floor of the period with its words, the load above it, and the limits of the file', async (t) => {
  const text = `${NIGHTS}    scale: { api: { min: 4 } }\nscaling: { min: 2, max: 6, turns_per_replica: 10, step: 9 }\n`
  const { calendar, clock } = await open(t, { text, at: '2026-11-29T23:59:58Z', openTurns: 35 })
  const before = await calendar.scaling.advise()
  assert.deepEqual([before.desiredReplicas, before.source, before.floor], [4, 'load', 2])
  clock.advance(60_000)
  const closing = await calendar.scaling.advise()
  assert.deepEqual(
    [closing.desiredReplicas, closing.source, closing.floor, closing.ceiling, closing.until],
    [4, 'calendar', 4, 6, '2026-12-01T00:00:00.000Z'],
  )
  assert.match(closing.reasons.join(' '), /The calendar asks for 4: Closing says 4\. 35 turns/)
})

test('lifetimes in the cache follow the period, and nothing made before it begins may answer in it', async (t) => {
  const { calendar, clock } = await open(t, { text: NIGHTS, at: '2026-11-29T23:59:50Z' })
  const season = (cacheClass: 'tool-result' | 'api-response') => calendar.seasonOf(cacheClass, clock.now().getTime())
  const [lastMs, startMs] = [Date.parse('2026-10-31T00:00:00Z'), Date.parse('2026-11-30T00:00:00Z')]
  assert.deepEqual(season('tool-result'), { ttlFactor: 1, staleFactor: 1, freshAtMs: startMs, freshSinceMs: lastMs })
  assert.equal(season('api-response').freshAtMs, null)
  clock.advance(2 * 3_600_000)
  const within = season('tool-result')
  assert.deepEqual([within.ttlFactor, within.staleFactor], [0.5, 2])
  assert.ok((within.freshAtMs ?? 0) > startMs)
  assert.equal(within.freshSinceMs, startMs)
})
