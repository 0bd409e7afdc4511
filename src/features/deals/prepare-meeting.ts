import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { assessDealRisk } from '#domain/deal/assess-deal-risk.ts'
import { describeMeeting } from '#domain/deal/describe-meeting.ts'
import type { MeetingDeal, MeetingFacts, MeetingFigures } from '#domain/deal/meeting.ts'
import type { RememberedFact } from '#domain/memory/slots.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import type { DealMemory, Yardsticks } from './coach-deal.ts'
import { listRiskFacts } from './deal-risk-store.ts'
import type { DealYardsticks } from './deal-yardsticks-store.ts'
import { findDealDay } from './deals-store.ts'
import {
  findClientName,
  findClientNumbers,
  listMeetingDeals,
  listOpenCommitments,
  listPeople,
  listTouches,
  type MeetingScope,
} from './meeting-store.ts'
import { resolveMeeting, type MeetingAbout } from './resolve-meeting.ts'

export const PrepareMeetingInput = z.strictObject({
  about: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe('Whom or what the meeting is about: a deal, a client, a coming meeting, or "next".'),
})
export type PrepareMeetingInput = z.infer<typeof PrepareMeetingInput>

interface Needs extends DealMemory, Yardsticks {
  readonly database: Database
  readonly clock: Clock
}

/** One page before a meeting: people, history, promises, risks, three questions, numbers. */
export async function prepareMeeting(
  needs: Needs,
  principal: Principal,
  input: PrepareMeetingInput,
): Promise<SkillOutcome<MeetingFigures>> {
  const { visible } = principal
  const prepared = await needs.database.read(async (handle) => {
    const scope = { visible, asOf: await findDealDay(handle, dayOf(needs.clock.now())) }
    const found = await resolveMeeting(handle, principal, { text: input.about, scope })
    return found.kind === 'found' ? { found, scope, deals: await listMeetingDeals(handle, scope, found) } : { found }
  })
  if (prepared.scope === undefined) return prepared.found
  const { found, scope, deals } = prepared
  const yardsticks = deals.length === 0 ? null : await needs.yardsticksOf(principal)
  const recalled = await recall(needs, principal, { found, dealIds: deals.map((deal) => deal.id) })
  return needs.database.inSnapshot(async (handle) => {
    const facts = await readMeeting(handle, found, { scope, deals, yardsticks, ...recalled })
    return { kind: 'result', result: describeMeeting(facts) }
  })
}

interface Recalled {
  readonly ofDeals: ReadonlyMap<string, readonly RememberedFact[]>
  readonly remembered: MeetingFacts['remembered']
}

/** What the principal may know of the deals and the client. Before any transaction: a memory needs its own connection. */
async function recall(
  needs: Needs,
  principal: Principal,
  { found, dealIds }: { readonly found: MeetingAbout; readonly dealIds: readonly string[] },
): Promise<Recalled> {
  const none: ReadonlyMap<string, readonly RememberedFact[]> = new Map()
  const ofDeals = (await needs.recallFacts?.(principal, 'deal', dealIds)) ?? none
  const ofClients =
    found.clientId === null ? none : ((await needs.recallFacts?.(principal, 'client', [found.clientId])) ?? none)
  const facts = [...ofDeals.values(), ...ofClients.values()].flat()
  return {
    ofDeals,
    remembered: facts.map(({ memoryId, text, saidOn }) => ({ memoryId, text, saidOn })),
  }
}

interface Material extends Recalled {
  readonly scope: MeetingScope
  readonly deals: Awaited<ReturnType<typeof listMeetingDeals>>
  /** Null where there is no deal to hold against them. */
  readonly yardsticks: DealYardsticks | null
}

async function readMeeting(handle: Handle, found: MeetingAbout, material: Material): Promise<MeetingFacts> {
  const { scope, remembered } = material
  const clientId = found.clientId
  const client = clientId === null ? undefined : await findClientName(handle, scope.visible, clientId)
  return {
    asOf: scope.asOf,
    about: found.about,
    meeting: found.meeting,
    client: client ?? null,
    people: client === undefined ? [] : await listPeople(handle, scope, client.id),
    touches: await listTouches(handle, scope, found),
    commitments: await listOpenCommitments(handle, scope, found),
    deals: await assessDeals(handle, material),
    numbers: client === undefined ? null : await findClientNumbers(handle, scope, client.id),
    remembered,
  }
}

/** The deals in the order they came in, each with its risk by the one rule there is. */
async function assessDeals(handle: Handle, { deals, scope, ofDeals, yardsticks }: Material): Promise<MeetingDeal[]> {
  if (yardsticks === null) return []
  const ids = deals.map((deal) => deal.id)
  const facts = await listRiskFacts(handle, ids, { ...scope, yardsticks, remembered: ofDeals })
  return deals.flatMap(({ id, stageEnteredOn }) => {
    const own = facts.find((fact) => fact.deal.id === id)
    return own === undefined ? [] : [{ risk: assessDealRisk(own), stageEnteredOn }]
  })
}
