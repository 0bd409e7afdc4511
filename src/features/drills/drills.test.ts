import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, test, type TestContext } from 'node:test'
import pino from 'pino'
import { DRILL_NAMES, type DrillName } from '#domain/drills/drill.ts'
import { nextDrill } from '#domain/drills/next-drill.ts'
import { createCalendar, knownBases } from '#features/calendar/index.ts'
import { createId } from '#platform/crypto/ids.ts'
import { sql } from '#platform/postgres/sql.ts'
import { GOOD_FIGURES } from '../../../test/support/drill-figures.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { addRunning, asker, openDrills as openRoom, runsOf } from '../../../test/support/drill-room.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { countLoss } from './count-loss.ts'
import type { Scene } from './scenes/scene.ts'
import type { Traffic } from './traffic.ts'

const { database } = await openTestDatabase()
const home = await mkdtemp(join(tmpdir(), 'sophia-drills-'))
after(() => rm(home, { recursive: true, force: true }))
beforeEach(() => database.inTransaction((handle) => handle.run(sql`delete from drills`)))

const openDrills = (stand: Omit<Parameters<typeof openRoom>[0], 'database' | 'home'> = {}) =>
  openRoom({ database, home, ...stand })

test('what this machine lacks is recorded as not run, with what is missing, and never as held', async () => {
  const { drills, look } = openDrills()
  await drills.ask(asker, 'redis-loss')
  await look()
  const [run, ...others] = await runsOf(drills, 'redis-loss')
  assert.equal(others.length, 0)
  assert.equal(run?.state, 'ended')
  assert.equal(run?.verdict, 'not-run')
  assert.match(run?.reasons[0] ?? '', /needs there-is-no-such-program on this machine/)
  assert.equal(run?.figures, null)
})

test('whoever asks is noted, a worker is told, and what waits already is not asked for twice', async () => {
  const { drills, audited, sent } = openDrills()
  assert.deepEqual(await drills.ask(asker, 'restore'), ['restore'])
  assert.deepEqual(await drills.ask(asker, 'all'), DRILL_NAMES)
  assert.deepEqual(audited, ['drill.run restore', 'drill.run all'])
  assert.equal(sent.length, 2)
  for (const name of DRILL_NAMES) assert.equal((await runsOf(drills, name)).length, 1, name)
  await assert.rejects(drills.ask(asker, 'flood'), /There is no drill flood\. There are: kill-replica, /)
})

test('all that wait are rehearsed one after the other', async () => {
  const { drills, look } = openDrills()
  await drills.ask(asker, 'all')
  await look()
  const report = await drills.list()
  assert.ok(report.drills.every(({ runs }) => runs[0]?.state === 'ended' && runs[0].origin === 'screen'))
})

test('two at once are refused, and whoever is refused is told which one runs where', async () => {
  const began = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  const waiting: Scene = {
    programs: [],
    set: async () => {
      began.resolve()
      await goOn.promise
      throw new Error('the stage fell over')
    },
  }
  const first = openDrills({ scene: waiting, host: 'first' })
  const second = openDrills()
  const signal = new AbortController().signal
  const order = { signal, onStep: () => undefined }
  const running = first.drills.perform(asker, { name: 'restore', ...order })
  await began.promise
  await assert.rejects(second.drills.perform(asker, { name: 'redis-loss', ...order }), /restore runs on first since/)
  assert.deepEqual(await runsOf(second.drills, 'redis-loss'), [], 'who is refused leaves nothing that waits')
  await second.drills.ask(asker, 'kill-replica')
  await second.look()
  assert.equal((await runsOf(second.drills, 'kill-replica'))[0]?.state, 'waiting', 'the look ends without a word')
  goOn.resolve()
  const outcome = await running
  assert.deepEqual(outcome, { verdict: 'inconclusive', reasons: ['the stage fell over'], figures: null })
  const [run] = await runsOf(second.drills, 'restore')
  assert.equal(run?.verdict, 'inconclusive')
  assert.equal(run?.steps[0]?.text, 'A scratch deployment is started.')
})

