import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lineWords, objectiveLine } from './objective-line.ts'

const SIZE = { width: 100, height: 100 }
const END = Date.parse('2026-03-10T10:00:00.000Z')
const span = { stepSeconds: 600, hours: 1, endMs: END }
const at = (minutesBefore: number): string => new Date(END - minutesBefore * 60_000).toISOString()
const step = (minutesBefore: number, good: number, bad: number) => ({ at: at(minutesBefore), good, bad })

test('each step stands at its time and its share; the line breaks where nothing was seen', () => {
  const history = [step(60, 1, 1), step(50, 2, 0), step(20, 3, 1), step(10, 0, 0)]
  const drawn = objectiveLine({ history, target: 0.9 }, span, SIZE)
  // From 0.4, a fifth of the way below the worst step, up to 1.
  assert.equal(drawn.path, 'M0,83.3L16.7,0M66.7,41.7Z')
  assert.equal(Math.round(drawn.targetY), 17)
  assert.deepEqual(drawn.lowest, { at: at(60), share: 0.5 })
})

test('without a fault the line lies at the top and the promise below it', () => {
  const drawn = objectiveLine({ history: [step(20, 5, 0), step(10, 5, 0)], target: 0.95 }, span, SIZE)
  assert.equal(drawn.path, 'M66.7,0L83.3,0')
  assert.ok(drawn.targetY > 50 && drawn.targetY < 100)
})

test('nothing seen is no line and says so', () => {
  const drawn = objectiveLine({ history: [], target: 0.95 }, span, SIZE)
  assert.deepEqual([drawn.path, drawn.lowest], ['', null])
  assert.equal(lineWords('First words', drawn, '24 hours'), 'First words: nothing was seen in 24 hours')
})
