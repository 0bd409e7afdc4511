import { Agent, request, type Dispatcher } from 'undici'
import { z } from 'zod'
import { createId } from '#platform/crypto/ids.ts'
import type { BenchMember } from './members.ts'
import type { MemberSockets } from './member-sockets.ts'
import { holdsSocket, type Deed } from './mix.ts'
import type { Tally } from './tally.ts'

export interface Stage {
  readonly url: string
  readonly members: readonly BenchMember[]
  readonly sockets: MemberSockets
  /** Records of the company that screens are opened for. */
  readonly deals: readonly string[]
  readonly clients: readonly string[]
  readonly random: () => number
  /** A question that has no end within this counts as failed. */
  readonly turnLimitMs: number
}

export interface Moment {
  readonly tally: Tally
  /** On the clock of `performance`. */
  readonly beganMs: number
  readonly dueMs: number
}

const Accepted = z.object({ turnId: z.string() })
const REQUEST_LIMIT_MS = 15_000
/** As browsers do, each of theirs: whoever asks while others wait has a connection of their own. */
const pages = new Agent({ connections: 1024, pipelining: 1 })
const streams = new Agent({ connections: 2048, pipelining: 1, bodyTimeout: 0 })

/** One member does one thing; resolves when it is over, however it ended. */
export function doDeed(stage: Stage, deed: Deed, moment: Moment): Promise<unknown> {
  const member = stage.members[deed.member]
  if (!member) throw new Error(`there is no member ${deed.member}`)
  if (deed.kind === 'screen')
    return Promise.all(deed.paths.map((path) => ask(stage, moment, { member, path: fillIn(stage, member, path) })))
  return holdsSocket(deed.member)
    ? askBySocket(stage, moment, { member, deed })
    : askByRequest(stage, moment, { member, text: deed.text })
}

function fillIn({ deals, clients, random }: Stage, { conversationId }: BenchMember, path: string): string {
  const pick = (ids: readonly string[]): string => ids[Math.floor(random() * ids.length)] ?? ''
  return path.replace(':deal', pick(deals)).replace(':client', pick(clients)).replace(':conversation', conversationId)
}

interface Asked {
  readonly member: BenchMember
  readonly path: string
  readonly body?: object
}

/** Answers what came, as text; undefined when it was no good answer. */
async function ask({ url }: Stage, moment: Moment, { member, path, body }: Asked): Promise<string | undefined> {
  const { tally, dueMs } = moment
  const headers = { cookie: member.cookie, ...(body ? { 'content-type': 'application/json' } : {}) }
  const options: Omit<Dispatcher.RequestOptions, 'origin' | 'path'> = {
    method: body ? 'POST' : 'GET',
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(REQUEST_LIMIT_MS),
  }
  try {
    const answer = await request(`${url}${path}`, { dispatcher: pages, ...options })
    const text = await answer.body.text()
    const isDone = answer.statusCode < 300
    tally.answered(dueMs, { isDone, ms: sinceDue(moment), words: `${answer.statusCode} ${path} ${text.slice(0, 200)}` })
    return isDone ? text : undefined
  } catch (error) {
    tally.answered(dueMs, { isDone: false, ms: sinceDue(moment), words: `${path} ${String(error)}` })
    return undefined
  }
}

/** Posts, then follows the answer's events, as the web app does. */
async function askByRequest(
  stage: Stage,
  moment: Moment,
  { member, text }: { readonly member: BenchMember; readonly text: string },
): Promise<void> {
  const { tally, dueMs } = moment
  const path = `/api/conversations/${member.conversationId}/messages`
  const accepted = await ask(stage, moment, { member, path, body: { id: createId(), text } })
  if (accepted === undefined) return
  const { turnId } = Accepted.parse(JSON.parse(accepted))
  const ended = (isDone: boolean, words: string): void =>
    tally.turnEnded(dueMs, { isDone, ms: sinceDue(moment), words: `turn ${words}` })
  try {
    const answer = await request(`${stage.url}/api/turns/${turnId}/events`, {
      dispatcher: streams,
      headers: { cookie: member.cookie, accept: 'text/event-stream' },
      signal: AbortSignal.timeout(stage.turnLimitMs),
    })
    let seen = ''
    let hasBegun = false
    for await (const chunk of answer.body) {
      seen += String(chunk)
      if (!hasBegun && seen.includes('event: text-delta')) {
        hasBegun = true
        tally.firstWord(dueMs, sinceDue(moment))
      }
    }
    ended(seen.includes('"status":"complete"'), seen.slice(-300))
  } catch (error) {
    ended(false, String(error))
  }
}

/** Sends, then follows the answer's events, all over one WebSocket. */
async function askBySocket(
  stage: Stage,
  moment: Moment,
  { member, deed }: { readonly member: BenchMember; readonly deed: Extract<Deed, { kind: 'question' }> },
): Promise<void> {
  const { tally, dueMs } = moment
  const { sockets, turnLimitMs } = stage
  const socket = sockets.of(deed.member)
  const id = createId()
  const limit = AbortSignal.timeout(turnLimitMs)
  await new Promise<void>((resolve) => {
    const stops: (() => void)[] = []
    let hasBegun = false
    const end = (isDone: boolean, words: string): void => {
      if (stops.length === 0) return
      for (const stop of stops.splice(0)) stop()
      tally.turnEnded(dueMs, { isDone, ms: sinceDue(moment), words: `turn by WebSocket ${words}` })
      resolve()
    }
    const follow = (turnId: string): void => {
      stops.push(
        sockets.hear(turnId, (frame) => {
          if (frame.type === 'error') return end(false, frame.code)
          if (frame.type !== 'turn-event') return
          if (frame.event.type === 'text-delta' && !hasBegun) {
            hasBegun = true
            tally.firstWord(dueMs, sinceDue(moment))
          }
          if (frame.event.type === 'turn-end') end(frame.event.status === 'complete', frame.event.status)
        }),
      )
      socket.send(JSON.stringify({ type: 'turn-subscribe', turnId }))
    }
    stops.push(
      sockets.hear(id, (frame) => {
        const isDone = frame.type === 'message-ack'
        tally.answered(dueMs, { isDone, ms: sinceDue(moment), words: `WebSocket ${JSON.stringify(frame)}` })
        if (isDone) follow(frame.turnId)
        else end(false, 'refused')
      }),
    )
    limit.addEventListener('abort', () => end(false, 'had no end'))
    socket.send(JSON.stringify({ type: 'message-send', conversationId: member.conversationId, id, text: deed.text }))
  })
}

function sinceDue({ beganMs, dueMs }: Moment): number {
  return performance.now() - beganMs - dueMs
}