test('one that waits on screen is rehearsed by whoever asks for it on the command line, once', async () => {
  const { drills } = openDrills()
  await drills.ask(asker, 'redis-loss')
  const signal = new AbortController().signal
  const outcome = await drills.perform(asker, { name: 'redis-loss', signal, onStep: () => undefined })
  assert.equal(outcome.verdict, 'not-run')
  const runs = await runsOf(drills, 'redis-loss')
  assert.deepEqual(
    runs.map(({ state, origin }) => [state, origin]),
    [['ended', 'screen']],
  )
})

test('one whose process fell silent is ended as inconclusive and does not stand in the way', async () => {
  const { drills, look } = openDrills()
  await addRunning(database, 61)
  await drills.ask(asker, 'redis-loss')
  await look()
  const [gone] = await runsOf(drills, 'restore')
  assert.equal(gone?.verdict, 'inconclusive')
  assert.deepEqual(gone?.reasons, ['Its process ended before it was done.'])
  assert.equal((await runsOf(drills, 'redis-loss'))[0]?.verdict, 'not-run')
})

test('nothing is rehearsed by itself until the calendar asks for it; then one each look, longest ago first', async () => {
  const off = openDrills()
  await off.look()
  assert.ok((await off.drills.list()).drills.every(({ runs }) => runs.length === 0))
  const week = openDrills({ everyMs: 7 * 86_400_000 })
  await week.look()
  await week.look()
  const report = await week.drills.list()
  const begun = report.drills.filter(({ runs }) => runs.length > 0)
  assert.deepEqual(
    begun.map(({ name }) => name),
    DRILL_NAMES.slice(0, 2),
  )
  assert.ok(begun.every(({ runs }) => runs[0]?.origin === 'schedule'))
})

