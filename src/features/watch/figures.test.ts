import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Database } from '#platform/postgres/database.ts'
import { createMetrics, type Metrics } from '#platform/telemetry/metrics.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { openWatchHouse as open } from '../../../test/support/watch-house.ts'
import { createFigureLog } from './figures.ts'
import { listFigures } from './figures-store.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

/** What a process sees in a while: requests of which some fail, how long answers took, and where levels stand. */
function see(
  metrics: Metrics,
  seen: { readonly good?: number; readonly bad?: number; readonly seconds?: number; readonly sockets?: number },
): void {
  metrics.sloEvents.inc({ slo: 'errors', result: 'good' }, seen.good ?? 0)
  metrics.sloEvents.inc({ slo: 'errors', result: 'bad' }, seen.bad ?? 0)
  if (seen.seconds !== undefined) metrics.answers.observe(seen.seconds)
  if (seen.sockets !== undefined) metrics.sockets.set(seen.sockets)
}

test('what two processes measured stands in the same span: what was counted is added, and so are levels', async () => {
  const { rooms, rounds } = await open({ replicas: ['one', 'two'] })
  const [one, two] = rooms
  assert.ok(one && two)
  see(one.metrics, { good: 7, bad: 1, seconds: 0.03, sockets: 40 })
  see(two.metrics, { good: 2, seconds: 0.3, sockets: 5 })
  one.metrics.turnsQueued.set(4)
  two.metrics.turnsQueued.set(4)
  await rounds(1)
  // Within the same ten seconds it falls again: the highest of the span stays.
  see(one.metrics, { good: 1, sockets: 3 })
  await rounds(1)
  const { points, now } = await one.watch.readOperations({ hours: 1, mayReadAudit: true })
  const all = points.reduce(
    (sum, { requests, failed }) => ({ requests: sum.requests + requests, failed: sum.failed + failed }),
    {
      requests: 0,
      failed: 0,
    },
  )
  assert.deepEqual(all, { requests: 11, failed: 1 })
  const [first] = points
  assert.deepEqual([first?.sockets, first?.turnsQueued], [45, 4])
  assert.deepEqual(
    first?.latency.flatMap((count, step) => (count > 0 ? [[step, count]] : [])),
    [
      [3, 1],
      [6, 1],
    ],
  )
  assert.ok(now && now.latencyP95 !== null && now.latencyP95 > 0.25 && now.latencyP95 <= 0.5, String(now?.latencyP95))
})

test('now is told of spans that all have written: one who wrote first stands for nobody else', async () => {
  const { rooms, rounds, clock } = await open({ replicas: ['one', 'two'] })
  const [one, two] = rooms
  assert.ok(one && two)
  see(one.metrics, { good: 100, sockets: 100 })
  see(two.metrics, { good: 100, sockets: 100 })
  await rounds(6)
  see(one.metrics, { good: 50 })
  // The next ten seconds have begun, and only one has looked in them.
  clock.advance(5 * SECOND)
  await one.watch.round()
  const { now, replicas } = await one.watch.readOperations({ hours: 1, mayReadAudit: true })
  assert.equal(now?.sockets, 200)
  assert.equal(now?.requests, 200)
  assert.deepEqual(
    new Set(replicas.map(({ replica, requestsPerSecond }) => `${replica} ${requestsPerSecond}`)),
    // Thirty seconds of them are over.
    new Set([`one ${100 / 30}`, `two ${100 / 30}`]),
  )
})

test('what was measured while the database was away is written later, at its time', async () => {
  let isAway = false
  const { first, rounds, clock } = await open({
    change: () => ({
      moment: async () => {
        if (isAway) throw new Error('away')
        return clock.now()
      },
    }),
  })
  await rounds(1)
  isAway = true
  see(first.metrics, { good: 3 })
  await assert.rejects(rounds(1), /away/)
  see(first.metrics, { good: 4 })
  for (let round = 0; round < 4; round += 1) await assert.rejects(rounds(1), /away/)
  isAway = false
  await rounds(2)
  const { points } = await first.watch.readOperations({ hours: 1, mayReadAudit: true })
  const busy = points.filter(({ requests }) => requests > 0)
  assert.equal(
    busy.reduce((sum, { requests }) => sum + requests, 0),
    7,
  )
  assert.ok(busy.every(({ at }) => clock.now().getTime() - Date.parse(at) >= 25 * SECOND))
})

