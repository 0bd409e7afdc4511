import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import { CACHE_CLASSES, type CacheClass } from '#domain/cache-policy/cache-class.ts'
import { expiryOf, type SeasonOf } from '#domain/cache-policy/expiry.ts'
import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { createLookup } from '#domain/calendar/lookup.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { planOf, type ShortDefinition } from '../../../test/support/calendar-fixture.ts'
import { createSteppedClock } from '../../../test/support/stepped-clock.ts'
import { createSeasonOf } from './season.ts'

const BEFORE = '2026-11-09T12:00:00Z'
const WITHIN = '2026-11-10T12:00:00Z'
const AFTER = '2026-11-11T12:00:00Z'
const START_MS = Date.parse('2026-11-10T00:00:00Z')

/** The season of a house whose calendar has one day on which these settings hold. */
function seasonAt(settings: ShortDefinition['policies'][number][1]): {
  readonly seasonOf: SeasonOf
  of(cacheClass: CacheClass, at: string): ReturnType<SeasonOf>
} {
  const plan = planOf(
    { periods: { busy: { label: 'Busy day', dates: ['2026-11-10'] } }, policies: [['busy', settings]] },
    { fromDay: '2026-11-01', toDay: '2026-11-30' },
  )
  let asked = 0
  const number = (key: string, base: number): number => createLookup(plan, key, base)(asked)
  const made = createSeasonOf({ plan: () => plan, number })
  const seasonOf: SeasonOf = (cacheClass, atMs) => ((asked = atMs), made(cacheClass, atMs))
  return { seasonOf, of: (cacheClass, at) => seasonOf(cacheClass, Date.parse(at)) }
}

function lifetimes(cacheClass: CacheClass, season: ReturnType<SeasonOf>): readonly [fresh: number, stale: number] {
  const birth = { nowMs: 0, random: 0.5, season, untilFreshMs: null, isNothing: false }
  const { freshUntilMs, staleUntilMs } = expiryOf(CACHE_POLICIES[cacheClass], birth)
  return [freshUntilMs, staleUntilMs - freshUntilMs]
}

for (const cacheClass of CACHE_CLASSES) {
  const { softMs, hardMs } = CACHE_POLICIES[cacheClass]

  test(`${cacheClass}: factors of a period move both lifetimes, before and after it they are as they were`, () => {
    const { of } = seasonAt({ [`cache.${cacheClass}.ttl`]: 'x0.5', [`cache.${cacheClass}.stale`]: 'x0.25' })
    for (const at of [BEFORE, AFTER])
      assert.deepEqual(lifetimes(cacheClass, of(cacheClass, at)), [softMs, hardMs - softMs])
    assert.deepEqual(lifetimes(cacheClass, of(cacheClass, WITHIN)), [softMs / 2, (hardMs - softMs) / 4])
  })

  test(`${cacheClass}: a duration takes the place of its own, and no other class is moved`, () => {
    const { of } = seasonAt({ [`cache.${cacheClass}.ttl`]: '1.5s' })
    const [fresh] = lifetimes(cacheClass, of(cacheClass, WITHIN))
    assert.equal(Math.round(fresh), 1500)
    for (const other of CACHE_CLASSES.filter((name) => name !== cacheClass))
      assert.equal(of(other, WITHIN).ttlFactor, 1, other)
  })

  test(`${cacheClass}: what is to be fresh at the start lives up to it, and not beyond`, () => {
    const fresh = { value: 'x1', freshAtStart: true } as const
    const { of } = seasonAt({ [`cache.${cacheClass}.ttl`]: fresh })
    assert.equal(of(cacheClass, BEFORE).freshAtMs, START_MS)
    assert.equal(of(cacheClass, WITHIN).freshAtMs, null)
  })

  test(`${cacheClass}: a value kept within the period is made again when its shorter life is over`, async () => {
    assert.equal(await madeIn(cacheClass, WITHIN, 0.6), 2)
    assert.equal(await madeIn(cacheClass, BEFORE, 0.6), 1)
  })
}

test('what a person may do is remembered for no longer, whatever a period says of its class or of all', () => {
  for (const settings of [{ 'cache.*.ttl': 'x4' }, { 'cache.auth.ttl': '1h' }, { 'cache.auth.ttl': 'x30' }]) {
    const { of } = seasonAt(settings)
    assert.equal(of('auth', WITHIN).ttlFactor, 1, JSON.stringify(settings))
  }
  assert.equal(seasonAt({ 'cache.auth.ttl': 'x0.5' }).of('auth', WITHIN).ttlFactor, 0.5)
})

test('one word for all classes moves each of them', () => {
  const { of } = seasonAt({ 'cache.*.ttl': 'x0.5' })
  for (const cacheClass of CACHE_CLASSES) assert.equal(of(cacheClass, WITHIN).ttlFactor, 0.5, cacheClass)
})

/** How often a value is made that is asked for, and again when that share of its own lifetime has passed. */
async function madeIn(cacheClass: CacheClass, at: string, share: number): Promise<number> {
  const clock = createSteppedClock(at)
  const settings = { [`cache.${cacheClass}.ttl`]: 'x0.5', [`cache.${cacheClass}.stale`]: '0s' }
  const { seasonOf } = seasonAt(settings)
  // At half, no lifetime is spread.
  const cache = createCache({ clock, log: pino({ level: 'silent' }), random: () => 0.5, seasonOf })
  const space = cache.space<string>(cacheClass, 'test')
  let made = 0
  const ask = async (): Promise<string> => space.getOrSet('k', { owner: 'everyone' }, async () => `v${(made += 1)}`)
  await ask()
  await clock.advance(CACHE_POLICIES[cacheClass].softMs * share)
  await ask()
  await cache.close()
  return made
}
