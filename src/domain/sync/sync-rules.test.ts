import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { KIND_DEFINITIONS } from '../import/kind-definitions.ts'
import { parsePath, readText } from './field-path.ts'
import { fillInput } from './fill-input.ts'
import type { FieldRule } from './mapping.ts'
import { mapValue } from './map-value.ts'
import { changedHere, mergeRow } from './merge-row.ts'
import { nextPass, type Cursor } from './next-pass.ts'
import { freshnessOf, freshnessWords, isFullDue, mayRemove, nextRunIn, pauseAfter } from './pace.ts'

const NO_RULE: FieldRule = { paths: [], joined: [], constant: null, words: null, currency: null }

function fieldOf(kind: 'deals' | 'contacts' | 'activities', name: string) {
  const found = KIND_DEFINITIONS[kind].fields.find((field) => field.name === name)
  assert.ok(found)
  return found
}

type Kind = 'deals' | 'contacts' | 'activities'

/** `mapped('deals value', '12')`: what the field makes of a value. */
function mapped(place: `${Kind} ${string}`, value: unknown, rule: Partial<FieldRule> = {}) {
  const [kind, name = ''] = place.split(' ')
  const field = fieldOf(kind as Kind, name)
  return mapValue(field, { ...NO_RULE, paths: [['v']], ...rule }, { server: 'crm', item: { v: value } })
}

test('a path reads own keys and items of lists; what is empty differs from what was not asked for', () => {
  const item = { properties: { name: ' Acme ', none: null, blank: '  ' }, list: { results: [{ id: 7 }] } }
  const read = (path: string): unknown => readText(item, parsePath(path))
  assert.equal(read('properties.name'), 'Acme')
  assert.equal(read('properties.none'), null)
  assert.equal(read('properties.blank'), null)
  assert.equal(read('list.results.0.id'), '7')
  assert.equal(read('properties.absent'), null, 'left out of what was asked for: empty')
  assert.equal(read('list.results.1.id'), null)
  assert.equal(read('associations.companies'), undefined, 'not asked for at all: nothing is said')
  assert.equal(read('properties.constructor.name'), null, 'no inherited key is read')
  assert.equal(read('__proto__'), undefined)
})

test('values by the type of the field they fill, or why not', () => {
  assert.deepEqual(mapped('deals value', '1234.50'), { text: '1234.50' })
  assert.deepEqual(mapped('deals value', 1.5e7), { text: '15000000' })
  assert.deepEqual(mapped('deals value', '1.2E6'), { text: '1200000.00' })
  assert.deepEqual(mapped('deals value', '1,234'), { reason: 'Not an amount such as 1234.50.', value: '1,234' })
  assert.deepEqual(mapped('deals createdOn', '2026-02-28'), { text: '2026-02-28' })
  assert.deepEqual(mapped('deals createdOn', '2026-03-01T00:30:00+02:00'), { text: '2026-02-28' }, 'the day in UTC')
  assert.deepEqual(mapped('deals createdOn', '2026-03-01T00:30:00.000+0000'), { text: '2026-03-01' })
  assert.deepEqual(mapped('deals createdOn', 1_772_323_200_000), { text: '2026-03-01' })
  assert.deepEqual(mapped('deals createdOn', '2026-02-30'), {
    reason: 'Not a day such as 2026-03-01.',
    value: '2026-02-30',
  })
  assert.deepEqual(mapped('deals client', '42'), { text: 'crm:42' })
  assert.deepEqual(mapped('contacts email', 'A@B.example'), { text: 'a@b.example' })
  assert.deepEqual(mapped('contacts email', 'none'), { reason: 'Not an e-mail address.', value: 'none' })
  assert.deepEqual(mapped('deals name', null), { text: null })
})

test('stages and words come from the map, whatever the case; what is not there is a fault and never a guess', () => {
  const words = new Map([['closed won', 'won']])
  assert.deepEqual(mapped('deals stage', 'Closed Won', { words }), { text: 'won', origin: 'Closed Won' })
  // Imports of files know this word; a sync does not go by it.
  assert.deepEqual(mapped('deals stage', 'Negotiation/Review', { words }), {
    reason: 'The mapping has no word for "Negotiation/Review".',
    value: 'Negotiation/Review',
  })
})

test('joined parts come before the fallback, and several paths in their order', () => {
  const item = { first: 'Ada', last: null, mail: 'ada@example.com' }
  const name = fieldOf('contacts', 'name')
  const rule = { ...NO_RULE, joined: [['first'], ['last']], paths: [['mail']] }
  assert.deepEqual(mapValue(name, rule, { server: 'crm', item }), { text: 'Ada' })
  assert.deepEqual(mapValue(name, rule, { server: 'crm', item: { ...item, first: null } }), { text: 'ada@example.com' })
  assert.deepEqual(mapValue(name, rule, { server: 'crm', item: { first: null, last: null, mail: null } }), {
    text: null,
  })
})

