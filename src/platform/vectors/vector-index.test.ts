import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildScanModule } from '../../../scripts/build-scan-module.ts'
import { quantise } from './quantise.ts'
import { createVectorIndex, type VectorHit } from './vector-index.ts'

interface Row {
  readonly bucket: string
  readonly vector: Float32Array
}

/** The same search without WebAssembly, slabs or a heap. */
function plainSearch(
  rows: ReadonlyMap<string, Row>,
  { query, permitted, k }: { query: Float32Array; permitted: readonly string[]; k: number },
): VectorHit[] {
  const queryBytes = new Int8Array(query.length)
  const queryStep = quantise(query, queryBytes)
  const hits = [...rows]
    .filter(([, row]) => permitted.includes(row.bucket))
    .map(([id, row]) => {
      const bytes = new Int8Array(query.length)
      const step = quantise(row.vector, bytes)
      const product = bytes.reduce((sum, value, index) => sum + value * (queryBytes[index] ?? 0), 0)
      return { id, score: product * step * queryStep }
    })
  return hits.toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1)).slice(0, k)
}

const DIMS = 32
const vector = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: DIMS, maxLength: DIMS })
  .map((values) => Float32Array.from(values))
const id = fc.integer({ min: 0, max: 40 }).map(String)
const bucket = fc.constantFrom('member:1', 'member:2', 'team:1', 'company')
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), id, bucket, vector }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), id }) },
)

test('after any puts, moves and removals the search equals a plain scan of the permitted rows', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.record({
        query: vector,
        permitted: fc.subarray(['member:1', 'member:2', 'team:1', 'company']),
        k: fc.nat(30),
      }),
      (steps, { query, permitted, k }) => {
        const index = createVectorIndex({ dims: DIMS })
        const rows = new Map<string, Row>()
        for (const change of steps) {
          if (change.kind === 'put') {
            index.put(change.id, change.bucket, change.vector)
            rows.set(change.id, change)
          } else assert.equal(index.remove(change.id), rows.delete(change.id))
        }
        const expected = plainSearch(rows, { query, permitted, k })
        assert.deepEqual(index.search(query, permitted, k), expected)
        assert.deepEqual(
          index.search(query, (name) => permitted.includes(name), k),
          expected,
        )
        assert.equal(index.size, rows.size)
      },
    ),
  )
})

test('8-bit rows keep the cosine of unit vectors to one hundredth, also with 1536 dimensions', () => {
  const random = (seed: number): Float32Array => {
    const values = Float32Array.from({ length: 1536 }, (_, index) => Math.sin(seed * 977 + index * index * 0.37))
    const norm = Math.hypot(...values)
    return values.map((value) => value / norm)
  }
  const index = createVectorIndex({ dims: 1536 })
  for (let row = 0; row < 300; row += 1) index.put(`row-${row}`, 'company', random(row))
  const query = random(7)
  const hits = index.search(query, ['company'], 300)
  assert.equal(hits[0]?.id, 'row-7')
  for (const hit of hits) {
    const other = random(Number(hit.id.slice(4)))
    const cosine = other.reduce((sum, value, at) => sum + value * (query[at] ?? 0), 0)
    assert.ok(Math.abs(cosine - hit.score) < 0.01, `${hit.id}: ${cosine} against ${hit.score}`)
  }
})

test('rows survive the growth of the memory, and freed places are used again', () => {
  const index = createVectorIndex({ dims: 384 })
  const unit = (at: number): Float32Array => Float32Array.from({ length: 384 }, (_, d) => (d === at % 384 ? 1 : 0))
  for (let row = 0; row < 5000; row += 1) index.put(String(row), `bucket-${row % 7}`, unit(row))
  const hits = index.search(unit(383), () => true, 20)
  assert.deepEqual(
    hits.map((hit) => [Number(hit.id) % 384 === 383, Math.round(hit.score)]),
    hits.map((_, place) => [place < 13, place < 13 ? 1 : 0]),
  )
  const before = index.bytes
  for (let row = 0; row < 5000; row += 1) index.remove(String(row))
  assert.equal(index.size, 0)
  assert.deepEqual(
    index.search(unit(1), () => true, 5),
    [],
  )
  for (let row = 0; row < 5000; row += 1) index.put(String(row), `bucket-${row % 7}`, unit(row))
  assert.equal(index.bytes, before)
})

test('a row that moves to another bucket is no longer found in the old one', () => {
  const index = createVectorIndex({ dims: 16 })
  const one = new Float32Array(16).fill(0.25)
  index.put('a', 'member:1', one)
  index.put('a', 'member:2', one)
  assert.deepEqual(index.search(one, ['member:1'], 5), [])
  assert.deepEqual(
    index.search(one, ['member:2', 'member:2'], 5).map((hit) => hit.id),
    ['a'],
  )
})

test('a vector of the wrong size is refused, and one without direction is near nothing', () => {
  const index = createVectorIndex({ dims: 16 })
  assert.throws(() => index.put('a', 'b', new Float32Array(17)), RangeError)
  assert.throws(() => index.search(new Float32Array(15), ['b'], 1), RangeError)
  assert.throws(() => createVectorIndex({ dims: 20 }), RangeError)
  index.put('a', 'b', new Float32Array(16).fill(Number.NaN))
  assert.deepEqual(index.search(new Float32Array(16).fill(1), ['b'], 1), [{ id: 'a', score: 0 }])
})

test('the checked-in module is what scan.wat compiles to', async () => {
  const checkedIn = await readFile(new URL('./scan-module.ts', import.meta.url), 'utf8')
  assert.equal(checkedIn, await buildScanModule())
})
