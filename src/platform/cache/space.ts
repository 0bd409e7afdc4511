import type { CacheOrigin } from '#domain/cache-policy/cache-class.ts'
import { ageOf, isNearEnd, isRenewedEarly } from '#domain/cache-policy/expiry.ts'
import { createCertainty, type Certainty } from './certainty.ts'
import { createEntryIndex, type Entry } from './entry.ts'
import type { Maker } from './flight.ts'
import { NOTHING, createKeeper, expiryNow } from './keeper.ts'
import { createLoader, type Holding, type LoaderNeeds, type Request } from './loader.ts'
import { areCurrent } from './tag-book.ts'

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

export function createSpace<Value>(needs: LoaderNeeds<Value>): Space<Value> {
  const { clock, fresh, ledger, shelf } = needs
  const coarseMs = needs.coarseMs ?? clock.monotonicMs
  const index = createEntryIndex()
  const keep = createKeeper<Value>(needs, index)
  const find = (key: string, owner: string): Entry | undefined => {
    const entry = index.find(key, owner)
    if (entry === undefined) return undefined
    if (areCurrent(entry.tags) && entry.sinceMs === fresh.at(coarseMs())) return entry
    shelf.drop(entry)
    return undefined
  }
  const certainty = createCertainty(needs)
  const load = createLoader<Value>(needs, keep)
  const { answerFrom, answer, ahead } = createAnswers<Value>({ ...needs, find, load, certainty })
  return {
    get(key, owner) {
      const entry = find(key, owner)
      const nowMs = clock.monotonicMs()
      const age = entry === undefined ? 'dead' : ageOf(entry, nowMs)
      const isGood = age === 'fresh' || age === 'stale'
      if (entry !== undefined && isGood && certainty.of(entry, nowMs) === 'certain')
        return answerFrom(entry, age === 'fresh')
      ledger.misses += 1
      return undefined
    },
    getOrSet(key, holding, make) {
      const entry = find(key, holding.owner)
      if (holding.isAhead) return ahead(entry, { key, holding, make, older: undefined })
      if (entry !== undefined) {
        const nowMs = coarseMs()
        // The usual hit: a look, some comparisons and a count; nothing is allocated.
        const isPlain = nowMs < entry.freshUntilMs && !isNearEnd(entry, nowMs)
        if (isPlain && certainty.of(entry, nowMs) === 'certain') return answerFrom(entry, true, holding.onOrigin)
      }
      return answer(entry, { key, holding, make, older: undefined })
    },
    begin(key, holding) {
      const held = needs.tags.hold(holding.tags ?? [])
      const begunMs = clock.monotonicMs()
      return (value) => {
        const made = { value, isKept: true, costMicros: 0, makingMs: clock.monotonicMs() - begunMs }
        const expiry = expiryNow(needs, value === NOTHING)
        keep({ key, owner: holding.owner }, { made, held, begunMs, expiry, from: 'maker' })
      }
    },
  }
}

interface AnswerNeeds<Value> extends LoaderNeeds<Value> {
  readonly find: (key: string, owner: string) => Entry | undefined
  readonly load: (request: Request<Value>, isQuiet?: boolean) => Promise<Value>
  readonly certainty: Certainty
}

/** What a request gets by what is kept: the value, a promise of a new one, or the value while a new one is made. */
function createAnswers<Value>({ clock, ledger, shelf, random, find, load, certainty }: AnswerNeeds<Value>) {
  const answerFrom = (entry: Entry, isFresh: boolean, tell?: (origin: CacheOrigin) => void): Value => {
    shelf.touch(entry)
    tell?.(isFresh ? 'l1' : 'stale')
    if (isFresh) ledger.tiers.l1.hits += 1
    else ledger.stale += 1
    ledger.tiers.l1.savedMs += entry.makingMs
    ledger.tiers.l1.savedMicros += entry.costMicros
    // Only one space puts entries into its index, and only values of its type.
    return entry.value as Value
  }
  const renew = (request: Request<Value>): void => void load(request, true)
  const answerKept = (entry: Entry, request: Request<Value>): Value | Promise<Value> => {
    const nowMs = clock.monotonicMs()
    const age = ageOf(entry, nowMs)
    const isPaused = nowMs < entry.retryAtMs
    const tell = request.holding.onOrigin
    if (age === 'fresh') {
      if (!isPaused && isRenewedEarly(entry, { nowMs, random: 1 - random() })) renew({ ...request, older: entry })
      return answerFrom(entry, true, tell)
    }
    if (age === 'dead') return load(request)
    if (age === 'fallback') return isPaused ? answerFrom(entry, false, tell) : load({ ...request, older: entry })
    if (!isPaused) renew({ ...request, older: entry })
    return answerFrom(entry, false, tell)
  }
  const makeAnew = (entry: Entry, request: Request<Value>): Promise<Value> => {
    shelf.drop(entry)
    return load(request)
  }
  /** Asks Redis whether the tags still are as this entry knows them, once for all who come meanwhile, then answers. */
  const askThenAnswer = async (entry: Entry, request: Request<Value>): Promise<Value> => {
    entry.asking ??= certainty.ask(entry).finally(() => (entry.asking = undefined))
    await entry.asking
    const known = find(request.key, request.holding.owner)
    if (known === undefined) return load(request)
    const isLost = certainty.afterAsking(known, clock.monotonicMs()) === 'lost'
    return isLost ? makeAnew(known, request) : answerKept(known, request)
  }
  const answer = (entry: Entry | undefined, request: Request<Value>): Value | Promise<Value> => {
    if (entry === undefined) return load(request)
    const known = certainty.of(entry, clock.monotonicMs())
    if (known === 'certain') return answerKept(entry, request)
    return known === 'ask' ? askThenAnswer(entry, request) : makeAnew(entry, request)
  }
  /** What is fresh stays as it is; anything else is made and waited for. Neither is counted, for nobody asked. */
  const ahead = (entry: Entry | undefined, request: Request<Value>): Value | Promise<Value> => {
    const nowMs = clock.monotonicMs()
    const isReady = entry !== undefined && certainty.of(entry, nowMs) === 'certain' && ageOf(entry, nowMs) === 'fresh'
    // Only one space puts entries into its index, and only values of its type.
    return isReady ? (entry.value as Value) : load({ ...request, older: entry }, true)
  }
  return { answerFrom, answer, ahead }
}
