import { addDays, type Day } from '../day.ts'
import { CHECK_IN_SUBJECTS, DEAL_TOUCHES, NOTES } from './activity-phrases.ts'
import type { SampleClient } from './clients.ts'
import { draftComingMeetings } from './coming-meetings.ts'
import type { SampleDeal } from './deal-details.ts'
import { createRandom, type Random } from './random.ts'
import type { ContactRow } from './sample-rows.ts'
import type { ActivityDraft, SampleActivity } from './sample-activity.ts'
import { LATER_CALLS, storyCallsOf, type StoryCall } from './story-calls.ts'
import { CHAMPION_LEFT, NO_ECONOMIC_BUYER, RENEWAL_AT_RISK, SILENT_ACCOUNT, SINGLE_THREADED } from './story-subjects.ts'

const OLDEST_AGO = 729
/** Days between the visits of client success. */
const CHECK_IN_DAYS: Readonly<Record<string, number>> = { Enterprise: 12, 'Mid-market': 15, 'Small portfolio': 18 }

/** How many thirds of a deal's usual way lie behind or within a stage; a decided deal has gone all of it. */
const PHASES_REACHED: Readonly<Record<string, number>> = { prospecting: 1, qualification: 2 }

/** Nobody talks with a person who has left, nor in the last days before. */
function isReachable(contact: ContactRow, ago: number, today: Day): boolean {
  return (
    contact.left_on === null ||
    addDays(today, -(ago - (CHAMPION_LEFT.lastContactedAgo - CHAMPION_LEFT.leftAgo))) <= contact.left_on
  )
}

/** The people of a deal in the order in which they are spoken with in turn. */
function peopleOf(deal: SampleDeal): ContactRow[] {
  const { client, row } = deal
  if (row.id === SINGLE_THREADED.dealId) return client.contacts.filter(({ role }) => role === 'champion')
  if (row.id === NO_ECONOMIC_BUYER.dealId) return client.contacts.filter(({ role }) => role !== 'economic buyer')
  return client.contacts.slice(0, 4)
}

/** Days of the touches of a deal: two at the start with two people, then about weekly, then the last one. */
function touchDays(deal: SampleDeal, random: Random): number[] {
  const last = Math.max(0, deal.lastTouchAgo)
  const days = [deal.createdAgo, Math.max(last, deal.createdAgo - 3)]
  const step = deal.closedAgo === null ? 8 : 17
  for (let ago = deal.createdAgo - 3 - step; ago > last; ago -= Math.round(step * random.between(0.7, 1.4)))
    days.push(ago)
  days.push(last)
  return days
}

function draftDealTouches(deal: SampleDeal, today: Day): ActivityDraft[] {
  const random = createRandom(`touches ${deal.row.id}`)
  const people = peopleOf(deal)
  // nobody walks through a proposal with a prospect of last week
  const phases = PHASES_REACHED[deal.row.stage] ?? DEAL_TOUCHES.length
  const span = Math.max(1, deal.createdAgo - deal.lastTouchAgo)
  return touchDays(deal, random).flatMap((ago, index) => {
    const reachable = people.filter((contact) => isReachable(contact, ago, today))
    const contact = reachable[index % Math.max(1, reachable.length)]
    if (contact === undefined) return []
    const progress = Math.min(0.99, (deal.createdAgo - ago) / span)
    const touches = DEAL_TOUCHES[Math.floor(progress * phases)] ?? DEAL_TOUCHES[0]
    const { kind, subject } = random.pick(touches)
    const notes = random.chance(0.55) ? random.pick(NOTES) : null
    return [{ ago, client: deal.client, deal, contact, kind, subject, notes, repId: deal.row.rep_id, script: null }]
  })
}

function draftCheckIns(client: SampleClient, today: Day): ActivityDraft[] {
  const { sinceAgo, segment, slug } = client.entry
  const csmId = client.row.csm_rep_id
  if (sinceAgo === null || csmId === null) return []
  const random = createRandom(`check-ins ${slug}`)
  const isAtRisk = slug === RENEWAL_AT_RISK.slug
  const step = (CHECK_IN_DAYS[segment] ?? 18) * (isAtRisk ? 2 : random.between(0.85, 1.5))
  const newest = slug === SILENT_ACCOUNT.slug ? SILENT_ACCOUNT.lastContactAgo : random.int(1, 14) + (isAtRisk ? 14 : 0)
  const drafts: ActivityDraft[] = []
  let ago = newest
  while (ago < Math.min(OLDEST_AGO, sinceAgo)) {
    const contact = random.pick(client.contacts.filter((person) => isReachable(person, ago, today)))
    const { kind, subject } = random.pick(CHECK_IN_SUBJECTS)
    const notes = random.chance(0.45) ? random.pick(NOTES) : null
    drafts.push({ ago, client, deal: null, contact, kind, subject, notes, repId: csmId, script: null })
    ago += Math.round(step * random.between(0.8, 1.2))
  }
  return drafts
}

function draftCalls(
  calls: readonly StoryCall[],
  clients: readonly SampleClient[],
  deals: readonly SampleDeal[],
): ActivityDraft[] {
  return calls.flatMap((call) => {
    const client = clients.find(({ entry }) => entry.slug === call.slug)
    const contact = client?.contacts.find(({ role }) => role === call.role)
    if (client === undefined || contact === undefined) return []
    const deal = deals.find(({ row }) => row.id === call.dealId) ?? null
    const repId = deal?.row.rep_id ?? client.row.csm_rep_id ?? client.row.owner_rep_id
    const { ago, kind, subject, notes, script } = call
    return [{ ago, client, deal, contact, kind, subject, notes, repId, script }]
  })
}

function setLastContacts(activities: readonly SampleActivity[]): void {
  for (const { contact, row, ago } of activities) {
    const isLatest = contact.last_contacted_on === null || contact.last_contacted_on < row.on_day
    if (ago >= 0 && isLatest) contact.last_contacted_on = row.on_day
  }
}

function numbered({ kind, subject, notes, repId, ...rest }: ActivityDraft, index: number, today: Day): SampleActivity {
  const row = {
    id: `activity-${String(index + 1).padStart(5, '0')}`,
    kind,
    on_day: addDays(today, -rest.ago),
    client_id: rest.client.row.id,
    deal_id: rest.deal?.row.id ?? null,
    rep_id: repId,
    contact_id: rest.contact.id,
    subject,
    notes,
  }
  return { ...rest, row }
}

/**
 * Some 3 000 touches by reps and client success, oldest first, then what later stories rest on and the meetings to come,
 * so that the numbers before them stay; sets when each contact was last spoken with.
 */
export function createActivities(
  clients: readonly SampleClient[],
  deals: readonly SampleDeal[],
  today: Day,
): SampleActivity[] {
  const drafts = [
    ...deals.flatMap((deal) => draftDealTouches(deal, today)),
    ...clients.flatMap((client) => draftCheckIns(client, today)),
    ...draftCalls(storyCallsOf(deals), clients, deals),
  ].sort((a, b) => b.ago - a.ago)
  const later = [...draftCalls(LATER_CALLS, clients, deals), ...draftComingMeetings(clients, deals)]
  const activities = [...drafts, ...later].map((draft, index) => numbered(draft, index, today))
  setLastContacts(activities)
  return activities
}
