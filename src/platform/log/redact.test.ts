import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { withCorrelation } from './correlation.ts'
import { createLog } from './log.ts'
import { redactFields, redactText } from './redact.ts'

/** In every form: `hunter2hunter2` is what must not be left. */
const SECRETS: readonly string[] = [
  'sk-sophia-hunter2hunter2AbCdEf0123456789',
  'sk-proj-hunter2hunter2',
  'Authorization: Bearer hunter2hunter2.ghijkl-1234567890',
  'authorization: basic aHVudGVyMg hunter2hunter2'.replace(' hunter2hunter2', 'hunter2hunter2'),
  'postgres://sophia:hunter2hunter2@127.0.0.1/db',
  'redis://:hunter2hunter2@cache/0',
  'http://127.0.0.1:8000/sign-in#token=hunter2hunter2',
  'https://crm.example.com/callback?code=hunter2hunter2&state=x',
  'https://api.example.com/v1?api_key=hunter2hunter2',
  'grant_type=refresh&refresh_token=hunter2hunter2&client_secret=hunter2hunter2',
  'https://hooks.slack.com/services/T00/B00/hunter2hunter2',
  'eyJhbGciOiJIUzI1NiJ9.eyJhunter2hunter2.hunter2hunter2',
  'ghp_hunter2hunter2hunter2',
  'xoxb-hunter2hunter2',
  'AGE-SECRET-KEY-1HUNTER2HUNTER2',
  '-----BEGIN RSA PRIVATE KEY-----\\nhunter2hunter2\\n-----END RSA PRIVATE KEY-----',
  'cookie: __Host-sophia=hunter2hunter2; theme=dark',
  '{"password":"hunter2hunter2"}',
  '{"x-api-key":"hunter2\\"hunter2"}',
  '{"detail":"the server said {\\"client_secret\\": \\"hunter2hunter2\\"}"}',
]

test('secrets of every known form leave the line', () => {
  for (const secret of SECRETS) assert.doesNotMatch(redactText(secret), /hunter2/i, secret)
})

test('a private key that was cut off takes no more than the text it stands in', () => {
  const begun = '-----BEGIN RSA PRIVATE KEY-----\nhunter2hunter2\nhunter2'
  for (const text of [
    begun,
    JSON.stringify({ inner: begun }),
    JSON.stringify(JSON.stringify({ inner: begun })),
    `${begun}\\`,
  ]) {
    const line = JSON.stringify({ message: text, level: 'warn' })
    const lines = redactText(`${line}\n${line}\n`).trimEnd().split('\n')
    assert.equal(lines.length, 2, text)
    for (const one of lines) {
      assert.doesNotMatch(one, /hunter2/)
      assert.partialDeepStrictEqual(JSON.parse(one), { level: 'warn' })
    }
  }
  const whole = `it printed\n${begun}\n-----END RSA PRIVATE KEY-----\nand went on`
  assert.equal(redactText(whole), 'it printed\n[redacted]\nand went on')
})

test('ordinary sentences of business stay as they are', () => {
  const line =
    '{"message":"tokens used: 512; the password policy was discussed; basic plan; see http://example.com/a?b=1","error":{"code":"53100"}}'
  assert.equal(redactText(line), line)
})

test('what lies under a name of something secret goes whole, whatever its form; counts stay', () => {
  const value = {
    headers: { authorization: ['Bearer x', 'y'], 'Set-Cookie': { a: 1 }, accept: '*/*' },
    sessionToken: 'abc',
    tokens: 512,
    isSecret: true,
  }
  assert.deepEqual(redactFields(value), {
    headers: { authorization: '[redacted]', 'Set-Cookie': '[redacted]', accept: '*/*' },
    sessionToken: '[redacted]',
    tokens: 512,
    isSecret: true,
  })
})

test('an instant and an address are told as they tell themselves, and what tells nothing or fails costs no line', () => {
  const value = {
    at: new Date('2026-03-10T09:00:00.000Z'),
    never: new Date(Number.NaN),
    url: new URL('https://example.com/a'),
    own: { toJSON: () => ({ token: 'hunter2hunter2', n: 1 }) },
    broken: { toJSON: () => assert.fail('no') },
    silent: { toJSON: () => undefined },
  }
  assert.deepEqual(redactFields(value), {
    at: '2026-03-10T09:00:00.000Z',
    never: null,
    url: 'https://example.com/a',
    own: { token: '[redacted]', n: 1 },
    broken: '[cannot be told]',
    silent: null,
  })
})

test('in either form of the log no secret is left, wherever in a line it stood', () => {
  for (const isForPeople of [true, false]) {
    const stream = new PassThrough()
    const log = createLog({ level: 'info', isForPeople, stream })
    for (const secret of SECRETS) {
      log.error({ error: new Error(secret, { cause: new Error(`and ${secret}`) }), 'url.path': secret }, secret)
      log.error({ deep: [{ at: secret }], note: secret, request: { headers: { cookie: [secret] } } }, 'failed')
    }
    log.error({ password: 'hunter2hunter2', nested: { apiKey: 'hunter2hunter2' } }, 'failed too')
    const text = String(stream.read())
    assert.doesNotMatch(text, /hunter2/i)
    if (!isForPeople) for (const line of text.trimEnd().split('\n')) JSON.parse(line)
  }
})

test('a line as long as they get is cleaned in no time, whatever it is made of', () => {
  for (const piece of [
    'a',
    'a.',
    '\\',
    '\\\\"token',
    '\\"token\\":\\"\\',
    'a://',
    '"a',
    '\\"a',
    '-----BEGIN PRIVATE KEY-----',
    'sk-',
    'eyJaaaaaaaaa.',
    '?code=',
  ]) {
    const line = piece.repeat(Math.ceil(50_000 / piece.length))
    const startedMs = performance.now()
    redactText(line)
    const tookMs = performance.now() - startedMs
    assert.ok(tookMs < 1000, `${piece}: ${tookMs} ms`)
  }
})

test('a log line carries the ids of its work', () => {
  const stream = new PassThrough()
  const log = createLog({ level: 'info', isForPeople: false, stream })
  withCorrelation({ correlationId: 'abc-12345', turnId: 'turn-1' }, () => log.info('done'))
  assert.partialDeepStrictEqual(JSON.parse(String(stream.read())), {
    'trace.id': 'abc-12345',
    labels: { turn_id: 'turn-1' },
  })
})
