import assert from 'node:assert/strict'
import { test } from 'node:test'
import { simulateCache } from './simulate-cache.ts'

const SEEDS = 200
const first = Math.floor(Math.random() * 1_000_000_000)

test('whatever makers and invalidations do in whatever order: one making answers all who wait, nobody gets less than was told', async (t) => {
  let asked = 0
  let made = 0
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const outcome = await simulateCache({ seed })
    assert.deepEqual(outcome.breaches, [], `seed ${seed}`)
    asked += outcome.asked
    made += outcome.made
  }
  t.diagnostic(`seeds ${first} to ${first + SEEDS - 1}: ${asked} asked, ${made} made`)
  assert.ok(made < asked * 0.9, 'makings were shared')
})

test('the same seed is the same run', async () => {
  assert.deepEqual(await simulateCache({ seed: first }), await simulateCache({ seed: first }))
})

type Plant = NonNullable<Parameters<typeof simulateCache>[0]['plant']>
const FAULTS: readonly (readonly [string, RegExp, Plant])[] = [
  [
    'no sharing of makings',
    /was made twice at once/,
    () => ({
      getOrSet: (_key, _holding, make) =>
        make({ signal: AbortSignal.abort(), costs: () => undefined, doNotKeep: () => undefined }),
    }),
  ],
  [
    'values that nobody owns',
    /got what is/,
    (space) => ({ getOrSet: (key, holding, make) => space.getOrSet(key, { ...holding, owner: 'all' }, make) }),
  ],
  [
    'values that hang on nothing',
    /was told/,
    (space) => ({ getOrSet: (key, { owner }, make) => space.getOrSet(key, { owner, tags: [] }, make) }),
  ],
]

for (const [name, pattern, plant] of FAULTS) {
  test(`the simulation notices ${name}`, async () => {
    for (let seed = first; seed < first + SEEDS; seed += 1) {
      const { breaches } = await simulateCache({ seed, plant })
      if (breaches.some((breach) => pattern.test(breach))) return
    }
    assert.fail(`${name} was not noticed in seeds from ${first} on`)
  })
}
