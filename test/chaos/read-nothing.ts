import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ServerFrame } from '#contract/socket-frames.ts'
import { followTurn } from './follow-turn.ts'
import type { ClientNeeds } from './operate.ts'
import { longTextOf } from './seeded-random.ts'
import { openConversation, post } from './virtual-client.ts'

/** Under the twenty frames a second that a member may send. */
const ASK_EVERY_MS = 60
/** So many that each is sent whole before it is asked for anew, which ends its sending. */
const ANSWERS = 6
/** For a connection to be there, and for what it is told on it first. */
const OPEN_LIMIT_MS = 10_000
/** The replica may be busy or dead meanwhile, and the connection has room of its own, which is filled first. */
const LIMIT_MS = 60_000
const PAUSE_MS = 4000

interface MuteNeeds extends ClientNeeds {
  /** Resolves when no fault is done any more, and every part is back. */
  readonly calm: Promise<void>
  /** A replica: what lies between takes four megabytes at each step, and keeps the end of a connection to itself until these are taken. */
  readonly hangAt: string
}

/**
 * A browser that hangs: it asks for long answers again and again and takes nothing of what it is sent, until it is cut off; then it
 * comes back. It does so once more when all is good again, so that what cuts it off is no fault of any line.
 */
export async function readNothing(needs: MuteNeeds): Promise<void> {
  const turnIds: string[] = []
  while (turnIds.length < ANSWERS && !needs.deadline.aborted) turnIds.push(...(await askAtLength(needs)))
  while (!needs.closing.aborted && !needs.deadline.aborted) {
    await hang(needs, turnIds)
    await Promise.race([delay(PAUSE_MS), needs.calm])
  }
  await needs.calm
  while (!needs.deadline.aborted && !(await hang(needs, turnIds))) await delay(ASK_EVERY_MS)
}

async function askAtLength(needs: MuteNeeds): Promise<string[]> {
  const conversationId = await openConversation(needs)
  const accepted = conversationId === undefined ? undefined : await post(needs, conversationId, longTextOf)
  if (conversationId === undefined || !accepted) return []
  await followTurn(needs, { ...accepted, conversationId })
  return [accepted.turnId]
}

/** Answers whether it came as far as to hang. */
async function hang(needs: MuteNeeds, turnIds: readonly string[]): Promise<boolean> {
  const socket = new WebSocket(`${needs.hangAt.replace('http', 'ws')}/api/ws`)
  const gone = new Promise<number>((resolve) => {
    socket.on('close', resolve)
    // Its end follows.
    socket.on('error', () => undefined)
  })
  try {
    if (!(await isWelcome(socket, needs.token))) return false
    socket.pause()
    const beganMs = performance.now()
    const code = await Promise.race([gone, askUntilLate(socket, { turnIds, deadline: needs.deadline })])
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
  readonly turnIds: readonly string[]
  readonly deadline: AbortSignal
}

/** Each question is answered with a whole turn from its beginning, until there is no room for it. Null when time is up. */
async function askUntilLate(socket: WebSocket, { turnIds, deadline }: Asking): Promise<null> {
  const lateMs = performance.now() + LIMIT_MS
  for (let asked = 0; performance.now() < lateMs && !deadline.aborted; asked += 1) {
    const turnId = turnIds[asked % turnIds.length]
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify({ type: 'turn-subscribe', turnId }))
    await delay(ASK_EVERY_MS)
  }
  return null
}
