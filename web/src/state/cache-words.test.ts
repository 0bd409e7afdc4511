import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CacheSavings } from '#contract/cache.ts'
import { classWords, rateWords, savingsLine, sourceWords, tierWords } from './cache-words.ts'

const counts = {
  requests: 200,
  fresh: 150,
  fromRedis: 20,
  stale: 10,
  joined: 0,
  misses: 40,
  failures: 0,
  evictions: 0,
  hitRate: 0.8,
  savedMs: 90_000,
  saved: { amountMicros: 1_250_000, currency: 'USD' },
  byTier: {
    l1: { savedMs: 60_000, saved: { amountMicros: 1_000_000, currency: 'USD' } },
    l2: { savedMs: 30_000, saved: { amountMicros: 250_000, currency: 'USD' } },
  },
}
const savings: CacheSavings = {
  day: '2026-11-02',
  ...counts,
  classes: [{ class: 'model-exact', promised: null, ...counts }],
  hours: [],
}
const plain = (text: string): string => text.replaceAll(/[  ]/g, ' ')

test('the first line says what was spared and why, and never speaks of money that there was not', () => {
  assert.match(
    plain(savingsLine(savings)),
    /^Today it spared \$1\.25 and 2 min of waiting, most of it by answers of models/,
  )
  const free = { ...savings, saved: { amountMicros: 0, currency: 'USD' } }
  assert.match(savingsLine(free), /No money: none of what was asked again comes from a paid model/)
  assert.equal(savingsLine({ ...savings, requests: 0 }), 'Nothing was asked of the cache today.')
})

test('a rate is held against its promise only where there is one, and judged only on enough', () => {
  assert.equal(rateWords({ ...counts, promised: null }), '80 %')
  assert.equal(rateWords({ ...counts, promised: 0.95 }), '80 %, below the promised 95 %')
  assert.equal(rateWords({ ...counts, promised: 0.75 }), '80 %, promised 75 %')
  assert.equal(rateWords({ ...counts, requests: 20, promised: 0.95 }), '80 %; too few to judge by the promised 95 %')
  assert.equal(rateWords({ hitRate: null, requests: 0, promised: 0.95 }), 'not asked')
  assert.equal(rateWords({ hitRate: 0.94999, requests: 500, promised: 0.95 }), '94.9 %, below the promised 95 %')
})

test('what each tier spared is told, and what no tier is known of is not given to one', () => {
  assert.equal(plain(tierWords(counts)), '$1 in the process, $0.25 from Redis')
  const free = { amountMicros: 0, currency: 'USD' }
  const ofTime = {
    savedMs: 90_000,
    saved: free,
    byTier: { l1: { savedMs: 30_000, saved: free }, l2: { savedMs: 0, saved: free } },
  }
  assert.equal(plain(tierWords(ofTime)), '30 s in the process, 1 min counted before tiers were told apart')
  assert.equal(tierWords({ ...ofTime, savedMs: 30_001 }), tierWords({ ...ofTime, savedMs: 30_000 }), 'rounding is none')
  const none = { savedMs: 0, saved: free }
  assert.equal(tierWords({ ...none, byTier: { l1: none, l2: none } }), 'nothing')
})

test('sources leave out what did not happen', () => {
  assert.equal(
    sourceWords({ class: 'x', promised: null, ...counts }),
    '130 from the process, 20 from Redis, 10 past freshness, 40 made',
  )
  assert.equal(classWords('api-response'), 'Pages and lists')
})