/** The calendar of a file with these lines, on a clock that moves when told. */
async function openCalendar(t: TestContext, at: string, text?: string) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-'))
  const file = join(folder, 'calendar.yaml')
  if (text !== undefined) await writeFile(file, text)
  const clock = createManualClock(at)
  const calendar = createCalendar({
    // Its sleep would move the time.
    clock: { ...clock, sleep: (_ms, signal) => untilAborted(signal) },
    log: pino({ level: 'silent' }),
    file,
    isNamed: text !== undefined,
    shippedFolder: join(import.meta.dirname, '../../../calendars'),
    eventsFolder: join(folder, 'calendar-events'),
    allowPrivate: [],
    bases: () => knownBases({ rates: {}, memberDailyUsd: null, servers: [] }),
    countOpenTurns: async () => 0,
  })
  await calendar.start()
  t.after(async () => {
    await calendar.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { calendar, clock, every: () => Number(calendar.number('drills.every', 0)) }
}

test('a quiet period of the calendar turns them on, and nothing else does', async (t) => {
  const text = `periods:
  small-hours: { label: Small hours, when: "sat-sun", hours: ["02:00", "05:00"], timezone: Europe/Berlin }
policies:
  - match: small-hours
    drills: { every: 7d }
`
  const { calendar, clock, every } = await openCalendar(t, '2026-11-28T00:30:00Z', text)
  assert.equal(every(), 0, 'Saturday, half past one in Berlin')
  clock.advance(3_600_000)
  assert.equal(every(), 7 * 86_400_000)
  const { sentences } = calendar.explain({ key: 'drills.every', at: clock.now() })
  assert.doesNotMatch(sentences.join(' '), /goes by/)
})

/** What a look every ten minutes begins in five weeks, each a little later than the look; days and hours as in New York in winter. */
function planFiveWeeks({ clock, every }: Pick<Awaited<ReturnType<typeof openCalendar>>, 'clock' | 'every'>) {
  const begun: {
    readonly name: DrillName
    readonly beganMs: number
    readonly weekday: number
    readonly hour: number
  }[] = []
  for (let look = 0; look < 5 * 7 * 24 * 6; look += 1) {
    const nowMs = clock.now().getTime()
    const name = nextDrill(begun, every(), nowMs)
    const there = new Date(nowMs - 5 * 3_600_000)
    if (name !== null)
      begun.push({ name, beganMs: nowMs + 3000, weekday: there.getUTCDay(), hour: there.getUTCHours() })
    clock.advance(600_000)
  }
  return begun
}

test('the pack that ships rehearses each once a week on weekend mornings; the calendar that ships none', async (t) => {
  const monday = '2026-11-02T12:00:00Z'
  assert.deepEqual(planFiveWeeks(await openCalendar(t, monday)), [])
  const begun = planFiveWeeks(await openCalendar(t, monday, 'include: [default, drills]\n'))
  // One of the five weekends lies in the last three days of November.
  for (const name of DRILL_NAMES)
    assert.equal(begun.filter((drill) => drill.name === name).length, 4, `${name}, once in each of the other weeks`)
  const saturday = 6
  const others = begun.filter(({ weekday, hour }) => weekday !== saturday || hour < 4 || hour >= 7)
  assert.deepEqual(others, [], 'all are done on Saturday from four to seven')
})

test('what is lost, doubled and without an end is counted from what is stored', async () => {
  const [kept, doubled, lost, later] = Array.from({ length: 4 }, () => createId())
  const turn = createId()
  const asked = (messageId = '', acknowledgedMs: number | null = 5) => {
    return { messageId, acknowledgedMs, turnId: turn, attempt: 1, askedMs: 0, endedMs: 9, isAnswered: true, read: null }
  }
  const message = (id = '', role: 'user' | 'assistant' = 'user') => ({ ...MESSAGE, id, role, turnId: turn })
  const pages = [
    { items: [message(kept), message(doubled)], nextCursor: 'more' },
    { items: [message(doubled), message(createId(), 'assistant')], nextCursor: null },
  ]
  const traffic: Traffic = {
    conversationIds: ['one'],
    questions: [
      { ...asked(kept), endedMs: null },
      asked(doubled),
      asked(lost),
      asked(later, 50),
      // Never acknowledged: nobody was promised anything.
      asked(createId(), null),
    ],
    requests: [],
    privacy: () => ({ said: 0, looked: 0, overheard: 0 }),
    stop: async () => undefined,
    send: async ({ path }) => ({ status: 200, body: pages[path.includes('cursor=more') ? 1 : 0] }),
  }
  assert.deepEqual(await countLoss(traffic, null), {
    acknowledged: 4,
    lost: 2,
    duplicated: 1,
    unended: 1,
    sinceBackup: null,
  })
  const { lost: since, sinceBackup } = await countLoss(traffic, 20)
  assert.deepEqual([since, sinceBackup], [1, 1])
})

test('a rehearsal of a version that followed no streams is told as one that did not look', async () => {
  const { reading: _reading, privacy: _privacy, ...figures } = GOOD_FIGURES
  await addRunning(database, 0)
  await database.inTransaction((handle) =>
    handle.run(sql`update drills set state = 'ended', verdict = 'held', figures = ${JSON.stringify(figures)}::jsonb`),
  )
  const [run] = await runsOf(openDrills().drills, 'restore')
  assert.deepEqual(run?.figures, { ...figures, reading: null, privacy: null })
})

const MESSAGE = {
  seq: 1,
  text: 'How does the pipeline look?',
  createdAt: '2026-11-29T10:00:00.000Z',
  status: null,
  errorCode: null,
  personaVersion: null,
  model: null,
  calls: [],
  sources: [],
  usage: null,
  cost: null,
  feedback: null,
}

function untilAborted(signal?: AbortSignal): Promise<void> {
  return new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted'))))
}
