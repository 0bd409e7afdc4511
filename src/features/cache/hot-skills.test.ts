import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import type { Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { systemClock } from '#platform/clock.ts'
import { sql } from '#platform/postgres/sql.ts'
import { keepResults } from '#platform/skills/keep-results.ts'
import { openCacheHouse } from '../../../test/support/cache-house.ts'
import { addMember } from '../../../test/support/conversation-house.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { until } from '../../../test/support/until.ts'
import { createHotSkills } from './hot-skills.ts'

const { database } = await openTestDatabase()
const ann = await addMember(database, 'ann')
const bob = await addMember(database, 'bob')
const empty = (): Promise<unknown> => database.read((handle) => handle.run(sql`delete from cache_hot_skills`))

/** What was run, for whom, in order. */
function openHot(change: Partial<Parameters<typeof createHotSkills>[0]> = {}) {
  const runs: string[] = []
  const state: { epoch: string; wanted: number; freshSince: number | null; losses: number } = {
    epoch: 'one',
    wanted: 10,
    freshSince: null,
    losses: 0,
  }
  const members = new Map<string, Principal>([ann, bob].map((one) => [one.memberId, one]))
  // Only what a run needs.
  const skill = {
    name: 'review-pipeline',
    action: 'skill:run',
    parse: (input: unknown) => input,
    run: async ({ principal, input, isAhead }: Parameters<Skill['run']>[0]) => {
      assert.equal(isAhead, true)
      runs.push(`${principal.name} ${JSON.stringify(input)}`)
      return { kind: 'nothing', reason: '', remedy: '' }
    },
  } as unknown as Skill
  const hot = createHotSkills({
    database,
    clock: systemClock,
    log: pino({ level: 'silent' }),
    skills: () => [skill],
    principalOf: async (memberId) => members.get(memberId) ?? null,
    wanted: () => state.wanted,
    epochOf: async () => state.epoch,
    freshSince: () => state.freshSince,
    losses: () => state.losses,
    ...change,
  })
  const note = (member: Principal, focus: string): void =>
    hot.note({ memberId: member.memberId, skill: 'review-pipeline', input: { focus } })
  return { hot, runs, note, state, members }
}

test('what is asked most often is made ready first, as many as are wanted, with the rights of whoever asks', async (t) => {
  t.after(empty)
  const { hot, runs, note, state } = openHot()
  for (let count = 0; count < 3; count += 1) note(bob, 'risk')
  note(ann, 'risk')
  for (let count = 0; count < 2; count += 1) note(ann, 'changes')
  await hot.flush()
  state.wanted = 2
  assert.equal(await hot.prewarm(), 2)
  assert.deepEqual(runs, ['bob {"focus":"risk"}', 'ann {"focus":"changes"}'])
})

test('uses of several processes add up, and what was asked days ago weighs less', async (t) => {
  t.after(empty)
  const one = openHot()
  const other = openHot()
  for (let count = 0; count < 4; count += 1) one.note(ann, 'old')
  await one.hot.flush()
  await database.read((handle) =>
    handle.run(sql`update cache_hot_skills set weighed_at = weighed_at - interval '3 days'`),
  )
  one.note(ann, 'new')
  other.note(ann, 'new')
  await one.hot.flush()
  await other.hot.flush()
  await one.hot.prewarm()
  assert.deepEqual(one.runs, ['ann {"focus":"new"}', 'ann {"focus":"old"}'])
})

test('nothing is made for who may no longer act, is suspended or gone, nor by a skill that is not there', async (t) => {
  t.after(empty)
  const results: string[] = []
  const { hot, runs, note, members } = openHot({ onPrewarmed: (result) => results.push(result) })
  note(ann, 'risk')
  hot.note({ memberId: bob.memberId, skill: 'of-yesterday', input: {} })
  hot.note({ memberId: '00000000-0000-7000-8000-00000000beef', skill: 'review-pipeline', input: {} })
  await hot.flush()
  members.delete(ann.memberId)
  assert.equal(await hot.prewarm(), 0)
  assert.deepEqual([runs, results.toSorted()], [[], ['refused', 'refused']])
  await database.read((handle) => handle.run(sql`update members set status = 'suspended' where id = ${bob.memberId}`))
  results.length = 0
  await hot.prewarm()
  assert.deepEqual(results, ['refused'])
  await database.read((handle) => handle.run(sql`update members set status = 'active' where id = ${bob.memberId}`))
})

/** Lets it look once more, and answers how often something was made ready by then. */
function lookerOf(sleeps: readonly (() => void)[], runs: readonly unknown[]): () => Promise<number> {
  return async () => {
    const before = sleeps.length
    sleeps.at(-1)?.()
    await until(() => sleeps.length > before, 'it has looked')
    return runs.length
  }
}

test('it begins with the house, and again when data changed or more is wanted, and at no other time', async (t) => {
  t.after(empty)
  const sleeps: (() => void)[] = []
  let now = new Date('2026-11-10T09:00:00Z')
  const clock = {
    ...systemClock,
    now: () => now,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeps.push(resolve)
        signal?.addEventListener('abort', () => reject(new Error('closed')), { once: true })
      }),
  }
  const { hot, runs, note, state } = openHot({ clock })
  note(ann, 'risk')
  await hot.flush()
  hot.start()
  t.after(() => hot.close())
  const look = lookerOf(sleeps, runs)
  await until(() => sleeps.length === 1, 'it has looked')
  assert.equal(runs.length, 1)
  assert.equal(await look(), 1)
  state.epoch = 'two'
  assert.equal(await look(), 1, 'it may go on changing')
  state.epoch = 'three'
  assert.equal(await look(), 1)
  assert.equal(await look(), 2, 'it has come to rest')
  state.wanted = 20
  assert.equal(await look(), 3)
  state.wanted = 5
  assert.equal(await look(), 3)
  state.wanted = 20
  assert.equal(await look(), 4, 'what was let go of meanwhile')
  now = new Date('2026-11-11T00:00:10Z')
  assert.equal(await look(), 5, 'results are of one day')
  state.freshSince = now.getTime()
  assert.equal(await look(), 6, 'a period began that wants them fresh')
  assert.equal(await look(), 6)
})

