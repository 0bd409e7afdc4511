import { WebSocket } from 'ws'
import { ServerFrame } from '#contract/socket-frames.ts'

/** A client of `/api/ws` that keeps the frames it has not been asked for. */
export function openTestSocket(url: string, headers: Readonly<Record<string, string>> = {}) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws`, { headers: { ...headers } })
  const frames: ServerFrame[] = []
  let wake: (() => void) | undefined
  socket.on('message', (raw: Buffer) => {
    frames.push(ServerFrame.parse(JSON.parse(raw.toString('utf8'))))
    wake?.()
  })
  socket.on('error', () => undefined)
  let pings = 0
  socket.on('ping', () => (pings += 1))
  const refusal = new Promise<{ status: number; retryAfter: number }>((resolve) =>
    socket.once('unexpected-response', (_request, { statusCode = 0, headers }) =>
      resolve({ status: statusCode, retryAfter: Number(headers['retry-after']) }),
    ),
  )
  return {
    frames,
    opened: new Promise<void>((resolve) => socket.once('open', resolve)),
    /** The close code. */
    closed: new Promise<number>((resolve) => socket.once('close', resolve)),
    /** The status of an upgrade that was refused, and after how many seconds to come back. */
    refusal,
    refused: refusal.then(({ status }) => status),
    isOpen: () => socket.readyState === socket.OPEN,
    extensions: () => socket.extensions,
    /** How often the server has asked whether anybody is there. */
    pings: () => pings,
    /** Resolves when the server has answered a ping of the protocol. */
    ping: () =>
      new Promise<void>((resolve) => {
        socket.once('pong', () => resolve())
        socket.ping()
      }),
    send: (frame: object) => socket.send(JSON.stringify(frame)),
    sendText: (text: string) => socket.send(text),
    /** Neither takes anything nor answers a ping from now on, as behind a line that was cut. */
    freeze: () => socket.pause(),
    thaw: () => socket.resume(),
    close: () => socket.terminate(),
    async next<Type extends ServerFrame['type']>(type: Type): Promise<Extract<ServerFrame, { type: Type }>> {
      for (;;) {
        const index = frames.findIndex((frame) => frame.type === type)
        // Found by its type just above.
        if (index >= 0) return frames.splice(index, 1)[0] as Extract<ServerFrame, { type: Type }>
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
