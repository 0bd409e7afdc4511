import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { z } from 'zod'

/** A message that people got. */
export interface Received {
  /** By the monotonic clock of this process. */
  readonly atMs: number
  readonly text: string
}

export interface MessageReceiver {
  readonly url: string
  readonly received: readonly Received[]
  close(): void
}

const Message = z.object({ text: z.string() })

/** Somebody who is told, as Slack would be; notes when. */
export async function openMessageReceiver(): Promise<MessageReceiver> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    const atMs = performance.now()
    const chunks = await request.toArray()
    received.push({ atMs, text: Message.parse(JSON.parse(Buffer.concat(chunks).toString('utf8'))).text })
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

/** The rules of which a message says that they fire and somebody is to be woken. */
export function pagesOf({ text }: Received): string[] {
  return [...text.matchAll(/^PAGE: .*\(([a-z-]+)\)$/gm)].flatMap(([, rule]) => rule ?? [])
}
