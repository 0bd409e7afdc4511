const PAGE_BYTES = 65_536
/** Grown by at least this share, so that filling an index copies it a few times, not at every row. */
const GROWTH = 1.25

interface Slab {
  readonly offset: number
  /** Rows it has room for: a power of two. */
  readonly capacity: number
}

export interface SlabMemory {
  readonly memory: WebAssembly.Memory
  readonly bytes: number
  allocate(capacity: number): Slab
  free(slab: Slab): void
  /** Copies the first rows of one slab into another. */
  copy(from: Slab, to: Slab, rows: number): void
  /** A place for the query and one for `rows` results, valid until the next call of anything here. */
  scratch(rows: number): { queryOffset: number; resultOffset: number }
}

export type { Slab }

/**
 * Room for rows in one WebAssembly memory: slabs of a power of two rows, handed out from lists of freed ones first. The
 * query lies at the bottom; results lie in an area that moves up when it must grow.
 */
export function createSlabMemory(rowBytes: number): SlabMemory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65_536 })
  const freed = new Map<number, Slab[]>()
  let top = align(rowBytes)
  let results = { offset: 0, rows: 0 }

  function reserve(bytes: number): number {
    const offset = top
    top = align(top + bytes)
    const has = memory.buffer.byteLength
    if (top > has)
      memory.grow(Math.ceil((Math.max(top, Math.min(has * GROWTH, 2 ** 32 - PAGE_BYTES)) - has) / PAGE_BYTES))
    return offset
  }

  function allocate(wanted: number): Slab {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(1, wanted)))
    return freed.get(capacity)?.pop() ?? { offset: reserve(capacity * rowBytes), capacity }
  }

  function scratch(rows: number): { queryOffset: number; resultOffset: number } {
    if (rows > results.rows) {
      const capacity = 2 ** Math.ceil(Math.log2(rows))
      results = { offset: reserve(capacity * 4), rows: capacity }
    }
    return { queryOffset: 0, resultOffset: results.offset }
  }

  return {
    memory,
    get bytes() {
      return memory.buffer.byteLength
    },
    allocate,
    scratch,
    free(slab) {
      const list = freed.get(slab.capacity)
      if (list) list.push(slab)
      else freed.set(slab.capacity, [slab])
    },
    copy(from, to, rows) {
      new Uint8Array(memory.buffer).copyWithin(to.offset, from.offset, from.offset + rows * rowBytes)
    },
  }
}

function align(offset: number): number {
  return Math.ceil(offset / 16) * 16
}
