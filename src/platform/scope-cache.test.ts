import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Attention } from '#domain/home/attention.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import { createScopeCache } from './scope-cache.ts'

const nothing = { asOf: '2026-01-01', candidates: [], figures: [], caveats: [] }

function principalSeeing(visible: VisibleReps): Principal {
  return {
    memberId: 'm',
    email: 'm@example.com',
    name: 'M',
    role: 'member',
    rowScope: 'own',
    visible,
    teamId: null,
    repId: null,
    credential: { kind: 'session', id: 's' },
    allowedActions: null,
  }
}

function setUp() {
  const time = { ms: 0 }
  const asked: string[] = []
  let failing = false
  const cache = createScopeCache({
    clock: { now: () => new Date(time.ms), monotonicMs: () => time.ms, sleep: () => Promise.resolve() },
    find: async ({ visible }): Promise<readonly [Attention, Attention]> => {
      asked.push(JSON.stringify(visible))
      if (failing) throw new Error('away')
      return [{ ...nothing, caveats: [JSON.stringify(visible)] }, nothing]
    },
  })
  return { cache, time, asked, fail: (isFailing: boolean) => (failing = isFailing) }
}

const ann = principalSeeing({ kind: 'reps', repIds: ['ann'] })
const bob = principalSeeing({ kind: 'reps', repIds: ['bob'] })
const everybody = principalSeeing({ kind: 'all' })
const nobody = principalSeeing({ kind: 'reps', repIds: [] })

test('callers who see the same rows share one search for five seconds', async () => {
  const { cache, time, asked } = setUp()
  await Promise.all([cache.get(ann), cache.get(ann), cache.get({ ...ann, memberId: 'other' })])
  time.ms = 4999
  await cache.get(ann)
  assert.equal(asked.length, 1)
  time.ms = 5000
  await cache.get(ann)
  assert.equal(asked.length, 2)
})

test('what one scope found never answers another', async () => {
  const { cache } = setUp()
  for (const principal of [ann, bob, everybody, nobody]) {
    const [deals] = await cache.get(principal)
    assert.deepEqual(deals.caveats, [JSON.stringify(principal.visible)])
  }
})

test('a change of records is seen at once, and a failure is not remembered', async () => {
  const { cache, asked, fail } = setUp()
  await cache.get(ann)
  cache.forget()
  fail(true)
  await assert.rejects(cache.get(ann), /away/)
  fail(false)
  await cache.get(ann)
  assert.equal(asked.length, 3)
})

test('findings that depend on more than the rows in sight are kept apart by it', async () => {
  const cache = createScopeCache({
    clock: { now: () => new Date(0), monotonicMs: () => 0, sleep: () => Promise.resolve() },
    find: ({ repId }) => Promise.resolve(repId),
    keyOf: ({ repId }) => repId ?? '',
  })
  assert.equal(await cache.get({ ...everybody, repId: 'ann' }), 'ann')
  assert.equal(await cache.get({ ...everybody, repId: 'bob' }), 'bob')
})
