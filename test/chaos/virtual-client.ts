import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { MessageAccepted } from '#contract/conversations.ts'
import { ServerFrame } from '#contract/socket-frames.ts'
import { EMPTY_TURN, assembleTurn, type AssembledTurn } from '#contract/turn-assembly.ts'
import { PlacedTurnEvent } from '#contract/turn-events.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { HistoryEntry } from './check-history.ts'
import { questionTextOf } from './seeded-random.ts'

export interface ClientNeeds {
  readonly memberId: string
  readonly kind: 'sse' | 'socket'
  readonly random: () => number
  /** Of the process that is alive now; waits while there is none. */
  readonly origin: () => Promise<string>
  readonly record: (entry: HistoryEntry) => void
  /** Fires when no new question may be asked. */
  readonly closing: AbortSignal
  /** Fires when even unfinished work is given up. */
  readonly deadline: AbortSignal
}

const RETRY_MS = 60

/** A member at a browser: asks, follows the answer through every break, asks again. Sometimes two questions at once. */
export async function runClient(needs: ClientNeeds): Promise<void> {
  const conversationId = await openConversation(needs)
  while (!needs.closing.aborted && !needs.deadline.aborted && conversationId !== undefined) {
    const count = needs.random() < 0.3 ? 2 : 1
    const accepted: MessageAccepted[] = []
    for (let index = 0; index < count; index += 1) {
      const one = await post(needs, conversationId)
      if (one) accepted.push(one)
    }
    await Promise.all(accepted.map(({ turnId }) => follow(needs, turnId)))
    await delay(needs.random() * 100)
  }
}

async function request(needs: ClientNeeds, path: string, init: RequestInit = {}): Promise<Response | undefined> {
  try {
    const origin = await needs.origin()
    const headers = { authorization: `Bearer ${needs.memberId}`, 'content-type': 'application/json' }
    return await fetch(origin + path, { ...init, headers, signal: needs.deadline })
  } catch {
    // The process died under the request: whether it was done is unknown, which is the point.
    await delay(RETRY_MS)
    return undefined
  }
}

async function postUntil<Shape extends z.ZodType>(
  needs: ClientNeeds,
  call: { path: string; body: object; shape: Shape },
): Promise<z.infer<Shape> | undefined> {
  while (!needs.deadline.aborted) {
    const response = await request(needs, call.path, { method: 'POST', body: JSON.stringify(call.body) })
    // The body can break off as well.
    const text = await response?.text().catch(() => undefined)
    if (response?.ok && text !== undefined) return call.shape.parse(JSON.parse(text))
    await delay(RETRY_MS)
  }
  return undefined
}

async function openConversation(needs: ClientNeeds): Promise<string | undefined> {
  const shape = z.object({ id: z.string() })
  return (await postUntil(needs, { path: '/api/conversations', body: { persona: 'marcus' }, shape }))?.id
}

/** The id is made before the first try and kept through all of them. */
async function post(needs: ClientNeeds, conversationId: string): Promise<MessageAccepted | undefined> {
  const id = createId()
  const text = questionTextOf(id)
  needs.record({ type: 'posted', messageId: id, conversationId, text })
  const accepted = await postUntil(needs, {
    path: `/api/conversations/${conversationId}/messages`,
    body: { id, text },
    shape: MessageAccepted,
  })
  if (accepted) needs.record({ type: 'acked', ...accepted })
  return accepted
}

async function follow(needs: ClientNeeds, turnId: string): Promise<void> {
  let turn = EMPTY_TURN
  const reader = createId()
  const take = (placed: PlacedTurnEvent): void => {
    needs.record({ type: 'delivered', reader, placed })
    turn = assembleTurn(turn, placed)
  }
  const read = needs.kind === 'sse' ? readBySse : readBySocket
  while (!needs.deadline.aborted) {
    const fault = await read(needs, { turnId, turn: () => turn, take }).catch((error: unknown) => String(error))
    if (turn.end) {
      needs.record({ type: 'assembled', turnId, text: turn.text, status: turn.end.status })
      return
    }
    if (fault !== undefined) {
      needs.record({ type: 'gave-up', turnId, reason: fault })
      return
    }
    await delay(RETRY_MS)
  }
  needs.record({ type: 'gave-up', turnId, reason: 'time is up' })
}

interface Reading {
  readonly turnId: string
  readonly turn: () => AssembledTurn
  readonly take: (placed: PlacedTurnEvent) => void
}

/** Resolves when the stream ends or breaks; with a reason when going on is useless. Throws what assembling throws. */
async function readBySse(needs: ClientNeeds, { turnId, turn, take }: Reading): Promise<string | undefined> {
  const { attempt, n } = turn()
  const response = await request(needs, `/api/turns/${turnId}/events?after=${attempt}.${n}`)
  if (!response) return undefined
  if (!response.ok) return response.status >= 500 ? undefined : `HTTP ${response.status}`
  await takeFrames(response, take)
  return undefined
}

async function takeFrames(response: Response, take: Reading['take']): Promise<void> {
  let text = ''
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    // A broken stream ends like any other: the reader resumes.
    const step = await chunks?.read().catch(() => undefined)
    if (!step || step.done) return
    text += step.value
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const data = /^data: (.*)$/m.exec(part)?.[1]
      if (data !== undefined) take(PlacedTurnEvent.parse(JSON.parse(data)))
    }
  }
}

async function readBySocket(needs: ClientNeeds, { turnId, turn, take }: Reading): Promise<string | undefined> {
  const origin = await needs.origin()
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/ws`)
  try {
    return await new Promise<string | undefined>((resolve, reject) => {
      const stop = (): void => resolve(undefined)
      needs.deadline.addEventListener('abort', stop, { once: true })
      socket.on('close', stop)
      socket.on('error', stop)
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token: needs.memberId })))
      socket.on('message', (raw: Buffer) => {
        try {
          const frame = ServerFrame.parse(JSON.parse(raw.toString('utf8')))
          if (frame.type === 'welcome')
            socket.send(JSON.stringify({ type: 'turn-subscribe', turnId, after: `${turn().attempt}.${turn().n}` }))
          if (frame.type === 'error') resolve(`${frame.code}: ${frame.detail}`)
          if (frame.type !== 'turn-event') return
          const { type: _type, ...placed } = frame
          take(placed)
          if (turn().end) resolve(undefined)
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
  } finally {
    socket.terminate()
  }
}
