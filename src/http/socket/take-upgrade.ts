import { STATUS_CODES, type IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '#domain/clock.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import { createId } from '#platform/crypto/ids.ts'
import { STATUS } from '../problem.ts'
import type { CredentialHeaders } from '../authenticate.ts'
import { LAST_WORD_MS, type SocketNeeds } from './socket-state.ts'

export interface Accepted {
  /** null: who it is comes with the first frame. */
  readonly principal: Principal | null
  readonly headers: CredentialHeaders
  readonly correlationId: string
}

interface Upgrade {
  readonly needs: Pick<SocketNeeds, 'checkOrigin' | 'clock' | 'fromHeaders' | 'gate'>
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** The process drains, or has as many connections as it can hold. */
  readonly isFull: () => boolean
}

/** Those who are refused together come back over so many seconds. */
const SPREAD_SECONDS = 10

/**
 * The principal of an upgrade by its headers, if they carry one; undefined when it was refused. While as many are looked up as can be,
 * the next is refused before it costs a look into the database, and told when to come back.
 */
export async function takeUpgrade({ needs, request, socket, isFull }: Upgrade): Promise<Accepted | undefined> {
  const { gate, clock } = needs
  const refuse = (status: number): undefined => sendRefusal(socket, status, clock)
  // Its failures end the connection, nothing else.
  socket.on('error', () => socket.destroy())
  const path = request.url?.split('?')[0]
  if (path !== '/api/ws') return refuse(404)
  if (isFull()) return refuse(503)
  try {
    needs.checkOrigin(request.headers)
    const headers = credentialsOf(request)
    const look = (): Promise<Principal | null> => needs.fromHeaders(headers)
    const principal = await (gate ? gate.run({ kind: `GET ${path}`, rank: 'page' }, look) : look())
    if (!socket.writable) throw new SophiaError('UNREACHABLE')
    // Meanwhile others came in, or the drain began.
    if (isFull()) return refuse(503)
    return { principal, headers, correlationId: createId() }
  } catch (error) {
    return refuse(STATUS[toSophiaError(error).code])
  }
}

/** Only these are kept for as long as the connection lasts. */
function credentialsOf({ headers: { cookie, authorization } }: IncomingMessage): CredentialHeaders {
  return { cookie, authorization }
}

/** Answers and hangs up: nobody else looks after a connection that left HTTP, and the server would wait for it at its end. */
function sendRefusal(socket: Duplex, status: number, clock: Clock): undefined {
  const later = status === 503 ? `retry-after: ${1 + Math.floor(Math.random() * SPREAD_SECONDS)}\r\n` : ''
  const gone = new AbortController()
  socket.once('close', () => gone.abort())
  socket.once('finish', () => socket.destroy())
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Refused'}\r\n${later}`
  socket.end(`${head}connection: close\r\ncontent-length: 0\r\n\r\n`)
  clock.sleep(LAST_WORD_MS, gone.signal).then(
    () => socket.destroy(),
    // It went by itself.
    () => undefined,
  )
}
