import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RULES, simulateSchedule, type Rules } from './simulate-schedule.ts'

/** `npm run simulate` runs thousands. */
const SEEDS = 100
const first = Math.floor(Math.random() * 1_000_000_000)

test('however long a server is away: each briefing is told once, at the first look after its hour, unless the next is due already', () => {
  for (let seed = first; seed < first + SEEDS; seed += 1)
    assert.deepEqual(
      simulateSchedule(seed).breaches,
      [],
      `npm run simulate -- --machine schedule --seed ${seed} --seeds 1`,
    )
})

const DAY_LATE: Rules = { ...RULES, owed: (schedule, dueAt) => RULES.owed(schedule, dueAt, dueAt) }
const IN_UTC: Rules = { ...RULES, next: (schedule, after) => RULES.next({ ...schedule, timeZone: 'UTC' }, after) }

for (const [name, rules] of [
  ['the first missed briefing instead of the last', DAY_LATE],
  ['hours of another zone', IN_UTC],
] as const) {
  test(`the simulation notices ${name}`, () => {
    const seeds = Array.from({ length: 50 }, (_, at) => first + at)
    assert.ok(seeds.some((seed) => simulateSchedule(seed, rules).breaches.length > 0))
  })
}
