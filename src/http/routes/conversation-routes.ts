import { z } from 'zod'
import { Done, PageQuery, Uuid } from '#contract/common.ts'
import {
  ApprovalAnswer,
  Conversation,
  ConversationChange,
  ConversationPage,
  ConversationQuery,
  FeedbackBody,
  MessageAccepted,
  MessagePage,
  NewConversation,
  NewMessage,
  Turn,
  TurnEventsQuery,
} from '#contract/conversations.ts'
import { QuestionAnswer } from '#contract/questions.ts'
import { TurnTrace } from '#contract/traces.ts'
import { SophiaError } from '#domain/errors.ts'
import { parsePlace, type Place } from '#domain/turn/place.ts'
import type { Conversations } from '#features/conversations/index.ts'
import { defineRoute, type Route } from '../route.ts'
import { streamOptions, type StreamNeeds } from '../stream/stream-options.ts'
import { createTurnStream, SSE_HEADERS } from '../stream/turn-stream.ts'

export interface ConversationRouteNeeds extends StreamNeeds {
  readonly conversations: Conversations
}

const Id = z.strictObject({ id: Uuid })
const QuestionPlace = z.strictObject({ id: Uuid, questionId: Uuid })
const CallPlace = z.strictObject({ id: Uuid, callId: z.string().min(1).max(200) })
const ACCESS = 'conversation:use'
const DONE: z.infer<typeof Done> = { done: true }

/** Conversations, messages, and the turns that answer them. */
export function conversationRoutes(needs: ConversationRouteNeeds): Route[] {
  return [
    ...listRoutes(needs),
    ...oneRoutes(needs),
    ...messageRoutes(needs),
    ...turnRoutes(needs),
    ...decisionRoutes(needs),
  ]
}

function listRoutes({ conversations }: ConversationRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: '/api/conversations',
        summary: 'Open a conversation',
        access: ACCESS,
        body: NewConversation,
        response: Conversation,
        status: 201,
      },
      ({ principal, body }) => conversations.createConversation(principal, body),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/conversations',
        summary: 'Your conversations, last changed first',
        access: ACCESS,
        query: ConversationQuery,
        response: ConversationPage,
      },
      ({ principal, query }) => conversations.listConversations(principal, query),
    ),
  ]
}

function oneRoutes({ conversations }: ConversationRouteNeeds): Route[] {
  const path = '/api/conversations/:id'
  return [
    defineRoute(
      { method: 'GET', path, summary: 'One conversation', access: ACCESS, params: Id, response: Conversation },
      ({ principal, params }) => conversations.getConversation(principal, params.id),
    ),
    defineRoute(
      {
        method: 'PATCH',
        path,
        summary: 'Rename a conversation',
        access: ACCESS,
        params: Id,
        body: ConversationChange,
        response: Conversation,
      },
      ({ principal, params, body }) =>
        conversations.renameConversation(principal, { id: params.id, title: body.title }),
    ),
    defineRoute(
      {
        method: 'DELETE',
        path,
        summary: 'Delete a conversation with all its messages',
        access: ACCESS,
        params: Id,
        response: Done,
      },
      async ({ principal, params }) => {
        await conversations.deleteConversation(principal, params.id)
        return DONE
      },
    ),
  ]
}

function messageRoutes(needs: ConversationRouteNeeds): Route[] {
  const { conversations } = needs
  const path = '/api/conversations/:id/messages'
  return [
    defineRoute(
      {
        method: 'GET',
        path,
        summary: 'Messages, newest last',
        access: ACCESS,
        params: Id,
        query: PageQuery,
        response: MessagePage,
      },
      ({ principal, params, query }) =>
        conversations.listMessages(principal, { conversationId: params.id, page: query }),
    ),
    defineRoute(
      {
        method: 'POST',
        path,
        summary: 'Ask; with Accept: text/event-stream the events of the answer follow',
        access: ACCESS,
        params: Id,
        body: NewMessage,
        response: MessageAccepted,
        status: 202,
      },
      async ({ principal, params, body, request, reply, signal }) => {
        const message = { conversationId: params.id, message: body }
        if (!wantsStream(request.headers.accept)) return conversations.postMessage(principal, message)
        // Before anything is stored: it may find no room.
        const options = streamOptions(needs, { principal, action: ACCESS, gone: signal })
        const accepted = await conversations.postMessage(principal, message)
        void reply.headers({
          ...SSE_HEADERS,
          'x-sophia-message-id': accepted.messageId,
          'x-sophia-turn-id': accepted.turnId,
          'x-sophia-seq': String(accepted.seq),
        })
        const { turnId } = accepted
        const events = await conversations.readTurnEvents({ principal, turnId, signal: options.signal })
        // A stream is sent as it is, past the JSON serialiser; the type speaks of the JSON answer.
        return createTurnStream(events, options) as unknown as MessageAccepted
      },
    ),
  ]
}

