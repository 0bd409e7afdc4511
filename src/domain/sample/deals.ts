import { addDays, type Day } from '../day.ts'
import { MICROS } from '../money.ts'
import { fillClosedDeal, fillOpenDeal, tellApart, type OpenStage, type SampleDeal } from './deal-details.ts'
import type { SampleClient } from './clients.ts'
import { createRandom, type Random } from './random.ts'
import { PRODUCTS, TERRITORIES, repOf, type ProductEntry } from './reps.ts'
import type { DealRow, DealStage } from './sample-rows.ts'
import { createStoryDeals } from './story-deals.ts'
import { FALLING_WIN_RATE, SLIPPING_REP, WITHOUT_VALUE, isReserved } from './story-subjects.ts'

const OLDEST_AGO = 728
const SEGMENT_CYCLE: Readonly<Record<string, number>> = { Enterprise: 1.5, 'Mid-market': 1, 'Small portfolio': 0.65 }
/** The share of deals each territory wins; the falling one is planned apart. */
const WIN_RATES: Readonly<Record<string, number>> = {
  W1: 0.32,
  W2: 0.3,
  C1: 0.28,
  S1: 0.34,
  S2: 0.3,
  E1: 0.33,
  E2: 0.29,
}
const LARGEST_OPEN_UNITS = 420_000

export interface Slot {
  closedAgo: number
  readonly isWon: boolean
}

/** Wins spread evenly over time: by carrying the remainder, no rep has a streak that was not planted. */
function steadySlots(territory: string, random: Random): Slot[] {
  const rate = WIN_RATES[territory] ?? 0.3
  let carried = 0.5
  return Array.from({ length: 20 }, (_, index) => {
    carried += rate
    const isWon = carried >= 1
    if (isWon) carried -= 1
    return { closedAgo: 9 + index * 32 + random.int(0, 20), isWon }
  })
}

function fallingSlots(random: Random): Slot[] {
  const { changedAgo, closedSince, wonSince, closedBefore, wonBefore } = FALLING_WIN_RATE
  const since = Array.from({ length: closedSince }, (_, index) => ({
    closedAgo: 6 + index * 14 + random.int(0, 8),
    isWon: index >= closedSince - wonSince,
  }))
  const before = Array.from({ length: closedBefore }, (_, index) => ({
    closedAgo: changedAgo + 12 + index * 36 + random.int(0, 20),
    isWon: index % 2 === 0 && index / 2 < wonBefore,
  }))
  return [...since, ...before]
}

/** What a year of a product costs a client: its apartments times the usual price, give or take, in steps of 50 dollars. */
function valueUnitsOf(client: SampleClient, product: ProductEntry, random: Random): number {
  const exact = client.row.units_managed * product.perUnit * random.between(0.75, 1.25)
  return Math.max(950, Math.round(exact / 50) * 50)
}

interface DealPlan {
  readonly client: SampleClient
  readonly product: ProductEntry
  readonly stage: DealStage
  readonly createdAgo: number
  readonly closedAgo: number | null
  readonly hasValue: boolean
  /** Null: as drawn. */
  readonly pushes: number | null
}

/** Gives ids in the order of creation of the plan, after those kept for the story deals. */
function createNumbering(first: number): () => string {
  let number = first - 1
  return () => {
    number += 1
    return `deal-${String(number).padStart(4, '0')}`
  }
}

function cycleOf(client: SampleClient, product: ProductEntry, random: Random): number {
  const factor = SEGMENT_CYCLE[client.entry.segment] ?? 1
  return Math.round(product.cycleDays * factor * random.between(0.6, 1.5))
}

function isEligible(client: SampleClient, slot: Slot): boolean {
  const { sinceAgo, slug } = client.entry
  if (isReserved(slug) && slot.closedAgo < 200) return false
  // who won a deal was a client from that day on; a lost one may have been anybody's
  return !slot.isWon || (sinceAgo !== null && sinceAgo > slot.closedAgo + 20)
}

/** A client that came within the two years came by a deal: its first won deal closed on the day its contract began. */
function takeFirstDeals(newClients: SampleClient[], slots: Slot[]): Map<Slot, SampleClient> {
  const taken = new Map<Slot, SampleClient>()
  for (const client of newClients) {
    const since = client.entry.sinceAgo ?? 0
    const [nearest] = slots
      .filter((slot) => slot.isWon && !taken.has(slot))
      .sort((a, b) => Math.abs(a.closedAgo - since) - Math.abs(b.closedAgo - since))
    if (nearest === undefined) continue
    nearest.closedAgo = since
    taken.set(nearest, client)
  }
  return taken
}

/** Of the rep whose deals slip every fifth was pushed less often than the others. */
function pushesOf(territory: string, index: number): number | null {
  if (territory !== SLIPPING_REP.territory) return null
  return index % 5 === 4 ? SLIPPING_REP.pushes - 1 : SLIPPING_REP.pushes
}

