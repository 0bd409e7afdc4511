import type { CacheOrigin } from '#domain/cache-policy/cache-class.ts'
import { ageOf } from '#domain/cache-policy/expiry.ts'
import type { Log } from '#platform/log/log.ts'
import { inSpan } from '#platform/tracing/in-span.ts'
import { noteOn, type About, type Span } from '#platform/tracing/span.ts'
import { createCertainty } from './certainty.ts'
import type { Entry } from './entry.ts'
import { runMaker, type FlightDeck, type Maker } from './flight.ts'
import { NOTHING, expiryNow, type KeeperNeeds, type Landed } from './keeper.ts'
import { findShared, makeShared, type OldestAge, type SharedForm } from './shared-making.ts'
import type { SharedTier } from './shared-tier.ts'
import { areCurrent, type HeldTag, type TagBook } from './tag-book.ts'

export interface Holding {
  /** Whom the value may answer, such as `everyone` or a member's id; two owners never share a value, even under one key. */
  readonly owner: string
  /** What it depends on; invalidating one of them ends it. Standard: nothing. */
  readonly tags?: readonly string[]
  /** Nobody asks yet: it is made ready, waited for where it is past its freshness, and counts as no question. */
  readonly isAhead?: boolean
  /** Told where the answer comes from, before it is there; not when making fails. */
  readonly onOrigin?: (origin: CacheOrigin) => void
}

/** Where the values of a space also lie, for all processes. */
export interface SharedPlace<Value> {
  readonly tier: SharedTier
  /** Asked for where a look or a making begins; see `formInSeason`. */
  readonly formNow: () => SharedForm<Value>
  /** Class and name of the space. */
  readonly place: string
}

export interface LoaderNeeds<Value> extends KeeperNeeds {
  readonly log: Log
  readonly tags: TagBook
  readonly deck: FlightDeck
  /** Null: in this process only. */
  readonly shared: SharedPlace<Value> | null
}

export interface Request<Value> {
  readonly key: string
  readonly holding: Holding
  readonly make: Maker<Value>
  /** What may stand in when making fails. */
  readonly older: Entry | undefined
}

interface Flight<Value> {
  readonly asked: Asked<Value>
  /** What lands in time, or what stands in for it. */
  readonly answer: Promise<Value>
  readonly tags: readonly HeldTag[]
  readonly begunMs: number
  /** See `FreshSince`. */
  readonly sinceMs: number
  /** Redis is being asked about its tags. */
  asking: Promise<void> | undefined
}

const WARN_EVERY_MS = 60_000
const NO_TAGS: readonly string[] = []

type Keep<Value> = (place: { readonly key: string; readonly owner: string }, landed: Landed<Value>) => void

/** One making at a time for each key and owner, with its limits and what stands in when it fails. */
export function createLoader<Value>(needs: LoaderNeeds<Value>, keep: Keep<Value>) {
  const { clock, fresh, ledger } = needs
  const { start, find } = createFlights(needs, keep)
  const certainty = createCertainty(needs)
  /** One that began before an invalidation, or before a period that wants it fresh, knows too little for who asks after it. */
  const isCurrent = ({ tags, sinceMs }: Flight<Value>): boolean =>
    areCurrent(tags) && sinceMs === fresh.at(clock.monotonicMs())
  const tellOf = (request: Request<Value>, isQuiet: boolean) => (isQuiet ? undefined : request.holding.onOrigin)
  const join = (running: Flight<Value>, request: Request<Value>, isQuiet: boolean): Promise<Value> => {
    const tell = tellOf(request, isQuiet)
    if (!isQuiet) ledger.joined += 1
    return request.older ? answerOf(running, tell) : landingOf(needs, running, tell)
  }
  const begin = (request: Request<Value>, isQuiet: boolean): Promise<Value> =>
    answerOf(start(request, isQuiet), tellOf(request, isQuiet))
  /** Asks Redis whether its tags still are as they were, once for all who come meanwhile, then joins it or another. */
  const askThenJoin = async (running: Flight<Value>, request: Request<Value>, isQuiet: boolean): Promise<Value> => {
    running.asking ??= certainty.ask(running).finally(() => (running.asking = undefined))
    await running.asking
    const isGood = isCurrent(running) && certainty.afterAsking(running, clock.monotonicMs()) === 'certain'
    if (isGood) return join(running, request, isQuiet)
    const other = find(request)
    return other && other !== running && isCurrent(other) ? join(other, request, isQuiet) : begin(request, isQuiet)
  }
  return (request: Request<Value>, isQuiet = false): Promise<Value> => {
    const running = find(request)
    if (!running || !isCurrent(running)) return begin(request, isQuiet)
    // It may take longer than a lost message may cost.
    const known = certainty.of(running, clock.monotonicMs())
    if (known === 'certain') return join(running, request, isQuiet)
    return known === 'ask' ? askThenJoin(running, request, isQuiet) : begin(request, isQuiet)
  }
}

