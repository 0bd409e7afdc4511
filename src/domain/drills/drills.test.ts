import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { GOOD_FIGURES } from '../../../test/support/drill-figures.ts'
import { DRILL_NAMES, unjudgedPromises, type DrillFigures } from './drill.ts'
import { findRecovery, patienceOf, type AskedQuestion } from './find-recovery.ts'
import { judgeDrill } from './judge-drill.ts'
import { nextDrill } from './next-drill.ts'
import { DRILL_SCRIPTS } from './scripts.ts'
import { DRILL_TARGETS, standingOf } from './targets.ts'

const READING = { followed: 28, unread: 0, resumed: 31, gaps: 0, repeats: 0 }
const STRICT = { signs: ['database'], mayFail: false, promises: ['A3', 'A5'] as const }

describe('the verdict', () => {
  test('holds when nothing is lost, doubled or left open and every target is met', () => {
    assert.deepEqual(judgeDrill(STRICT, GOOD_FIGURES), { verdict: 'held', reasons: [] })
  })

  const faults: readonly [string, Partial<DrillFigures>, RegExp][] = [
    ['one acknowledged message is lost', { lost: 1 }, /^A6: 1 of 29 acknowledged messages are lost\.$/],
    ['a message is there twice', { duplicated: 1 }, /^A1: /],
    ['a question has no end', { unended: 1 }, /^A2: /],
    ['a request failed that must not', { failedRequests: 1 }, /^A7: 1 of 200 requests failed\.$/],
    ['a stream left something out', { reading: { ...READING, gaps: 1 } }, /^A3: streams left out events 1 times/],
    ['a stream told something twice', { reading: { ...READING, repeats: 2 } }, /^A3: streams told 2 events twice/],
    ['a stream did not come to the end', { reading: { ...READING, unread: 1 } }, /^A3: 1 answers that had ended/],
    ['nobody read a stream', { reading: { ...READING, followed: 0 } }, /nothing is known of A3/],
    ['another was overheard', { privacy: { said: 9, looked: 90, overheard: 1 } }, /^A5: 1 answers held what another/],
    ['there was nobody to overhear', { privacy: { said: 0, looked: 90, overheard: 0 } }, /nothing is known of A5/],
    ['nobody noticed', { detectionMs: null }, /noticed it/],
    ['it was noticed too late', { detectionMs: 30_001 }, /noticed after 30 s/],
    ['members were not answered again', { recoveryMs: null }, /not answered again/],
    ['members waited too long', { recoveryMs: 120_001 }, /only after two minutes/],
    ['a part stayed away', { wholeMs: null }, /Not every part/],
    ['the deployment took too long', { deployMs: 300_001 }, /over five minutes/],
    ['nothing was acknowledged that could be lost', { acknowledged: 0 }, /nothing is known of loss/],
  ]
  for (const [what, change, reason] of faults)
    test(`is broken when ${what}`, () => {
      const { verdict, reasons } = judgeDrill(STRICT, { ...GOOD_FIGURES, ...change })
      assert.equal(verdict, 'broken')
      assert.equal(reasons.length, 1)
      assert.match(reasons[0] ?? '', reason)
    })

  test('bears failed requests and silence only where the script says so', () => {
    const figures = { ...GOOD_FIGURES, failedRequests: 7, detectionMs: null }
    const lenient = { signs: [], mayFail: true, promises: [] }
    assert.equal(judgeDrill(lenient, figures).verdict, 'held')
    assert.equal(judgeDrill(lenient, { ...figures, lost: 1 }).verdict, 'broken')
  })

  test('says nothing of a promise that the script does not name, and names those of which it says nothing', () => {
    const figures = { ...GOOD_FIGURES, reading: { ...READING, gaps: 1 }, privacy: null }
    assert.equal(judgeDrill({ ...STRICT, promises: ['A1'] }, figures).verdict, 'held')
    assert.deepEqual(unjudgedPromises(DRILL_SCRIPTS['redis-loss'].promises), ['A4', 'A8'])
    assert.deepEqual(unjudgedPromises(DRILL_SCRIPTS.restore.promises), ['A2', 'A3', 'A4', 'A7', 'A8'])
  })
})

