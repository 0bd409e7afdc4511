import { z } from 'zod'
import type { Clock } from '#domain/clock.ts'
import { dayOf } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findDealDay } from './deals-store.ts'
import { findRecordedStep, insertStep, lockDeal, type LockedDeal, type RecordedStep } from './next-step-store.ts'
import { resolveDeal } from './resolve-deal.ts'

export const RecordNextStepInput = z.strictObject({
  deal: z.string().trim().min(1).max(300).describe('The deal: its id or name.'),
  nextStep: z.string().trim().min(3).max(500).describe('What will be done, as one sentence.'),
  dueOn: z.iso.date().describe('The day it is due, YYYY-MM-DD.'),
})
export type RecordNextStepInput = z.infer<typeof RecordNextStepInput>

/** What `record-next-step` answers in `figures`. */
export interface NextStepFigures {
  readonly dealId: string
  readonly dealName: string
  readonly nextStep: string
  readonly dueOn: string
  readonly previous: string | null
  readonly previousOn: string | null
}

interface Request {
  readonly principal: Principal
  readonly input: RecordNextStepInput
  /** Repeats with the same key change nothing and get the first answer. */
  readonly idempotencyKey?: string | undefined
}

/** Sets a deal's next step. One transaction, at most once per idempotency key; decided deals and past days are refused. */
export function recordNextStep(
  needs: { readonly database: Database; readonly clock: Clock },
  request: Request,
): Promise<SkillOutcome<NextStepFigures>> {
  return needs.database.inTransaction(async (handle) => {
    const asOf = await findDealDay(handle, dayOf(needs.clock.now()))
    const activityId = `next-step:${request.idempotencyKey ?? createId(needs.clock.now().getTime())}`
    const repeated = await findRecordedStep(handle, activityId)
    if (repeated) return answerAgain(handle, request, { recorded: repeated, asOf })
    const found = await resolveDeal(handle, request.principal.visible, { text: request.input.deal, use: 'write' })
    if (found.kind !== 'found') return found
    const deal = await lockDeal(handle, request.principal.visible, found.id)
    if (deal === undefined) throw new SophiaError('NOT_FOUND')
    // Another call with this key may have won the lock first.
    const raced = await findRecordedStep(handle, activityId)
    if (raced) return answerAgain(handle, request, { recorded: raced, asOf })
    if (deal.status !== 'open') return decided(deal)
    const { nextStep, dueOn } = request.input
    if (dueOn < asOf) throw pastDay(dueOn, asOf)
    await insertStep(handle, { activityId, deal, nextStep, dueOn, asOf, memberId: request.principal.memberId })
    return answer(deal, { nextStep, dueOn, previous: deal.nextStep, previousOn: deal.nextStepOn }, asOf)
  })
}

async function answerAgain(
  handle: Handle,
  { principal, input }: Request,
  { recorded, asOf }: { recorded: RecordedStep; asOf: string },
): Promise<SkillOutcome<NextStepFigures>> {
  const deal = await lockDeal(handle, principal.visible, recorded.dealId)
  const { origin } = recorded
  if (deal === undefined) throw new SophiaError('NOT_FOUND')
  if (origin.nextStep !== input.nextStep || origin.dueOn !== input.dueOn) {
    throw new SophiaError('CONFLICT', { detail: 'This idempotency key was used for another next step. Use a new one.' })
  }
  return answer(deal, origin, asOf)
}

function answer(
  deal: LockedDeal,
  step: { nextStep: string; dueOn: string; previous: string | null; previousOn: string | null },
  asOf: string,
): SkillOutcome<NextStepFigures> {
  const { nextStep, dueOn, previous, previousOn } = step
  const evidence = { kind: 'deal' as const, id: deal.id, label: deal.name }
  return {
    kind: 'result',
    result: {
      skill: 'record-next-step',
      asOf,
      headline: `Recorded on ${deal.name}: "${nextStep}", due ${dueOn}.`,
      coverage: { present: ['deal', 'next step', 'due day'], missing: [] },
      confidence: { level: 'high', value: 1, reason: 'written and committed' },
      caveats:
        previous === null ? [] : [`It replaces "${previous}"${previousOn === null ? '' : `, due ${previousOn}`}.`],
      evidence: [evidence],
      nextStep: { text: 'Open the deal to see it in its history.', open: evidence },
      figures: { dealId: deal.id, dealName: deal.name, nextStep, dueOn, previous, previousOn },
    },
  }
}

function decided(deal: LockedDeal): SkillOutcome<NextStepFigures> {
  return {
    kind: 'nothing',
    reason: `${deal.name} is ${deal.status}; it takes no next step.`,
    remedy: 'Choose an open deal.',
  }
}

function pastDay(dueOn: string, asOf: string): SophiaError {
  return new SophiaError('INVALID_INPUT', {
    detail: `${dueOn} has passed; the deals speak for ${asOf}. Give a later day.`,
    faults: [{ path: 'dueOn', message: `must not be before ${asOf}` }],
  })
}
