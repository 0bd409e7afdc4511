import { createBucketRows, type Bucket } from './bucket-rows.ts'
import { quantise } from './quantise.ts'
import { SCAN_MODULE } from './scan-module.ts'
import { createSlabMemory } from './slab-memory.ts'
import { createTopHits, type TopHits } from './top-hits.ts'

export interface VectorHit {
  readonly id: string
  /** Cosine for unit vectors, to about 1 %: rows are kept as 8-bit numbers. */
  readonly score: number
}

/** Rows by bucket (a permission key); only the asked buckets are looked at. All in this process's memory. */
export interface VectorIndex {
  readonly size: number
  /** Memory set aside for rows. */
  readonly bytes: number
  /** Adds the row, or replaces it wherever it was. Throws on another number of dimensions. */
  put(id: string, bucket: string, vector: Float32Array): void
  /** False when there was no such row. */
  remove(id: string): boolean
  has(id: string): boolean
  /** The k nearest by dot product, best first; equals by id. */
  search(vector: Float32Array, buckets: Iterable<string> | ((bucket: string) => boolean), k: number): VectorHit[]
}

type Dots = (...places: [row: number, n: number, d: number, query: number, out: number]) => void

const compiled = new WebAssembly.Module(Buffer.from(SCAN_MODULE, 'base64'))

/**
 * An exact scan: every permitted row is multiplied with the query (8-bit rows, integer sums), so nothing near is missed
 * and a removed row is gone at once. A few milliseconds for 100 000 rows of 384 dimensions.
 */
export function createVectorIndex({ dims }: { readonly dims: number }): VectorIndex {
  if (!Number.isInteger(dims) || dims < 16 || dims % 16 !== 0) throw new RangeError('dims must be a multiple of 16')
  const slabs = createSlabMemory(dims)
  const rows = createBucketRows(dims, slabs)
  const { exports } = new WebAssembly.Instance(compiled, { scan: { memory: slabs.memory } })
  // The signature stands in scan.wat; a WebAssembly export carries no types.
  const dots = exports.dots as Dots

  function scan(bucket: Bucket, queryStep: number, top: TopHits): void {
    const count = bucket.ids.length
    const { queryOffset, resultOffset } = slabs.scratch(count)
    dots(bucket.slab.offset, count, dims, queryOffset, resultOffset)
    const products = new Int32Array(slabs.memory.buffer, resultOffset, count)
    for (let row = 0; row < count; row += 1) {
      const score = (products[row] ?? 0) * (bucket.steps[row] ?? 0) * queryStep
      if (score >= top.threshold) top.offer(bucket.ids[row] ?? '', score)
    }
  }

  function checkDims(vector: Float32Array): void {
    if (vector.length !== dims) throw new RangeError(`a vector of ${vector.length} numbers in an index of ${dims}`)
  }

  return {
    get size() {
      return rows.places.size
    },
    get bytes() {
      return slabs.bytes
    },
    put(id, bucket, vector) {
      checkDims(vector)
      rows.put(id, bucket, vector)
    },
    remove: rows.remove,
    has: (id) => rows.places.has(id),
    search(vector, wanted, k) {
      checkDims(vector)
      const permitted = selectBuckets(rows.buckets, wanted)
      const top = createTopHits(k)
      const { queryOffset } = slabs.scratch(permitted.reduce((most, bucket) => Math.max(most, bucket.ids.length), 1))
      const queryStep = quantise(vector, new Int8Array(slabs.memory.buffer, queryOffset, dims))
      for (const bucket of permitted) scan(bucket, queryStep, top)
      return top.toSorted()
    },
  }
}

function selectBuckets(
  buckets: ReadonlyMap<string, Bucket>,
  wanted: Iterable<string> | ((bucket: string) => boolean),
): Bucket[] {
  if (typeof wanted === 'function') return [...buckets.values()].filter((bucket) => wanted(bucket.name))
  return [...new Set(wanted)].flatMap((name) => buckets.get(name) ?? [])
}
