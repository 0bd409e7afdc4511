import type { Clock } from '#domain/clock.ts'
import { ageOf, expiryOf, isNearEnd, isRenewedEarly, type SeasonOf } from '#domain/cache-policy/expiry.ts'
import type { CachePolicy } from '#domain/cache-policy/policy.ts'
import { worthOf } from '#domain/cache-policy/eviction-by-cost.ts'
import { estimateBytes } from '#domain/cache-policy/value-bytes.ts'
import type { Log } from '#platform/log/log.ts'
import { createEntry, createEntryIndex, type Entry, type EntryIndex } from './entry.ts'
import type { FlightDeck, Made, Maker } from './flight.ts'
import type { Ledger } from './ledger.ts'
import type { Shelf } from './shelf.ts'
import { areCurrent, type HeldTag, type TagBook } from './tag-book.ts'

/** What a maker returns when there is nothing: remembered too, for a shorter while. */
export const NOTHING: unique symbol = Symbol('nothing')

export interface Holding {
  /** Whom the value may answer, such as `everyone` or a member's id; two owners never share a value, even under one key. */
  readonly owner: string
  /** What it depends on; invalidating one of them ends it. Standard: nothing. */
  readonly tags?: readonly string[]
}

/** Values of one kind. They are kept as given and handed to all who ask: never change one. */
export interface Space<Value> {
  /** What is kept and may still answer; never makes anything. */
  get(key: string, owner: string): Value | undefined
  /**
   * The kept value at once, or a promise of one that is made. Whoever asks meanwhile waits for the same making. Rejects with
   * what the maker threw, or UNREACHABLE at the hard limit, unless an older value may stand in.
   */
  getOrSet(key: string, holding: Holding, make: Maker<Value>): Value | Promise<Value>
  /** For makings that nobody else may share: begin here, keep the value when it is there, unless a tag was invalidated between. */
  begin(key: string, holding: Holding): (value: Value) => void
}

export interface SpaceNeeds {
  readonly clock: Clock
  readonly log: Log
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  readonly policy: CachePolicy
  readonly ledger: Ledger
  readonly shelf: Shelf
  readonly tags: TagBook
  readonly deck: FlightDeck
  readonly seasonOf?: SeasonOf | undefined
}

interface Flight<Value> {
  readonly inTime: Promise<Value>
  /** The same, or what stands in for it. */
  readonly answer: Promise<Value>
  readonly held: readonly HeldTag[]
}

interface Request<Value> {
  readonly key: string
  readonly holding: Holding
  readonly make: Maker<Value>
  /** What may stand in when making fails. */
  readonly older: Entry | undefined
}

const WARN_EVERY_MS = 60_000

export function createSpace<Value>(needs: SpaceNeeds): Space<Value> {
  const { clock, ledger, shelf } = needs
  const index = createEntryIndex()
  const keep = createKeeper<Value>(needs, index)
  const load = createLoader<Value>(needs, keep)
  // Only this space puts entries into its index, and only values of its type.
  const valueOf = (entry: Entry): Value => entry.value as Value
  const find = (key: string, owner: string): Entry | undefined => {
    const entry = index.find(key, owner)
    if (entry === undefined || areCurrent(entry.tags)) return entry
    shelf.drop(entry)
    return undefined
  }
  const answerFrom = (entry: Entry, isFresh: boolean): Value => {
    shelf.touch(entry)
    if (isFresh) ledger.tiers.l1.hits += 1
    else ledger.stale += 1
    ledger.savedMs += entry.makingMs
    ledger.savedMicros += entry.costMicros
    return valueOf(entry)
  }
  const renew = (request: Request<Value>): void => void load(request, true)

  return {
    get(key, owner) {
      const entry = find(key, owner)
      const age = entry === undefined ? 'dead' : ageOf(entry, clock.monotonicMs())
      if (entry !== undefined && (age === 'fresh' || age === 'stale')) return answerFrom(entry, age === 'fresh')
      ledger.misses += 1
      return undefined
    },
    getOrSet(key, holding, make) {
      const entry = find(key, holding.owner)
      if (entry === undefined) return load({ key, holding, make, older: undefined })
      const nowMs = clock.monotonicMs()
      const age = ageOf(entry, nowMs)
      if (age === 'fresh') {
        // No draw of a random number unless the end is near: the usual hit is a look, a comparison and a count.
        if (isNearEnd(entry, nowMs) && nowMs >= entry.retryAtMs) {
          const isDue = isRenewedEarly(entry, { nowMs, random: 1 - needs.random() })
          if (isDue) renew({ key, holding, make, older: entry })
        }
        return answerFrom(entry, true)
      }
      if (age === 'dead') return load({ key, holding, make, older: undefined })
      const isPaused = nowMs < entry.retryAtMs
      if (age === 'fallback') return isPaused ? answerFrom(entry, false) : load({ key, holding, make, older: entry })
      if (!isPaused) renew({ key, holding, make, older: entry })
      return answerFrom(entry, false)
    },
    begin(key, holding) {
      const held = needs.tags.hold(holding.tags ?? [])
      const begunMs = clock.monotonicMs()
      return (value) => {
        const made = { value, isKept: true, costMicros: 0, makingMs: clock.monotonicMs() - begunMs }
        keep({ key, owner: holding.owner, held, begunMs }, made)
      }
    },
  }
}

