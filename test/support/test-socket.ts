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
  return {
    frames,
    opened: new Promise<void>((resolve) => socket.once('open', resolve)),
    /** The close code. */
    closed: new Promise<number>((resolve) => socket.once('close', resolve)),
    /** The status of an upgrade that was refused. */
    refused: new Promise<number>((resolve) =>
      socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0)),
    ),
    send: (frame: object) => socket.send(JSON.stringify(frame)),
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
