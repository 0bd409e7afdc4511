import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CALL_DAY, LABELLED_CALLS, OUR_REP, type LabelledCall } from '../../../test/support/labelled-calls.ts'
import type { CallFacts } from './call-review.ts'
import { describeCallReview, reviewCall } from './review-call.ts'

function factsOf(body: string, more: Partial<CallFacts> = {}): CallFacts {
  return {
    id: 'call-1',
    title: 'Call',
    onDay: CALL_DAY,
    body,
    speakers: null,
    dealId: null,
    dealName: null,
    clientId: null,
    clientName: null,
    repId: 'rep-1',
    repName: OUR_REP,
    repEmail: null,
    ours: [],
    theirs: [],
    rivals: ['Lockbox'],
    ...more,
  }
}

/** What the rules find, written as the labels are. */
function foundIn(call: LabelledCall) {
  const review = reviewCall(factsOf(call.body))
  const { nextStep } = review
  return {
    commitments: review.commitments.map(({ line, dueOn }) => (dueOn === null ? `${line}` : `${line} ${dueOn}`)),
    objections: review.objections.map(({ line, kind }) => `${line} ${kind}`),
    heard: review.meddpicc.filter(({ state }) => state === 'heard').map(({ name }) => name),
    competitors: review.competitors.map(({ name }) => name),
    nextStep: [nextStep.onDay === null ? nextStep.state : `${nextStep.state} ${nextStep.onDay}`],
  }
}

test('six calls labelled by hand: precision and recall of each kind of finding', (t) => {
  const kinds = ['commitments', 'objections', 'heard', 'competitors', 'nextStep'] as const
  for (const kind of kinds) {
    const counts = { right: 0, wrong: [] as string[], missed: [] as string[] }
    for (const call of LABELLED_CALLS) {
      const found: readonly string[] = foundIn(call)[kind]
      const label = call[kind]
      const wanted: readonly string[] = typeof label === 'string' ? [label] : label
      counts.right += found.filter((one) => wanted.includes(one)).length
      counts.wrong.push(...found.filter((one) => !wanted.includes(one)).map((one) => `${call.name}: ${one}`))
      counts.missed.push(...wanted.filter((one) => !found.includes(one)).map((one) => `${call.name}: ${one}`))
    }
    const precision = counts.right / (counts.right + counts.wrong.length)
    const recall = counts.right / (counts.right + counts.missed.length)
    t.diagnostic(
      `${kind}: precision ${precision.toFixed(2)}, recall ${recall.toFixed(2)} (${counts.right} right, ${counts.wrong.length} wrong, ${counts.missed.length} missed)`,
    )
    for (const miss of [...counts.wrong.map((one) => `wrong ${one}`), ...counts.missed.map((one) => `missed ${one}`)])
      t.diagnostic(`${kind}: ${miss}`)
    assert.ok(precision >= 0.9, `${kind}: ${counts.wrong.join('; ')}`)
    assert.ok(recall >= 0.75, `${kind}: ${counts.missed.join('; ')}`)
  }
})

test('shares by hand: words by side, time from turn to turn, and the longest stretch over several lines', () => {
  const body =
    '[00:00] Priya Nair: one two three\n[00:30] Priya Nair: four five\n[01:00] Dana Fox: one two three four five\n[01:20] Priya Nair: ok'
  const { talk, longestMonologue } = reviewCall(factsOf(body))
  assert.deepEqual(talk.byWords, { us: 6 / 11, them: 5 / 11, unknown: 0 })
  // 60 s of ours, 20 s of theirs; how long the last turn took is not known.
  assert.deepEqual(talk.byTime, { us: 0.75, them: 0.25, unknown: 0 })
  assert.deepEqual(longestMonologue, { speaker: 'Priya Nair', side: 'us', words: 5, seconds: 60, line: 1, lastLine: 2 })
})

test('an empty call and one without known sides are reviewed honestly', () => {
  const empty = describeCallReview(reviewCall(factsOf('')), CALL_DAY)
  assert.equal(empty.confidence.level, 'none')
  assert.ok(empty.figures.meddpicc.every(({ state }) => state === 'gap'))
  const unknown = reviewCall(factsOf('A B: Hello there.\nC D: Hello.\nE F: Yes.', { repName: null }))
  assert.equal(unknown.talk.byWords.unknown, 1)
})

test('whatever is said, every finding quotes words that stand on its line, and shares sum to one', () => {
  const words = fc.constantFrom(
    "I'll send it by Friday.",
    'It is too expensive.',
    'Who signs?',
    'Martin signs off.',
    '<b>x</b>',
    'ok',
    '…',
  )
  const line = fc.tuple(
    fc.constantFrom('Priya Nair', 'Dana Fox', 'X Y'),
    fc.array(words, { minLength: 1, maxLength: 4 }),
  )
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), (lines) => {
      const body = lines.map(([name, said]) => `${name}: ${said.join(' ')}`)
      const review = reviewCall(factsOf(body.join('\n')))
      const quotes = [
        ...review.commitments,
        ...review.objections,
        ...review.questions.us,
        ...review.meddpicc.flatMap((one) => one.quotes),
      ]
      for (const quote of quotes) assert.ok(body[quote.line - 1]?.includes(quote.text))
      const total = Object.values(review.talk.byWords).reduce((sum, share) => sum + share, 0)
      assert.ok(Math.abs(total - 1) < 1e-9 || review.call.words === 0)
      assert.ok(review.objections.every(({ side }) => side !== 'us'))
    }),
  )
})
