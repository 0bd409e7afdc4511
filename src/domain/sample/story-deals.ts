import { addDays, type Day } from '../day.ts'
import { MICROS } from '../money.ts'
import type { SampleClient } from './clients.ts'
import { contactIdOf, type SampleDeal } from './deal-details.ts'
import { PRODUCTS, repOf } from './reps.ts'
import type { DealRow } from './sample-rows.ts'
import { CHAMPION_LEFT, LATE_COMPETITOR, NO_ECONOMIC_BUYER, PUSHED, SINGLE_THREADED } from './story-subjects.ts'

interface StoryDeal {
  readonly slug: string
  readonly dealId: string
  readonly productId: string
  readonly stage: 'proposal' | 'negotiation'
  readonly valueUnits: number
  readonly createdAgo: number
  readonly stageEnteredAgo: number
  readonly lastTouchAgo: number
  readonly closesIn: number
  readonly nextStep: { readonly text: string; readonly inDays: number } | null
  readonly decisionCriteria: string
  readonly timeline: string
  readonly pushes: number
  readonly competitor: string | null
  readonly hasEconomicBuyer: boolean
}

/** Each is sound but for the one thing its story is about. */
const STORY_DEALS: readonly StoryDeal[] = [
  {
    ...CHAMPION_LEFT,
    productId: 'product-settle',
    stage: 'negotiation',
    valueUnits: 128_500,
    createdAgo: 96,
    stageEnteredAgo: 31,
    lastTouchAgo: 8,
    closesIn: 24,
    nextStep: { text: 'Redline call with legal', inDays: 3 },
    decisionCriteria: 'Audit trail for partial payments and reversals',
    timeline: 'Live before the next budget year',
    pushes: 0,
    competitor: null,
    hasEconomicBuyer: true,
  },
  {
    ...NO_ECONOMIC_BUYER,
    productId: 'product-rent-rail',
    stage: 'proposal',
    valueUnits: 248_000,
    createdAgo: 141,
    stageEnteredAgo: NO_ECONOMIC_BUYER.stuckDays,
    lastTouchAgo: 6,
    closesIn: 38,
    nextStep: { text: 'Review the proposal line by line with finance', inDays: 5 },
    decisionCriteria: 'Posting to the ledger without a nightly file',
    timeline: 'Cut over between two rent days',
    pushes: 1,
    competitor: null,
    hasEconomicBuyer: false,
  },
  {
    ...PUSHED,
    productId: 'product-groundview',
    stage: 'negotiation',
    valueUnits: 86_400,
    createdAgo: 203,
    stageEnteredAgo: 58,
    lastTouchAgo: 7,
    closesIn: 29,
    nextStep: { text: 'Send the order form for signature', inDays: 6 },
    decisionCriteria: 'Fewer calls to the leasing office in the first week of the month',
    timeline: 'Live before the autumn lease-up',
    competitor: null,
    hasEconomicBuyer: true,
  },
  {
    ...SINGLE_THREADED,
    productId: 'product-rent-rail',
    stage: 'proposal',
    createdAgo: 88,
    stageEnteredAgo: 26,
    lastTouchAgo: 4,
    closesIn: 47,
    nextStep: { text: 'Agree the pilot properties and what success means', inDays: 4 },
    decisionCriteria: 'Share of residents on autopay after six months',
    timeline: 'Pilot on three properties, then all within a quarter',
    pushes: 0,
    competitor: null,
    hasEconomicBuyer: true,
  },
  {
    ...LATE_COMPETITOR,
    productId: 'product-settle',
    stage: 'negotiation',
    valueUnits: 285_000,
    createdAgo: 118,
    stageEnteredAgo: 22,
    lastTouchAgo: 3,
    closesIn: 19,
    nextStep: { text: 'Settle payment terms and the start date', inDays: 2 },
    decisionCriteria: 'Cost per unit under two percent of what is collected late today',
    timeline: 'Must replace the current portal before its contract ends',
    pushes: 0,
    hasEconomicBuyer: true,
  },
]

function createRow(story: StoryDeal, client: SampleClient, today: Day): DealRow {
  const product = PRODUCTS.find(({ id }) => id === story.productId)
  return {
    id: story.dealId,
    name: `${client.entry.name} - ${product?.name ?? story.productId}`,
    client_id: client.row.id,
    rep_id: repOf(client.entry.territory).id,
    product_id: story.productId,
    stage: story.stage,
    value_micros: story.valueUnits * MICROS,
    value_estimate: null,
    currency: 'USD',
    created_on: addDays(today, -story.createdAgo),
    stage_entered_on: addDays(today, -story.stageEnteredAgo),
    expected_close_on: addDays(today, story.closesIn),
    pushed_count: story.pushes,
    closed_on: null,
    next_step: story.nextStep?.text ?? null,
    next_step_on: story.nextStep === null ? null : addDays(today, story.nextStep.inDays),
    champion_contact_id: contactIdOf(client, 'champion'),
    economic_buyer_contact_id: story.hasEconomicBuyer ? contactIdOf(client, 'economic buyer') : null,
    decision_criteria: story.decisionCriteria,
    timeline: story.timeline,
    competitor: story.competitor,
    lost_reason: null,
  }
}

/** The five open deals that stories are about. */
export function createStoryDeals(clients: readonly SampleClient[], today: Day): SampleDeal[] {
  return STORY_DEALS.map((story) => {
    const client = clients.find(({ entry }) => entry.slug === story.slug)
    if (client === undefined) throw new RangeError(`No client of the sample has the slug ${story.slug}.`)
    return {
      row: createRow(story, client, today),
      client,
      createdAgo: story.createdAgo,
      stageEnteredAgo: story.stageEnteredAgo,
      closedAgo: null,
      lastTouchAgo: story.lastTouchAgo,
    }
  })
}
