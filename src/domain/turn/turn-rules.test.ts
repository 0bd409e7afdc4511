import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALL_STATUSES, stepOf } from './approval.ts'
import { cleanJson, cleanText, createDeltaCleaner } from './clean-text.ts'
import { estimateTokens, fitHistory, type PastMessage } from './history.ts'
import {
  afterAnswer,
  afterFailure,
  afterSuccess,
  latestTakeOver,
  mayTakeOver,
  NO_OUTAGE,
  type OutageMemory,
} from './lease.ts'
import { DEFAULT_TURN_LIMITS } from './limits.ts'
import { mergeDeltas } from './merge-deltas.ts'
import { formatPlace, parsePlace, stepFrom } from './place.ts'
import { titleFrom } from './title.ts'

const place = fc.record({ attempt: fc.nat(999_999), n: fc.nat(999_999_999) })

test('a place survives being written and read; anything else is no place', () => {
  fc.assert(fc.property(place, (one) => assert.deepEqual(parsePlace(formatPlace(one)), { ...one })))
  for (const text of ['', '1', '1.', '.1', '-1.2', '1.2.3', '1.2 ', '1e3.1', '1234567.1'])
    assert.equal(parsePlace(text), undefined)
})

test('an event is next, seen or behind a gap', () => {
  const last = { attempt: 2, n: 5 }
  const cases = {
    '2.6': 'next',
    '2.5': 'seen',
    '2.1': 'seen',
    '1.99': 'seen',
    '2.7': 'gap',
    '3.1': 'next',
    '3.2': 'gap',
  } as const
  for (const [text, step] of Object.entries(cases)) assert.equal(stepFrom(last, parsePlace(text) ?? last), step, text)
})

test('after an outage nobody takes over for one lease, however often success is noted', () => {
  assert.ok(mayTakeOver(NO_OUTAGE, 0, 3000))
  const away = afterFailure()
  assert.ok(!mayTakeOver(away, 99_999, 3000))
  const back = afterSuccess(afterSuccess(away, 1000), 2500)
  assert.ok(!mayTakeOver(back, 3999, 3000))
  assert.ok(mayTakeOver(back, 4000, 3000))
})

/** The database's clock is somewhere else altogether. */
const OFFSET_MS = 1_700_000_000_000

type Span = readonly [askedMs: number, answeredMs: number]

function answered(memory: OutageMemory, [askedMs, monotonicMs]: Span, leapMs = 0): OutageMemory {
  return afterAnswer(memory, { askedMs, monotonicMs, databaseMs: OFFSET_MS + monotonicMs + leapMs }, 2400)
}

test('a database that hangs was away: after its late answer nobody takes over for one lease, or as long as it hung', () => {
  const well = answered(answered(NO_OUTAGE, [0, 5]), [250, 900])
  assert.ok(mayTakeOver(well, 900, 2400))
  const hung = answered(well, [1000, 2100])
  assert.deepEqual(
    [2100, 4499, 4500].map((ms) => mayTakeOver(hung, ms, 2400)),
    [false, false, true],
  )
  const longHung = answered(hung, [2200, 9200])
  assert.deepEqual(
    [11_600, 16_199, 16_200].map((ms) => mayTakeOver(longHung, ms, 2400)),
    [false, false, true],
  )
  // What it says of errors holds for it still.
  assert.ok(!mayTakeOver(afterFailure(), 99_999, 2400))
  assert.ok(mayTakeOver(answered(afterFailure(), [20_000, 20_010]), 22_410, 2400))
})

test('a database that is slow all the time puts off no takeover for ever', () => {
  let memory = answered(NO_OUTAGE, [0, 5])
  let chances = 0
  for (let ms = 0; ms < 60_000; ms += 1450) {
    if (mayTakeOver(memory, ms, 2400)) chances += 1
    memory = answered(memory, [ms, ms + 1200])
  }
  assert.ok(chances >= 10, String(chances))
})

test('a clock of the database that leaps ahead ends leases, and hands nothing over', () => {
  const well = answered(NO_OUTAGE, [0, 5])
  const slept = answered(well, [250, 255], 3_600_000)
  assert.deepEqual(
    [255, 2654, 2655].map((ms) => mayTakeOver(slept, ms, 2400)),
    [false, false, true],
  )
  assert.ok(mayTakeOver(answered(well, [250, 255], -3_600_000), 255, 2400), 'back: leases only last longer')
})

test('a process that stood still itself waits for one lease, however long it did', () => {
  const well = answered(NO_OUTAGE, [0, 5])
  // Its answer had been there all the time.
  const woken = afterAnswer(well, { askedMs: 250, monotonicMs: 30_000, databaseMs: OFFSET_MS + 255 }, 2400)
  assert.deepEqual(
    [32_399, 32_400].map((ms) => mayTakeOver(woken, ms, 2400)),
    [false, true],
  )
  const next = answered(woken, [30_250, 30_255])
  assert.ok(mayTakeOver(next, 32_400, 2400))
})

