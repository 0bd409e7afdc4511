import type { z } from 'zod'
import type { Commitment, CommitmentPage, CommitmentQuery } from '#contract/commitments.ts'
import type { Clock } from '#domain/clock.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { applyDealUpdate, type DealUpdate } from './apply-deal-update.ts'
import { findFollowUpFacts, type FoundFollowUpFacts } from './find-follow-up-facts.ts'
import { changeCommitment, listCommitments } from './list-commitments.ts'
import { readCalls, type ReadCallsNeeds } from './read-calls.ts'
import { reviewCall, ReviewCallInput } from './review-call.ts'

interface CallNeeds extends ReadCallsNeeds {
  readonly clock: Clock
}

/** The door of the deals room for what is said in calls and what follows from it. */
export interface Calls {
  /** Stores the commitments heard in these calls, or in all; after imports of transcripts and when the sample comes or goes. */
  readCalls(ids?: readonly string[]): ReturnType<typeof readCalls>
  listCommitments(principal: Principal, query: z.infer<typeof CommitmentQuery>): Promise<CommitmentPage>
  /** NOT_FOUND when the principal sees no such commitment. */
  changeCommitment(principal: Principal, change: { readonly id: string; readonly isDone: boolean }): Promise<Commitment>
  findFollowUpFacts(
    principal: Principal,
    asked: { readonly about: string; readonly call?: string | undefined },
  ): Promise<FoundFollowUpFacts>
  /** In the caller's transaction. */
  applyDealUpdate(principal: Principal, update: DealUpdate & { readonly handle: Handle }): Promise<void>
  readonly skills: readonly Skill[]
}

export function createCalls(needs: CallNeeds): Calls {
  return {
    readCalls: (ids) => readCalls(needs, ids),
    listCommitments: (principal, query) => listCommitments(needs, principal, query),
    changeCommitment: (principal, change) => changeCommitment(needs, principal, change),
    findFollowUpFacts: (principal, asked) => findFollowUpFacts(needs, principal, asked),
    applyDealUpdate: (principal, update) => applyDealUpdate(needs, principal, update),
    skills: createCallSkills(needs),
  }
}

/** Marcus's skills over calls, as data. */
export function createCallSkills(needs: CallNeeds): Skill[] {
  return [
    defineSkill(ReviewCallInput, {
      name: 'review-call',
      title: 'Review a call',
      description:
        'What was said in an imported call, each finding with its quoted line: talk share, questions, objections, commitments with days, MEDDPICC gaps, competitors and the next step. Give the call, or the deal or client whose latest call is meant.',
      action: 'skill:run',
      effect: 'read',
      run: (call, input) => reviewCall(needs, call.principal, input),
    }),
  ]
}
