import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TagBook } from '#platform/cache/tag-book.ts'
import type { SharedTier } from '#platform/cache/shared-tier.ts'
import { simulateSharing, type SharingWish } from './simulate-sharing.ts'

/** `npm run simulate` runs thousands. */
const SEEDS = 100
const MOST_SEEDS_FOR_A_FAULT = 400
const first = Math.floor(Math.random() * 1_000_000_000)

test('however processes that share a cache freeze, fail and lose what they say: they make a value once, nobody gets less than was told, everybody gets an answer', async (t) => {
  let asked = 0
  let made = 0
  for (let seed = first; seed < first + SEEDS; seed += 1) {
    const outcome = await simulateSharing({ seed })
    assert.deepEqual(outcome.breaches, [], `npm run simulate -- --machine sharing --seed ${seed} --seeds 1`)
    asked += outcome.asked
    made += outcome.made
  }
  t.diagnostic(`seeds ${first} to ${first + SEEDS - 1}: ${asked} asked, ${made} made`)
  assert.ok(made < asked * 0.7, 'makings were shared')
})

test('the same seed is the same run', async () => {
  for (let seed = first; seed < first + 3; seed += 1) {
    const faults = { noRight: true }
    assert.deepEqual(await simulateSharing({ seed, faults }), await simulateSharing({ seed, faults }))
  }
})

/** Whoever was just told that it may make the value does not see what lies there by then. */
function withoutSecondLook(tier: SharedTier): SharedTier {
  const taken = new Set<string>()
  return {
    ...tier,
    async take(address, leaseMs) {
      taken.add(address.id)
      return tier.take(address, leaseMs)
    },
    read: (address, reading) =>
      tier.read(address, {
        ...reading,
        found: (value, versions) => reading.found(taken.delete(address.id) ? null : value, versions),
      }),
  }
}

/** What was made is taken for made under the tags as they are when it is done. */
function withTagsOfTheEnd(tags: TagBook): TagBook {
  return {
    ...tags,
    hold: (names) =>
      tags.hold(names).map(({ tag }) => ({
        tag,
        get version() {
          return tag.version
        },
      })),
  }
}

type Fault = Pick<SharingWish, 'plant' | 'faults'>
const FAULTS: readonly (readonly [string, RegExp, Fault])[] = [
  ['a right for everybody', /while a making from/, { faults: { noRight: true } }],
  [
    'rights that run out while their owner is well',
    /while a making from/,
    { plant: { tier: (tier) => ({ ...tier, renew: async () => true }) } },
  ],
  ['no look between the right and the making', /although it lay in Redis/, { plant: { tier: withoutSecondLook } }],
  ['invalidations that Redis does not hear', /was told/, { faults: { forgetNothing: true } }],
  ['values under the tags of their end', /was told/, { plant: { tags: withTagsOfTheEnd } }],
  [
    'tags that are never asked for',
    /was told/,
    { plant: { tags: (tags) => ({ ...tags, certainAt: () => Number.POSITIVE_INFINITY }) } },
  ],
  [
    'waiters who wait for a word alone',
    /was refused/,
    { plant: { tier: (tier) => ({ ...tier, wake: (id) => tier.wake(id, 3_600_000) }) } },
  ],
]

for (const [name, pattern, fault] of FAULTS) {
  test(`the simulation notices ${name}`, async (t) => {
    for (let seed = first; seed < first + MOST_SEEDS_FOR_A_FAULT; seed += 1) {
      const { breaches } = await simulateSharing({ seed, ...fault })
      const found = breaches.find((breach) => pattern.test(breach))
      if (found === undefined) continue
      t.diagnostic(`seed ${seed}, the ${seed - first + 1}th: ${found}`)
      return
    }
    assert.fail(`${name} was not noticed in seeds from ${first} on`)
  })
}
