import { quantise } from './quantise.ts'
import type { Slab, SlabMemory } from './slab-memory.ts'

/** Rows of one permission key, without gaps: the last row moves into the place of a removed one. */
export interface Bucket {
  readonly name: string
  slab: Slab
  readonly ids: string[]
  /** What one step of a row's bytes is worth. */
  readonly steps: number[]
}

export interface BucketRows {
  readonly buckets: ReadonlyMap<string, Bucket>
  readonly places: ReadonlyMap<string, { readonly bucket: Bucket; readonly row: number }>
  put(id: string, name: string, vector: Float32Array): void
  remove(id: string): boolean
}

const FIRST_CAPACITY = 4

/** Keeps which row lies where. */
export function createBucketRows(dims: number, slabs: SlabMemory): BucketRows {
  const buckets = new Map<string, Bucket>()
  const places = new Map<string, { bucket: Bucket; row: number }>()
  const bytesAt = (slab: Slab, row: number): Int8Array =>
    new Int8Array(slabs.memory.buffer, slab.offset + row * dims, dims)

  function openBucket(name: string): Bucket {
    const found = buckets.get(name)
    if (found) return found
    const bucket: Bucket = { name, slab: slabs.allocate(FIRST_CAPACITY), ids: [], steps: [] }
    buckets.set(name, bucket)
    return bucket
  }

  function makeRoom(bucket: Bucket): void {
    if (bucket.ids.length < bucket.slab.capacity) return
    const bigger = slabs.allocate(bucket.slab.capacity * 2)
    slabs.copy(bucket.slab, bigger, bucket.ids.length)
    slabs.free(bucket.slab)
    bucket.slab = bigger
  }

  function remove(id: string): boolean {
    const place = places.get(id)
    if (!place) return false
    const { bucket, row } = place
    const last = bucket.ids.length - 1
    const lastId = bucket.ids[last]
    if (row !== last && lastId !== undefined) {
      bytesAt(bucket.slab, row).set(bytesAt(bucket.slab, last))
      bucket.ids[row] = lastId
      bucket.steps[row] = bucket.steps[last] ?? 0
      places.set(lastId, { bucket, row })
    }
    bucket.ids.pop()
    bucket.steps.pop()
    places.delete(id)
    if (bucket.ids.length === 0) {
      slabs.free(bucket.slab)
      buckets.delete(bucket.name)
    }
    return true
  }

  function put(id: string, name: string, vector: Float32Array): void {
    const place = places.get(id)
    if (place?.bucket.name === name) {
      place.bucket.steps[place.row] = quantise(vector, bytesAt(place.bucket.slab, place.row))
      return
    }
    remove(id)
    const bucket = openBucket(name)
    makeRoom(bucket)
    const row = bucket.ids.push(id) - 1
    bucket.steps.push(quantise(vector, bytesAt(bucket.slab, row)))
    places.set(id, { bucket, row })
  }

  return { buckets, places, put, remove }
}
