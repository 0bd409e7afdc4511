import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { withCorrelation } from './correlation.ts'
import { createLog } from './log.ts'
import { redactText } from './redact.ts'

test('secrets of every known form leave the line', () => {
  const secrets = [
    'sk-sophia-AbCdEf0123456789AbCdEf0123456789',
    'Authorization: Bearer abcdef.ghijkl-1234567890',
    'postgres://sophia:hunter2hunter2@127.0.0.1/db',
    'http://127.0.0.1:8000/sign-in#token=abcdefghijklmnop',
    '{"password":"hunter2hunter2"}',
    '{"x-api-key":"hunter2hunter2"}',
  ]
  for (const secret of secrets) {
    const line = redactText(secret)
    assert.doesNotMatch(line, /hunter2|AbCdEf0123|ghijkl-123|token=abcdef/, line)
  }
})

test('ordinary sentences of business stay as they are', () => {
  const line = '{"message":"tokens used: 512; the password policy was discussed; see http://example.com/a?b=1"}'
  assert.equal(redactText(line), line)
})

test('a log line carries the correlation of its work and hides secrets in errors', async () => {
  const stream = new PassThrough()
  const log = createLog({ level: 'info', isForPeople: false, stream })
  withCorrelation({ correlationId: 'abc-12345', turnId: 'turn-1' }, () => {
    log.error(
      { error: new Error('connect to postgres://u:verysecretword@h/db', { cause: new Error('Bearer abcdefghijkl') }) },
      'failed',
    )
  })
  const line = String(stream.read())
  const parsed: unknown = JSON.parse(line)
  assert.match(line, /"trace.id":"abc-12345"/)
  assert.match(line, /"sophia.turn.id":"turn-1"/)
  assert.doesNotMatch(line, /verysecretword|abcdefghijkl/)
  assert.equal(typeof parsed, 'object')
})
