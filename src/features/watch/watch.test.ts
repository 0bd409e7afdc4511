import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Principal } from '#domain/permission.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Metrics } from '#platform/telemetry/metrics.ts'
import { openWatchHouse as open } from '../../../test/support/watch-house.ts'

const SECOND = 1000
// The owner of a local command: no row of members is needed where nothing refers to one.
const OWNER = { memberId: null, name: 'Ada' } as unknown as Principal

function setDisk(metrics: Metrics, state: string): void {
  metrics.componentState.reset()
  metrics.componentState.set({ component: 'disk', state }, 1)
}

test('an alert is pending for its time, fires and is told once by each way, and its end is told too', async () => {
  const { clock, first, rounds, stateOf, posted, mailed } = await open()
  setDisk(first.metrics, 'degraded')
  await rounds(1)
  assert.equal((await stateOf('disk-low')).state, 'pending')
  await rounds(12)
  assert.equal((await stateOf('disk-low')).state, 'firing')
  await rounds(10)
  assert.equal(posted.length, 1)
  assert.match(posted[0] ?? '', /^\*Sophia: \[page\] Less than 5 % of the disk[^]*sophia backup list/)
  assert.deepEqual([mailed.length, mailed[0]?.to], [1, [{ name: 'Ada', email: 'ada@example.com' }]])
  assert.match(await first.metrics.registry.metrics(), /sophia_alert_state\{alert="disk-low",state="firing"\} 1/)
  setDisk(first.metrics, 'ok')
  await rounds(8)
  assert.equal((await stateOf('disk-low')).state, 'inactive')
  assert.equal(posted.length, 2)
  assert.match(posted[1] ?? '', /\[resolved\] Less than 5 %/)
  const { recent, measuredAt } = await first.watch.listAlerts()
  assert.deepEqual(
    recent.map(({ rule, state, says }) => [rule, state, says]),
    [['disk-low', 'resolved', 'Less than 5 % of the disk under SOPHIA_HOME is free.']],
  )
  assert.equal(measuredAt, clock.now().toISOString())
})

test('without a way nobody was told, and an alert that lasts is told once there is one', async () => {
  const { rooms, rounds, stateOf, posted } = await open({
    replicas: ['mute', 'loud'],
    change: (replica) => (replica === 'mute' ? { webhook: null, mailer: null } : {}),
  })
  const [mute, loud] = rooms
  assert.ok(mute && loud)
  setDisk(mute.metrics, 'degraded')
  await rounds(15, [mute])
  assert.deepEqual(
    (await stateOf('disk-low')).alerts.map(({ state, isTold }) => [state, isTold]),
    [['firing', false]],
  )
  setDisk(loud.metrics, 'degraded')
  await rounds(3, [loud, mute])
  assert.equal(posted.length, 1)
  assert.match(posted[0] ?? '', /Less than 5 %/)
})

test('of three processes one judges and one tells, also when all run at the same time', async () => {
  const { rooms, clock, posted } = await open({ replicas: ['one', 'two', 'three'] })
  for (const { metrics } of rooms) setDisk(metrics, 'degraded')
  for (let at = 0; at < 15; at += 1) {
    clock.advance(5 * SECOND)
    await Promise.all(rooms.map(({ watch }) => watch.round()))
  }
  assert.equal(posted.length, 1)
})

test('a process that was killed is told within seventeen seconds; one that leaves is not missed', async () => {
  const { rooms, first, clock, rounds, stateOf, posted } = await open({ replicas: ['one', 'two', 'three'] })
  await rounds(2)
  const [one, two, three] = rooms
  assert.ok(one && two && three)
  await three.watch.close()
  const diedMs = clock.monotonicMs()
  while (posted.length === 0 && clock.monotonicMs() - diedMs < 60 * SECOND) await rounds(1, [one])
  assert.ok(clock.monotonicMs() - diedMs <= 17 * SECOND, `told after ${clock.monotonicMs() - diedMs} ms`)
  assert.match(posted[0] ?? '', /was not heard of/)
  assert.equal((await stateOf('replica-silent')).alerts[0]?.value, 1)
  const { replicas } = await first.watch.listAlerts()
  assert.deepEqual(
    replicas.map(({ replica, state }) => [replica, state]),
    [
      ['one', 'alive'],
      ['two', 'silent'],
    ],
  )
  await rounds(4, [one, two])
  assert.equal((await stateOf('replica-silent')).state, 'inactive')
})

