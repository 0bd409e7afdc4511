import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import { toProblem } from './problem.ts'
import { SECURITY_HEADERS } from './security-headers.ts'

/** What Node's parser says of a request that never became one. */
const REFUSALS: Readonly<Record<string, readonly [status: number, detail: string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than 16 KB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not arrive in time.'],
}
const MALFORMED = [400, 'This is not an HTTP request that can be read.'] as const

/** Answers what is no readable request in the form of every other refusal, then hangs up. */
export function refuseConnection(error: Error, socket: Socket): void {
  const code = 'code' in error ? String(error.code) : ''
  // Nobody is left to read an answer, or one is half written already.
  if (code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) {
    socket.destroy(error)
    return
  }
  const [status, detail] = REFUSALS[code] ?? MALFORMED
  const correlationId = createId()
  const problem = { ...toProblem(new SophiaError('INVALID_INPUT', { detail }), correlationId), status }
  const body = JSON.stringify(problem)
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-correlation-id': correlationId,
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`)
}
