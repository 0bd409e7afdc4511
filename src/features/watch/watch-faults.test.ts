import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openWatchHouse as open } from '../../../test/support/watch-house.ts'
import { until } from '../../../test/support/until.ts'

const SECOND = 1000

test('a webhook that hangs holds up neither the rounds nor the stop; who stops leaves the message to another', async () => {
  const asked: string[] = []
  const hang = { post: ({ text }: { text: string }) => new Promise<never>(() => void asked.push(text)) }
  const { rooms, rounds, posted } = await open({
    replicas: ['hangs', 'other'],
    change: (replica) => (replica === 'hangs' ? { webhook: hang } : {}),
  })
  const [hangs, other] = rooms
  assert.ok(hangs && other)
  for (const { metrics } of rooms) metrics.componentState.set({ component: 'disk', state: 'degraded' }, 1)
  await rounds(12, [hangs])
  hangs.watch.start()
  await until(() => asked.length > 0, 'it is sent to')
  await hangs.watch.close()
  assert.equal(posted.length, 0)
  await rounds(1, [other])
  assert.match(posted.join(), /Less than 5 %/)
})

test('after a while in which nobody could write nobody is told silent; who stays silent then is', async () => {
  const { rooms, rounds, clock, posted } = await open({ replicas: ['one', 'two', 'three'] })
  await rounds(4)
  clock.advance(60 * SECOND)
  const [one, two] = rooms
  assert.ok(one && two)
  await rounds(2)
  assert.doesNotMatch(posted.join(), /was not heard of/)
  await rounds(6, [one, two])
  assert.match(posted.join(), /was not heard of/)
})

test('a message goes by a process that has its way, and none is taken for sent that nobody sent', async () => {
  const { rooms, rounds, posted, mailed } = await open({
    replicas: ['bare', 'set up'],
    change: (replica) => (replica === 'bare' ? { webhook: null, mailer: null } : { owners: async () => [] }),
  })
  const [bare, setUp] = rooms
  assert.ok(bare && setUp)
  setUp.metrics.componentState.set({ component: 'disk', state: 'degraded' }, 1)
  await rounds(14, [setUp, bare])
  assert.match(posted.join(), /Less than 5 %/)
  assert.equal(mailed.length, 0)
  const told = await setUp.metrics.registry.metrics()
  assert.match(told, /channel="email",outcome="sent"\} 0/)
  assert.match(told, /channel="email",outcome="retried"\} [1-9]/)
  assert.doesNotMatch(await bare.metrics.registry.metrics(), /outcome="(sent|retried|failed)"\} [1-9]/)
})

test('one part that cannot be looked at is no reason to look at no other', async () => {
  const { first, rounds, posted } = await open({
    change: () => ({ budgetUsed: () => Promise.reject(new Error('no prices')) }),
  })
  first.metrics.componentState.set({ component: 'disk', state: 'degraded' }, 1)
  await rounds(14)
  assert.match(posted.join(), /Less than 5 %/)
  assert.equal((await first.watch.listAlerts()).replicas[0]?.state, 'alive')
})

test('a process that holds up its event loop is seen to, though nobody scrapes', async () => {
  const { rounds, stateOf, knobs } = await open()
  knobs.delete('alerts.event-loop-slow.threshold')
  await rounds(1)
  const holdUp = (): void => {
    for (const end = performance.now() + 600; performance.now() < end;);
  }
  holdUp()
  // The look at the loop comes with the turn after.
  await new Promise((resolve) => setImmediate(resolve))
  await rounds(2)
  assert.equal((await stateOf('event-loop-slow')).state, 'pending')
})

test('a backup that another replica made counts for all', async () => {
  const { first, rooms, rounds } = await open({
    replicas: ['backs up', 'other'],
    change: (replica) => (replica === 'other' ? { newestVerified: async () => new Date('2026-03-01T00:00:00Z') } : {}),
  })
  const [, other] = rooms
  await rounds(5)
  const backup = (await first.watch.readObjectives(1)).objectives.find(({ id }) => id === 'backup')
  const ofOther = backup?.replicas.find(({ replica }) => replica === other?.replica)
  assert.ok(ofOther && ofOther.good > 0, JSON.stringify(backup?.replicas))
  // Until it heard of the other's.
  assert.ok(ofOther.bad <= 2, JSON.stringify(ofOther))
})

test('one outage is one page and one end, though slower burns outlast it', async () => {
  const { first, rounds, posted, clock } = await open()
  first.objectives.note({ objective: 'errors', isGood: true }, 10_000)
  await rounds(1)
  clock.advance(600 * SECOND)
  const answer = async (isGood: boolean, count: number): Promise<void> => {
    for (let at = 0; at < count; at += 1) {
      first.objectives.note({ objective: 'errors', isGood }, 25)
      await rounds(1)
    }
  }
  await answer(true, 3)
  await answer(false, 12)
  for (let minute = 0; minute < 6; minute += 1) {
    clock.advance(55 * SECOND)
    await answer(true, 1)
  }
  // The slower ones end now, and nobody heard of their start.
  clock.advance(7 * 3600 * SECOND)
  await answer(true, 1)
  clock.advance(120 * SECOND)
  await answer(true, 1)
  const about = posted.filter((text) => /errors-|were answered|error budget/i.test(text))
  assert.deepEqual(
    about.map((text) => /\[(\w+)\]/.exec(text)?.[1]),
    ['page', 'resolved'],
    posted.join('\n\n'),
  )
})

test('what cannot be written down holds up no alert, and is no reason to be missed after leaving', async () => {
  const { rooms, first, rounds, posted } = await open({
    replicas: ['one', 'two'],
    change: () => ({
      inForce: async () => {
        throw new Error('its files cannot be read')
      },
    }),
  })
  const [one, two] = rooms
  assert.ok(one && two)
  one.metrics.componentState.reset()
  one.metrics.componentState.set({ component: 'disk', state: 'degraded' }, 1)
  await rounds(15)
  assert.match(posted[0] ?? '', /Less than 5 %/)
  await two.watch.close()
  await rounds(6, [one])
  assert.deepEqual(
    (await first.watch.listAlerts()).replicas.map(({ replica, state }) => `${replica} ${state}`),
    ['one alive'],
  )
})