test('requests that fail on two processes are one budget, and page within seconds of a total outage', async () => {
  const { rooms, clock, rounds, posted } = await open({ replicas: ['one', 'two'] })
  const answer = (isGood: boolean): void =>
    rooms.forEach(({ objectives }) => objectives.note({ objective: 'errors', isGood }, 25))
  // Three quiet days, so that every span has something to compare with.
  rooms[0]?.objectives.note({ objective: 'errors', isGood: true }, 3_000_000)
  await rounds(1)
  clock.advance(3600 * SECOND)
  rooms[0]?.objectives.note({ objective: 'errors', isGood: true }, 36_000)
  await rounds(1)
  clock.advance(600 * SECOND)
  for (let at = 0; at < 60; at += 1) answer(true)
  await rounds(1)
  clock.advance(60 * SECOND)
  assert.doesNotMatch(posted.join(), /errors-/)
  const begunMs = clock.monotonicMs()
  while (!/errors-flash/.test(posted.join()) && clock.monotonicMs() - begunMs < 120 * SECOND) {
    answer(false)
    await rounds(1)
  }
  assert.ok(clock.monotonicMs() - begunMs <= 20 * SECOND, `paged after ${clock.monotonicMs() - begunMs} ms`)
  // One message for the fastest; the slower ones are its effects.
  assert.doesNotMatch(posted.join(), /errors-(fast|slow|creeping)/)
})

test('without a way none counts as told by another that spoke for it', async () => {
  const { first, clock, rounds, stateOf } = await open({ change: () => ({ webhook: null, mailer: null }) })
  first.objectives.note({ objective: 'errors', isGood: true }, 3_000_000)
  await rounds(1)
  clock.advance(3600 * SECOND)
  first.objectives.note({ objective: 'errors', isGood: true }, 36_000)
  for (let at = 0; at < 40; at += 1) {
    first.objectives.note({ objective: 'errors', isGood: false }, 200)
    await rounds(1)
  }
  for (const rule of ['errors-flash', 'errors-fast'])
    assert.deepEqual(
      (await stateOf(rule)).alerts.map(({ state, isTold }) => [state, isTold]),
      [['firing', false]],
      rule,
    )
})

test('the calendar moves threshold and time of a rule, and says the base beside it', async () => {
  const { first, rounds, stateOf, posted, knobs } = await open()
  first.metrics.turnsQueued.set(80)
  knobs.set('alerts.turns-waiting.threshold', 100)
  await rounds(20)
  const rule = await stateOf('turns-waiting')
  assert.deepEqual([rule.state, rule.threshold, rule.baseThreshold], ['inactive', 100, 50])
  assert.match(await first.metrics.registry.metrics(), /sophia_alert_threshold\{alert="turns-waiting"\} 100/)
  knobs.set('alerts.turns-waiting.threshold', 70)
  knobs.set('alerts.turns-waiting.for', 0)
  await rounds(1)
  assert.equal(posted.length, 1)
})

test('while its cause holds an alert is shown and not told; told is what outlives the cause', async () => {
  const { first, rounds, stateOf, posted } = await open()
  first.metrics.componentState.set({ component: 'database', state: 'down' }, 1)
  first.metrics.turnsQueued.set(80)
  await rounds(20)
  const waiting = await stateOf('turns-waiting')
  assert.deepEqual(
    [waiting.state, waiting.alerts[0]?.causedBy, waiting.alerts[0]?.isTold],
    ['firing', 'database-down', false],
  )
  assert.doesNotMatch(posted.join(), /turns-waiting/)
  first.metrics.componentState.reset()
  await rounds(10)
  assert.match(posted.join(), /turns-waiting/)
})

