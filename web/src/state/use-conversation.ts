import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useRef, useState } from 'react'
import { MessageAccepted, type MessageContext } from '#contract/conversations.ts'
import type { ApiProblem } from '../api/api-problem.ts'
import { call } from '../api/client.ts'
import { conversationQuery, messagesQuery } from '../api/queries.ts'
import { deliver, type Delivery } from './deliver.ts'
import { outbox } from './house.ts'
import type { Pending } from './outbox.ts'
import { inOrder, liveTurn, notStored, type Sent } from './thread.ts'
import { useTurn } from './use-turn.ts'
import { uuidV7 } from './uuid-v7.ts'
import { wait } from './wait.ts'

const POST_LIMIT_MS = 10_000

export interface Refused {
  readonly text: string
  readonly problem: ApiProblem
}

/** Everything a conversation's screen needs: what is stored, what is under way, and the ways to add to it. */
export function useConversation(conversationId: string) {
  const client = useQueryClient()
  const conversation = useQuery(conversationQuery(conversationId))
  const stored = useInfiniteQuery(messagesQuery(conversationId))
  const messages = inOrder(stored.data?.pages ?? [])
  const { sent, refused, send, clearRefused } = useSending(conversationId)
  const turnId = liveTurn(sent, conversation.data?.activeTurnId ?? null, messages)
  const reading = useTurn(turnId)
  const isOver = reading?.state === 'ended' || reading?.state === 'expired'
  useEffect(() => {
    if (!isOver) return
    void client.invalidateQueries({ queryKey: ['conversation', conversationId] })
    void client.invalidateQueries({ queryKey: ['conversations'] })
    void client.invalidateQueries({ queryKey: ['me'] })
  }, [isOver, turnId, client, conversationId])
  return {
    conversation,
    stored,
    messages,
    waiting: notStored(sent, messages),
    turnId,
    reading,
    refused,
    send,
    clearRefused,
  }
}

function useSending(conversationId: string) {
  const client = useQueryClient()
  const [sent, setSent] = useState<readonly Sent[]>(() => outbox.list(conversationId).map(asSent))
  const [refused, setRefused] = useState<Refused | null>(null)
  const stop = useRef<AbortController | null>(null)
  const onDelivery = useCallback(
    (pending: Pending, delivery: Delivery): void => {
      if (delivery.state === 'refused') {
        outbox.remove(pending.id)
        setRefused({ text: pending.text, problem: delivery.problem })
        setSent((before) => before.filter((question) => question.id !== pending.id))
        return
      }
      const turnId = delivery.state === 'accepted' ? delivery.accepted.turnId : null
      setSent((before) =>
        before.map((question) =>
          question.id === pending.id ? { ...question, state: delivery.state, turnId } : question,
        ),
      )
      if (delivery.state !== 'accepted') return
      outbox.remove(pending.id)
      void client.invalidateQueries({ queryKey: ['conversation', conversationId] })
      void client.invalidateQueries({ queryKey: ['conversations'] })
    },
    [client, conversationId],
  )
  const start = useCallback(
    (pending: Pending): void => {
      const { signal } = (stop.current ??= new AbortController())
      void deliver(pending, {
        post: postMessage,
        wait,
        signal,
        onDelivery: (delivery) => onDelivery(pending, delivery),
      })
    },
    [onDelivery],
  )
  useEffect(() => {
    // What a former page could not deliver goes out first, under the ids it had.
    for (const pending of outbox.list(conversationId)) start(pending)
    return () => {
      stop.current?.abort()
      stop.current = null
    }
  }, [conversationId, start])
  const send = (text: string, context?: MessageContext): void => {
    const pending = createPending(conversationId, text, context)
    outbox.put(pending)
    setRefused(null)
    setSent((before) => [...before, asSent(pending)])
    start(pending)
  }
  return { sent, refused, send, clearRefused: () => setRefused(null) }
}

/** A question with an id of its own, made before it is sent. */
export function createPending(conversationId: string, text: string, context?: MessageContext): Pending {
  return { id: uuidV7(), conversationId, text, createdAt: Date.now(), ...(context ? { context } : {}) }
}

function asSent(pending: Pending): Sent {
  return { ...pending, state: 'sending', turnId: null }
}

function postMessage(pending: Pending, signal: AbortSignal) {
  const { id, text, context } = pending
  const path = `/api/conversations/${pending.conversationId}/messages`
  const json = context ? { id, text, context } : { id, text }
  // Sent again under its id it is the same question, so nobody need wait for an answer that may never come.
  return call(MessageAccepted, path, { method: 'POST', json, signal, limitMs: POST_LIMIT_MS })
}
