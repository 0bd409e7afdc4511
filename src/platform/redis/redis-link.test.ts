import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import pino from 'pino'
import { systemClock as clock } from '#platform/clock.ts'
import { openTestRedis } from '../../../test/support/redis.ts'
import { until } from '../../../test/support/until.ts'
import { describeMemory } from './memory-state.ts'
import { defineScript, openRedis } from './redis-link.ts'

const ECHO = defineScript('return ARGV[1]')

/** Longer than a busy machine is away. */
const PATIENT_MS = 10_000

function open(url: string, deadlineMs = PATIENT_MS) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) })
  const link = openRedis({ url, clock, log, deadlineMs })
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
  await until(() => lines.some((line) => line.includes('Redis is not set up as a cache')), 'it is logged')
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

test('each way of dealing with memory that is unsafe for a cache says what to set', () => {
  const told = (policy: string, maxBytes: number): string | null =>
    describeMemory(`# Memory\r\nused_memory:1048576\r\nmaxmemory:${maxBytes}\r\nmaxmemory_policy:${policy}\r\n`).unsafe
  assert.equal(told('allkeys-lfu', 2e9), null)
  assert.equal(told('allkeys-lru', 2e9), null)
  assert.match(told('allkeys-lfu', 0) ?? '', /set maxmemory\./)
  assert.match(told('noeviction', 2e9) ?? '', /set maxmemory-policy allkeys-lfu/)
  assert.match(told('volatile-ttl', 2e9) ?? '', /set maxmemory-policy allkeys-lfu/)
})