function planClosed(territory: string, clients: SampleClient[], random: Random): DealPlan[] {
  const slots = territory === FALLING_WIN_RATE.territory ? fallingSlots(random) : steadySlots(territory, random)
  const newClients = clients.filter(({ entry }) => entry.sinceAgo !== null && entry.sinceAgo < OLDEST_AGO - 30)
  const firstDeals = takeFirstDeals(newClients, slots)
  return slots.map((slot, index) => {
    const client = firstDeals.get(slot) ?? random.pick(clients.filter((candidate) => isEligible(candidate, slot)))
    const product = random.pick(PRODUCTS)
    const cycle = Math.round(cycleOf(client, product, random) * (slot.isWon ? 1 : 1.15))
    const createdAgo = Math.min(OLDEST_AGO, slot.closedAgo + Math.max(12, cycle))
    return {
      client,
      product,
      stage: slot.isWon ? 'won' : 'lost',
      createdAgo,
      closedAgo: slot.closedAgo,
      hasValue: true,
      pushes: pushesOf(territory, index),
    }
  })
}

const OPEN_STAGES = [
  'qualification',
  'prospecting',
  'proposal',
  'qualification',
  'negotiation',
  'prospecting',
  'proposal',
] as const
/** How far through its usual cycle a deal of a stage is. */
const STAGE_PROGRESS: Readonly<Record<OpenStage, readonly [number, number]>> = {
  prospecting: [0.06, 0.3],
  qualification: [0.2, 0.6],
  proposal: [0.5, 0.9],
  negotiation: [0.7, 1.1],
}

function planOpen(territory: string, clients: SampleClient[], random: Random): DealPlan[] {
  const free = random.shuffle(clients.filter(({ entry }) => !isReserved(entry.slug)))
  const count = territory === WITHOUT_VALUE.territory ? WITHOUT_VALUE.deals + 2 : 6
  return Array.from({ length: count }, (_, index) => {
    const client = free[index % free.length] ?? random.pick(free)
    const product = PRODUCTS[(index + territory.charCodeAt(1)) % PRODUCTS.length] ?? random.pick(PRODUCTS)
    const stage = OPEN_STAGES[(index + TERRITORIES.indexOf(territory)) % OPEN_STAGES.length] ?? 'qualification'
    const createdAgo = Math.max(
      9,
      Math.round(cycleOf(client, product, random) * random.between(...STAGE_PROGRESS[stage])),
    )
    const hasValue = territory !== WITHOUT_VALUE.territory || index >= WITHOUT_VALUE.deals
    return { client, product, stage, createdAgo, closedAgo: null, hasValue, pushes: null }
  })
}

function emptyRow(plan: DealPlan, id: string, today: Day): DealRow {
  const { client, product, stage, createdAgo, closedAgo } = plan
  return {
    id,
    name: `${client.entry.name} - ${product.name}`,
    client_id: client.row.id,
    rep_id: repOf(client.entry.territory).id,
    product_id: product.id,
    stage,
    value_micros: null,
    value_estimate: null,
    currency: 'USD',
    created_on: addDays(today, -createdAgo),
    stage_entered_on: addDays(today, -(closedAgo ?? createdAgo)),
    expected_close_on: addDays(today, -(closedAgo ?? 0)),
    pushed_count: 0,
    closed_on: closedAgo === null ? null : addDays(today, -closedAgo),
    next_step: null,
    next_step_on: null,
    champion_contact_id: null,
    economic_buyer_contact_id: null,
    decision_criteria: null,
    timeline: null,
    competitor: null,
    lost_reason: null,
  }
}

function createDeal(plan: DealPlan, id: string, today: Day): SampleDeal {
  const random = createRandom(`deal ${id}`)
  const row = emptyRow(plan, id, today)
  const units = valueUnitsOf(plan.client, plan.product, random)
  if (plan.hasValue) row.value_micros = (plan.closedAgo === null ? Math.min(units, LARGEST_OPEN_UNITS) : units) * MICROS
  const { client, createdAgo, closedAgo } = plan
  const draft = { row, client, createdAgo, today, random }
  if (closedAgo === null) return { row, client, createdAgo, closedAgo, ...fillOpenDeal(draft) }
  fillClosedDeal({ ...draft, closedAgo })
  row.pushed_count = plan.pushes ?? row.pushed_count
  return { row, client, createdAgo, closedAgo, stageEnteredAgo: closedAgo, lastTouchAgo: closedAgo }
}

/** Some 220 deals: closed ones over 24 months, open ones, and the five that stories are about. */
export function createDeals(clients: readonly SampleClient[], today: Day): SampleDeal[] {
  const stories = createStoryDeals(clients, today)
  const nextId = createNumbering(stories.length + 1)
  const plans = TERRITORIES.flatMap((territory) => {
    const random = createRandom(`deals ${territory}`)
    const own = clients.filter(({ entry }) => entry.territory === territory)
    return [...planClosed(territory, own, random), ...planOpen(territory, own, random)]
  })
  const deals = [...stories, ...plans.map((plan) => createDeal(plan, nextId(), today))]
  tellApart(deals)
  return deals
}
