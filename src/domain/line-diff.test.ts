import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { applyDiff, unifiedDiff } from './line-diff.ts'

const line = fc.constantFrom(
  'a',
  'b',
  'c',
  '',
  '-x',
  '+y',
  ' z',
  '@@ -1,1 +1,1 @@',
  '\\ No newline at end of file',
  '--- a',
)
const text = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : ''))

test('applying the diff of two texts to the first gives the second', () => {
  fc.assert(
    fc.property(text, text, (from, to) => {
      assert.equal(applyDiff(from, unifiedDiff(from, to)), to)
    }),
    { numRuns: 2000 },
  )
})

test('equal texts have an empty diff', () => {
  fc.assert(fc.property(fc.string(), (same) => unifiedDiff(same, same) === ''))
})

test('a changed line is shown with three lines around it and numbered as diff tools do', () => {
  const from = 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\n'
  const diff = unifiedDiff(from, from.replace('five', 'FIVE'), { from: 'old', to: 'new' })
  assert.equal(diff, '--- old\n+++ new\n@@ -2,7 +2,7 @@\n two\n three\n four\n-five\n+FIVE\n six\n seven\n eight\n')
})

test('a diff that does not fit the text is refused', () => {
  assert.throws(() => applyDiff('other\n', unifiedDiff('one\n', 'two\n')), /does not fit/)
})
