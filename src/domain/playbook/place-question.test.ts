import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { placeQuestion, type Placement } from './place-question.ts'
import type { RecordAtHand } from './reading.ts'

interface Paraphrase {
  readonly set: string
  readonly intent: string
  readonly text: string
  readonly record?: string
  /** What the person has open while asking, in the sets that say it row by row. */
  readonly beside?: 'deal' | 'client'
  readonly by?: string
  /** The rep, manager, product or segment that narrows a review. */
  readonly about?: string
  readonly stage?: string
}
interface OutOfScope {
  readonly set: string
  readonly kind: string
  readonly text: string
}

function load<Row>(name: string): Row[] {
  // written by hand in this repository
  return JSON.parse(readFileSync(new URL(`../../../test/playbook/${name}.json`, import.meta.url), 'utf8')) as Row[]
}

const paraphrases = load<Paraphrase>('paraphrases')
const outOfScope = load<OutOfScope>('out-of-scope')
/**
 * `seen` was written together with the first matcher. `dev` came later; its first 265 were written without looking at the
 * matcher, and on their first run 170 were right (64 %), 5 wrong, and 3 of 150 out of scope answered; the other 87 were
 * written to break it: 64 right (74 %), 4 wrong, 14 of 82 answered. The matcher was then worked on with both. In one of them
 * the wanted skill was changed: "What's our biggest deal?" is answered by coaching that deal, the review did not name it.
 * `unseen` was written before that work and measured once after it: 112 of 129 right (87 %), 3 wrong (2.3 %), 1 of 95 out
 * of scope answered: below what is asked. The matcher learnt from it, so it is no longer blind. `unseen-2` was written by
 * the same hand and measured after that: 57 of 61 right (93 %), none wrong, 1 of 40 out of scope answered; by now it is seen
 * as well. When twelve more skills came, 48 of the questions out of scope had become theirs and were moved over, and three
 * of health became churn's. Sentences that stood in an earlier set were left out here.
 *
 * `unseen-3` and `unseen-4` were written by somebody who had not seen the matcher, for the twelve skills placed by shape and
 * for the focused pipeline reviews. First figures: 35 of 152 right (23 %), 18 wrong (12 %), 1 of 80 out of scope answered;
 * and 11 of 78 right (14 %), 10 wrong, 0 of 20. The cues came of `unseen-3` alone; `unseen-4` was measured again before
 * anything was learnt from it: 69 of 78 right (88 %), 2 wrong (2.6 %), 0 of 20: the fairest figure there is, though the cues of
 * that hour were still too eager in the older sets and were narrowed afterwards. Both are seen by now. In two
 * rows the wanted skill was changed: the win rate of one rep is the review's, as in the other sets; and five questions of
 * health that ask for the risk of leaving are churn's now. What somebody else writes next is the fair measure.
 */
const SETS = ['dev', 'seen', 'unseen', 'unseen-2', 'unseen-3', 'unseen-4']
const DEAL: RecordAtHand = { kind: 'deal', id: 'deal-1' }
const CLIENT: RecordAtHand = { kind: 'client', id: 'client-1' }

/** Sets whose rows say themselves what is open beside them. */
const SAYS_BESIDE = new Set(['unseen-3', 'unseen-4'])

function besideOf(row: Paraphrase): RecordAtHand | null {
  if (row.beside !== undefined) return row.beside === 'deal' ? DEAL : CLIENT
  if (row.record !== undefined || SAYS_BESIDE.has(row.set)) return null
  if (row.intent === 'assess-health' || row.intent === 'predict-churn') return CLIENT
  return row.intent === 'coach-deal' || row.intent === 'record-next-step' ? DEAL : null
}

function nameOf(placement: Placement): string {
  if (placement.kind === 'unplaced') return 'unplaced'
  return placement.kind === 'talk' ? placement.talk : placement.skill
}

test('the sets are as large as promised and hold no sentence twice', () => {
  assert.ok(paraphrases.length >= 200)
  assert.ok(outOfScope.length >= 100)
  const texts = [...paraphrases, ...outOfScope].map((row) => row.text)
  assert.equal(new Set(texts).size, texts.length)
})

