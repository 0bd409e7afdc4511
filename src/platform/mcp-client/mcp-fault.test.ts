import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { mayHaveHappened, toMcpFault } from './mcp-fault.ts'

function fetchFailure(code: string): Error {
  return new TypeError('fetch failed', { cause: Object.assign(new Error(`it was ${code}`), { code }) })
}

test('what the network says becomes a class and words, however deep it is wrapped', () => {
  const wrapped = (cause: Error): Error =>
    new SdkError(SdkErrorCode.EraNegotiationFailed, 'Version negotiation probe failed: fetch failed', undefined, {
      cause,
    })
  const classes = {
    ECONNREFUSED: 'transport',
    ECONNRESET: 'transport',
    ENOTFOUND: 'dns',
    CERT_HAS_EXPIRED: 'tls',
    ETIMEDOUT: 'timeout',
  }
  for (const [code, kind] of Object.entries(classes)) {
    for (const error of [fetchFailure(code), wrapped(fetchFailure(code))]) {
      const fault = toMcpFault(error)
      assert.deepEqual([fault.class, fault.code], [kind, code])
      assert.match(fault.message, /^[A-Z].*\.$/)
    }
  }
  assert.equal(toMcpFault(wrapped(new TypeError('fetch failed', { cause: new Error('bad port') }))).class, 'transport')
})

test('a message says no secret, no query, and is one short sentence', () => {
  const { message } = toMcpFault(
    new SdkError(
      SdkErrorCode.InvalidResult,
      `At https://crm.example/mcp?key=canary1\nwith Bearer canary2canary2: ${'x'.repeat(900)}`,
    ),
  )
  assert.doesNotMatch(message, /canary|\n/)
  assert.ok(message.length <= 301)
})

test('only what surely never ran may be called again', () => {
  const http = (status: number) => toMcpFault(new SdkHttpError(SdkErrorCode.ClientHttpNotImplemented, 'no', { status }))
  const safe = [
    toMcpFault(fetchFailure('ECONNREFUSED')),
    toMcpFault(fetchFailure('ENOTFOUND')),
    toMcpFault(fetchFailure('CERT_HAS_EXPIRED')),
    toMcpFault(new ProtocolError(-32_601, 'no such method')),
    toMcpFault(new ProtocolError(-32_602, 'no such tool')),
    http(401),
    http(429),
    http(503),
  ]
  const unsure = [
    toMcpFault(fetchFailure('ECONNRESET')),
    toMcpFault(new SdkError(SdkErrorCode.RequestTimeout, 'late')),
    toMcpFault(new SyntaxError('cut')),
    toMcpFault(new ProtocolError(-32_603, 'broke')),
    toMcpFault(new ProtocolError(-32_602, 'Structured content does not match the tool’s output schema')),
    http(500),
    http(502),
  ]
  assert.deepEqual(safe.filter(mayHaveHappened), [])
  assert.deepEqual(
    unsure.filter((fault) => !mayHaveHappened(fault)),
    [],
  )
})

test('a message holds neither NUL nor half a character, also where it is cut', () => {
  const { message } = toMcpFault(new Error(`\u0000${'x'.repeat(298)}\u{1f600} and more`))
  assert.ok(message.isWellFormed() && !message.includes('\u0000'))
  assert.match(message, /^x+\.$/)
})
