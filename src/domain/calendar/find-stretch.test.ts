import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countUpTo } from './boundaries.ts'
import { createStretchFinder } from './find-stretch.ts'

test('it finds what a search finds, at every start, beside it and anywhere, however the stretches crowd', () => {
  const starts = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 41, max: 4e10 })), {
    minLength: 2,
    maxLength: 60,
  })
  fc.assert(
    fc.property(starts, fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), (some, shares) => {
      const startsMs = Float64Array.from(some, (ms) => 1.7e12 + ms).toSorted()
      const [fromMs = 0, toMs = 0] = [startsMs[0], startsMs.at(-1)]
      const find = createStretchFinder(startsMs)
      const around = [...startsMs].flatMap((ms) => [ms - 1, ms, ms + 1])
      const anywhere = shares.map((share) => fromMs + share * (toMs - fromMs))
      for (const atMs of [...around, ...anywhere].filter((ms) => ms >= fromMs && ms < toMs))
        assert.equal(find(atMs), countUpTo(startsMs, atMs) - 1)
    }),
  )
})
