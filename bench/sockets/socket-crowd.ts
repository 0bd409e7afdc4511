import { WebSocket } from 'ws'

export interface CrowdNeeds {
  readonly url: string
  /** Each opens connections in turn. */
  readonly tokens: readonly string[]
  /** Told of each frame, as text. */
  readonly onFrame?: (text: string) => void
}

export interface Crowd {
  /** Opens so many, at most `atOnce` under way; resolves when each was welcomed. */
  open(count: number, atOnce: number): Promise<void>
  send(frame: object): void
  /** Drops all at once, without a word, and lets each come back as a client should: at once, later when refused. */
  storm(): Promise<{ readonly seconds: number; readonly refusals: number }>
  close(): void
  readonly sockets: readonly WebSocket[]
}

const LONGEST_WAIT_MS = 30_000
const FIRST_WAIT_MS = 500

/** Clients of `/api/ws` that only sit there, each with the cookie of its member. */
export function createCrowd({ url, tokens, onFrame }: CrowdNeeds): Crowd {
  let sockets: WebSocket[] = []
  let refusals = 0
  const connect = async (place: number): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      // One try after the other.
      // oxlint-disable-next-line no-await-in-loop
      const opened = await tryOnce({ url, token: tokens[place % tokens.length] ?? '', onFrame })
      if (opened instanceof WebSocket) {
        sockets.push(opened)
        return
      }
      refusals += 1
      // What the server says, or full jitter over a span that doubles.
      const waitMs =
        opened * 1000 * (0.5 + Math.random()) || Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries)
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, waitMs))
    }
  }
  return {
    async open(count, atOnce) {
      let next = 0
      const work = async (): Promise<void> => {
        // oxlint-disable-next-line no-await-in-loop
        while (next < count) await connect(next++)
      }
      await Promise.all(Array.from({ length: atOnce }, work))
    },
    send(frame) {
      const text = JSON.stringify(frame)
      for (const socket of sockets) socket.send(text)
    },
    async storm() {
      const count = sockets.length
      for (const socket of sockets) socket.terminate()
      sockets = []
      refusals = 0
      const begunMs = performance.now()
      await Promise.all(Array.from({ length: count }, (_one, place) => connect(place)))
      return { seconds: (performance.now() - begunMs) / 1000, refusals }
    },
    close() {
      for (const socket of sockets) socket.terminate()
      sockets = []
    },
    get sockets() {
      return sockets
    },
  }
}

export interface Try {
  readonly url: string
  readonly token: string
  readonly onFrame: CrowdNeeds['onFrame'] | undefined
}

/** The socket once it was welcomed; else after how many seconds to come back, 0 when nothing was said of it. */
export function tryOnce({ url, token, onFrame }: Try): Promise<WebSocket | number> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/ws`, {
    headers: { cookie: `sophia=${token}`, origin: url },
    perMessageDeflate: false,
  })
  return new Promise((resolve) => {
    socket.once('message', () => {
      if (onFrame) socket.on('message', (raw: Buffer) => onFrame(raw.toString('utf8')))
      resolve(socket)
    })
    socket.once('unexpected-response', (_request, response) => {
      response.resume()
      resolve(Number(response.headers['retry-after'] ?? 0))
    })
    socket.on('error', () => resolve(0))
    socket.once('close', () => resolve(0))
  })
}