/** Begins makings, and finds those that are under way. */
function createFlights<Value>(needs: LoaderNeeds<Value>, keep: Keep<Value>) {
  const { clock, fresh, tags } = needs
  const seek = createSeeker(needs)
  const aboutMaking = aboutCache(needs, 'make', 'maker')
  const flights = new Map<string, Flight<Value>>()
  const noteFailure = createFailureNotes(needs)
  const start = (request: Request<Value>, isQuiet: boolean): Flight<Value> => {
    const { key, holding, older } = request
    const id = flightId(key, holding.owner)
    // First of all: the rest is done while Redis looks. What lies there needs no limit but that of the line to it.
    const seeking = seek(request, older ? 'fresh' : 'stale')
    const held = tags.hold(holding.tags ?? NO_TAGS)
    const begunMs = clock.monotonicMs()
    const shelve = (landed: Landed<Value>): void => keep({ key, owner: holding.owner }, landed)
    const limited = (): Promise<Landed<Value>> => {
      const work = (signal: AbortSignal) => inSpan(aboutMaking, () => land(needs, { request, held, signal }))
      return makeInTime(needs, work, shelve)
    }
    /** A process that has no older value itself may find one in Redis that still stands in. */
    const rescue = async (error: unknown): Promise<Landed<Value>> => {
      const found = older ? undefined : await seek(request, 'fallback')
      if (!found) throw error
      noteFailure(error, undefined, true)
      return found
    }
    const made = (): Promise<Landed<Value>> => limited().catch(rescue)
    const inTime = seeking === null ? made() : seeking.then((found) => found ?? made())
    const asked: Asked<Value> = { inTime, older, isCounted: isQuiet, origin: undefined }
    const answer = older ? standIn(needs, asked, older) : answerTo(needs, asked, seeking)
    const flight: Flight<Value> = { asked, answer, tags: held, begunMs, sinceMs: fresh.at(begunMs), asking: undefined }
    flights.set(id, flight)
    const end = (): void => void (flights.get(id) === flight && flights.delete(id))
    const settle = (landed: Landed<Value>): void => {
      if (landed.from === 'maker') return end()
      // What Redis had goes to who waits for it, then onto the shelf; who asks in between joins them.
      void flight.answer.then(() => (shelve(landed), end()))
    }
    inTime.then(settle, (error: unknown) => {
      end()
      noteFailure(error, older)
    })
    flight.answer.catch(() => undefined)
    return flight
  }
  const find = ({ key, holding }: Request<Value>): Flight<Value> | undefined =>
    flights.get(flightId(key, holding.owner))
  return { start, find }
}

/** For who joined without an older value: nothing stands in for it. */
async function landingOf<Value>(
  { clock }: Pick<KeeperNeeds, 'clock'>,
  { asked }: Flight<Value>,
  tell: Holding['onOrigin'],
): Promise<Value> {
  const landed = await asked.inTime
  tell?.(originOf(landed, clock.monotonicMs()))
  return landed.made.value
}

function answerOf<Value>({ answer, asked }: Flight<Value>, tell: Holding['onOrigin']): Promise<Value> {
  return tell ? answer.then((value) => (tell(asked.origin ?? 'miss'), value)) : answer
}

function originOf({ from, expiry, isAwaited }: Landed<unknown>, nowMs: number): CacheOrigin {
  if (from === 'maker' || isAwaited) return 'miss'
  return ageOf(expiry, nowMs) === 'fresh' ? 'l2' : 'stale'
}

/** Past the hard limit nobody waits; what comes later is kept if it comes well, and else was told already. */
function makeInTime<Value>(
  { deck, policy }: LoaderNeeds<Value>,
  work: (signal: AbortSignal) => Promise<Landed<Value>>,
  shelve: (landed: Landed<Value>) => void,
): Promise<Landed<Value>> {
  const landing = deck.fly(work, policy.hardFactoryMs).then((landed) => {
    if (landed.from === 'maker') shelve(landed)
    return landed
  })
  landing.catch(() => undefined)
  return deck.limit(landing, policy.hardFactoryMs)
}

/** Looks into Redis; null when there is nothing to look into. Never rejects. */
function createSeeker<Value>(
  needs: LoaderNeeds<Value>,
): (request: Request<Value>, oldest: OldestAge) => Promise<Landed<Value> | undefined> | null {
  const { shared } = needs
  if (shared === null) return () => null
  const sharedNeeds = { ...needs, ...shared }
  const about = aboutCache(needs, 'look in Redis', 'l2')
  return ({ key, holding }, oldest) => {
    if (!shared.tier.isUp()) return null
    const names = holding.tags ?? NO_TAGS
    const look = () => findShared(sharedNeeds, { form: shared.formNow(), key, owner: holding.owner, names, oldest })
    return inSpan(about, (span) => (span ? look().then((found) => noteHit(span, found)) : look()))
  }
}

function noteHit<Found>(span: Span, found: Found): Found {
  noteOn(span, { 'sophia.cache.hit': found !== undefined })
  return found
}

