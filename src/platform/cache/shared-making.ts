import type { Clock } from '#domain/clock.ts'
import { ageOf, type Expiry } from '#domain/cache-policy/expiry.ts'
import { open, seal, type Facts, type Identity, type Opened, type Unopened } from './envelope.ts'
import type { Made } from './flight.ts'
import { BEGUN_BEFORE } from './fresh-since.ts'
import { NOTHING, bytesToKeep, expiryNow, type KeeperNeeds, type Landed } from './keeper.ts'
import type { SharedTier, SharedValue, TagVersions } from './shared-tier.ts'
import { areCurrent, type TagBook } from './tag-book.ts'

/** How a space's values lie in Redis: as JSON, and read back by a parser, since what comes from outside is never cast. */
export interface SharedForm<Value> {
  /** Names the shape; give it another name when the shape changes, and older values are misses. */
  readonly shape: string
  /** Throws when it is no such value. */
  read(raw: unknown): Value
}

export interface SharedNeeds extends KeeperNeeds {
  readonly clock: Clock
  readonly tags: TagBook
  readonly tier: SharedTier
  /** Class and name of the space. */
  readonly place: string
}

const AGES = ['fresh', 'stale', 'fallback'] as const
export type OldestAge = (typeof AGES)[number]

export interface SharedQuestion<Value> {
  readonly form: SharedForm<Value>
  readonly key: string
  readonly owner: string
  readonly names: readonly string[]
  /** What would do: `stale` unless one is there already and a new one is wanted, `fallback` when none can be made. */
  readonly oldest: OldestAge
}

export interface SharedRequest<Value> extends SharedQuestion<Value> {
  readonly signal: AbortSignal
  readonly make: () => Promise<Made<Value>>
}

const LEASE_MS = 3000
const NO_TAGS: Identity['tags'] = []
const POLL_MS = 250

/** The value as it lies in Redis; undefined when it does not, or cannot be had. Never rejects. */
export function findShared<Value>(
  needs: SharedNeeds,
  question: SharedQuestion<Value>,
): Promise<Landed<Value> | undefined> {
  const { clock, ledger, tags, tier } = needs
  const atMs = clock.monotonicMs()
  const turn = tags.turn()
  const failed = (): undefined => {
    // Away, refusing, or not to be read: making it is right, and the link tells of it.
    ledger.tiers.l2.failures += 1
  }
  return tier.read<Landed<Value> | undefined>(
    { id: idOf(needs, question), tags: question.names },
    {
      found(value, versions) {
        try {
          return value === null ? undefined : readBack(needs, question, { value, versions, atMs, turn })
        } catch {
          return failed()
        }
      },
      failed,
    },
  )
}

function idOf(
  { place }: Pick<SharedNeeds, 'place'>,
  { key, owner }: Pick<SharedQuestion<unknown>, 'key' | 'owner'>,
): string {
  return `${place} ${owner.length} ${owner}${key}`
}

/**
 * Finds a value in Redis or makes it, while all processes together make it once: who gets the right makes, the others wait for
 * a word or look again every 250 ms. When Redis fails at any step the value is made here and now.
 */
export async function makeShared<Value>(needs: SharedNeeds, request: SharedRequest<Value>): Promise<Landed<Value>> {
  const id = idOf(needs, request)
  const found = await findOrTake(needs, request, id).catch(() => {
    // Away or refusing: making it alone is right, and the link tells of it.
    needs.ledger.tiers.l2.failures += 1
    return null
  })
  if (found !== null && typeof found !== 'string') return found
  // Given up meanwhile: nobody would hear of what is made now.
  request.signal.throwIfAborted()
  const { tags, clock } = needs
  const held = tags.hold(request.names)
  const begunMs = clock.monotonicMs()
  const made = await makeUnder(needs, request, { id, token: found })
  const landed = { made, held, begunMs, expiry: expiryNow(needs, made.value === NOTHING), from: 'maker' as const }
  // Nobody waits for Redis to have it.
  if (found !== null) void hand(needs, { id, token: found, request, landed })
  return landed
}

/** A value out of Redis, or the token of the right to make it; null when nobody waits any more. */
async function findOrTake<Value>(
  needs: SharedNeeds,
  request: SharedRequest<Value>,
  id: string,
): Promise<Landed<Value> | string | null> {
  const { tier, clock, tags } = needs
  const address = { id, tags: request.names }
  let isAwaited = false
  while (!request.signal.aborted) {
    const asked = { atMs: clock.monotonicMs(), turn: tags.turn() }
    const { token, versions } = await tier.take(address, LEASE_MS)
    tags.learn(request.names, { versions, ...asked })
    // Whoever had the right before may have put the value since it was looked for: who has it now looks once more.
    const found = await findShared(needs, request)
    if (found) {
      if (token !== null) tier.release(id, token).catch(() => undefined)
      return { ...found, isAwaited }
    }
    if (token !== null) return token
    isAwaited = true
    await tier.wake(id, POLL_MS)
  }
  return null
}

