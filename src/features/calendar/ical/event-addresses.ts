import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { Log } from '#platform/log/log.ts'
import { SophiaError } from '#domain/errors.ts'
import { readEventAddress, type EventAddress } from './event-address.ts'
import type { EventCopies, EventCopy } from './event-copies.ts'
import { spanAround } from './event-span.ts'
import { fetchEvents, type FetchNeeds } from './fetch-events.ts'
import { readIcal } from './read-ical.ts'

/** An address with the calendars and periods that take their days from it. */
export interface UsedAddress extends EventAddress {
  readonly usedBy: readonly string[]
}

/** How it stands with the events of an address. */
export interface AddressState {
  /** Its host. */
  readonly from: string
  readonly usedBy: readonly string[]
  /** When what is in force was last known to be current; null: nothing was ever fetched. */
  readonly fetchedAt: Date | null
  /** Of the last try, when it failed. */
  readonly failedAt: Date | null
  readonly reason: string | null
}

/** Files of events by address: fetched in the background, the last good one answers. */
export interface EventAddresses {
  /** Reads an address as it is written, or says in words why it is not taken. */
  addressOf(text: string): ReturnType<typeof readEventAddress>
  /** The last good text, with a mark that changes with it; null where nothing was fetched yet. */
  textOf(address: EventAddress): Promise<{ readonly text: string; readonly mark: string } | null>
  /** Those in use from now on; others are no longer fetched. */
  use(addresses: readonly UsedAddress[]): void
  /** Fetches what is due: hourly, five minutes after a failure. Does not reject; resolves when all of them came to an end. */
  fetchDue(): Promise<void>
  states(): readonly AddressState[]
  close(): Promise<void>
}

export interface AddressNeeds extends FetchNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly copies: EventCopies
  /** For one address, from the question to the last byte. */
  readonly limitMs?: number
}

interface Known {
  copy: EventCopy | null
  mark: string
  failure: { readonly at: Date; readonly reason: string } | null
}

const EVERY_MS = 3_600_000
const AGAIN_MS = 300_000
const LIMIT_MS = 15_000
/** Copies are written anew with each fetch; one this old is in use nowhere. */
const KEPT_MS = 30 * 24 * EVERY_MS

export function createEventAddresses(needs: AddressNeeds): EventAddresses {
  const closing = new AbortController()
  const known = new Map<string, Promise<Known>>()
  const ready = new Map<string, Known>()
  const flights = new Map<string, Promise<void>>()
  let used: readonly UsedAddress[] = []

  function knownOf(address: EventAddress): Promise<Known> {
    const found = known.get(address.href) ?? readKnown(needs, address)
    known.set(address.href, found)
    return found.then((one) => (ready.set(address.href, one), one))
  }
  async function fetchIfDue(address: UsedAddress): Promise<void> {
    const state = await knownOf(address)
    if (!closing.signal.aborted && isDue(state, needs.clock.now().getTime()))
      await fetchOne(needs, { address, state, closing })
  }
  return {
    addressOf: (text) => readEventAddress(text, needs.allowPrivate),
    async textOf(address) {
      const { copy, mark } = await knownOf(address)
      return copy && { text: copy.text, mark }
    },
    use(addresses) {
      used = addresses
      const hrefs = new Set(addresses.map(({ href }) => href))
      for (const kept of [known, ready]) for (const href of kept.keys()) if (!hrefs.has(href)) kept.delete(href)
      // Another calendar on this home may want them: only what nobody fetched for long goes.
      const before = new Date(needs.clock.now().getTime() - KEPT_MS)
      // Where the folder is not there yet, nothing is to be removed.
      needs.copies.drop(addresses, before).catch(() => undefined)
    },
    async fetchDue() {
      for (const address of used) {
        const { href } = address
        // One that is under way is waited for, not asked twice.
        if (!flights.has(href))
          flights.set(
            href,
            fetchIfDue(address).finally(() => flights.delete(href)),
          )
      }
      await Promise.all(flights.values())
    },
    states: () =>
      used.map(({ href, label, usedBy }) => {
        const { copy = null, failure = null } = ready.get(href) ?? {}
        const fetchedAt = copy && new Date(copy.fetchedAt)
        return { from: label, usedBy, fetchedAt, failedAt: failure?.at ?? null, reason: failure?.reason ?? null }
      }),
    async close() {
      closing.abort()
      await Promise.allSettled(flights.values())
    },
  }
}

async function readKnown({ copies }: AddressNeeds, address: EventAddress): Promise<Known> {
  const copy = await copies.read(address)
  return { copy, mark: copy ? contentHash(copy.text) : '', failure: null }
}

function isDue({ copy, failure }: Known, nowMs: number): boolean {
  if (failure) return nowMs >= failure.at.getTime() + AGAIN_MS
  // A copy from the time to come was made by another clock.
  const age = copy ? nowMs - Date.parse(copy.fetchedAt) : Infinity
  return age >= EVERY_MS || age < 0
}

interface Fetching {
  readonly address: UsedAddress
  readonly state: Known
  readonly closing: AbortController
}

async function fetchOne(needs: AddressNeeds, { address, state, closing }: Fetching): Promise<void> {
  const { clock, log, copies } = needs
  const limit = AbortSignal.timeout(needs.limitMs ?? LIMIT_MS)
  const signal = AbortSignal.any([closing.signal, limit])
  try {
    const copy = await fetchCopy(needs, { address, known: state.copy, signal })
    Object.assign(state, { copy, mark: contentHash(copy.text), failure: null } satisfies Known)
  } catch (error) {
    if (closing.signal.aborted) return
    const reason = limit.aborted ? 'it did not answer in time' : reasonOf(error)
    state.failure = { at: clock.now(), reason }
    log.warn({ from: address.label, reason }, 'events could not be fetched; the last good ones stay in force')
    return
  }
  if (state.copy)
    await copies
      .write(address, state.copy)
      .catch((error: unknown) => log.warn({ error }, 'events are not kept on disk'))
}

interface Asking {
  readonly address: EventAddress
  readonly known: EventCopy | null
  readonly signal: AbortSignal
}

/** The text that stands there now, checked: one with faults is none. */
async function fetchCopy(needs: AddressNeeds, { address, known, signal }: Asking): Promise<EventCopy> {
  const fetched = await fetchEvents(needs, address, { known, signal })
  const now = needs.clock.now()
  const fetchedAt = now.toISOString()
  if (fetched === null) {
    if (known) return { ...known, fetchedAt }
    throw new Error('it says that nothing changed, and nothing is known')
  }
  const reading = readIcal(address.label, fetched.text, spanAround(dayOf(now)))
  const [fault] = 'faults' in reading ? reading.faults : []
  // What stands there is not told: it may be a page of somebody inside.
  if (fault) throw new Error(`what it answers is no faultless iCalendar file, see its line ${fault.source.line}`)
  return { ...fetched, fetchedAt }
}

/** In words, without the address. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not be asked'
  const { cause } = error
  if (cause instanceof SophiaError && cause.code === 'ADDRESS_REFUSED')
    return 'it lies inside a private network that SOPHIA_ALLOW_PRIVATE_NETWORK does not name'
  if (cause instanceof Error && 'code' in cause) return `it could not be reached (${String(cause.code)})`
  return error instanceof TypeError ? 'it could not be reached' : error.message
}