function turnRoutes(needs: ConversationRouteNeeds): Route[] {
  const { conversations } = needs
  return [
    defineRoute(
      { method: 'GET', path: '/api/turns/:id', summary: 'State of a turn', access: ACCESS, params: Id, response: Turn },
      ({ principal, params }) => conversations.getTurn(principal, params.id),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/turns/:id/trace',
        summary: 'Where the time of an answer went, for seven days',
        access: ACCESS,
        params: Id,
        response: TurnTrace,
      },
      ({ principal, params }) => conversations.getTurnTrace(principal, params.id),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/turns/:id/events',
        summary: 'Events of a turn (text/event-stream), from `after` or Last-Event-ID on',
        access: ACCESS,
        params: Id,
        query: TurnEventsQuery,
      },
      async ({ principal, params, query, request, reply, signal }) => {
        const after = placeOf(query.after ?? request.headers['last-event-id'])
        const options = streamOptions(needs, { principal, action: ACCESS, gone: signal })
        const { signal: over } = options
        const events = await conversations.readTurnEvents({ principal, turnId: params.id, after, signal: over })
        void reply.headers(SSE_HEADERS).send(createTurnStream(events, options))
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/turns/:id/cancel',
        needsRoom: false,
        summary: 'Stop an answer',
        access: ACCESS,
        params: Id,
        response: Turn,
      },
      ({ principal, params }) => conversations.cancelTurn(principal, params.id),
    ),
  ]
}

function decisionRoutes({ conversations }: ConversationRouteNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: '/api/turns/:id/approvals/:callId',
        needsRoom: false,
        summary: 'Approve or decline a call that changes something',
        access: 'tool:approve',
        params: CallPlace,
        body: ApprovalAnswer,
        response: Done,
      },
      async ({ principal, params, body }) => {
        const { id: turnId, callId } = params
        await conversations.answerApproval({ principal, turnId, callId, approve: body.approve })
        return DONE
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/turns/:id/questions/:questionId',
        needsRoom: false,
        summary: 'Answer or decline what a connection asks in the midst of a call',
        access: 'mcp:call',
        params: QuestionPlace,
        body: QuestionAnswer,
        response: Done,
      },
      async ({ principal, params, body }) => {
        await conversations.answerQuestion({
          principal,
          turnId: params.id,
          questionId: params.questionId,
          answer: body,
        })
        return DONE
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/messages/:id/feedback',
        summary: 'Say whether an answer helped',
        access: ACCESS,
        params: Id,
        body: FeedbackBody,
        response: Done,
      },
      async ({ principal, params, body }) => {
        await conversations.giveFeedback(principal, { messageId: params.id, ...body })
        return DONE
      },
    ),
  ]
}

function wantsStream(accept: string | undefined): boolean {
  return accept?.split(',').some((part) => part.trim().split(';')[0] === 'text/event-stream') ?? false
}

function placeOf(text: string | string[] | undefined): Place | undefined {
  if (text === undefined || text === '') return undefined
  const place = typeof text === 'string' ? parsePlace(text) : undefined
  if (!place)
    throw new SophiaError('INVALID_INPUT', {
      faults: [{ path: 'Last-Event-ID', message: 'Not of the form ATTEMPT.N.' }],
    })
  return place
}
