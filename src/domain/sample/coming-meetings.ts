import type { SampleClient } from './clients.ts'
import { OPEN_STAGE_ORDER, type SampleDeal } from './deal-details.ts'
import { TERRITORIES, createReps, repOf } from './reps.ts'
import type { ActivityDraft } from './sample-activity.ts'
import type { ContactRow } from './sample-rows.ts'
import { SILENT_ACCOUNT } from './story-subjects.ts'

/** The furthest day ahead on which a meeting is arranged. */
const MEETINGS_AHEAD_DAYS = 14
const PER_PERSON = 2
/** Renewals so near are spoken about. */
const RENEWING_WITHIN_DAYS = 100
const YEAR_DAYS = 365

/** Spread over the two weeks, so that no day is full and none of a person's meetings collide. */
function inDays(person: number, meeting: number): number {
  return 1 + ((person * 3 + meeting * 5) % MEETINGS_AHEAD_DAYS)
}

/** The champion, else the first who is still there. */
function whomToMeet({ contacts }: SampleClient, championId: string | null): ContactRow | undefined {
  const present = contacts.filter((contact) => contact.left_on === null)
  return present.find(({ id }) => id === championId) ?? present[0]
}

interface Arranged {
  readonly client: SampleClient
  readonly deal: SampleDeal | null
  readonly repId: string
  readonly subject: string
  readonly ahead: number
}

function draftMeeting({ ahead, ...meeting }: Arranged): ActivityDraft[] {
  const contact = whomToMeet(meeting.client, meeting.deal?.row.champion_contact_id ?? null)
  if (contact === undefined) return []
  return [{ ...meeting, ago: -ahead, contact, kind: 'meeting', notes: null, script: null }]
}

const DEAL_SUBJECTS: Readonly<Record<string, string>> = {
  prospecting: 'Discovery with site staff',
  qualification: 'Business case with accounting',
  proposal: 'Proposal review with finance',
  negotiation: 'Terms and start date, in person',
}

/** The furthest deals of a rep first. */
function dealMeetings(deals: readonly SampleDeal[], person: number): ActivityDraft[] {
  const repId = repOf(TERRITORIES[person] ?? '').id
  const stageOf = ({ row }: SampleDeal): number => OPEN_STAGE_ORDER.findIndex((stage) => stage === row.stage)
  const open = deals.filter(({ row, closedAgo }) => row.rep_id === repId && closedAgo === null)
  const furthest = open.toSorted((a, b) => stageOf(b) - stageOf(a) || a.row.id.localeCompare(b.row.id))
  return furthest.slice(0, PER_PERSON).flatMap((deal, meeting) => {
    const subject = DEAL_SUBJECTS[deal.row.stage] ?? 'Next steps'
    return draftMeeting({ client: deal.client, deal, repId, subject, ahead: inDays(person, meeting) })
  })
}

function daysToRenewal({ entry }: SampleClient): number {
  return entry.sinceAgo === null ? Infinity : YEAR_DAYS - (entry.sinceAgo % YEAR_DAYS)
}

/** The nearest renewals of a client-success manager first. */
function renewalMeetings(clients: readonly SampleClient[], repId: string, person: number): ActivityDraft[] {
  const renewing = clients
    .filter(({ row, entry }) => row.csm_rep_id === repId && entry.slug !== SILENT_ACCOUNT.slug)
    .filter((client) => daysToRenewal(client) <= RENEWING_WITHIN_DAYS)
    .toSorted((a, b) => daysToRenewal(a) - daysToRenewal(b))
  return renewing.slice(0, PER_PERSON).flatMap((client, meeting) => {
    const ahead = inDays(person, meeting)
    return draftMeeting({ client, deal: null, repId, subject: 'Before the renewal: what worked', ahead })
  })
}

/** Meetings of the coming two weeks: each rep's about open deals, each client-success manager's about renewals. */
export function draftComingMeetings(clients: readonly SampleClient[], deals: readonly SampleDeal[]): ActivityDraft[] {
  const csms = createReps().filter(({ kind }) => kind === 'csm')
  return [
    ...TERRITORIES.flatMap((_, person) => dealMeetings(deals, person)),
    ...csms.flatMap(({ id }, index) => renewalMeetings(clients, id, TERRITORIES.length + index)),
  ]
}
