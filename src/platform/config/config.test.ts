import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SophiaError } from '#domain/errors.ts'
import { describeSettings, readConfig } from './config.ts'

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    assert.ok(error instanceof SophiaError && error.code === 'CONFIG_NOT_VALID')
    return error.faults.map((fault) => fault.path)
  }
}

test('nothing set gives a laptop: loopback, port 8000, own database, playbook', () => {
  const config = readConfig({})
  assert.deepEqual([config.http.host, config.http.port, config.postgres.url], ['127.0.0.1', 8000, null])
  assert.deepEqual(config.models.order, ['playbook'])
})

test('all faults come in one error, each under its setting', () => {
  const faults = faultsOf({
    SOPHIA_PORT: 'eighty',
    SOPHIA_MODEL: 'gpt',
    DATABASE_POOL_MAX: '0',
    SOPHIA_LOG_LEVEL: 'loud',
    SOPHIA_TYPO: '1',
  })
  assert.deepEqual(faults.toSorted(), [
    'DATABASE_POOL_MAX',
    'SOPHIA_LOG_LEVEL',
    'SOPHIA_MODEL',
    'SOPHIA_PORT',
    'SOPHIA_TYPO',
  ])
})

test('settings that need each other say so', () => {
  assert.deepEqual(faultsOf({ SOPHIA_MODEL: 'anthropic/claude-x' }), ['SOPHIA_MODEL'])
  assert.deepEqual(faultsOf({ SOPHIA_SECRET_KEY: 'too short' }), ['SOPHIA_SECRET_KEY'])
  assert.deepEqual(faultsOf({ SOPHIA_HOST: '0.0.0.0' }), ['SOPHIA_PUBLIC_URL'])
  assert.deepEqual(faultsOf({ SOPHIA_MODEL: 'openai/llama', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }), [])
})

test('Redis is one server, by redis:// or rediss://; other ways to it say that they are not built yet', () => {
  for (const good of ['redis://cache.internal', 'redis://u:p@10.0.0.3:6380/2', 'rediss://:p@cache.internal:6379'])
    assert.equal(readConfig({ REDIS_URL: good }).redis.url?.reveal(), good)
  assert.equal(readConfig({}).redis.url, null)
  for (const other of ['redis-sentinel://a,b/main', 'redis-cluster://a']) {
    assert.throws(() => readConfig({ REDIS_URL: other }), /REDIS_URL: Redis-sentinel:\/\/ and .* not built yet/)
  }
  for (const bad of ['cache.internal:6379', 'http://cache', 'redis://', 'redis://host/name'])
    assert.deepEqual(faultsOf({ REDIS_URL: bad }), ['REDIS_URL'])
})

test('a value may come from a file; both forms at once or a missing file are faults', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'config-')), 'key')
  writeFileSync(file, 'sk-from-a-file\n')
  assert.equal(readConfig({ OPENAI_API_KEY_FILE: file }).models.openai.apiKey?.reveal(), 'sk-from-a-file')
  assert.deepEqual(faultsOf({ OPENAI_API_KEY_FILE: file, OPENAI_API_KEY: 'sk-x' }), ['OPENAI_API_KEY'])
  assert.deepEqual(faultsOf({ OPENAI_API_KEY_FILE: '/nowhere/at/all' }), ['OPENAI_API_KEY_FILE'])
})

test('a secret prints as [secret] in every way a value is printed', () => {
  const config = readConfig({
    OPENAI_API_KEY: 'sk-canary-value',
    DATABASE_URL: 'postgres://u:canary@h/d',
    SOPHIA_SECRET_KEY: 'canary'.repeat(8),
  })
  const printed = [JSON.stringify(config), inspect(config, { depth: 9 }), String(config.models.openai.apiKey)].join(' ')
  assert.doesNotMatch(printed, /canary/)
  const listed = describeSettings({ OPENAI_API_KEY: 'sk-canary-value' })
  assert.doesNotMatch(JSON.stringify(listed), /canary/)
})

test('a key alone chooses its provider', () => {
  assert.match(readConfig({ ANTHROPIC_API_KEY: 'k' }).models.order.join(), /^anthropic\//)
})

test('mail is sent from the user of the server, unless a sender is named; without either the start is refused', () => {
  const mail = readConfig({ SMTP_URL: 'smtp://anna%40example.com:pw@mail.example.com:587' }).mail
  assert.equal(mail.from, 'anna@example.com')
  assert.deepEqual(faultsOf({ SMTP_URL: 'smtp://apikey:pw@mail.example.com' }), ['SOPHIA_MAIL_FROM'])
  const named = { SMTP_URL: 'smtps://apikey:pw@mail.example.com', SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>' }
  assert.equal(readConfig(named).mail.from, 'Sophia <sophia@example.com>')
  assert.deepEqual(
    faultsOf({ SMTP_URL: 'mail.example.com', SOPHIA_MAIL_FROM: 'Sophia\nBcc: x@y.z <a@b.c>' }).toSorted(),
    ['SMTP_URL', 'SOPHIA_MAIL_FROM'],
  )
  assert.deepEqual(faultsOf({ SOPHIA_NOTIFY_WEBHOOK: 'file:///etc/passwd' }), ['SOPHIA_NOTIFY_WEBHOOK'])
  const printed = JSON.stringify([readConfig(named), describeSettings({ SOPHIA_NOTIFY_WEBHOOK: 'https://h/canary' })])
  assert.doesNotMatch(printed, /pw|canary/)
})
