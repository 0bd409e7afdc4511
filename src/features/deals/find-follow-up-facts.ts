import type { CallReviewFigures } from '#domain/call/call-review.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf, type Day } from '#domain/day.ts'
import type { FollowUpFacts } from '#domain/draft/follow-up.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { findFollowUpDeal, findLastCall, findLastTouch, listFollowUpContacts } from './follow-up-store.ts'
import { resolveDeal } from './resolve-deal.ts'
import { readReview, resolveCall } from './review-call.ts'

export type FoundFollowUpFacts =
  | { readonly kind: 'found'; readonly facts: FollowUpFacts }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/** What a follow-up of a deal may rest on: its rows and its latest call, or the call that is named. */
export function findFollowUpFacts(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  asked: { readonly about: string; readonly call?: string | undefined },
): Promise<FoundFollowUpFacts> {
  const { visible } = principal
  return needs.database.inSnapshot(async (handle) => {
    const found = await resolveDeal(handle, visible, { text: asked.about, use: 'write' })
    if (found.kind !== 'found') return found
    const deal = await findFollowUpDeal(handle, visible, found.id)
    if (deal === undefined) return nothingAbout(asked.about)
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const call = await callOf(handle, visible, { dealId: deal.id, asOf, call: asked.call })
    if (call.kind !== 'found') return call
    if (call.review !== null && call.review.call.dealId !== null && call.review.call.dealId !== deal.id)
      return otherDeal(call.review, deal.name)
    const contacts = await listFollowUpContacts(handle, deal.clientId, asOf)
    const activity = (await findLastTouch(handle, deal.id, asOf)) ?? null
    return { kind: 'found', facts: { asOf, deal, review: call.review, contacts, activity } }
  })
}

type FoundReview =
  | { readonly kind: 'found'; readonly review: CallReviewFigures | null }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

async function callOf(
  handle: Handle,
  visible: VisibleReps,
  { dealId, asOf, call }: { dealId: string; asOf: Day; call: string | undefined },
): Promise<FoundReview> {
  if (call !== undefined) {
    const named = await resolveCall(handle, visible, call)
    if (named.kind !== 'found') return named
    return { kind: 'found', review: (await readReview(handle, visible, named.id)) ?? null }
  }
  const latest = await findLastCall(handle, dealId, asOf)
  return { kind: 'found', review: latest ? ((await readReview(handle, visible, latest.id)) ?? null) : null }
}

function nothingAbout(text: string): FoundFollowUpFacts {
  return {
    kind: 'nothing',
    reason: `There is no deal called "${text}" that you may see.`,
    remedy: 'Give its name as it stands in the list of deals, or its id.',
  }
}

/** What was said to one buyer must not be written to another. */
function otherDeal({ call }: CallReviewFigures, dealName: string): FoundFollowUpFacts {
  return {
    kind: 'nothing',
    reason: `The call "${call.title}" belongs to ${call.dealName ?? 'another deal'}, not to ${dealName}.`,
    remedy: 'Name a call of this deal, or the deal of the call.',
  }
}