test('what was lost is made ready again: once for each loss, and not twice within ten minutes', async (t) => {
  t.after(empty)
  const sleeps: (() => void)[] = []
  let passedMs = 0
  const clock = {
    ...systemClock,
    monotonicMs: () => passedMs,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        sleeps.push(resolve)
        signal?.addEventListener('abort', () => reject(new Error('closed')), { once: true })
      }),
  }
  const { hot, runs, note, state } = openHot({ clock })
  note(ann, 'risk')
  await hot.flush()
  hot.start()
  t.after(() => hot.close())
  const look = lookerOf(sleeps, runs)
  await until(() => sleeps.length === 1, 'it has looked')
  assert.equal(await look(), 1)
  state.losses = 1
  assert.equal(await look(), 2, 'at the next look')
  assert.equal(await look(), 2, 'once')
  // Memory that is short lets go of it again and again.
  for (let minute = 1; minute < 10; minute += 1) {
    passedMs += 60_000
    state.losses += 1
    assert.equal(await look(), 2, `after ${minute} minutes`)
  }
  passedMs += 60_000
  assert.equal(await look(), 3, 'all of these at once')
  assert.equal(await look(), 3)
})

test('results that memory let go of are there again before somebody asks', async (t) => {
  t.after(empty)
  const { cache } = openCacheHouse()
  t.after(() => cache.close())
  let made = 0
  const skill = {
    name: 'review-pipeline',
    action: 'skill:run',
    effect: 'read',
    parse: (input: unknown) => input,
    run: async () => ((made += 1), { kind: 'nothing', reason: '', remedy: '' }),
  } as unknown as Skill
  const epochs = { of: async () => 'one' }
  const kept = keepResults([skill], { cache, epochs, clock: systemClock })
  const sleeps: (() => void)[] = []
  const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => void sleeps.push(resolve)) }
  const { hot, note } = openHot({ clock, skills: () => kept, losses: cache.losses })
  note(ann, 'risk')
  await hot.flush()
  hot.start()
  await until(() => sleeps.length === 1, 'it has looked')
  const look = lookerOf(sleeps, [])
  await look()
  assert.equal(made, 1, 'what is there is not made again')
  cache.empty()
  await look()
  assert.equal(made, 2)
  const call = { principal: ann, input: { focus: 'risk' }, signal: new AbortController().signal }
  for (const one of kept) await one.run(call)
  assert.equal(made, 2, 'who asks finds it')
  const closed = hot.close()
  sleeps.at(-1)?.()
  await closed
})

test('a run that fails stops nobody else', async (t) => {
  t.after(empty)
  const results: string[] = []
  const { hot, note } = openHot({
    onPrewarmed: (result) => results.push(result),
    skills: () => [
      {
        name: 'review-pipeline',
        action: 'skill:run',
        parse: (input: unknown) => input,
        run: async ({ principal }: Parameters<Skill['run']>[0]) => {
          if (principal.name === 'ann') throw new Error('the deal is gone')
          return { kind: 'nothing', reason: '', remedy: '' }
        },
      } as unknown as Skill,
    ],
  })
  note(ann, 'risk')
  note(ann, 'risk')
  note(bob, 'risk')
  await hot.flush()
  assert.equal(await hot.prewarm(), 1)
  assert.deepEqual(results, ['failed', 'ready'])
})
