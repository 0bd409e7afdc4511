import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import pino from 'pino'
import { CalendarCheck } from '#contract/calendar.ts'
import { createManualClock } from '../../../test/support/manual-clock.ts'
import { createCalendar } from './index.ts'

/** What the check says of a draft while another text is in force. */
async function checkOf(
  t: TestContext,
  texts: { readonly inForce: string; readonly draft: string; readonly at: string },
) {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-calendar-check-'))
  const file = join(folder, 'calendar.yaml')
  await writeFile(file, texts.inForce)
  const calendar = createCalendar({
    clock: createManualClock(texts.at),
    log: pino({ level: 'silent' }),
    file,
    isNamed: true,
    shippedFolder: join(import.meta.dirname, '../../../calendars'),
    eventsFolder: join(folder, 'calendar-events'),
    allowPrivate: [],
    bases: () => new Map(),
    countOpenTurns: () => Promise.resolve(0),
  })
  t.after(async () => {
    await calendar.close()
    await rm(folder, { recursive: true, force: true })
  })
  await calendar.settle()
  const check = CalendarCheck.parse(await calendar.check({ text: texts.draft }))
  assert.deepEqual(check.faults, [])
  return check
}

const CLOSING = `periods: { closing: { label: Closing, when: last 1 days of month } }
policies:
  - match: closing
    scale: { api: { min: x2 } }
`

test('another least number of replicas moves what periods make of it, and is told itself', async (t) => {
  const at = '2026-11-29T12:00:00Z'
  const { changes, values } = await checkOf(t, { inForce: CLOSING, draft: `${CLOSING}scaling: { min: 3 }\n`, at })
  assert.deepEqual(changes, ['`scaling.min` (the fewest replicas) would be 3 instead of 1.'])
  assert.deepEqual(
    values.map(({ key, before, after, startsAt, endsAt }) => [key, before, after, startsAt, endsAt]),
    [
      ['scale.api.min', 1, 3, '2026-11-29T12:00:00.000Z', '2026-11-30T00:00:00.000Z'],
      ['scale.api.min', 2, 6, '2026-11-30T00:00:00.000Z', '2026-12-01T00:00:00.000Z'],
    ],
  )
})

test('each field of `scaling` that would be another is told with what it would be and is', async (t) => {
  const inForce = `${CLOSING}scaling: { max: 8, turns_per_replica: 20, step: 2, usd_per_replica_hour: 0.5, shadow: true }\n`
  const draft = `${CLOSING}scaling: { max: 9, turns_per_replica: 12.5, step: 3, usd_per_day: 40 }\n`
  const at = '2026-11-29T12:00:00Z'
  const { changes, values } = await checkOf(t, { inForce, draft, at })
  assert.deepEqual(changes, [
    '`scaling.max` (the most replicas) would be 9 instead of 8.',
    '`scaling.turns_per_replica` (turns at work for one replica) would be 12.5 instead of 20.',
    '`scaling.step` (replicas more within a minute) would be 3 instead of 2.',
    '`scaling.usd_per_replica_hour` (what a replica costs an hour in US dollars) would be not set instead of 0.5.',
    '`scaling.usd_per_day` (what replicas beyond the fewest may cost a day in US dollars) would be 40 instead of not set.',
    '`scaling.shadow` (whether it is only said what would be advised) would be no instead of yes.',
  ])
  assert.deepEqual(values, [])
  assert.deepEqual((await checkOf(t, { inForce: draft, draft, at })).changes, [])
})

/** Closing of November is under way from the 28th on; of weeks it is told how often. */
const FRESH = `periods:
  closing: { label: Closing, when: last 3 days of month }
  mondays: { label: Monday, when: mon }
policies:
  - match: closing
    cache: { tool-result: { ttl: x1, freshAtStart: true }, skill-result: { ttl: x1, freshAtStart: true } }
  - match: mondays
    cache: { directory: { ttl: x1, freshAtStart: true } }
`
const STALE = FRESH.replaceAll(', freshAtStart: true', '')

test('what a cache would give no longer is told by its class, from when on, by whom and how often', async (t) => {
  const at = '2026-11-10T12:00:00Z'
  const added = await checkOf(t, { inForce: STALE, draft: FRESH, at })
  assert.deepEqual(added.changes, [
    'What the cache keeps of `directory` from before 2026-11-16 00:00 UTC would not be given from then on (Monday wants fresh values); and 3 more times.',
    'What the cache keeps of `skill-result` and `tool-result` from before 2026-11-28 00:00 UTC would not be given from then on (Closing wants fresh values).',
  ])
  assert.deepEqual(added.values, [])
  const removed = await checkOf(t, { inForce: FRESH, draft: STALE, at })
  assert.deepEqual(removed.changes, [
    'What the cache keeps of `directory` from before 2026-11-16 00:00 UTC could still be given from then on (Monday wants no fresh values any more); and 3 more times.',
    'What the cache keeps of `skill-result` and `tool-result` from before 2026-11-28 00:00 UTC could still be given from then on (Closing wants no fresh values any more).',
  ])
  assert.deepEqual((await checkOf(t, { inForce: FRESH, draft: FRESH, at })).changes, [])
})

test('a demand for fresh values whose period is under way bears at once, and is told so', async (t) => {
  const at = '2026-11-29T12:00:00Z'
  const ofClosing = ({ changes }: CalendarCheck): string[] => changes.filter((line) => line.includes('Closing'))
  assert.deepEqual(ofClosing(await checkOf(t, { inForce: STALE, draft: FRESH, at })), [
    'What the cache keeps of `skill-result` and `tool-result` from before 2026-11-28 00:00 UTC would not be given from now on (Closing wants fresh values).',
    'What the cache keeps of `skill-result` and `tool-result` from before 2026-12-29 00:00 UTC would not be given from then on (Closing wants fresh values).',
  ])
  assert.deepEqual(ofClosing(await checkOf(t, { inForce: FRESH, draft: STALE, at })).slice(0, 1), [
    'What the cache keeps of `skill-result` and `tool-result` from before 2026-11-28 00:00 UTC could again be given from now on (Closing wants no fresh values any more).',
  ])
})

test('of a period that is over it is told as long as something from before may be kept', async (t) => {
  const wanting = (cacheClass: string): string =>
    STALE.replace('cache: { tool-result', `cache: { ${cacheClass}: { ttl: x1, freshAtStart: true }, tool-result`)
  const at = '2026-12-10T12:00:00Z'
  const nowLines = async (cacheClass: string): Promise<string[]> =>
    (await checkOf(t, { inForce: STALE, draft: wanting(cacheClass), at })).changes.filter((line) =>
      line.includes('from now on'),
    )
  assert.equal((await nowLines('embedding')).length, 1)
  assert.deepEqual(await nowLines('api-response'), [])
})