/** Makes while holding the right; gives it back when nothing comes of it. */
async function makeUnder<Value>(
  { tier, clock }: SharedNeeds,
  { make, signal }: SharedRequest<Value>,
  { id, token }: { readonly id: string; readonly token: string | null },
): Promise<Made<Value>> {
  if (token === null) return make()
  const ending = new AbortController()
  const end = (): void => ending.abort()
  signal.addEventListener('abort', end, { once: true })
  const hold = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.sleep(LEASE_MS / 3, ending.signal)
      // One that fails is tried again while the right lasts.
      await tier.renew(id, { token, leaseMs: LEASE_MS }).catch(() => undefined)
    }
  }
  // Ends with the making; when Redis fails meanwhile the right runs out, and another may make the same: no harm but the work.
  hold().catch(() => undefined)
  try {
    return await make()
  } catch (error) {
    tier.release(id, token).catch(() => undefined)
    throw error
  } finally {
    end()
    signal.removeEventListener('abort', end)
  }
}

interface Handing<Value> {
  readonly id: string
  readonly token: string
  readonly request: SharedRequest<Value>
  readonly landed: Landed<Value>
}

/** Gives a made value to the others, or only the right back when it is not for them. Never rejects. */
async function hand<Value>(needs: SharedNeeds, { id, token, request, landed }: Handing<Value>): Promise<void> {
  const { tier, policy, ledger } = needs
  const { made, held, expiry } = landed
  try {
    // Under the version it was made under, or not at all: another one may be known by now.
    const isGood = areCurrent(held) && held.every(({ tag }) => tag.shared !== null)
    const isWanted = isGood && bytesToKeep(made, request.key, policy) !== null
    const sealed = isWanted ? await sealLanded(needs, request, landed) : undefined
    const keptMs = expiry.fallbackUntilMs - needs.clock.monotonicMs()
    if (sealed === undefined || keptMs < 1) await tier.release(id, token)
    else if (await tier.put(id, { token, sealed, keptMs })) ledger.tiers.l2.writes += 1
  } catch {
    // Full or away: the value is here, and the others make their own.
    ledger.tiers.l2.failures += 1
  }
}

function sealLanded<Value>(
  { clock }: SharedNeeds,
  { form, key, owner }: SharedRequest<Value>,
  { made, held, expiry }: Landed<Value>,
): Promise<Buffer | undefined> {
  const nowMs = clock.monotonicMs()
  const facts: Facts = {
    freshMs: Math.max(0, expiry.freshUntilMs - nowMs),
    staleMs: Math.max(0, expiry.staleUntilMs - nowMs),
    keptMs: Math.max(0, expiry.fallbackUntilMs - nowMs),
    makingMs: made.makingMs,
    costMicros: made.costMicros,
  }
  const tags = held.map(({ tag }) => [tag.name, tag.shared ?? ''] as const)
  const value = made.value === NOTHING ? 'nothing' : { raw: made.value }
  return seal({ shape: form.shape, owner, key, tags }, facts, value)
}

interface Seen {
  readonly value: SharedValue
  readonly versions: TagVersions
  readonly atMs: number
  readonly turn: number
}

/**
 * The value, when the envelope is whole, is what was asked for, and none of its tags was invalidated since. A promise only where it
 * was packed.
 */
function readBack<Value>(
  needs: SharedNeeds,
  request: SharedQuestion<Value>,
  seen: Seen,
): Landed<Value> | undefined | Promise<Landed<Value> | undefined> {
  const identity = identityOf(request, seen.versions)
  if (identity === undefined) return undefined
  const opening = open(seen.value.bytes, seen.value.sealedAt, identity)
  const accept = (opened: Opened | Unopened) => {
    if (typeof opened !== 'string') return landOpened({ ...needs, request }, seen, opened)
    if (opened !== 'another') needs.tier.note(opened)
    return undefined
  }
  return opening instanceof Promise ? opening.then(accept) : accept(opening)
}

function landOpened<Value>(
  { tags, tier, request }: Pick<SharedNeeds, 'tags' | 'tier'> & { readonly request: SharedQuestion<Value> },
  { value, versions, atMs, turn }: Seen,
  { facts, raw, isNothing }: Opened,
): Landed<Value> | undefined {
  const { form, names, oldest } = request
  const expiry = expiryLeft(facts, atMs - value.agedMs)
  const age = ageOf(expiry, atMs)
  if (age === 'dead' || AGES.indexOf(age) > AGES.indexOf(oldest)) return undefined
  try {
    // NOTHING is a value of every space whose maker returned it.
    const read = isNothing ? (NOTHING as Value) : form.read(raw)
    if (!tags.learn(names, { versions, atMs, turn })) return undefined
    const made = { value: read, isKept: true, makingMs: facts.makingMs, costMicros: facts.costMicros }
    return { made, held: tags.hold(names), begunMs: atMs, expiry, from: 'l2' }
  } catch (error) {
    // Of another shape than the parser knows: a miss.
    if (error !== BEGUN_BEFORE) tier.note('damaged')
    return undefined
  }
}

/** What a value has to be to answer; undefined where Redis knows not every tag, and nothing can. */
function identityOf({ form, key, owner, names }: SharedQuestion<unknown>, versions: TagVersions): Identity | undefined {
  if (names.length === 0) return { shape: form.shape, owner, key, tags: NO_TAGS }
  const tags: [string, string][] = []
  for (const [place, name] of names.entries()) {
    const version = versions[place]
    if (version == null) return undefined
    tags.push([name, version])
  }
  return { shape: form.shape, owner, key, tags }
}

/** The lifetimes from the moment it was put. */
function expiryLeft({ freshMs, staleMs, keptMs }: Facts, bornMs: number): Expiry {
  return { freshUntilMs: bornMs + freshMs, staleUntilMs: bornMs + staleMs, fallbackUntilMs: bornMs + keptMs }
}
