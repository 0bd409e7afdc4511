import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { z } from 'zod'
import { Turn } from '#contract/conversations.ts'
import { CLOSE, ServerFrame } from '#contract/socket-frames.ts'
import { EMPTY_TURN, assembleTurn, type AssembledTurn } from '#contract/turn-assembly.ts'
import { PlacedTurnEvent } from '#contract/turn-events.ts'
import { createId } from '#platform/crypto/ids.ts'
import { decideCall } from './approve.ts'
import { operate, request, type ClientNeeds } from './operate.ts'

const RETRY_MS = 60
const POLL_MS = 200
/** Whoever hears nothing for so long connects anew, as the browser does; who follows an answer hears a word of life every 3 s. */
const SILENCE_LIMIT_MS = 8000

interface Followed {
  readonly turnId: string
  readonly conversationId: string
}

/** Reads an answer to its end through every break, each time from where the last reading ended. */
export async function followTurn(needs: ClientNeeds, followed: Followed): Promise<void> {
  if (needs.kind === 'rest') return pollTurn(needs, followed)
  const { turnId } = followed
  let turn = EMPTY_TURN
  const reader = createId()
  const take = (placed: PlacedTurnEvent): void => {
    needs.record({ type: 'delivered', reader, placed })
    turn = assembleTurn(turn, placed)
    if (placed.event.type === 'approval-needed') void decideCall(needs, turnId, placed.event)
  }
  const read = needs.kind === 'sse' ? readBySse : readBySocket
  while (!needs.deadline.aborted) {
    const ending = await read(needs, { turnId, turn: () => turn, take }).catch((error: unknown) =>
      useless(String(error)),
    )
    if (turn.end) {
      needs.record({ type: 'assembled', turnId, text: turn.text, status: turn.end.status })
      needs.record({ type: 'heard', memberId: needs.memberId, text: turn.text })
      return
    }
    if (ending.type === 'useless') {
      needs.record({ type: 'gave-up', turnId, reason: ending.reason })
      return
    }
    needs.record({ type: 'broken', turnId, isHandedOver: ending.type === 'handed-over' })
    await delay(ending.type === 'handed-over' ? ending.comeBackMs : RETRY_MS)
  }
  needs.record({ type: 'gave-up', turnId, reason: 'time is up' })
}

const Page = z.object({
  items: z.array(
    z.object({ role: z.string(), turnId: z.string().nullable(), text: z.string(), status: z.string().nullable() }),
  ),
})

/** Knows no streams: looks whether the turn has ended, then reads the message. */
async function pollTurn(needs: ClientNeeds, { turnId, conversationId }: Followed): Promise<void> {
  while (!needs.deadline.aborted) {
    const answer = await operate(needs, { what: 'look', path: `/api/turns/${turnId}` })
    const turn = answer === undefined ? undefined : Turn.parse(answer)
    if (turn && turn.endedAt !== null) break
    await delay(POLL_MS)
  }
  const path = `/api/conversations/${conversationId}/messages?limit=50`
  const page = Page.safeParse(await operate(needs, { what: 'read', path }))
  const found = page.data?.items.find((item) => item.role === 'assistant' && item.turnId === turnId)
  if (found) needs.record({ type: 'assembled', turnId, text: found.text, status: found.status ?? '' })
  else needs.record({ type: 'gave-up', turnId, reason: needs.deadline.aborted ? 'time is up' : 'there is no message' })
}

interface Reading {
  readonly turnId: string
  readonly turn: () => AssembledTurn
  readonly take: (placed: PlacedTurnEvent) => void
}

/** How a reading ended: broken off, by a server on its way out that says when to come back, or so that going on is useless. */
type Ending =
  | { readonly type: 'broken' }
  | { readonly type: 'handed-over'; readonly comeBackMs: number }
  | { readonly type: 'useless'; readonly reason: string }

const BROKEN: Ending = { type: 'broken' }

function useless(reason: string): Ending {
  return { type: 'useless', reason }
}

/** Resolves when the stream ends or breaks. Throws what assembling throws. */
async function readBySse(needs: ClientNeeds, { turnId, turn, take }: Reading): Promise<Ending> {
  const { attempt, n } = turn()
  const silence = createSilenceLimit()
  try {
    const path = `/api/turns/${turnId}/events?after=${attempt}.${n}`
    const response = await request(needs, path, { signal: silence.signal })
    if (!response) return BROKEN
    if (!response.ok) {
      await response.body?.cancel()
      return response.status >= 500 || response.status === 429 ? BROKEN : useless(`HTTP ${response.status}`)
    }
    return await takeFrames(response, { take, heard: silence.heard })
  } finally {
    silence.end()
  }
}

function createSilenceLimit() {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(), SILENCE_LIMIT_MS)
  return { signal: over.signal, heard: () => void timer.refresh(), end: () => clearTimeout(timer) }
}

async function takeFrames(
  response: Response,
  { take, heard }: { readonly take: Reading['take']; readonly heard: () => void },
): Promise<Ending> {
  let text = ''
  let comeBackMs: number | undefined
  const chunks = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (;;) {
    // However it ends, the reader resumes.
    const step = await chunks?.read().catch(() => undefined)
    if (!step) return BROKEN
    if (step.done) return comeBackMs === undefined ? BROKEN : { type: 'handed-over', comeBackMs }
    heard()
    text += step.value
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) comeBackMs = takeFrame(part, take) ?? comeBackMs
  }
}

/** When to come back, where the frame says that its server is on its way out. */
function takeFrame(frame: string, take: Reading['take']): number | undefined {
  const data = /^data: (.*)$/m.exec(frame)?.[1]
  if (data !== undefined) take(PlacedTurnEvent.parse(JSON.parse(data)))
  return frame.startsWith(': drain') ? Number(/^retry: (\d+)$/m.exec(frame)?.[1] ?? RETRY_MS) : undefined
}

async function readBySocket(needs: ClientNeeds, { turnId, turn, take }: Reading): Promise<Ending> {
  const origin = await needs.origin()
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/ws`)
  const silence = createSilenceLimit()
  try {
    return await new Promise<Ending>((resolve, reject) => {
      const stop = (): void => resolve(BROKEN)
      let comeBackMs: number | undefined
      needs.deadline.addEventListener('abort', stop, { once: true })
      silence.signal.addEventListener('abort', stop, { once: true })
      socket.on('close', (code) =>
        resolve(code === CLOSE.drain && comeBackMs !== undefined ? { type: 'handed-over', comeBackMs } : BROKEN),
      )
      socket.on('error', stop)
      socket.on('ping', silence.heard)
      socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token: needs.token })))
      socket.on('message', (raw: Buffer) => {
        try {
          silence.heard()
          const frame = ServerFrame.parse(JSON.parse(raw.toString('utf8')))
          if (frame.type === 'welcome')
            socket.send(JSON.stringify({ type: 'turn-subscribe', turnId, after: `${turn().attempt}.${turn().n}` }))
          if (frame.type === 'drain') comeBackMs = frame.reconnectAfterMs
          // What is said of an outage passes; of anything else it does not.
          if (frame.type === 'error')
            resolve(isPassing(frame.code) ? BROKEN : useless(`${frame.code}: ${frame.detail}`))
          if (frame.type !== 'turn-event') return
          const { type: _type, ...placed } = frame
          take(placed)
          if (turn().end) stop()
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      })
    })
  } finally {
    silence.end()
    socket.terminate()
  }
}

function isPassing(code: string): boolean {
  return ['DATABASE_UNAVAILABLE', 'OVERLOADED', 'RATE_LIMITED', 'STORAGE_FULL'].includes(code)
}
