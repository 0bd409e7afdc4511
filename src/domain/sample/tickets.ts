import { addDays, type Day } from '../day.ts'
import type { SampleClient } from './clients.ts'
import { createRandom, type Random } from './random.ts'
import type { TicketRow } from './sample-rows.ts'
import { SILENT_ACCOUNT, TICKET_STORM } from './story-subjects.ts'

const OLDEST_AGO = 725
const PER_TWO_YEARS: Readonly<Record<string, number>> = { Enterprise: 19, 'Mid-market': 12, 'Small portfolio': 7 }

const SUBJECTS = [
  'Resident cannot enrol in autopay',
  'Partial payment posted to the wrong month',
  'Returned payment not shown in the ledger',
  'Site staff locked out after a change of role',
  'Deposit batch does not match the bank',
  'Text reminders sent twice',
  'Late fee applied within the grace period',
  'Settlement letter shows the old balance',
  'Export to the accounting system is missing a column',
  'Card fee not shown before payment',
  'New property does not appear in the portal',
  'Question about refund timing',
] as const
const STORM_SUBJECTS = [
  'Batch posting fails since release 8.4',
  'Payments posted twice after release 8.4',
  'Ledger out of balance after the update',
  'Residents see an empty balance since release 8.4',
  'Nightly reconciliation does not finish after the update',
] as const

interface TicketDraft {
  readonly openedAgo: number
  readonly resolvedAgo: number | null
  readonly severity: string
  readonly escalated: boolean
  readonly satisfaction: number | null
  readonly subject: string
}

function severityOf(random: Random): string {
  const draw = random.next()
  if (draw < 0.46) return 'low'
  if (draw < 0.84) return 'medium'
  return draw < 0.97 ? 'high' : 'critical'
}

function draftUsual(openedAgo: number, random: Random): TicketDraft {
  const severity = severityOf(random)
  const resolvedAgo = openedAgo - random.int(0, severity === 'low' ? 7 : 3)
  const isResolved = resolvedAgo >= 0
  // escalations of the last half-year belong to the story; before it they happen everywhere
  const canEscalate = severity === 'high' || severity === 'critical'
  return {
    openedAgo,
    resolvedAgo: isResolved ? resolvedAgo : null,
    severity,
    escalated: canEscalate && openedAgo > 190 && random.chance(0.3),
    satisfaction: isResolved && random.chance(0.7) ? random.pick([2, 3, 4, 4, 4, 5, 5]) : null,
    subject: random.pick(SUBJECTS),
  }
}

/** One ticket every day or two after the release; every second is escalated, the newest are still open. */
function draftStorm(random: Random): TicketDraft[] {
  const { tickets, escalated, releaseAgo } = TICKET_STORM
  return Array.from({ length: tickets }, (_, index) => {
    const openedAgo = Math.max(1, releaseAgo - 1 - Math.floor((index * (releaseAgo - 2)) / (tickets - 1)))
    const isEscalated = Math.floor(((index + 1) * escalated) / tickets) > Math.floor((index * escalated) / tickets)
    const isOpen = index >= tickets - 5
    return {
      openedAgo,
      resolvedAgo: isOpen ? null : Math.max(0, openedAgo - random.int(3, 6)),
      severity: isEscalated ? 'critical' : random.pick(['high', 'high', 'medium']),
      escalated: isEscalated,
      satisfaction: isOpen ? null : random.pick([1, 1, 2, 2]),
      subject: random.pick(STORM_SUBJECTS),
    }
  })
}

function draftClientTickets(client: SampleClient): TicketDraft[] {
  const { slug, segment, sinceAgo } = client.entry
  if (sinceAgo === null) return []
  const random = createRandom(`tickets ${slug}`)
  const span = Math.min(OLDEST_AGO, sinceAgo)
  const step = 730 / (PER_TWO_YEARS[segment] ?? 8)
  const drafts: TicketDraft[] = []
  for (let ago = span - 1; ago > 1; ago -= step * random.between(0.75, 1.25))
    drafts.push(draftUsual(Math.floor(ago), random))
  if (slug === TICKET_STORM.slug) drafts.push(...draftStorm(random))
  return slug === SILENT_ACCOUNT.slug
    ? drafts.filter(({ openedAgo }) => openedAgo > SILENT_ACCOUNT.lastContactAgo + 9)
    : drafts
}

/** Some 500 tickets, numbered in the order they were opened. */
export function createTickets(clients: readonly SampleClient[], today: Day): TicketRow[] {
  const drafts = clients.flatMap((client) => draftClientTickets(client).map((draft) => ({ client, draft })))
  drafts.sort((a, b) => b.draft.openedAgo - a.draft.openedAgo)
  return drafts.map(({ client, draft: { openedAgo, resolvedAgo, ...rest } }, index) => ({
    id: `ticket-${String(index + 1).padStart(4, '0')}`,
    client_id: client.row.id,
    opened_on: addDays(today, -openedAgo),
    resolved_on: resolvedAgo === null ? null : addDays(today, -resolvedAgo),
    ...rest,
  }))
}