interface Begun {
  readonly key: string
  readonly owner: string
  readonly held: readonly HeldTag[]
  readonly begunMs: number
}

/** Puts a made value on the shelf, unless it is not for others, too large, outdated already or older than what stands there. */
function createKeeper<Value>(needs: SpaceNeeds, index: EntryIndex) {
  const { clock, policy, shelf } = needs
  return (begun: Begun, made: Made<Value>): void => {
    const { key, owner, held, begunMs } = begun
    if (!made.isKept || !areCurrent(held)) return
    const before = index.find(key, owner)
    if (before && before.begunMs > begunMs) return
    const bytes = estimateBytes(made.value, policy.maxEntryBytes) + 2 * key.length
    if (bytes > policy.maxEntryBytes) return
    const { value, costMicros, makingMs } = made
    const isNothing = value === NOTHING
    const nowMs = clock.monotonicMs()
    const nowAt = clock.now().getTime()
    const season = needs.seasonOf?.(needs.ledger.cacheClass, nowAt)
    const freshAtMs = season?.freshAtMs ?? null
    const birth = {
      nowMs,
      random: needs.random(),
      isNothing,
      untilFreshMs: freshAtMs === null ? null : freshAtMs - nowAt,
    }
    const expiry = expiryOf(policy, season ? { ...birth, season } : birth)
    const worth = worthOf({ costMicros, makingMs })
    shelf.put(
      createEntry({ index, key, owner, value, tags: held, begunMs, makingMs, costMicros, bytes, worth, ...expiry }),
    )
  }
}

/** One making at a time for each key and owner, with its limits and what stands in when it fails. */
function createLoader<Value>(needs: SpaceNeeds, keep: (begun: Begun, made: Made<Value>) => void) {
  const { clock, deck, ledger, log, policy, tags } = needs
  const flights = new Map<string, Flight<Value>>()
  let warnedMs = Number.NEGATIVE_INFINITY

  const noteFailure = (error: unknown, older: Entry | undefined): void => {
    const nowMs = clock.monotonicMs()
    ledger.failures += 1
    if (!older) return
    older.retryAtMs = nowMs + policy.pauseAfterErrorMs
    // Without an older value somebody gets the error itself. With one it would pass unseen; once a minute is enough to know.
    if (nowMs - warnedMs < WARN_EVERY_MS) return
    warnedMs = nowMs
    log.warn({ error, cacheClass: ledger.cacheClass }, 'a value could not be made anew; the older one answers')
  }
  const start = ({ key, holding, make, older }: Request<Value>, isQuiet: boolean): Flight<Value> => {
    const id = flightId(key, holding.owner)
    const held = tags.hold(holding.tags ?? [])
    const begun = { key, owner: holding.owner, held, begunMs: clock.monotonicMs() }
    const landed = deck.fly(make, policy.hardFactoryMs).then((made) => {
      keep(begun, made)
      return made
    })
    const inTime = deck.limit(landed, policy.hardFactoryMs).then(({ value }) => value)
    const flight = { inTime, answer: older ? standIn(needs, { inTime, older, isQuiet }) : inTime, held }
    flights.set(id, flight)
    const end = (): void => void (flights.get(id) === flight && flights.delete(id))
    inTime.then(end, (error: unknown) => {
      end()
      noteFailure(error, older)
    })
    // Past the hard limit nobody waits; what comes later is kept if it comes well, and else was told already.
    landed.catch(() => undefined)
    return flight
  }
  return (request: Request<Value>, isQuiet = false): Promise<Value> => {
    const running = flights.get(flightId(request.key, request.holding.owner))
    // One that began before an invalidation knows too little for who asks after it.
    if (running && areCurrent(running.held)) {
      if (!isQuiet) ledger.joined += 1
      return request.older ? running.answer : running.inTime
    }
    const { answer } = start(request, isQuiet)
    if (isQuiet) answer.catch(() => undefined)
    else if (!request.older) ledger.misses += 1
    return answer
  }
}

interface Standing<Value> {
  readonly inTime: Promise<Value>
  readonly older: Entry
  /** Nobody waits for this making yet: nothing to count. */
  readonly isQuiet: boolean
}

/** The new value, or the older one when making fails or takes longer than the soft limit, as long as that one may answer. */
async function standIn<Value>(needs: SpaceNeeds, { inTime, older, isQuiet }: Standing<Value>): Promise<Value> {
  const { clock, deck, ledger, policy } = needs
  try {
    const value = await deck.limit(inTime, policy.softFactoryMs)
    if (!isQuiet) ledger.misses += 1
    return value
  } catch {
    // Told by the flight itself, which fails with the same error or goes on.
    const mayAnswer = areCurrent(older.tags) && ageOf(older, clock.monotonicMs()) !== 'dead'
    if (!mayAnswer) return inTime
    if (!isQuiet) ledger.stale += 1
    return older.value as Value
  }
}

/** With the owner's length in front no two pairs give the same text. */
function flightId(key: string, owner: string): string {
  return `${owner.length} ${owner}${key}`
}
