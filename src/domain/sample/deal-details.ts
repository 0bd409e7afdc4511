import { addDays, type Day } from '../day.ts'
import type { SampleClient } from './clients.ts'
import {
  COMPETITORS,
  DECISION_CRITERIA,
  LOST_REASONS,
  LOST_TO_COMPETITOR,
  NEW_PRICING_REASON,
  NEXT_STEPS,
  TIMELINES,
} from './deal-phrases.ts'
import type { Random } from './random.ts'
import type { DealRow } from './sample-rows.ts'
import { FALLING_WIN_RATE } from './story-subjects.ts'

/** A deal with its days as distances from today, which later generators count in. */
export interface SampleDeal {
  readonly row: DealRow
  readonly client: SampleClient
  readonly createdAgo: number
  readonly stageEnteredAgo: number
  /** Null while open. */
  readonly closedAgo: number | null
  /** Days since the last touch of an open deal; a closed one was touched until it closed. */
  readonly lastTouchAgo: number
}

export const OPEN_STAGE_ORDER = ['prospecting', 'qualification', 'proposal', 'negotiation'] as const
export type OpenStage = (typeof OPEN_STAGE_ORDER)[number]

export interface DealDraft {
  readonly row: DealRow
  readonly client: SampleClient
  readonly createdAgo: number
  readonly today: Day
  readonly random: Random
}

/** The contact of a client that has the role. */
export function contactIdOf(client: SampleClient, role: string): string | null {
  return client.contacts.find((contact) => contact.role === role)?.id ?? null
}

function openStageOf(row: DealRow): OpenStage {
  return OPEN_STAGE_ORDER.find((stage) => stage === row.stage) ?? 'prospecting'
}

/** How likely an open deal of a stage knows its champion, its economic buyer and how it will be decided. */
const KNOWN: Readonly<Record<OpenStage, { champion: number; buyer: number; criteria: number }>> = {
  prospecting: { champion: 0.35, buyer: 0, criteria: 0.1 },
  qualification: { champion: 0.75, buyer: 0.45, criteria: 0.6 },
  proposal: { champion: 1, buyer: 1, criteria: 0.9 },
  negotiation: { champion: 1, buyer: 1, criteria: 1 },
}
/** Days an open deal has yet to go, by stage. */
const REMAINING: Readonly<Record<OpenStage, readonly [number, number]>> = {
  prospecting: [55, 130],
  qualification: [35, 95],
  proposal: [14, 60],
  negotiation: [4, 35],
}

function maybe<T>(random: Random, probability: number, value: T): T | null {
  return random.chance(probability) ? value : null
}

/** Fills what an open deal knows about itself; answers when its stage began and when it was last touched. */
export function fillOpenDeal(draft: DealDraft): { stageEnteredAgo: number; lastTouchAgo: number } {
  const { row, client, createdAgo, today, random } = draft
  const stage = openStageOf(row)
  const known = KNOWN[stage]
  const position = OPEN_STAGE_ORDER.indexOf(stage)
  const stageEnteredAgo =
    position === 0 ? createdAgo : Math.max(2, Math.round(createdAgo * random.between(0.15, 0.55 - position * 0.05)))
  // a few have slipped past their day by a week: it happens, and never by more
  const isOverdue = stage === 'negotiation' && random.chance(0.3)
  row.stage_entered_on = addDays(today, -stageEnteredAgo)
  row.expected_close_on = addDays(today, isOverdue ? -random.int(1, 6) : random.int(...REMAINING[stage]))
  row.pushed_count = createdAgo > 60 ? random.pick([0, 0, 1, 1, 2]) : 0
  row.next_step = maybe(random, 0.88, random.pick(NEXT_STEPS[stage]))
  row.next_step_on = row.next_step === null ? null : addDays(today, random.int(-4, 14))
  row.champion_contact_id = maybe(random, known.champion, contactIdOf(client, 'champion'))
  row.economic_buyer_contact_id = maybe(random, known.buyer, contactIdOf(client, 'economic buyer'))
  row.decision_criteria = maybe(random, known.criteria, random.pick(DECISION_CRITERIA))
  row.timeline = maybe(random, known.criteria, random.pick(TIMELINES))
  // rivals show up early in background deals: one that enters late is a story
  row.competitor = position < 2 ? maybe(random, 0.25, random.pick(COMPETITORS)) : null
  const lastTouchAgo = random.chance(0.12) ? random.int(15, 24) : random.int(1, 11)
  return { stageEnteredAgo, lastTouchAgo: Math.min(lastTouchAgo, createdAgo - 4) }
}

/** What is known of a closed deal: all of a won one, some of a lost one. */
export function fillClosedDeal(draft: DealDraft & { closedAgo: number }): void {
  const { row, client, random, closedAgo } = draft
  const isWon = row.stage === 'won'
  row.pushed_count = random.pick([0, 0, 0, 1, 1, 2])
  row.champion_contact_id = maybe(random, isWon ? 1 : 0.5, contactIdOf(client, 'champion'))
  row.economic_buyer_contact_id = maybe(random, isWon ? 1 : 0.4, contactIdOf(client, 'economic buyer'))
  row.decision_criteria = maybe(random, isWon ? 1 : 0.6, random.pick(DECISION_CRITERIA))
  row.timeline = maybe(random, isWon ? 1 : 0.5, random.pick(TIMELINES))
  row.competitor = maybe(random, isWon ? 0.25 : 0.35, random.pick(COMPETITORS))
  if (!isWon) row.lost_reason = lostReasonOf(row, { client, random, closedAgo })
}

function lostReasonOf(row: DealRow, lost: Pick<DealDraft, 'client' | 'random'> & { closedAgo: number }): string {
  const { client, random, closedAgo } = lost
  const { territory, changedAgo } = FALLING_WIN_RATE
  const isAfterChange = client.entry.territory === territory && closedAgo < changedAgo
  if (isAfterChange && random.chance(0.7)) return NEW_PRICING_REASON
  return row.competitor === null ? random.pick(LOST_REASONS) : LOST_TO_COMPETITOR
}

/** Of several talks about the same product with the same client the newest bears the plain name. */
export function tellApart(deals: readonly SampleDeal[]): void {
  const seen = new Map<string, number>()
  for (const { row } of [...deals].sort((a, b) => a.createdAgo - b.createdAgo || a.row.id.localeCompare(b.row.id))) {
    const earlier = seen.get(row.name) ?? 0
    seen.set(row.name, earlier + 1)
    if (earlier > 0) row.name = `${row.name} (earlier talk${earlier > 1 ? ` ${earlier}` : ''})`
  }
}
