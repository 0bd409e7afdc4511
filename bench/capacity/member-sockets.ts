import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { ServerFrame } from '#contract/socket-frames.ts'
import { tryOnce } from '../sockets/socket-crowd.ts'
import type { BenchMember } from './members.ts'
import { holdsSocket } from './mix.ts'

const AT_ONCE = 20
const TRIES = 50
const PAUSE_MS = 200

export interface MemberSockets {
  /** Has those of the first so many members open who hold one, and no others. Throws when one cannot be opened. */
  hold(members: readonly BenchMember[]): Promise<void>
  /** Throws when the member holds none. */
  of(member: number): WebSocket
  /** Tells of each frame that is about this message or turn, until it is let go. */
  hear(id: string, told: (frame: ServerFrame) => void): () => void
  close(): void
}

/** The WebSockets of members at work, each with its subscription. */
export function openMemberSockets(url: string): MemberSockets {
  const sockets = new Map<number, WebSocket>()
  const hearers = new Map<string, (frame: ServerFrame) => void>()
  const onFrame = (raw: string): void => {
    const frame = ServerFrame.parse(JSON.parse(raw))
    const id = frame.type === 'turn-event' ? frame.turnId : 'id' in frame ? frame.id : undefined
    if (id !== undefined) hearers.get(id)?.(frame)
  }
  const openOne = async (number: number, { cookie }: BenchMember): Promise<void> => {
    const token = cookie.replace('sophia=', '')
    for (let triesLeft = TRIES; triesLeft > 0; triesLeft -= 1) {
      // One try after the other.
      // oxlint-disable-next-line no-await-in-loop
      const opened = await tryOnce({ url, token, onFrame })
      if (opened instanceof WebSocket) {
        opened.send(JSON.stringify({ type: 'topic-subscribe', topic: 'conversations' }))
        sockets.set(number, opened)
        return
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(opened * 1000 || PAUSE_MS)
    }
    throw new Error('a WebSocket of a member could not be opened')
  }
  return {
    async hold(members) {
      for (const [number, socket] of sockets)
        if (number >= members.length) {
          socket.terminate()
          sockets.delete(number)
        }
      const missing = [...members.entries()].filter(([number]) => holdsSocket(number) && !isOpen(sockets.get(number)))
      const work = async (): Promise<void> => {
        for (let next = missing.pop(); next; next = missing.pop()) {
          // So many at once.
          // oxlint-disable-next-line no-await-in-loop
          await openOne(...next)
        }
      }
      await Promise.all(Array.from({ length: AT_ONCE }, work))
    },
    of(member) {
      const socket = sockets.get(member)
      if (!socket) throw new Error(`member ${member} holds no WebSocket`)
      return socket
    },
    hear(id, told) {
      hearers.set(id, told)
      return () => void hearers.delete(id)
    },
    close() {
      for (const socket of sockets.values()) socket.terminate()
      sockets.clear()
    },
  }
}

function isOpen(socket: WebSocket | undefined): boolean {
  return socket?.readyState === WebSocket.OPEN
}
