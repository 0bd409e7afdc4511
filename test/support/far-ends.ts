import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly to: readonly string[]
  /** Headers unfolded, soft line breaks of the body taken out. */
  readonly text: string
}

/** A mail server on loopback that keeps what it takes; `answers` are what the next recipients are told (250 without one). */
export async function startMailServer() {
  const received: ReceivedMail[] = []
  const answers: number[] = []
  const asked: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disableReverseLookup: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onRcptTo({ address }, _session, done) {
      asked.push(address)
      const code = answers.shift()
      done(code === undefined ? null : Object.assign(new Error('not now'), { responseCode: code }))
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), text: plain(Buffer.concat(chunks)) })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  after(() => new Promise<void>((resolve) => server.close(resolve)))
  // A listening TCP server has an AddressInfo.
  const { port } = server.server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, received, answers, asked }
}

function plain(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  const end = text.indexOf('\r\n\r\n')
  const headers = text.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  // Only the body is quoted-printable: an address in a header may hold "=A3" as it stands.
  const body = text
    .slice(end)
    .replaceAll(/=\r\n/g, '')
    .replaceAll(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return headers + body
}

/** A receiver of messages on loopback; `answers` are the states of the next ones (200 without one), `ids` those of each try. */
export async function startWebhookReceiver() {
  const received: string[] = []
  const answers: number[] = []
  const ids: unknown[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const status = answers.shift() ?? 200
      ids.push(request.headers['webhook-id'])
      if (status === 200) received.push(Buffer.concat(chunks).toString())
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/hook/secret`, received, answers, ids }
}