/** What lies in this process answers too quickly to be a step; these are what it takes when it does not. */
function aboutCache({ ledger }: Pick<KeeperNeeds, 'ledger'>, what: string, tier: 'l2' | 'maker'): About {
  const { cacheClass } = ledger
  const attributes = { 'sophia.cache.class': cacheClass, 'sophia.cache.tier': tier }
  return { kind: 'cache', name: `${what}: ${cacheClass}`, attributes }
}

interface Landing<Value> {
  readonly request: Request<Value>
  readonly held: readonly HeldTag[]
  readonly signal: AbortSignal
}

/** Makes the value here, or finds or makes it together with the other processes. */
async function land<Value>(
  needs: LoaderNeeds<Value>,
  { request, held, signal }: Landing<Value>,
): Promise<Landed<Value>> {
  const { clock, shared } = needs
  const { key, holding, older } = request
  const make = () => runMaker(request.make, { clock, signal })
  if (shared?.tier.isUp()) {
    const names = holding.tags ?? NO_TAGS
    const oldest = older ? ('fresh' as const) : ('stale' as const)
    const asked = { form: shared.formNow(), key, owner: holding.owner, names, oldest, signal, make }
    return makeShared({ ...needs, ...shared }, asked)
  }
  const begunMs = clock.monotonicMs()
  const made = await make()
  return { made, held, begunMs, expiry: expiryNow(needs, made.value === NOTHING), from: 'maker' }
}

interface Asked<Value> {
  readonly inTime: Promise<Landed<Value>>
  readonly older: Entry | undefined
  /** Counted already, or nobody waits for this making yet. */
  isCounted: boolean
  /** Where the answer came from; undefined before there is one. */
  origin: CacheOrigin | undefined
}

/** What Redis had at once, a promise earlier than by way of the flight; else what is made. */
function answerTo<Value>(
  needs: LoaderNeeds<Value>,
  asked: Asked<Value>,
  seeking: Promise<Landed<Value> | undefined> | null,
): Promise<Value> {
  if (seeking === null) return countLanding(needs, asked)
  return seeking.then((found) => (found ? countLanded(needs, asked, found) : countLanding(needs, asked)))
}

/** Counts what became of a request that set off a making, unless something else has answered it. */
function countLanding<Value>(needs: LoaderNeeds<Value>, asked: Asked<Value>): Promise<Value> {
  return asked.inTime.then(
    (landed) => countLanded(needs, asked, landed),
    (error: unknown) => {
      if (!asked.isCounted && !asked.older) needs.ledger.misses += 1
      throw error
    },
  )
}

function countLanded<Value>({ clock, ledger }: LoaderNeeds<Value>, asked: Asked<Value>, landed: Landed<Value>): Value {
  const { made } = landed
  const origin = originOf(landed, clock.monotonicMs())
  // What stood in before has answered already.
  asked.origin ??= origin
  if (asked.isCounted) return made.value
  if (landed.isAwaited) ledger.joined += 1
  else if (origin === 'miss') ledger.misses += 1
  else {
    if (origin === 'l2') ledger.tiers.l2.hits += 1
    else ledger.stale += 1
    ledger.tiers.l2.savedMs += made.makingMs
    ledger.tiers.l2.savedMicros += made.costMicros
  }
  return made.value
}

/** The new value, or the older one when making fails or takes longer than the soft limit, as long as that one may answer. */
async function standIn<Value>(needs: LoaderNeeds<Value>, asked: Asked<Value>, older: Entry): Promise<Value> {
  const { clock, deck, ledger, policy } = needs
  const counted = countLanding(needs, asked)
  try {
    return await deck.limit(counted, policy.softFactoryMs)
  } catch {
    // Told by the flight itself, which fails with the same error or goes on.
    if (!areCurrent(older.tags) || ageOf(older, clock.monotonicMs()) === 'dead') return counted
    if (!asked.isCounted) ledger.stale += 1
    asked.isCounted = true
    asked.origin = 'stale'
    // Only the space whose entry it is asks with it.
    return older.value as Value
  }
}

function createFailureNotes({
  clock,
  ledger,
  log,
  policy,
}: Pick<LoaderNeeds<never>, 'clock' | 'ledger' | 'log' | 'policy'>) {
  let warnedMs = Number.NEGATIVE_INFINITY
  return (error: unknown, older: Entry | undefined, isAnswered = older !== undefined): void => {
    const nowMs = clock.monotonicMs()
    ledger.failures += 1
    if (older) older.retryAtMs = nowMs + policy.pauseAfterErrorMs
    // Without an older value somebody gets the error itself. With one it would pass unseen; once a minute is enough to know.
    if (!isAnswered || nowMs - warnedMs < WARN_EVERY_MS) return
    warnedMs = nowMs
    log.warn({ error, cacheClass: ledger.cacheClass }, 'a value could not be made anew; the older one answers')
  }
}

/** With the owner's length in front no two pairs give the same text. */
function flightId(key: string, owner: string): string {
  return `${owner.length} ${owner}${key}`
}
