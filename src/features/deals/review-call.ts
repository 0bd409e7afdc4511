import { z } from 'zod'
import type { CallReviewFigures } from '#domain/call/call-review.ts'
import { describeCallReview, reviewCall as reviewByRule } from '#domain/call/review-call.ts'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findCallDay, findCallFacts, findCallMatches, listRivals, toCallFacts } from './calls-store.ts'

export const ReviewCallInput = z.strictObject({
  call: z
    .string()
    .trim()
    .min(1)
    .max(300)
    .describe('The call: its id or title, or the deal or client whose latest call is meant.'),
})
export type ReviewCallInput = z.infer<typeof ReviewCallInput>

const CANDIDATES_SHOWN = 8

export type ResolvedCall =
  | { readonly kind: 'found'; readonly id: string }
  | Exclude<SkillOutcome<never>, { readonly kind: 'result' }>

/** What was said in one call, with the line of each finding. */
export function reviewCall(
  needs: { readonly database: Database; readonly clock: Clock },
  principal: Principal,
  input: ReviewCallInput,
): Promise<SkillOutcome<CallReviewFigures>> {
  return needs.database.inSnapshot(async (handle) => {
    const found = await resolveCall(handle, principal.visible, input.call)
    if (found.kind !== 'found') return found
    const figures = await readReview(handle, principal.visible, found.id)
    if (figures === undefined) return nothingCalled(input.call)
    return {
      kind: 'result',
      result: describeCallReview(figures, await findCallDay(handle, dayOf(needs.clock.now()))),
    }
  })
}

/** The review of a call in sight by its exact id. */
export async function readReview(
  handle: Handle,
  visible: VisibleReps,
  id: string,
): Promise<CallReviewFigures | undefined> {
  const facts = await findCallFacts(handle, visible, id)
  return facts && reviewByRule(toCallFacts(facts, await listRivals(handle, visible)))
}

/** The one call a text means, or the question which. */
export async function resolveCall(handle: Handle, visible: VisibleReps, text: string): Promise<ResolvedCall> {
  const matches = await findCallMatches(handle, visible, text)
  const best = matches.filter((match) => match.rank === matches[0]?.rank)
  const [only] = best
  if (only === undefined) return nothingCalled(text)
  if (best.length === 1) return { kind: 'found', id: only.id }
  const more = best.length > CANDIDATES_SHOWN ? ` These are the latest ${CANDIDATES_SHOWN}.` : ''
  const candidates = best.slice(0, CANDIDATES_SHOWN).map(({ id, title, onDay, about }) => ({
    kind: 'transcript' as const,
    id,
    label: [title, onDay, about !== null && !title.includes(about) ? about : '']
      .filter((part) => part !== '')
      .join(' · '),
  }))
  return { kind: 'choice', question: `Which call do you mean by "${text}"?${more}`, candidates }
}

function nothingCalled(text: string): Exclude<SkillOutcome<never>, { kind: 'result' }> {
  return {
    kind: 'nothing',
    reason: `There is no call called "${text}", nor one of a deal or client of that name, that you may see.`,
    remedy: 'Import the call with "sophia import transcripts FILE", or give the title of one that is there.',
  }
}
