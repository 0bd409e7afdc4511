import { CACHE_POLICIES } from '#domain/cache-policy/policy.ts'
import { createEviction, worthOf } from '#domain/cache-policy/eviction-by-cost.ts'
import { UNPLACED, type Evictable, type Eviction } from '#domain/cache-policy/evictable.ts'

/** Kinds of work as they are assumed: nobody's recording. Sizes in bytes, money in micros of a dollar, waiting in milliseconds. */
const KINDS = [
  {
    of: 'embedding',
    share: 0.45,
    things: 60_000,
    skew: 0.85,
    once: 0.35,
    bytes: () => 1700,
    micros: (chance: Chance) => 20 * Math.exp(0.4 * chance.normal()),
    makingMs: 60,
  },
  {
    of: 'model-exact',
    share: 0.15,
    things: 15_000,
    skew: 0.8,
    once: 0.5,
    bytes: (chance: Chance) => 1500 + 3000 * chance.next(),
    micros: (chance: Chance) => 6000 * Math.exp(1.1 * chance.normal()),
    makingMs: 3000,
  },
  {
    of: 'tool-result',
    share: 0.2,
    things: 8000,
    skew: 0.9,
    once: 0.3,
    bytes: (chance: Chance) => 4000 * Math.exp(0.9 * chance.normal()),
    micros: (chance: Chance) => 200 * Math.exp(0.6 * chance.normal()),
    makingMs: 300,
  },
  {
    of: 'api-response',
    share: 0.2,
    things: 5000,
    skew: 1,
    once: 0.1,
    bytes: (chance: Chance) => 6000 * Math.exp(0.5 * chance.normal()),
    micros: () => 30,
    makingMs: 30,
  },
] as const
type Kind = (typeof KINDS)[number]['of']

const SEED = 5
/** What is asked for moves on: each quarter of the trace other things are popular. */
const DRIFT = 97
const OVERHEAD_BYTES = 120

interface Thing extends Evictable<Thing> {
  readonly key: string
  readonly kind: Kind
  readonly micros: number
}

interface Chance {
  next(): number
  normal(): number
}

function createChance(seed: number): Chance {
  let state = seed
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
  const normal = (): number => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next())
  return { next, normal }
}

/** Ranks by Zipf's law. */
function createRanks(things: number, skew: number, chance: Chance): () => number {
  const sums = new Float64Array(things)
  let total = 0
  for (let rank = 0; rank < things; rank += 1) sums[rank] = total += 1 / (rank + 1) ** skew
  return () => {
    const wanted = chance.next() * total
    let low = 0
    let high = things - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The same each time. */
function makeTrace(requests: number): Thing[] {
  const chance = createChance(SEED)
  const ranks = KINDS.map(({ things, skew }) => createRanks(things, skew, chance))
  const known = new Map<string, Thing>()
  let once = 0
  return Array.from({ length: requests }, (_none, at) => {
    let left = chance.next()
    const place = Math.max(
      0,
      KINDS.findIndex(({ share }) => (left -= share) < 0),
    )
    const kind = KINDS[place] ?? KINDS[0]
    const drift = Math.floor((4 * at) / requests) * DRIFT
    const key =
      chance.next() < kind.once ? `${kind.of}!${(once += 1)}` : `${kind.of}:${(ranks[place]?.() ?? 0) + drift}`
    const found = known.get(key)
    if (found) return found
    const bytes = Math.max(200, Math.floor(kind.bytes(chance))) + OVERHEAD_BYTES
    const micros = kind.micros(chance)
    const thing = {
      key,
      kind: kind.of,
      bytes,
      micros,
      worth: worthOf({ costMicros: micros, makingMs: kind.makingMs }),
      ...UNPLACED,
    }
    known.set(key, thing)
    return thing
  })
}

interface Store {
  has(thing: Thing): boolean
  put(thing: Thing): void
}

/** One room for all, the longest unused leaves. */
function createLru(mostBytes: number): Store {
  const kept = new Map<string, Thing>()
  let bytes = 0
  return {
    has(thing) {
      if (!kept.delete(thing.key)) return false
      kept.set(thing.key, thing)
      return true
    },
    put(thing) {
      kept.set(thing.key, thing)
      bytes += thing.bytes
      for (const [key, oldest] of kept) {
        if (bytes <= mostBytes) break
        kept.delete(key)
        bytes -= oldest.bytes
      }
    },
  }
}

/** Sophia's: a room for each class in the proportion of its policy, with the rule of its policy. */
function createRooms(mostBytes: number): Store {
  const all = KINDS.reduce((sum, { of }) => sum + CACHE_POLICIES[of].maxBytes, 0)
  const rooms = new Map<
    Kind,
    { readonly mostBytes: number; bytes: number; readonly order: Eviction<Thing>; readonly kept: Set<string> }
  >(
    KINDS.map(({ of }) => {
      const policy = CACHE_POLICIES[of]
      const room = {
        mostBytes: (mostBytes * policy.maxBytes) / all,
        bytes: 0,
        order: createEviction<Thing>(policy.eviction),
        kept: new Set<string>(),
      }
      return [of, room]
    }),
  )
  return {
    has(thing) {
      const room = rooms.get(thing.kind)
      if (!room?.kept.has(thing.key)) return false
      room.order.touch(thing)
      return true
    },
    put(thing) {
      const room = rooms.get(thing.kind)
      if (!room) return
      while (room.bytes + thing.bytes > room.mostBytes) {
        const leaving = room.order.takeNext()
        if (!leaving) return
        room.kept.delete(leaving.key)
        room.bytes -= leaving.bytes
      }
      room.kept.add(thing.key)
      room.order.add(thing)
      room.bytes += thing.bytes
    },
  }
}

function replay(trace: readonly Thing[], store: Store): { readonly dollars: number; readonly hitRate: number } {
  let saved = 0
  let hits = 0
  for (const thing of trace) {
    if (store.has(thing)) {
      hits += 1
      saved += thing.micros
    } else store.put(thing)
  }
  return { dollars: saved / 1e6, hitRate: hits / trace.length }
}

/** Dollars saved by Sophia's rooms and by one LRU of the same size, at sizes as shares of all there is. */
export function compareDollars(requests: number) {
  const trace = makeTrace(requests)
  const footprint = [...new Set(trace)].reduce((sum, { bytes }) => sum + bytes, 0)
  return [0.005, 0.01, 0.02, 0.04, 0.08].map((share) => {
    const lru = replay(trace, createLru(footprint * share))
    const own = replay(trace, createRooms(footprint * share))
    return { share, ratio: own.dollars / lru.dollars, own, lru }
  })
}
