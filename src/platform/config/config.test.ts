import assert from 'node:assert/strict'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { SophiaError } from '#domain/errors.ts'
import { readConfig } from './config.ts'
import { describeSettings } from './describe-settings.ts'

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

test('a path that begins with ~ is a fault: where no shell reads it a folder of that name would be made', () => {
  assert.deepEqual(faultsOf({ SOPHIA_HOME: '~/sophia', SOPHIA_BACKUP_TARGET: '~' }), [
    'SOPHIA_HOME',
    'SOPHIA_BACKUP_TARGET',
  ])
  assert.deepEqual(faultsOf({ SOPHIA_HOME: '/srv/~sophia', SOPHIA_BACKUP_TARGET: '~sophia/x' }), [])
})

test('settings that need each other say so', () => {
  assert.deepEqual(faultsOf({ SOPHIA_MODEL: 'anthropic/claude-x' }), ['SOPHIA_MODEL'])
  assert.deepEqual(faultsOf({ SOPHIA_SECRET_KEY: 'too short' }), ['SOPHIA_SECRET_KEY'])
  assert.deepEqual(faultsOf({ SOPHIA_HOST: '0.0.0.0' }), ['SOPHIA_PUBLIC_URL'])
  assert.deepEqual(faultsOf({ SOPHIA_MODEL: 'openai/llama', OPENAI_BASE_URL: 'http://127.0.0.1:11434/v1' }), [])
})

test('a calendar that is named is there and is a file; the standard one may be absent', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sophia-config-'))
  const file = join(folder, 'calendar.yaml')
  const named = { SOPHIA_HOME: folder, SOPHIA_CALENDAR_FILE: file }
  assert.throws(() => readConfig(named), /SOPHIA_CALENDAR_FILE: There is no file .*calendar\.yaml; create it\./)
  assert.throws(() => readConfig({ ...named, SOPHIA_CALENDAR_FILE: folder }), /is no file; name one/)
  assert.deepEqual(readConfig({ SOPHIA_HOME: folder }).calendar, { file, isNamed: false })
  writeFileSync(file, 'periods: {}\n')
  assert.deepEqual(readConfig(named).calendar, { file, isNamed: true })
})

const EMPTY = { name: '', user: null, password: null, database: 0, isEncrypted: false }

test('Redis is one server, or found through sentinels or some nodes of a cluster, with or without TLS and a user', () => {
  const addressOf = (url: string) => {
    const { address } = readConfig({ REDIS_URL: url }).redis
    return address && { ...address, password: address.password?.reveal() ?? null }
  }
  const single = { ...EMPTY, kind: 'single', nodes: [{ host: 'cache.internal', port: 6379 }] }
  assert.deepEqual(addressOf('redis://cache.internal'), single)
  assert.deepEqual(addressOf('redis://cache.internal/'), single)
  assert.deepEqual(addressOf('rediss://:p%40ss@cache.internal:6380/2'), {
    ...single,
    nodes: [{ host: 'cache.internal', port: 6380 }],
    password: 'p@ss',
    database: 2,
    isEncrypted: true,
  })
  assert.deepEqual(addressOf('redis-sentinel://sophia:p@a,[::1]:26380/main'), {
    ...EMPTY,
    kind: 'sentinel',
    nodes: [
      { host: 'a', port: 26_379 },
      { host: '::1', port: 26_380 },
    ],
    name: 'main',
    user: 'sophia',
    password: 'p',
  })
  assert.deepEqual(addressOf('rediss-cluster://10.0.0.1:7000,10.0.0.2:7000'), {
    ...EMPTY,
    kind: 'cluster',
    nodes: [
      { host: '10.0.0.1', port: 7000 },
      { host: '10.0.0.2', port: 7000 },
    ],
    isEncrypted: true,
  })
  assert.equal(readConfig({}).redis.address, null)
})

test('a way to Redis that cannot be read says what is wrong with it, and no password', () => {
  const faults: [string, RegExp][] = [
    ['cache.internal:6379', /REDIS_URL: Expected redis:/],
    ['http://cache', /REDIS_URL: Expected redis:/],
    ['redis://', /REDIS_URL: Expected redis:/],
    ['redis://host/name', /number of a database/],
    ['redis://a,b', /redis-sentinel:.*redis-cluster:/],
    ['redis://host:70000', /Host 1 is no host:port/],
    ['redis-sentinel://a,b', /name they have for the primary/],
    ['redis-cluster://a,b/1', /no numbered databases/],
    ['redis://sophia@host', /user comes with a password/],
    ['redis://sophia:canary%@host', /written as %xx/],
  ]
  for (const [url, said] of faults)
    assert.throws(
      () => readConfig({ REDIS_URL: url }),
      (error: Error) => said.test(error.message) && !error.message.includes('canary'),
      url,
    )
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----'
  assert.equal(readConfig({ REDIS_URL: 'rediss://h', REDIS_CA: pem }).redis.ca, pem)
  assert.deepEqual(faultsOf({ REDIS_URL: 'redis://h', REDIS_CA: pem }), ['REDIS_CA'])
  assert.deepEqual(faultsOf({ REDIS_URL: 'rediss://h', REDIS_CA: '/etc/ca.pem' }), ['REDIS_CA'])
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

test('backups go to a folder or a bucket, in the clear or to recipients that can be encrypted to', () => {
  const standard = readConfig({ SOPHIA_HOME: '/h' }).backup
  assert.deepEqual(standard, { folder: '/h/backups', homeLasts: true, isFleeting: false, recipients: [], s3: null })
  assert.equal(readConfig({ SOPHIA_BACKUP_TARGET: '/mnt/share' }).backup.folder, '/mnt/share')
  const isFleeting = (environment: Record<string, string>) => readConfig(environment).backup.isFleeting
  assert.deepEqual(
    [{}, { SOPHIA_HOME_LASTS: 'no' }, { SOPHIA_HOME_LASTS: 'no', SOPHIA_BACKUP_TARGET: '/mnt/share' }].map(isFleeting),
    [false, true, false],
  )
  const recipient = 'age1l7229n0w6zvvjc5n73w26jgk3tzdc4jp94x9lpk2sa0tqdajdyvqd605xr'
  const keys = { AWS_ACCESS_KEY_ID: 'k', AWS_SECRET_ACCESS_KEY: 'hush' }
  const { backup } = readConfig({
    ...keys,
    SOPHIA_HOME: '/h',
    SOPHIA_BACKUP_TARGET: 's3://acme-backups/sophia/main/',
    SOPHIA_BACKUP_RECIPIENT: `# of the safe\n${recipient}, ${recipient}`,
  })
  assert.deepEqual([backup.folder, backup.recipients], ['/h/backups', [recipient, recipient]])
  assert.deepEqual([backup.s3?.bucket, backup.s3?.prefix, backup.s3?.endpoint], ['acme-backups', 'sophia/main', null])
  assert.doesNotMatch(JSON.stringify(backup), /hush/)
  const faulty: Record<string, string>[] = [
    { SOPHIA_BACKUP_TARGET: 's3://acme-backups' },
    { ...keys, SOPHIA_BACKUP_TARGET: 's3://Not_A_Bucket' },
    { ...keys, SOPHIA_BACKUP_TARGET: 'https://example.com/backups' },
    { SOPHIA_BACKUP_RECIPIENT: recipient.replace('x', 'z') },
    { SOPHIA_BACKUP_RECIPIENT: `${recipient},` + 'AGE-SECRET-KEY-1' },
  ]
  for (const settings of faulty) assert.throws(() => readConfig(settings), { code: 'CONFIG_NOT_VALID' })
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