for (const set of SETS) {
  test(`of the ${set} paraphrases at least 90 % reach their skill and at most 1 % a wrong one`, (t) => {
    const rows = paraphrases.filter((row) => row.set === set)
    const placed = rows.map((row) => ({ row, got: nameOf(placeQuestion(row.text, besideOf(row))) }))
    const right = placed.filter(({ row, got }) => got === row.intent)
    const wrong = placed.filter(({ row, got }) => got !== row.intent && got !== 'unplaced')
    t.diagnostic(
      `${right.length} right, ${wrong.length} wrong, ${rows.length - right.length - wrong.length} unplaced of ${rows.length}`,
    )
    assert.ok(right.length >= 0.9 * rows.length, JSON.stringify(placed.filter(({ row, got }) => got !== row.intent)))
    assert.ok(wrong.length <= 0.01 * rows.length, JSON.stringify(wrong))
  })

  test(`of the ${set} questions out of scope at most 1 % are answered with a skill, beside a record or not`, (t) => {
    const rows = outOfScope.filter((row) => row.set === set)
    for (const beside of [null, DEAL, CLIENT]) {
      const answered = rows.filter((row) => placeQuestion(row.text, beside).kind !== 'unplaced')
      t.diagnostic(`beside ${beside?.kind ?? 'nothing'}: ${answered.length} of ${rows.length}`)
      assert.ok(answered.length <= 0.01 * rows.length, JSON.stringify(answered))
    }
  })
}

test('the record and the grouping of a paraphrase are read as they stand in it', () => {
  const placed = paraphrases.flatMap((row) => {
    const placement = placeQuestion(row.text, besideOf(row))
    return placement.kind === 'skill' && placement.skill === row.intent ? [{ row, slots: placement.slots }] : []
  })
  const wrong = placed.filter(
    ({ row, slots }) =>
      !isSameName(row.record, slots.name) ||
      (row.by ?? undefined) !== slots.grouping ||
      (row.about !== undefined && !isSameName(row.about, slots.only ?? slots.manager ?? slots.segment ?? slots.rep)) ||
      (row.stage !== undefined && row.stage !== slots.stage),
  )
  assert.ok(wrong.length <= 0.03 * placed.length, JSON.stringify(wrong))
})

/** The key may name a record more shortly than the text does. */
function isSameName(wanted: string | undefined, got: string | undefined): boolean {
  if (wanted === undefined || got === undefined) return wanted === got
  const [a, b] = [wanted.toLowerCase(), got.toLowerCase()]
  return a.startsWith(b) || b.startsWith(a)
}

test('what is in the field but has no skill is named instead of answered by the nearest one', () => {
  const absentOf = (text: string): string | null => {
    const placement = placeQuestion(text, DEAL)
    return placement.kind === 'unplaced' ? placement.absent : nameOf(placement)
  }
  assert.equal(absentOf('Forecast our pipeline for next quarter'), 'forecasting a period other than this quarter')
  assert.equal(absentOf('What is our net revenue retention?'), 'retention figures')
  assert.equal(absentOf('Write an email to the CFO at Harbor Point'), 'writing messages other than a follow-up')
  assert.equal(absentOf('What was our win rate last quarter?'), 'figures of one period or against another')
})

test('any text is placed without an error, and every slot is a piece of that text', () => {
  const words = fc.constantFrom(
    'How',
    'is',
    'the',
    'Acme',
    'deal',
    'pipeline',
    'next step',
    ':',
    '"',
    'set',
    'to',
    'healthy',
    'Friday',
    'client',
    '\n\n',
    '’s',
    '?',
    'by rep',
    'on',
    'Ω',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(words, { maxLength: 25 }).map((list) => list.join(' ')),
  )
  fc.assert(
    fc.property(texts, fc.constantFrom(null, DEAL, CLIENT), (text, beside) => {
      const placement = placeQuestion(text, beside)
      if (placement.kind !== 'skill') return
      const { name, rep, manager, only, nextStep } = placement.slots
      for (const slot of [name, rep, manager, only, nextStep?.record, nextStep?.text, nextStep?.due])
        assert.ok(slot === undefined || text.includes(slot), slot)
    }),
    { numRuns: 3000 },
  )
})

test('a text built to make matching slow is still placed at once', () => {
  const hostile = [
    'next step '.repeat(3000),
    `record that ${'a '.repeat(15_000)}`,
    'i'.repeat(30_000),
    `I am ${', '.repeat(10_000)}`,
    'Aa '.repeat(10_000),
  ]
  for (const text of hostile) {
    const startedAt = performance.now()
    placeQuestion(text, null)
    const elapsedMs = performance.now() - startedAt
    assert.ok(elapsedMs < 1000, `${text.slice(0, 20)} took ${elapsedMs} ms`)
  }
})
