import assert from 'node:assert/strict'
import { test } from 'node:test'
import { probeGeometry } from './probe-geometry.ts'

const at = (second: number): string => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString()
const SIZE = { width: 100, height: 20 }

test('a probe that failed breaks the line and stands where it was', () => {
  const { path, failures, failed, end } = probeGeometry(
    [
      { at: at(0), outcome: 'ok', ms: 10 },
      { at: at(10), outcome: 'timeout', ms: 5000 },
      { at: at(20), outcome: 'ok', ms: 8 },
      { at: at(40), outcome: 'ok', ms: 9 },
    ],
    SIZE,
  )
  assert.deepEqual([failures, failed, end?.x], [[25], 1, 100])
  assert.equal(path.split('M').length - 1, 2)
})

test('only failures draw no line, and one alone stands in the middle', () => {
  const { path, failures, end } = probeGeometry([{ at: at(0), outcome: 'dns', ms: 1 }], SIZE)
  assert.deepEqual([path, failures, end], ['', [50], null])
  assert.deepEqual(probeGeometry([], SIZE).failures, [])
})