test('what was stored though the answer was lost is not added twice, and what came meanwhile is not lost', async () => {
  const { database } = await openTestDatabase()
  const clock = createManualClock('2026-03-10T09:00:00.000Z')
  const metrics = createMetrics()
  let isLost = true
  const read: Database['read'] = async (work) => {
    const answer = await database.read(work)
    if (isLost) throw new Error('the answer was lost')
    return answer
  }
  const log = createFigureLog({
    clock,
    metrics,
    database: { ...database, read },
    moment: async () => clock.now(),
    replica: 'one',
  })
  see(metrics, { good: 7 })
  await log.look()
  await assert.rejects(log.flush(), /lost/)
  see(metrics, { good: 4 })
  await log.look()
  await assert.rejects(log.flush(), /lost/)
  isLost = false
  await log.flush()
  await log.flush()
  const points = await database.read((handle) =>
    listFigures(handle, { from: new Date(0), now: clock.now(), stepSeconds: 300 }),
  )
  assert.deepEqual(
    points.map(({ sums }) => sums['requests']),
    [11],
  )
})

test('ten seconds are told apart for a day, then five minutes of all processes together, and nothing after ninety days', async () => {
  const { rooms, rounds, clock } = await open({ replicas: ['one', 'two'] })
  const [one, two] = rooms
  assert.ok(one && two)
  see(one.metrics, { good: 7, sockets: 40 })
  see(two.metrics, { good: 2, sockets: 5 })
  await rounds(2)
  clock.advance(26 * HOUR)
  await one.watch.sweep()
  await one.watch.sweep()
  assert.deepEqual((await one.watch.readOperations({ hours: 1, mayReadAudit: true })).points, [])
  const { points, replicas, now } = await one.watch.readOperations({ hours: 48, mayReadAudit: true })
  assert.deepEqual(
    points.map(({ requests, sockets }) => [requests, sockets]),
    [[9, 45]],
  )
  assert.deepEqual([replicas, now], [[], null])
  clock.advance(90 * 24 * HOUR)
  await one.watch.sweep()
  assert.deepEqual((await one.watch.readOperations({ hours: 90 * 24, mayReadAudit: true })).points, [])
})

test('an hour is drawn by ten seconds, a day by five minutes, and no span by more points than a screen shows', async () => {
  const { first, rounds } = await open()
  await rounds(1)
  const steps = await Promise.all(
    [1, 24, 168, 720, 2160].map(
      async (hours) => (await first.watch.readOperations({ hours: hours, mayReadAudit: true })).stepSeconds,
    ),
  )
  assert.deepEqual(steps, [10, 300, 1800, 7200, 21_600])
})

test('beginnings, ends and what came into force stand on the axis once, however many processes have it', async () => {
  let prints: Record<string, string> = { 'setting SOPHIA_MODEL': 'a', calendar: '1' }
  const { rooms, rounds, clock } = await open({
    replicas: ['one', 'two'],
    change: () => ({
      inForce: async () => prints,
      listActions: async () => [{ at: clock.now(), action: 'calendar.save', targetId: null, by: 'Ada' }],
    }),
  })
  const [one, two] = rooms
  assert.ok(one && two)
  await rounds(2)
  prints = { 'setting SOPHIA_MODEL': 'b', calendar: '2', 'setting SOPHIA_NEW': 'x' }
  await rounds(3)
  await two.watch.close()
  const { changes } = await one.watch.readOperations({ hours: 1, mayReadAudit: true })
  const told = changes
    .filter(({ kind }) => kind !== 'schema')
    .map(({ kind, subject, by }) => `${kind} ${subject} ${by}`)
  assert.deepEqual(told.toSorted(), [
    // What somebody saved on screen is not told again as what came into force by it.
    'changed setting SOPHIA_MODEL one',
    'done calendar.save Ada',
    'started 1 one',
    'started 1 two',
    'stopped 1 two',
  ])
})

test('a process that still runs by what was before changes nothing back', async () => {
  const { rooms, rounds } = await open({
    replicas: ['new', 'old'],
    change: (replica) => ({ inForce: async () => ({ 'setting SOPHIA_MODEL': replica }) }),
  })
  const [fresh, old] = rooms
  assert.ok(fresh && old)
  await rounds(1, [old])
  await rounds(4)
  const { changes } = await fresh.watch.readOperations({ hours: 1, mayReadAudit: true })
  assert.equal(changes.filter(({ kind }) => kind === 'changed').length, 1)
})

test('what people did is told to whoever may read the audit log', async () => {
  const { first, rounds, clock } = await open({
    change: () => ({
      listActions: async () => [{ at: clock.now(), action: 'budget.change', targetId: null, by: 'Ada' }],
    }),
  })
  await rounds(1)
  const kinds = async (mayReadAudit: boolean) =>
    (await first.watch.readOperations({ hours: 1, mayReadAudit })).changes.map(({ kind }) => kind)
  assert.ok((await kinds(true)).includes('done'))
  assert.ok(!(await kinds(false)).includes('done'))
})
