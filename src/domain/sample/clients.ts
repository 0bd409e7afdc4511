import { addDays, type Day } from '../day.ts'
import { MICROS } from '../money.ts'
import { CLIENT_TABLE, type ClientEntry, type Segment } from './client-table.ts'
import { createPersonNames, emailOf } from './person-names.ts'
import { createRandom, type Random } from './random.ts'
import { REGIONS, createReps, csmOf, repOf } from './reps.ts'
import type { ClientRow, ContactRow } from './sample-rows.ts'
import {
  ABOVE_LICENCE,
  CHAMPION_LEFT,
  NO_ECONOMIC_BUYER,
  RENEWAL_AT_RISK,
  SILENT_ACCOUNT,
  SINGLE_THREADED,
  TICKET_STORM,
} from './story-subjects.ts'

const YEAR_DAYS = 365
const INDUSTRIES = [
  'Multifamily',
  'Affordable housing',
  'Student housing',
  'Single-family rental',
  'Senior living',
] as const

interface Size {
  readonly units: readonly [number, number]
  readonly seats: readonly [number, number]
  readonly contacts: readonly [number, number]
}
const SIZES: Readonly<Record<Segment, Size>> = {
  Enterprise: { units: [9_000, 32_000], seats: [90, 220], contacts: [4, 5] },
  'Mid-market': { units: [2_200, 8_000], seats: [26, 70], contacts: [3, 3] },
  'Small portfolio': { units: [260, 1_500], seats: [6, 18], contacts: [2, 3] },
}

/** A client with what later generators need beyond its row. */
export interface SampleClient {
  readonly entry: ClientEntry
  readonly row: ClientRow
  readonly contacts: ContactRow[]
}

/** What clients of stories say when asked; the others answer between 20 and 70. */
const STORY_NPS: Readonly<Record<string, number>> = {
  [RENEWAL_AT_RISK.slug]: -10,
  [TICKET_STORM.slug]: 0,
  [SILENT_ACCOUNT.slug]: 50,
  [ABOVE_LICENCE.slug]: 80,
}

function contractOf(
  entry: ClientEntry,
  today: Day,
  random: Random,
): Pick<ClientRow, 'customer_since' | 'renewal_on' | 'nps'> {
  const nps = STORY_NPS[entry.slug] ?? random.int(2, 7) * 10
  if (entry.sinceAgo === null) return { customer_since: null, renewal_on: null, nps: null }
  return {
    customer_since: addDays(today, -entry.sinceAgo),
    renewal_on: addDays(today, YEAR_DAYS - (entry.sinceAgo % YEAR_DAYS)),
    nps,
  }
}

function createClient(entry: ClientEntry, today: Day): ClientRow {
  const random = createRandom(`client ${entry.slug}`)
  const size = SIZES[entry.segment]
  const units = random.int(...size.units)
  const seats = entry.slug === ABOVE_LICENCE.slug ? ABOVE_LICENCE.seats : random.int(...size.seats)
  const isClient = entry.sinceAgo !== null
  return {
    id: `client-${entry.slug}`,
    name: entry.name,
    segment: entry.segment,
    industry: random.pick(INDUSTRIES),
    region: REGIONS[entry.territory.slice(0, 1)] ?? 'All',
    owner_rep_id: repOf(entry.territory).id,
    csm_rep_id: isClient ? csmOf(entry.segment, entry.territory) : null,
    parent_client_id: entry.parentSlug === null ? null : `client-${entry.parentSlug}`,
    employees: Math.round(units / random.between(28, 44)) + 3,
    // about 1 450 dollars of rent a month, of which a manager keeps some five percent
    revenue_micros: Math.round((units * 12 * random.between(62, 84)) / 1_000) * 1_000 * MICROS,
    arr_micros: null,
    currency: 'USD',
    licensed_seats: isClient ? seats : null,
    units_managed: units,
    ...contractOf(entry, today, random),
  }
}

const TITLES: Readonly<Record<string, readonly string[]>> = {
  champion: ['Director of Operations', 'VP Resident Experience', 'Regional Operations Lead', 'Director of Revenue'],
  'economic buyer': ['Chief Financial Officer', 'Chief Operating Officer', 'VP Finance', 'Managing Partner'],
  user: ['Property Accountant', 'Community Supervisor', 'Collections Lead', 'Leasing Supervisor'],
  'technical evaluator': ['IT Director', 'Systems Administrator', 'Head of Property Systems'],
  blocker: ['Controller', 'General Counsel', 'Procurement Lead'],
}
const ROLES = ['champion', 'economic buyer', 'user', 'technical evaluator', 'blocker'] as const

/** Where nobody is known who could sign, there is no contact of that role either. */
function rolesOf(slug: string): readonly string[] {
  return slug === NO_ECONOMIC_BUYER.slug ? ROLES.filter((role) => role !== 'economic buyer') : ROLES
}

/** Clients where somebody without a part in a deal left long ago: people do leave, and it need not matter. */
const LONG_GONE: ReadonlyMap<string, number> = new Map([
  ['silverfern', 410],
  ['gulfmoor', 265],
  ['thistledown', 190],
  ['meadowmere', 330],
])

function leftAgoOf(slug: string, role: string): number | null {
  if (slug === CHAMPION_LEFT.slug && role === 'champion') return CHAMPION_LEFT.leftAgo
  return role === 'user' ? (LONG_GONE.get(slug) ?? null) : null
}

/** All clients with their contacts; contract values and last contacts are filled when deals and activities are known. */
export function createClients(today: Day): SampleClient[] {
  const random = createRandom('contacts')
  const nextName = createPersonNames(
    random,
    createReps().map((rep) => rep.name),
  )
  let count = 0
  function createContact(entry: ClientEntry, role: string): ContactRow {
    const name = nextName()
    count += 1
    const leftAgo = leftAgoOf(entry.slug, role)
    return {
      id: `contact-${String(count).padStart(4, '0')}`,
      client_id: `client-${entry.slug}`,
      name,
      email: emailOf(name, entry.slug),
      title: random.pick(TITLES[role] ?? ['Coordinator']),
      role,
      left_on: leftAgo === null ? null : addDays(today, -leftAgo),
      last_contacted_on: null,
    }
  }
  return CLIENT_TABLE.map((entry) => {
    const [fewest, most] = SIZES[entry.segment].contacts
    // a big deal on one thread is a story only when others to talk to are known
    const contactCount = entry.slug === SINGLE_THREADED.slug ? most : random.int(fewest, most)
    const contacts = rolesOf(entry.slug)
      .slice(0, contactCount)
      .map((role) => createContact(entry, role))
    return { entry, row: createClient(entry, today), contacts }
  })
}