test('an input without something to say leaves out the key, the filter, the part of a query', () => {
  const none = { after: null, since: null, settings: {} }
  const template = {
    limit: 5,
    after: '$after',
    filters: [
      { name: 'changed', value: '$since' },
      { name: 'id', value: 1 },
    ],
    query: "SELECT Id FROM A WHERE Id != null [[AND Id > '$after']] LIMIT 5",
  }
  assert.deepEqual(fillInput(template, none), {
    limit: 5,
    filters: [{ name: 'id', value: 1 }],
    query: 'SELECT Id FROM A WHERE Id != null  LIMIT 5',
  })
  assert.deepEqual(fillInput(template, { ...none, after: 'x1', since: '2026-01-01T00:00:00Z' }), {
    limit: 5,
    after: 'x1',
    filters: [
      { name: 'changed', value: '2026-01-01T00:00:00Z' },
      { name: 'id', value: 1 },
    ],
    query: "SELECT Id FROM A WHERE Id != null AND Id > 'x1' LIMIT 5",
  })
})

test('no value of the CRM gets out of its quotes in a query', () => {
  const query = "Id > '$after' LIMIT 5"
  fc.assert(
    fc.property(fc.string(), (after) => {
      let filled: unknown
      try {
        filled = fillInput(query, { after, since: null, settings: {} })
      } catch {
        return true
      }
      return typeof filled === 'string' && filled === `Id > '${after}' LIMIT 5` && !/['"\\]/.test(after)
    }),
  )
})

const value = fc.constantFrom<string | number | null>('a', 'b', 'c', 1, 2, null)
const date = fc.option(fc.constantFrom(new Date(1), new Date(2), new Date(3)), { nil: null })

test('the conflict rule: what each side changed alone stands, both is a named conflict, nothing else is', () => {
  fc.assert(
    fc.property(fc.tuple(value, value, value), date, date, ([base, here, there], changedAt, modifiedAt) => {
      const merged = mergeRow({
        said: { f: there },
        unsaid: new Set(),
        base: { f: base },
        here: { f: here },
        changedAt: () => changedAt,
        modifiedAt,
      })
      const [isHere, isThere] = [String(here) !== String(base), String(there) !== String(base)]
      const got = merged.values['f']
      assert.deepEqual(merged.base, { f: there }, 'what the CRM said last')
      if (!isHere) assert.equal(got, there)
      else if (!isThere) assert.equal(got, here)
      else if (String(here) !== String(there)) {
        const isOurs = changedAt !== null && modifiedAt !== null && changedAt > modifiedAt
        assert.equal(got, isOurs ? here : there)
        assert.equal(merged.conflicts.length, 1)
        assert.equal(merged.conflicts[0]?.kept, isOurs ? 'here' : 'there')
      }
      const isConflict = isHere && isThere && String(here) !== String(there)
      assert.equal(merged.conflicts.length, isConflict ? 1 : 0)
    }),
  )
})

test('the conflict rule by hand: new rows take all, what is not said stays, a copy without changes stays as it is', () => {
  const quiet = { changedAt: () => null, modifiedAt: null }
  const fresh = mergeRow({ said: { a: 1, b: 'x' }, unsaid: new Set(['b']), base: null, here: null, ...quiet })
  assert.deepEqual(fresh, { values: { a: 1, b: 'x' }, base: { a: 1, b: 'x' }, conflicts: [] })
  const unsaid = mergeRow({ said: { a: null }, unsaid: new Set(['a']), base: { a: 1 }, here: { a: 2 }, ...quiet })
  assert.deepEqual(unsaid, { values: { a: 2 }, base: { a: 1 }, conflicts: [] })
  // Rows that were here before the first copy: the CRM is the better source.
  assert.deepEqual(mergeRow({ said: { a: 1 }, unsaid: new Set(), base: null, here: { a: 2 }, ...quiet }).values, {
    a: 1,
  })
  assert.deepEqual(changedHere({ a: 1, b: '2' }, { a: '1', b: 3 }), ['b'])
})

test('pauses grow, honour what the server asks for, and end', () => {
  const limited = { refusal: 'limited', retryAfterSeconds: null, chance: 0 } as const
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 7, 8].map((attempt) => pauseAfter({ ...limited, attempt })),
    [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, null],
  )
  assert.equal(pauseAfter({ ...limited, attempt: 4, retryAfterSeconds: 3 }), 3000)
  assert.equal(pauseAfter({ ...limited, attempt: 1, retryAfterSeconds: 3600 }), null, 'an hour is for the next run')
  assert.equal(pauseAfter({ ...limited, refusal: 'unavailable', attempt: 4 }), null)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: 1, max: 300 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, asked, chance) => {
        const pause = pauseAfter({ ...limited, attempt, retryAfterSeconds: asked, chance })
        return pause !== null && pause >= asked * 1000 && pause <= asked * 1100 + 1
      },
    ),
  )
})

