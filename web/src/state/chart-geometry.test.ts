import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnGeometry, lineGeometry } from './chart-geometry.ts'

test('a line leaves a gap where the value is unknown and ends at the last known one', () => {
  const points = [
    { onDay: '2026-01-01', value: 0 },
    { onDay: '2026-01-02', value: null },
    { onDay: '2026-01-03', value: 5 },
    { onDay: '2026-01-04', value: 10 },
    { onDay: '2026-01-05', value: null },
  ]
  const found = lineGeometry(points, { width: 40, height: 10 })
  assert.equal(found.path, 'M0,10ZM20,5L30,0')
  assert.deepEqual(found.end, { x: 30, y: 0 })
  assert.deepEqual(lineGeometry([{ onDay: '2026-01-01', value: null }], { width: 40, height: 10 }).end, null)
})

test('parts of a column stand on each other and fill it from the base', () => {
  const { columns, ticks } = columnGeometry(
    [
      { label: 'Jan', values: [2, 3] },
      { label: 'Feb', values: [0, 10] },
    ],
    { width: 100, height: 100 },
  )
  assert.deepEqual(
    columns.map((column) => column.parts.map(({ y, height }) => [y, height])),
    [
      [
        [80, 20],
        [50, 30],
      ],
      [
        [100, 0],
        [0, 100],
      ],
    ],
  )
  assert.deepEqual(
    ticks.map((tick) => tick.value),
    [0, 5, 10],
  )
  assert.deepEqual(columnGeometry([], { width: 100, height: 100 }).columns, [])
})
