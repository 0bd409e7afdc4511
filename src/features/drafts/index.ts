import type { z } from 'zod'
import type { Draft, DraftChange, DraftQuery } from '#contract/drafts.ts'
import type { Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import { defineSkill } from '#platform/skills/define-skill.ts'
import { approveDraft, discardDraft } from './approve-draft.ts'
import { draftFollowUp, DraftFollowUpInput } from './draft-follow-up.ts'
import type { DraftsNeeds } from './drafts-needs.ts'
import { countWaitingDrafts } from './drafts-store.ts'
import { editDraft } from './edit-draft.ts'
import { getDraft, listDrafts } from './read-drafts.ts'
import { defineSending } from './send-draft.ts'

export type { DraftsNeeds } from './drafts-needs.ts'

/** The door of the drafts room: what was written for a member and leaves only when they approve it. */
export interface Drafts {
  list(principal: Principal, query: z.infer<typeof DraftQuery>): Promise<{ items: Draft[]; nextCursor: string | null }>
  /** NOT_FOUND for another member's. */
  get(principal: Principal, id: string): Promise<Draft>
  edit(
    principal: Principal,
    edit: { readonly id: string; readonly change: z.infer<typeof DraftChange> },
  ): Promise<Draft>
  approve(principal: Principal, approval: { readonly id: string; readonly how: 'deliver' | 'outside' }): Promise<Draft>
  discard(principal: Principal, id: string): Promise<Draft>
  /** How many wait for the principal's word. */
  countWaiting(principal: Principal): Promise<number>
  readonly skills: readonly Skill[]
}

/** Also defines the sending job: before the jobs are started. */
export function createDrafts(needs: DraftsNeeds): Drafts {
  defineSending(needs)
  return {
    list: (principal, query) => listDrafts(needs, principal, query),
    get: (principal, id) => getDraft(needs, principal, id),
    edit: (principal, edit) => editDraft(needs, principal, edit),
    approve: (principal, approval) => approveDraft(needs, principal, approval),
    discard: (principal, id) => discardDraft(needs, principal, id),
    countWaiting: ({ memberId }) => needs.database.read((handle) => countWaitingDrafts(handle, memberId)),
    skills: createDraftSkills(needs),
  }
}

/** Marcus's skill that writes, as data. It stores drafts of the asker and touches nothing else, so it asks for no approval. */
export function createDraftSkills(needs: DraftsNeeds): Skill[] {
  return [
    defineSkill(DraftFollowUpInput, {
      name: 'draft-follow-up',
      title: 'Draft a follow-up',
      description:
        "Writes an e-mail and a record update after a deal's latest call (or a named one) and keeps them as the asker's drafts. It never sends: the asker edits, approves or discards them.",
      action: 'draft:use',
      effect: 'read',
      run: ({ principal, idempotencyKey }, input) => draftFollowUp(needs, { principal, input, idempotencyKey }),
    }),
  ]
}
