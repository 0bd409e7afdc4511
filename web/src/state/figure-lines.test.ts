import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pointAt } from '../../../test/support/operations-points.ts'
import { drawSeries, SERIES, seriesWords, toldPoints, type Series } from './figure-lines.ts'

const span = { startMs: Date.parse('2026-03-10T09:00:00Z'), endMs: Date.parse('2026-03-10T09:01:00Z'), stepMs: 10_000 }
const size = { width: 60, height: 100 }

function series(id: string): Series {
  const found = SERIES.find((one) => one.id === id)
  assert.ok(found, id)
  return found
}

test('a line goes through the middles of steps and breaks where nobody measured', () => {
  const points = [
    pointAt('2026-03-10T09:00:00Z', { sockets: 10 }),
    pointAt('2026-03-10T09:00:10Z', { sockets: 5 }),
    pointAt('2026-03-10T09:00:40Z', { sockets: 0 }),
  ]
  const drawn = drawSeries(series('sockets'), points, { span, size })
  assert.deepEqual(drawn.paths, ['M5,0L15,50M45,100Z'])
  assert.deepEqual(drawn.highest, { at: '2026-03-10T09:00:00Z', value: 10 })
  assert.equal(drawn.last, 0)
  assert.equal(seriesWords(series('sockets'), drawn, '1 minute'), 'Sockets in 1 minute: at most 10, now 0')
})

test('what is counted is told by the second, of the last step by the seconds of it that are over', () => {
  const points = [
    pointAt('2026-03-10T09:00:00Z', { requests: 100, failed: 10 }),
    pointAt('2026-03-10T09:00:58Z', { requests: 20 }),
  ]
  const { read } = series('requests')
  assert.deepEqual(read(points[0] ?? assert.fail(), 10), [10, 1])
  assert.equal(drawSeries(series('requests'), points, { span, size }).last, 10)
})

test('what is not known is not drawn as none', () => {
  const points = [pointAt('2026-03-10T09:00:00Z'), pointAt('2026-03-10T09:00:10Z', { cacheKept: 3, cacheMade: 1 })]
  const kept = drawSeries(series('kept'), points, { span, size })
  assert.deepEqual(kept.highest, { at: '2026-03-10T09:00:10Z', value: 0.75 })
  const unknown = drawSeries(series('first-words'), points, { span, size })
  assert.deepEqual([unknown.paths, unknown.highest, unknown.last], [[''], null, null])
  assert.match(seriesWords(series('first-words'), unknown, '1 hour'), /nothing was measured in 1 hour/)
})

test('a step that has only begun is not told: a tenth of its time would make its rate ten times what it is', () => {
  const begun = pointAt('2026-03-10T09:00:50Z', { requests: 20 })
  const over = pointAt('2026-03-10T09:00:40Z', { requests: 100 })
  assert.deepEqual(toldPoints([over, begun], span), [over])
  // Just after a start there is nothing else.
  assert.deepEqual(toldPoints([begun], span), [begun])
  const day = { ...span, stepMs: 300_000, endMs: Date.parse('2026-03-10T09:02:00Z') }
  assert.deepEqual(toldPoints([pointAt('2026-03-10T09:00:00Z')], day).length, 1)
})
