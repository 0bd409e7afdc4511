import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

type Answering = (request: IncomingMessage, response: ServerResponse) => void

/** A server of files of events on this machine, which answers as it is told and remembers what it was asked. */
export interface EventsServer {
  /** `http://127.0.0.1:4711`. */
  readonly origin: string
  /** `127.0.0.1:4711`. */
  readonly host: string
  readonly asked: IncomingMessage[]
  answer(how: Answering): void
  close(): Promise<void>
}

export async function openEventsServer(how: Answering): Promise<EventsServer> {
  let answering = how
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answering(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // It listens on TCP, so the address has a port.
  const { port } = server.address() as AddressInfo
  const close = (): Promise<void> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(() => resolve()))
  }
  after(close)
  const host = `127.0.0.1:${port}`
  return { origin: `http://${host}`, host, asked, answer: (next) => void (answering = next), close }
}
