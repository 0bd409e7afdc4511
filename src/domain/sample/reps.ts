import { MICROS } from '../money.ts'
import { emailOf } from './person-names.ts'
import type { ProductRow, RepRow } from './sample-rows.ts'

/** The invented company whose records the sample is: software with which residents pay their rent. */
export const SAMPLE_VENDOR = 'Hearthledger'
const DOMAIN = 'hearthledger'

export const REGIONS: Readonly<Record<string, string>> = { W: 'West', C: 'Central', S: 'South', E: 'East' }

const EAST_LEAD = 'Marguerite Thornbury'
const WEST_LEAD = 'Desmond Calderwin'
const SUCCESS_LEAD = 'Aurelie Winterbourn'

/** Quota is per quarter. */
const REP_TABLE = [
  { territory: 'W1', name: 'Noor Fairbrook', manager: WEST_LEAD, quota: 72_000 },
  { territory: 'W2', name: 'Jonas Palomarez', manager: WEST_LEAD, quota: 76_000 },
  { territory: 'C1', name: 'Camille Ardwell', manager: WEST_LEAD, quota: 68_000 },
  { territory: 'C2', name: 'Tobias Marchetta', manager: WEST_LEAD, quota: 68_000 },
  { territory: 'S1', name: 'Imani Rosenquill', manager: EAST_LEAD, quota: 80_000 },
  { territory: 'S2', name: 'Rafael Strandell', manager: EAST_LEAD, quota: 76_000 },
  { territory: 'E1', name: 'Priya Harrowgate', manager: EAST_LEAD, quota: 82_000 },
  { territory: 'E2', name: 'Lachlan Dornfeld', manager: EAST_LEAD, quota: 72_000 },
] as const

const CSM_TABLE = [
  { id: 'csm-selma-lindqvar', name: 'Selma Lindqvar', region: 'All' },
  { id: 'csm-gideon-wexcombe', name: 'Gideon Wexcombe', region: 'West' },
  { id: 'csm-renata-okonjira', name: 'Renata Okonjira', region: 'East' },
] as const

function repIdOf(name: string): string {
  return `rep-${name.toLowerCase().replaceAll(' ', '-')}`
}

/** The rep of a territory such as `W1`. */
export function repOf(territory: string): { id: string; name: string } {
  const found = REP_TABLE.find((rep) => rep.territory === territory)
  if (found === undefined) throw new RangeError(`No rep has the territory ${territory}.`)
  return { id: repIdOf(found.name), name: found.name }
}

/** Enterprises share one client-success manager; the rest is divided at the Mississippi, roughly. */
export function csmOf(segment: string, territory: string): string {
  if (segment === 'Enterprise') return CSM_TABLE[0].id
  return territory.startsWith('W') || territory.startsWith('C') ? CSM_TABLE[1].id : CSM_TABLE[2].id
}

export const TERRITORIES: readonly string[] = REP_TABLE.map((rep) => rep.territory)

export function createReps(): RepRow[] {
  const reps = REP_TABLE.map(({ territory, name, manager, quota }): RepRow => ({
    id: repIdOf(name),
    name,
    email: emailOf(name, DOMAIN),
    kind: 'rep',
    manager,
    region: REGIONS[territory.slice(0, 1)] ?? 'All',
    quota_micros: quota * MICROS,
  }))
  const csms = CSM_TABLE.map(({ id, name, region }): RepRow => ({
    id,
    name,
    email: emailOf(name, DOMAIN),
    kind: 'csm',
    manager: SUCCESS_LEAD,
    region,
    quota_micros: null,
  }))
  return [...reps, ...csms]
}

export interface ProductEntry {
  readonly id: string
  readonly name: string
  readonly series: string
  /** The list price of a year for a portfolio of 4 000 units. */
  readonly listUnits: number
  /** The usual price of one apartment for a year. */
  readonly perUnit: number
  /** Days from first talk to signature in the mid-market. */
  readonly cycleDays: number
}

export const PRODUCTS: readonly ProductEntry[] = [
  {
    id: 'product-rent-rail',
    name: 'RentRail Payments',
    series: 'Payments',
    listUnits: 54_000,
    perUnit: 13.8,
    cycleDays: 72,
  },
  {
    id: 'product-settle',
    name: 'Settle Recovery',
    series: 'Recovery',
    listUnits: 72_000,
    perUnit: 18.3,
    cycleDays: 88,
  },
  {
    id: 'product-keystay',
    name: 'KeyStay Deposit Alternative',
    series: 'Deposits',
    listUnits: 36_000,
    perUnit: 9.3,
    cycleDays: 58,
  },
  {
    id: 'product-porchline',
    name: 'Porchline Messaging',
    series: 'Engagement',
    listUnits: 21_600,
    perUnit: 5.4,
    cycleDays: 40,
  },
  {
    id: 'product-groundview',
    name: 'Groundview Analytics',
    series: 'Insight',
    listUnits: 46_800,
    perUnit: 11.7,
    cycleDays: 64,
  },
]

export function createProducts(): ProductRow[] {
  return PRODUCTS.map(({ id, name, series, listUnits }) => ({
    id,
    name,
    series,
    list_price_micros: listUnits * MICROS,
    currency: 'USD',
  }))
}
