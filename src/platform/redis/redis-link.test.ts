import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { after, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { openTestRedis, redisAddress } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { describeServer } from './server-state.ts'
import { defineScript, openRedis } from './redis-link.ts'

const ECHO = defineScript('return ARGV[1]')

/** Longer than a busy machine is away. */
const PATIENT_MS = 10_000

function open(url: string, deadlineMs = PATIENT_MS) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const link = openRedis({ address: redisAddress(url), namespace: 'test', clock, log, deadlineMs })
  after(() => link.close())
  return { link, lines }
}

test('a script runs, also when Redis does not know it yet or has forgotten it', async () => {
  const redis = await openTestRedis()
  const { link } = open(redis.url)
  await until(() => link.isUp(), 'it is up')
  const echo = async (): Promise<string> => String(await link.run(ECHO, { keys: [], values: ['said'] }))
  assert.equal(await echo(), 'said')
  await redis.command('SCRIPT', 'FLUSH')
  assert.equal(await echo(), 'said')
})

test('what a script refuses is told and holds nobody back', async () => {
  const redis = await openTestRedis()
  const { link } = open(redis.url)
  await until(() => link.isUp(), 'it is up')
  await assert.rejects(
    link.run(defineScript("return redis.error_reply('NO not this')"), { keys: [], values: [] }),
    /NO not this/,
  )
  assert.ok(link.isUp())
})

test('a frozen Redis costs the deadline once; then it is left alone until it answers a ping', async () => {
  const redis = await openTestRedis()
  const { link, lines } = open(redis.url, 500)
  await until(() => link.isUp(), 'it is up')
  redis.freeze()
  await assert.rejects(link.run(ECHO, { keys: [], values: ['x'] }), { code: 'UNREACHABLE' })
  assert.equal(link.isUp(), false)
  // What is refused without asking is refused before anything else has its turn.
  const turn = Promise.withResolvers<string>()
  setImmediate(() => turn.resolve('later'))
  const refused = link.run(ECHO, { keys: [], values: ['x'] }).catch(() => 'at once')
  assert.equal(await Promise.race([refused, turn.promise]), 'at once')
  redis.thaw()
  await until(() => link.isUp(), 'it is up again')
  assert.equal(String(await link.run(ECHO, { keys: [], values: ['back'] })), 'back')
  assert.equal(lines.filter((line) => line.includes('left alone')).length, 1)
})

test('messages are heard again after Redis was killed and started, and each return is told', async () => {
  const redis = await openTestRedis()
  const { link } = open(redis.url)
  const heard: string[] = []
  let returns = 0
  link.onBack(() => (returns += 1))
  link.listen('news', (text) => heard.push(text))
  const isHeard = async (text: string): Promise<boolean> => {
    if (link.isUp()) await redis.command('PUBLISH', 'news', text)
    return heard.includes(text)
  }
  await until(() => isHeard('first'), 'it is heard')
  const before = returns
  await redis.kill()
  await until(() => !link.isUp(), 'it is noticed')
  assert.equal((await link.observe()).state, 'down')
  await redis.start()
  await until(() => isHeard('second'), 'it is heard again')
  assert.ok(returns > before)
})