test('a silence keeps it from being told until it ends, and says who and why', async () => {
  const { first, rounds, stateOf, posted, clock } = await open()
  await assert.rejects(first.watch.silence(OWNER, { id: 'nothing', subject: '', hours: 1, reason: 'x' }), {
    code: 'NOT_FOUND',
  })
  await first.watch.silence(OWNER, { id: 'disk-low', subject: '', hours: 1, reason: 'we know' })
  setDisk(first.metrics, 'degraded')
  await rounds(20)
  const rule = await stateOf('disk-low')
  assert.deepEqual(
    [rule.state, rule.alerts[0]?.isSilenced, rule.silences[0]?.reason, posted.length],
    ['firing', true, 'we know', 0],
  )
  clock.advance(3600 * SECOND)
  await rounds(2)
  assert.equal(posted.length, 1)
})

test('one alert for each connection; one that is removed is over', async () => {
  const { first, rounds, stateOf, posted } = await open()
  for (const server of ['crm', 'wiki']) first.metrics.mcpState.set({ server, state: 'unhealthy' }, 1)
  await rounds(30)
  assert.deepEqual((await stateOf('mcp-server-down')).alerts.map(({ subject }) => subject).toSorted(), ['crm', 'wiki'])
  assert.equal(posted.length, 1)
  first.metrics.mcpState.reset()
  first.metrics.mcpState.set({ server: 'wiki', state: 'unhealthy' }, 1)
  await rounds(20)
  assert.deepEqual(
    (await stateOf('mcp-server-down')).alerts.map(({ subject }) => subject),
    ['wiki'],
  )
})

test('a webhook that is busy is tried again with growing pauses; one that says no is not, and that is told', async () => {
  const { first, rounds, stateOf, asked, posted, refuse } = await open()
  refuse(new SophiaError('WEBHOOK_FAILED', { retryable: true }))
  setDisk(first.metrics, 'degraded')
  await rounds(16)
  assert.equal(posted.length, 0)
  refuse(null)
  await rounds(20)
  assert.equal(posted.length, 1)
  // Each try of one message under one id, by which the other side knows it again.
  assert.ok(asked.length > 1 && new Set(asked).size === 1, asked.join(' '))
  assert.match(asked[0] ?? '', /^alert-[\w-]+$/)
  refuse(new SophiaError('WEBHOOK_FAILED', { retryable: false }))
  setDisk(first.metrics, 'ok')
  await rounds(8)
  assert.equal((await stateOf('messages-failing')).state, 'firing')
  refuse(null)
  await rounds(30)
  assert.doesNotMatch(posted.join(), /\[resolved\] Less than 5 %/)
})

test('a message for trial goes by every way at once, and says how it went', async () => {
  const { first, posted, mailed, refuse } = await open()
  assert.deepEqual(await first.watch.tryChannels(OWNER), {
    channels: [
      { channel: 'webhook', isSent: true, detail: null },
      { channel: 'email', isSent: true, detail: null },
    ],
  })
  assert.match(posted[0] ?? '', /Ada asked whether messages about alerts arrive/)
  assert.equal(mailed.length, 1)
  refuse(new SophiaError('WEBHOOK_FAILED', { detail: 'The webhook refused the message for good (404).' }))
  const { channels } = await first.watch.tryChannels(OWNER)
  assert.deepEqual(channels[0], {
    channel: 'webhook',
    isSent: false,
    detail: 'The webhook refused the message for good (404).',
  })
})

test('who listens hears at each process what is open when it becomes another, and nothing after they stopped', async () => {
  const { rooms, rounds } = await open({ replicas: ['one', 'two'] })
  const [, far] = rooms
  assert.ok(far)
  const heard: string[] = []
  const listen = (): (() => void) =>
    far.watch.hearAlerts(({ alerts }) =>
      heard.push(alerts.map(({ rule, state }) => `${rule} ${state}`).join() || 'none'),
    )
  const stop = listen()
  await rounds(2)
  for (const { metrics } of rooms) setDisk(metrics, 'degraded')
  await rounds(15)
  for (const { metrics } of rooms) setDisk(metrics, 'ok')
  await rounds(9)
  assert.deepEqual(heard, ['none', 'disk-low pending', 'disk-low firing', 'none'])
  stop()
  listen()()
  assert.deepEqual(heard.slice(4), ['none'])
  for (const { metrics } of rooms) setDisk(metrics, 'degraded')
  await rounds(2)
  assert.equal(heard.length, 5)
})
