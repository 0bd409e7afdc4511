import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { isKept } from './keep-trace.ts'
import { isSlowTurn } from './slow.ts'

const PLAIN = { hasFailed: false, isSlow: false, isAskedFor: false }
const traceId = fc
  .array(fc.constantFrom(...Array.from({ length: 16 }, (_unused, digit) => digit.toString(16))), {
    minLength: 32,
    maxLength: 32,
  })
  .map((all) => all.join(''))

test('what failed, took long or is asked for is kept whatever the share; of the rest, all or none at the ends', () => {
  fc.assert(
    fc.property(traceId, fc.double({ min: 0, max: 1, noNaN: true }), (id, share) => {
      for (const reason of ['hasFailed', 'isSlow', 'isAskedFor'])
        assert.ok(isKept({ ...PLAIN, traceId: id, [reason]: true }, share))
      assert.ok(isKept({ ...PLAIN, traceId: id }, 1))
      assert.ok(!isKept({ ...PLAIN, traceId: id }, 0))
    }),
  )
})

test('the share is kept, and by the id alone, so that all processes keep the same ones', () => {
  const ids = Array.from({ length: 4000 }, (_unused, at) =>
    ((at * 2_654_435_761) % 2 ** 32).toString(16).padStart(32, '0'),
  )
  const kept = ids.filter((id) => isKept({ ...PLAIN, traceId: id }, 0.25))
  assert.ok(Math.abs(kept.length / ids.length - 0.25) < 0.02, String(kept.length))
  assert.ok(kept.every((id) => isKept({ ...PLAIN, traceId: id }, 0.5)))
})

test('an answer is slow by its whole or by its first words', () => {
  assert.equal(isSlowTurn({ totalMs: 10_001, firstWordMs: 10 }), true)
  assert.equal(isSlowTurn({ totalMs: 6000, firstWordMs: 5001 }), true)
  assert.equal(isSlowTurn({ totalMs: 9999, firstWordMs: 4999 }), false)
  assert.equal(isSlowTurn({ totalMs: 9999, firstWordMs: null }), false)
})
