import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ServerFrame } from '#contract/socket-frames.ts'
import { followTurn } from './follow-turn.ts'
import type { ClientNeeds } from './operate.ts'
import { longTextOf } from './seeded-random.ts'
import { openConversation, post } from './virtual-client.ts'

/** So long that an answer is sent whole before it is asked for anew, which ends its sending. */
const ASK_EVERY_MS = 400
/** For a connection to be there, and for what it is told on it first. */
const OPEN_LIMIT_MS = 10_000
/** The lines may be narrow or dead meanwhile, and all between have room of their own, which is filled first. */
const LIMIT_MS = 60_000
const PAUSE_MS = 4000

interface MuteNeeds extends ClientNeeds {
  /** Resolves when no fault is done any more, and every part is back. */
  readonly calm: Promise<void>
}

/**
 * A browser that hangs: it asks for a long answer again and again and takes nothing of what it is sent, until it is cut off; then it
 * comes back. It does so once more when all is good again, so that what cuts it off is no fault of any line.
 */
export async function readNothing(needs: MuteNeeds): Promise<void> {
  const turnId = await askAtLength(needs)
  if (turnId === undefined) return
  while (!needs.closing.aborted && !needs.deadline.aborted) {
    await hang(needs, turnId)
    await Promise.race([delay(PAUSE_MS), needs.calm])
  }
  await needs.calm
  while (!needs.deadline.aborted && !(await hang(needs, turnId))) await delay(ASK_EVERY_MS)
}

async function askAtLength(needs: MuteNeeds): Promise<string | undefined> {
  const conversationId = await openConversation(needs)
  if (conversationId === undefined) return undefined
  const accepted = await post(needs, conversationId, longTextOf)
  if (accepted) await followTurn(needs, { ...accepted, conversationId })
  return accepted?.turnId
}

/** Answers whether it came as far as to hang. */
async function hang(needs: MuteNeeds, turnId: string): Promise<boolean> {
  const origin = await needs.origin()
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/api/ws`)
  const gone = new Promise<number>((resolve) => {
    socket.on('close', resolve)
    // Its end follows.
    socket.on('error', () => undefined)
  })
  try {
    if (!(await isWelcome(socket, needs.token))) return false
    socket.pause()
    const beganMs = performance.now()
    const code = await Promise.race([gone, askUntilLate(socket, { turnId, deadline: needs.deadline })])
    // Nobody waited for its end.
    if (code === null && needs.deadline.aborted) return false
    needs.record({ type: 'read-nothing', ms: performance.now() - beganMs, code })
    return true
  } finally {
    socket.terminate()
  }
}

function isWelcome(socket: WebSocket, token: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), OPEN_LIMIT_MS)
    const settle = (isSo: boolean): void => {
      clearTimeout(timer)
      resolve(isSo)
    }
    socket.on('close', () => settle(false))
    socket.on('open', () => socket.send(JSON.stringify({ type: 'hello', token })))
    socket.on('message', (raw: Buffer) => {
      const frame = ServerFrame.safeParse(JSON.parse(raw.toString('utf8')))
      if (frame.data?.type === 'welcome') settle(true)
    })
  })
}

interface Asking {
  readonly turnId: string
  readonly deadline: AbortSignal
}

/** Each question is answered with the whole turn from its beginning, until there is no room for it. Null when time is up. */
async function askUntilLate(socket: WebSocket, { turnId, deadline }: Asking): Promise<null> {
  const frame = JSON.stringify({ type: 'turn-subscribe', turnId })
  for (const lateMs = performance.now() + LIMIT_MS; performance.now() < lateMs; await delay(ASK_EVERY_MS)) {
    if (deadline.aborted) break
    if (socket.readyState === socket.OPEN) socket.send(frame)
  }
  return null
}
