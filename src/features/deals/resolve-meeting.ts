import type { Principal } from '#domain/permission.ts'
import type { Evidence, SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { findClients, findMeeting, listMeetingDeals, type MeetingRow, type MeetingScope } from './meeting-store.ts'
import { findDealMatches } from './deal-names-store.ts'
import { resolveDeal } from './resolve-deal.ts'

/** `next`, `my next meeting`, `the next call`. */
const NEXT = /^((my|our|the) )?(next|coming|upcoming)( \p{L}+)?$/iu
/** Up to here a deal is meant by its id or its whole name. */
const EXACT_RANK = 1

/** What a meeting is about; the deal's client comes with the deal. */
export interface MeetingAbout {
  readonly kind: 'found'
  readonly about: Evidence
  readonly meeting: MeetingRow | null
  readonly dealId: string | null
  readonly clientId: string | null
}
export type ResolvedMeeting = MeetingAbout | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/** The meeting, deal or client that a text means among what the principal sees, or the question which. */
export async function resolveMeeting(
  handle: Handle,
  principal: Principal,
  { text, scope }: { readonly text: string; readonly scope: MeetingScope },
): Promise<ResolvedMeeting> {
  const { visible, repId } = principal
  const meeting = NEXT.test(text.trim())
    ? await findMeeting(handle, scope, { by: 'next', repId })
    : await findMeeting(handle, scope, { by: 'id', text: text.trim() })
  if (meeting !== undefined) return ofMeeting(meeting)
  const [deal] = await findDealMatches(handle, visible, text)
  if (deal !== undefined && deal.rank <= EXACT_RANK) return aboutDeal(handle, scope, text)
  const clients = await findClients(handle, visible, text)
  const [client] = clients
  if (client !== undefined && clients.length === 1) return aboutClient(handle, scope, client)
  const bySubject = await findMeeting(handle, scope, { by: 'subject', text: text.trim() })
  if (bySubject !== undefined) return ofMeeting(bySubject)
  if (clients.length > 1) {
    const candidates = clients.slice(0, 8).map(({ id, name }) => ({ kind: 'client' as const, id, label: name }))
    return { kind: 'choice', question: `Whom do you meet: which client do you mean by "${text}"?`, candidates }
  }
  return deal === undefined ? nobody(text) : aboutDeal(handle, scope, text)
}

function ofMeeting(meeting: MeetingRow): MeetingAbout {
  const about: Evidence = { kind: 'activity', id: meeting.id, label: meeting.subject ?? meeting.kind }
  return { kind: 'found', about, meeting, dealId: meeting.dealId, clientId: meeting.clientId }
}

async function aboutDeal(handle: Handle, scope: MeetingScope, text: string): Promise<ResolvedMeeting> {
  const found = await resolveDeal(handle, scope.visible, { text, use: 'read' })
  if (found.kind !== 'found') return found
  const [deal] = await listMeetingDeals(handle, scope, { dealId: found.id, clientId: null })
  const meeting = await findMeeting(handle, scope, { by: 'deal', text: found.id })
  return {
    kind: 'found',
    about: { kind: 'deal', id: found.id, label: deal?.name ?? text },
    meeting: meeting ?? null,
    dealId: found.id,
    clientId: deal?.clientId ?? null,
  }
}

async function aboutClient(
  handle: Handle,
  scope: MeetingScope,
  { id, name }: { readonly id: string; readonly name: string },
): Promise<MeetingAbout> {
  const meeting = await findMeeting(handle, scope, { by: 'client', text: id })
  return {
    kind: 'found',
    about: { kind: 'client', id, label: name },
    meeting: meeting ?? null,
    dealId: null,
    clientId: id,
  }
}

function nobody(text: string): ResolvedMeeting {
  return {
    kind: 'nothing',
    reason: `There is no deal, client or coming meeting called "${text}" that you may see.`,
    remedy: 'Give the name of the client or deal, or import coming meetings as activities on their day.',
  }
}
