import { z } from 'zod'
import { Uuid } from '#contract/common.ts'
import { Commitment, CommitmentPage, CommitmentQuery } from '#contract/commitments.ts'
import { Draft, DraftApproval, DraftChange, DraftPage, DraftQuery } from '#contract/drafts.ts'
import type { Calls } from '#features/deals/calls.ts'
import type { Drafts } from '#features/drafts/index.ts'
import { defineRoute, type Route } from '../route.ts'

const DraftId = z.strictObject({ id: Uuid })
const CommitmentId = z.strictObject({ id: z.string().min(1).max(200) })

interface DraftRouteNeeds {
  readonly calls: Pick<Calls, 'listCommitments' | 'changeCommitment'>
  readonly drafts: Drafts
}

/** What was written for a member, and what was promised in calls. */
export function draftRoutes(needs: DraftRouteNeeds): Route[] {
  return [...inboxRoutes(needs), ...decisionRoutes(needs), ...commitmentRoutes(needs)]
}

function inboxRoutes({ drafts }: DraftRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/drafts',
        summary: 'Your drafts, last touched first',
        access: 'draft:use',
        query: DraftQuery,
        response: DraftPage,
      },
      ({ principal, query }) => drafts.list(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/drafts/:id',
        summary: 'One of your drafts',
        access: 'draft:use',
        params: DraftId,
        response: Draft,
      },
      ({ principal, params }) => drafts.get(principal, params.id),
    ),
    defineRoute(
      {
        method: 'PATCH',
        path: '/api/drafts/:id',
        summary: 'Change a draft that has not left',
        access: 'draft:use',
        params: DraftId,
        body: DraftChange,
        response: Draft,
      },
      ({ principal, params, body }) => drafts.edit(principal, { id: params.id, change: body }),
    ),
  ]
}

function decisionRoutes({ drafts }: DraftRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: '/api/drafts/:id/approve',
        summary: 'Let a draft go: send the e-mail, or write the record update',
        access: 'draft:use',
        params: DraftId,
        body: DraftApproval,
        response: Draft,
      },
      ({ principal, params, body }) => drafts.approve(principal, { id: params.id, how: body.how }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/drafts/:id/discard',
        summary: 'Put a draft aside',
        access: 'draft:use',
        params: DraftId,
        response: Draft,
      },
      ({ principal, params }) => drafts.discard(principal, params.id),
    ),
  ]
}

function commitmentRoutes({ calls }: DraftRouteNeeds): Route[] {
  const mark = (word: 'done' | 'undone'): Route =>
    defineRoute(
      {
        method: 'POST',
        path: `/api/commitments/:id/${word}`,
        summary: word === 'done' ? 'Mark a commitment done' : 'Mark a commitment open again',
        access: 'draft:use',
        params: CommitmentId,
        response: Commitment,
      },
      ({ principal, params }) => calls.changeCommitment(principal, { id: params.id, isDone: word === 'done' }),
    )
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/commitments',
        summary: 'What was promised in calls, soonest due first',
        access: 'records:read',
        query: CommitmentQuery,
        response: CommitmentPage,
      },
      ({ principal, query }) => calls.listCommitments(principal, query),
    ),
    mark('done'),
    mark('undone'),
  ]
}