test('a figure stands beside what is aimed at and what is promised, and one not seen beside neither', () => {
  const stands = [0, 17_000, 17_001, 30_000, 30_001, null].map((ms) => standingOf(ms, DRILL_TARGETS.detection))
  assert.deepEqual(stands, ['aim', 'aim', 'target', 'target', 'missed', 'unknown'])
})

describe('recovery', () => {
  const answered = (askedMs: number, endedMs: number | null) => {
    return { askedMs, endedMs, isAnswered: endedMs !== null, attempt: 1 }
  }
  const spoiled = { askedMs: 900, endedMs: 2500, isAnswered: false, attempt: 1 }
  const recoveryOf = (questions: readonly AskedQuestion[], failuresMs: readonly number[] = []) =>
    findRecovery({ questions, failuresMs }, 1000, 2000)

  test('is when the last question was over that the fault held up or spoiled', () => {
    assert.equal(recoveryOf([answered(0, 400), answered(900, 4100), spoiled, answered(4200, 4700)]), 4100)
    assert.equal(recoveryOf([answered(0, 400), spoiled, answered(4200, 4700)]), 2500)
  })

  test('counts a question that was taken over however quickly, and a request that failed', () => {
    assert.equal(recoveryOf([{ ...answered(900, 1600), attempt: 2 }]), 1600)
    assert.equal(recoveryOf([answered(900, 1600)], [1700, 1200]), 1700)
  })

  test('is at once when nothing was disturbed, and unknown while a question is open', () => {
    assert.equal(recoveryOf([answered(0, 400), answered(900, 1500)]), 1000)
    assert.equal(recoveryOf([answered(0, 400), answered(900, null)]), null)
  })

  test('does not count what was spoiled before the fault', () => {
    assert.equal(recoveryOf([{ ...spoiled, askedMs: 0, endedMs: 400 }], [300]), 1000)
  })

  test('bears twice the slowest of the steady state and a second', () => {
    assert.equal(patienceOf([answered(0, 300), answered(0, 700)]), 2400)
    assert.equal(patienceOf([]), 1000)
  })

  test('is never before the fault nor after the last end', () => {
    const question = fc.record({
      askedMs: fc.nat(5000),
      tookMs: fc.nat(5000),
      isAnswered: fc.boolean(),
      attempt: fc.integer({ min: 1, max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(question), fc.nat(8000), (drawn, faultMs) => {
        const questions = drawn.map(({ tookMs, ...rest }) => ({ ...rest, endedMs: rest.askedMs + tookMs }))
        const recovered = findRecovery({ questions, failuresMs: [] }, faultMs, 2000)
        const last = Math.max(faultMs, ...questions.map(({ endedMs }) => endedMs))
        assert.ok(recovered !== null && recovered >= faultMs && recovered <= last)
      }),
    )
  })
})

describe('the next drill by itself', () => {
  const DAY = 86_400_000

  test('is none while no period asks for it', () => {
    assert.equal(nextDrill([], 0, 100 * DAY), null)
  })

  test('is one that was never rehearsed, in the order of the list', () => {
    assert.equal(nextDrill([], DAY, 100 * DAY), DRILL_NAMES[0])
    assert.equal(nextDrill([{ name: DRILL_NAMES[0], beganMs: 99 * DAY }], DAY, 100 * DAY), DRILL_NAMES[1])
  })

  test('is the one rehearsed longest ago, once that is long enough', () => {
    const last = DRILL_NAMES.map((name, index) => ({ name, beganMs: (90 + ((index + 5) % 11)) * DAY }))
    const oldest = last.find(({ beganMs }) => beganMs === 90 * DAY)?.name
    assert.equal(nextDrill(last, 7 * DAY, 97 * DAY), oldest)
    assert.equal(nextDrill(last, 7 * DAY, 97 * DAY - 1), null)
  })
})

test('each disaster says in sentences what is believed, done, mended and lost', () => {
  for (const name of DRILL_NAMES) {
    const { title, promises, signs: _signs, mayFail, ...sentences } = DRILL_SCRIPTS[name]
    assert.match(title, /^[A-Z]/)
    for (const text of Object.values(sentences)) assert.match(text, /^[A-Z].*\.$/)
    assert.ok(promises.length > 0 && promises.every((promise) => /^A[1-8]$/.test(promise)))
    if (promises.includes('A7')) assert.equal(mayFail, false, `${name} promises that no request fails`)
  }
})