test('what is sent now takes over what ran out before a hang could begin, and before any answer nothing', () => {
  assert.equal(latestTakeOver(NO_OUTAGE, 2400), null)
  assert.equal(latestTakeOver(afterFailure(), 2400), null)
  const latest = latestTakeOver(answered(NO_OUTAGE, [0, 5]), 2400)
  assert.equal(latest, OFFSET_MS + 5 + 960)
  const silent = afterAnswer(answered(NO_OUTAGE, [0, 5]), { askedMs: 10, monotonicMs: 20, databaseMs: null }, 2400)
  assert.equal(latestTakeOver(silent, 2400), latest, 'an answer without its time tells no later one')
})

test('a call runs only out of approved, and nothing that ended is asked or run again', () => {
  for (const status of CALL_STATUSES) {
    for (const isLate of [true, false]) assert.equal(stepOf(status, isLate).kind === 'execute', status === 'approved')
  }
  assert.deepEqual(stepOf('running', false), { kind: 'ask', isRepeat: true })
  assert.deepEqual(stepOf('waiting', true), { kind: 'refuse', code: 'APPROVAL_EXPIRED' })
  assert.deepEqual(stepOf('done', true), { kind: 'recall' })
})

test('titles: first sentence, no line breaks, at most sixty characters, never half a character', () => {
  assert.equal(titleFrom('How is our pipeline? And the team?'), 'How is our pipeline?')
  assert.equal(titleFrom('Look at v2.1 of the plan. Then call.'), 'Look at v2.1 of the plan')
  assert.equal(titleFrom('  one \n two'), 'one')
  assert.equal(titleFrom(' '), 'New conversation')
  assert.equal(titleFrom('word '.repeat(40)), 'word word word word word word word word word word word…')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const title = titleFrom(text)
      assert.ok(Array.from(title).length <= 60 && title.length > 0 && !title.includes('\n') && title.isWellFormed())
    }),
  )
})

test('deltas cut anywhere, even inside a pair, say the cleaned text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.array(fc.nat(20), { maxLength: 20 }), (text, cuts) => {
      const cleaner = createDeltaCleaner()
      let said = ''
      let rest = text
      for (const cut of cuts) {
        said += cleaner.push(rest.slice(0, cut))
        rest = rest.slice(cut)
      }
      said += cleaner.push(rest) + cleaner.end()
      assert.equal(said, cleanText(text))
    }),
  )
  assert.equal(cleanText('a\u0000b\udc00'), 'ab\ufffd')
  assert.deepEqual(cleanJson({ 'k\u0000': ['\ud800', 1, null, { x: true }] }), { k: ['\ufffd', 1, null, { x: true }] })
})

test('merged deltas say the same, and nothing else moves', () => {
  const event = fc.oneof(
    fc.record({ type: fc.constant('text-delta'), text: fc.string() }),
    fc.record({ type: fc.constantFrom('source', 'tool-call') }),
  )
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const merged = mergeDeltas<{ type: string; text?: string }>(events)
      const spell = (list: readonly { type: string; text?: string }[]): string =>
        list
          .map((one) => (one.type === 'text-delta' ? `"${one.text}` : `<${one.type}>`))
          .join('')
          .replaceAll('"', '')
      assert.equal(spell(merged), spell(events))
      assert.ok(merged.every((one, index) => one.type !== 'text-delta' || merged[index + 1]?.type !== 'text-delta'))
    }),
  )
})

test('the history keeps the question, fits its limits, alternates and begins with a person', () => {
  const message = fc.record({
    role: fc.constantFrom('user' as const, 'assistant' as const),
    text: fc.string({ maxLength: 200 }),
  })
  fc.assert(
    fc.property(fc.array(message, { maxLength: 40 }), fc.integer({ min: 1, max: 20 }), (earlier, maxMessages) => {
      const messages: PastMessage[] = [...earlier, { role: 'user', text: 'the question' }]
      const kept = fitHistory(messages, { maxMessages, maxTokens: 300 })
      assert.ok(kept.at(-1)?.text.endsWith('the question'))
      assert.equal(kept[0]?.role, 'user')
      assert.ok(kept.length <= maxMessages)
      assert.ok(kept.every((one, index) => one.role !== kept[index + 1]?.role))
      // A merged text gains two line feeds per seam.
      assert.ok(kept.reduce((sum, one) => sum + estimateTokens(one.text), 0) <= 300 + maxMessages)
    }),
  )
})

test('a dead owner is noticed within three seconds, and a living one may miss two heartbeats', () => {
  const { leaseMs, pollMs, heartbeatMs } = DEFAULT_TURN_LIMITS
  assert.ok(leaseMs + pollMs <= 3000)
  assert.ok(3 * heartbeatMs < leaseMs)
  // A hang that is not noticed as one, because it began between two looks, ends before the lease of one who renewed just before it.
  const hangMs = (latestTakeOver(answered(NO_OUTAGE, [0, 0]), leaseMs) ?? 0) - OFFSET_MS
  assert.ok(hangMs + pollMs + heartbeatMs + 500 < leaseMs)
})