test('a Redis that is not set up as a cache is told loudly, one that is says how full it is', async () => {
  const bare = await openTestRedis()
  const { link, lines } = open(bare.url)
  await until(() => lines.some((line) => line.includes('Redis is not set up safely')), 'it is logged')
  assert.equal((await link.observe()).state, 'degraded')
  assert.match((await link.observe()).detail, /set maxmemory/)
  const fit = await openTestRedis({ maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lfu' })
  const { link: good } = open(fit.url)
  await until(
    async () => /allkeys-lfu, \d+ MB used, of 64 MB\./.test((await good.observe()).detail),
    'its memory is known',
  )
  assert.equal((await good.observe()).state, 'ok')
})

const HERE = { host: '127.0.0.1', isEncrypted: false, hasPassword: false }

function infoOf({ policy = 'allkeys-lfu', maxBytes = 2e9, version = '7.0.15', more = '' }): string {
  return `# Server\r\nredis_version:${version}\r\n# Memory\r\nused_memory:1048576\r\nmaxmemory:${maxBytes}\r\nmaxmemory_policy:${policy}\r\n${more}`
}

test('each way of dealing with memory that is unsafe for a cache says what to set', () => {
  const told = (policy: string, maxBytes: number): string =>
    describeServer(infoOf({ policy, maxBytes }), HERE).unsafe.join()
  assert.equal(told('allkeys-lfu', 2e9), '')
  assert.equal(told('allkeys-lru', 2e9), '')
  assert.match(told('allkeys-lfu', 0), /set maxmemory\./)
  assert.match(told('noeviction', 2e9), /set maxmemory-policy allkeys-lfu/)
  assert.match(told('volatile-ttl', 2e9), /set maxmemory-policy allkeys-lfu/)
})

test('a disk that takes nothing, and more memory than the machine has, are unsafe, and each says what to do', () => {
  const told = (more: string): string[] => {
    const { unsafe, isGrave } = describeServer(infoOf({ more }), HERE)
    assert.equal(isGrave, unsafe.length > 0)
    return [...unsafe]
  }
  const well = 'rdb_last_bgsave_status:ok\r\naof_last_write_status:ok\r\naof_last_bgrewrite_status:ok\r\n'
  assert.deepEqual(told(`${well}total_system_memory:8000000000\r\n`), [])
  for (const [more, words] of [
    ['rdb_last_bgsave_status:err\r\n', /could not save.*may refuse writes/],
    ['aof_last_write_status:err\r\n', /append-only file and refuses writes/],
    ['aof_last_bgrewrite_status:err\r\n', /could not rewrite/],
    ['total_system_memory:2000000000\r\n', /1907 MB of a machine with 1907 MB: set maxmemory/],
  ] as const)
    assert.match(told(more).join(), words)
})

test('a Redis whose disk takes nothing any more is told of', async () => {
  const redis = await openTestRedis({ maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lfu' })
  rmSync(redis.folder, { recursive: true })
  const save = async (): Promise<boolean> => {
    await redis.command('BGSAVE').catch(() => undefined)
    return /rdb_last_bgsave_status:err/.test(String(await redis.command('INFO', 'persistence')))
  }
  await until(save, 'it could not save')
  const { link, lines } = open(redis.url)
  await until(() => lines.some((line) => line.includes('It could not save to its disk')), 'it is logged')
  assert.equal((await link.observe()).state, 'degraded')
})

test('beyond this machine a Redis without a password is unsafe, one without TLS is told of, and one that is too old as well', () => {
  const away = { ...HERE, host: '10.0.0.3' }
  const open = describeServer(infoOf({}), away)
  assert.ok(open.isGrave)
  assert.match(open.unsafe.join(), /lets anybody in.*REDIS_URL.*rediss:/)
  const plain = describeServer(infoOf({}), { ...away, hasPassword: true })
  assert.equal(plain.isGrave, false)
  assert.match(plain.detail, /Redis 7\.0\.15, allkeys-lfu, 1 MB used, of 1907 MB\. .*rediss:/)
  assert.deepEqual(describeServer(infoOf({}), { ...away, hasPassword: true, isEncrypted: true }).unsafe, [])
  for (const [version, isOld] of [
    ['6.0.16', true],
    ['5.0.7', true],
    ['6.2.0', false],
    ['10.1.0', false],
  ] as const)
    assert.equal(describeServer(infoOf({ version }), HERE).isGrave, isOld, version)
})

test('settings that may not be read are said to be unknown, with what to allow', async () => {
  const redis = await openTestRedis()
  await redis.command('ACL', 'SETUSER', 'silent', 'on', '>p', 'allkeys', 'allchannels', '+@all', '-info')
  const { link, lines } = open(redis.url.replace('//', '//silent:p@'))
  await until(() => lines.some((line) => line.includes('allow it +info')), 'it is logged')
  const { state, detail } = await link.observe()
  assert.equal(state, 'ok')
  assert.match(detail, /not known: its user may not ask: allow it \+info/)
})