test('runs come by schedule with jitter; after failures sooner, and never later than the schedule', () => {
  assert.equal(nextRunIn({ minutes: 60, failures: 0, chance: 0.5 }), 3_600_000)
  assert.deepEqual(
    [1, 2, 3, 4, 5, 99].map((failures) => nextRunIn({ minutes: 60, failures, chance: 0.5 }) / 60_000),
    [5, 10, 20, 40, 60, 60],
  )
  assert.equal(nextRunIn({ minutes: 2, failures: 1, chance: 0.5 }), 120_000)
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_080 }),
      fc.integer({ min: 0, max: 50 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (minutes, failures, chance) => {
        const pause = nextRunIn({ minutes, failures, chance })
        return pause >= 0.89 * 60_000 && pause <= minutes * 60_000 * 1.1 + 1
      },
    ),
  )
})

test('once a week everything; few may vanish, many not unseen', () => {
  const now = new Date('2026-11-28T12:00:00Z')
  assert.equal(isFullDue(null, now), true)
  assert.equal(isFullDue(new Date('2026-11-21T12:00:01Z'), now), false)
  assert.equal(isFullDue(new Date('2026-11-21T12:00:00Z'), now), true)
  assert.equal(mayRemove({ known: 20, missing: 20 }), true)
  assert.equal(mayRemove({ known: 1000, missing: 200 }), true)
  assert.equal(mayRemove({ known: 1000, missing: 201 }), false)
})

test('freshness: two turns of the schedule, in words', () => {
  const now = new Date('2026-11-28T12:00:00Z')
  const at = (text: string | null) =>
    freshnessOf({ lastOkAt: text === null ? null : new Date(text), minutes: 60, isEnabled: true, now })
  assert.deepEqual(at('2026-11-28T11:55:00Z'), { state: 'fresh', ageSeconds: 300 })
  assert.deepEqual(at('2026-11-28T09:00:00Z'), { state: 'stale', ageSeconds: 10_800 })
  assert.deepEqual(at(null), { state: 'never', ageSeconds: null })
  assert.equal(freshnessWords('HubSpot', at('2026-11-28T11:55:00Z')), 'HubSpot, 5 min old.')
  assert.equal(
    freshnessWords('HubSpot', at('2026-11-26T11:55:00Z')),
    'HubSpot, 2 days old: newer data could not be read.',
  )
  assert.equal(freshnessWords('HubSpot', at(null)), 'HubSpot: nothing was read yet.')
})

test('a pass: whole at first and once a week, over the changes since the one before else; what was left open goes on', () => {
  const now = new Date('2026-11-28T12:00:00Z')
  const wish = {
    readName: 'deals',
    isIncremental: true,
    wantsFull: false,
    isDryRun: false,
    askedAt: now,
    now,
    overlapSeconds: 300,
  }
  const first = nextPass(undefined, wish)
  assert.deepEqual(
    [first.pass, first.isFull, first.since, first.nextSince?.toISOString()],
    [1, true, null, '2026-11-28T11:55:00.000Z'],
  )
  const yesterday = new Date('2026-11-27T12:00:00Z')
  const done: Cursor = { ...first, isOpen: false, nextSince: yesterday, fullAt: yesterday }
  const second = nextPass(done, wish)
  assert.deepEqual([second.pass, second.isFull, second.since], [2, false, yesterday])
  assert.equal(nextPass({ ...done, fullAt: new Date('2026-11-21T11:00:00Z') }, wish).isFull, true)
  assert.equal(nextPass(done, { ...wish, wantsFull: true }).isFull, true)
  assert.equal(
    nextPass({ ...done, fullAt: now }, { ...wish, wantsFull: true }).isFull,
    false,
    'it was read in this very run',
  )
  assert.equal(nextPass(done, { ...wish, isIncremental: false }).isFull, true)
  const open: Cursor = { ...second, isOpen: true, after: '512' }
  assert.equal(nextPass(open, wish), open)
  assert.equal(nextPass(open, { ...wish, isDryRun: true }).after, null)
  assert.equal(nextPass(open, { ...wish, wantsFull: true }).isFull, true, 'an open pass over the changes does not do')
})
