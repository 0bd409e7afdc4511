import assert from 'node:assert/strict'
import { test } from 'node:test'
import pino from 'pino'
import pg from 'pg'
import { systemClock as clock } from '#platform/clock.ts'
import { listenFor, openTestWakeups, untilHeard } from '../../../test/support/heard-wakeups.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openTestRedis, type RedisServer } from '../../../test/support/redis.ts'
import { freePort } from '../../../test/support/free-port.ts'
import { until } from '../../../test/support/until.ts'
import { openWakeups } from './open-wakeups.ts'
import type { Wakeups } from './wakeups.ts'

const { connection } = await openTestDatabase()
const log = pino({ level: 'silent' })

function open(redisUrl: string | null = null, namespace = 'one'): Wakeups {
  return openTestWakeups({ connection, redisUrl, namespace })
}

for (const kind of ['Redis', 'PostgreSQL'] as const) {
  test(`${kind}: others hear what is told, by topic; who tells does not, nor who has stopped`, async () => {
    const url = kind === 'Redis' ? (await openTestRedis()).url : null
    const [one, other] = [open(url), open(url)]
    const [own, far, aside] = [listenFor(one), listenFor(other), listenFor(other, 'people')]
    await untilHeard(one, far, 'first')
    await untilHeard(other, own, 'back')
    assert.ok(!own.heard.includes('first'))
    assert.ok(aside.heard.every((word) => word === null))
    assert.ok(far.gaps() >= 1, 'what was told before it heard is not known')
    far.stop()
    const second = listenFor(other)
    await untilHeard(one, second, 'after')
    assert.ok(!far.heard.includes('after'))
  })

  test(`${kind}: who listens later, to what is heard or to another topic, is told of the gap before it too`, async () => {
    const wakeups = open(kind === 'Redis' ? (await openTestRedis()).url : null)
    const first = listenFor(wakeups)
    await until(() => first.gaps() > 0, 'the first is told')
    const later = [listenFor(wakeups), listenFor(wakeups, 'people')]
    for (const one of later) await until(() => one.gaps() > 0, 'the later one is told')
    first.stop()
    later[0]?.stop()
    const anew = listenFor(wakeups)
    await until(() => anew.gaps() > 0, 'who listens anew is told')
  })
}

test('Redis frozen, then killed and started: nobody waits, all are told of the gap and hear again', async () => {
  const redis = await openTestRedis()
  const [one, other] = [open(redis.url), open(redis.url)]
  const far = listenFor(other)
  await untilHeard(one, far, 'before')
  redis.freeze()
  for (let count = 0; count < 5000; count += 1) one.tell('turn', 'lost')
  redis.thaw()
  await untilHeard(one, far, 'thawed')
  const gaps = far.gaps()
  await redis.kill()
  one.tell('turn', 'into the void')
  await redis.start()
  await until(() => far.gaps() > gaps, 'the gap is told')
  await untilHeard(one, far, 'again')
})

test('deployments that share a Redis do not hear each other', async () => {
  const redis = await openTestRedis()
  const [one, same, other] = [open(redis.url), open(redis.url), open(redis.url, 'two')]
  const [near, far] = [listenFor(same), listenFor(other)]
  await until(() => far.gaps() > 0, 'the other listens')
  await untilHeard(one, near, 'mine')
  await untilHeard(other, listenFor(open(redis.url, 'two')), 'theirs')
  assert.ok(far.heard.every((word) => word === null))
})

test('PostgreSQL cuts the line: it comes back, tells of the gap and is heard again', async () => {
  const [one, other] = [open(), open()]
  const far = listenFor(other)
  await untilHeard(one, far, 'before')
  const gaps = far.gaps()
  const client = new pg.Client(connection)
  await client.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sophia wakeups' and datname = current_database()`,
  )
  await client.end()
  await until(() => far.gaps() > gaps, 'the gap is told')
  await untilHeard(one, far, 'again')
})

test('a process alone at its database notifies nobody; a short command is heard before it ends', async () => {
  const own = await openTestDatabase()
  const here = { connection: own.connection, clock, log, redis: null, namespace: 'one' }
  const watcher = new pg.Client(own.connection)
  await watcher.connect()
  const seen: string[] = []
  watcher.on('notification', ({ payload = '' }) => payload !== 'hello ' && seen.push(payload.split(' ').at(-1) ?? ''))
  await watcher.query('listen sophia_wakeups')
  const alone = openWakeups(here)
  const hears = listenFor(alone)
  await until(() => hears.gaps() > 0, 'it listens')
  const command = openWakeups(here)
  command.tell('turn', 'from-a-command')
  await command.close()
  await until(() => hears.heard.includes('from-a-command'), 'it is heard')
  await alone.close()
  const single = openWakeups(here)
  single.tell('turn', 'to-nobody')
  await single.close()
  await watcher.query("notify sophia_wakeups, 'end'")
  await until(() => seen.includes('end'), 'the end is seen')
  await watcher.end()
  assert.deepEqual(seen, ['from-a-command', 'end'])
})

test('what is told before it is known how is heard all the same', async () => {
  const redis = await openTestRedis()
  const far = listenFor(open(redis.url))
  await until(() => far.gaps() > 0, 'it listens')
  open(redis.url).tell('turn', 'early')
  await until(() => far.heard.includes('early'), 'it is heard')
  const command = open(redis.url)
  command.tell('turn', 'from-a-command')
  await command.close()
  await until(() => far.heard.includes('from-a-command'), 'it is heard')
})

/** How often Redis refused to publish by shards. */
async function refusals(redis: RedisServer): Promise<number> {
  const text = String(await redis.command('INFO', 'commandstats'))
  return Number(/cmdstat_spublish:.*rejected_calls=(\d+)/.exec(text)?.[1] ?? 0)
}

test('a cluster without its slots is asked again: who came before hears who came after', async () => {
  const redis = await openTestRedis({ 'cluster-enabled': 'yes', 'cluster-port': String(await freePort()) })
  const one = open(redis.url)
  const near = listenFor(one)
  await until(async () => (await refusals(redis)) > 0, 'it was refused')
  await redis.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
  const other = open(redis.url)
  const far = listenFor(other)
  await untilHeard(other, near, 'from-the-later')
  await untilHeard(one, far, 'from-the-earlier')
})

test('a Redis whose rights are others after a reconnect is heard in the manner that holds then', async () => {
  const redis = await openTestRedis()
  await redis.command('ACL', 'SETUSER', 'default', '-spublish')
  const one = open(redis.url)
  const near = listenFor(one)
  await until(() => near.gaps() > 0, 'it listens')
  await redis.command('ACL', 'SETUSER', 'default', '+spublish')
  await redis.command('CLIENT', 'KILL', 'TYPE', 'pubsub')
  await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
  const other = open(redis.url)
  const far = listenFor(other)
  await untilHeard(other, near, 'from-the-later')
  await untilHeard(one, far, 'from-the-earlier')
})
