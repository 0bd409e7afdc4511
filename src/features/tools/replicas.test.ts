import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pino from 'pino'
import { ServerStatus } from '#contract/mcp.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { openWakeups } from '#platform/wakeups/open-wakeups.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { openFaultServer } from '../../../test/support/mcp/fault-server.ts'
import { openLoopback } from '../../../test/support/mcp/loopback.ts'
import { isHealthy, openToolsHouse, statusWhen, type ToolsHouse } from '../../../test/support/tools-house.ts'

const signal = AbortSignal.timeout(300_000)
const CHILD = fileURLToPath(new URL('../../../test/support/tools-process.ts', import.meta.url))

/** Several houses on one database, all with the same server in their files. */
async function openHouses(count: number, pace = 0.1) {
  const { database, connection } = await openTestDatabase({ poolMax: 30 })
  const server = await openFaultServer({ era: 'modern' })
  const servers = { crm: { url: server.url, critical: true } }
  const open = (): Promise<ToolsHouse> => openToolsHouse({ servers, database, pace, allowPrivate: ['127.0.0.1'] })
  const houses: ToolsHouse[] = []
  for (let number = 0; number < count; number += 1) houses.push(await open())
  return { database, connection, server, servers, houses, open }
}

const instanceOf = async ({ tools, owner }: ToolsHouse): Promise<string> =>
  (await tools.status(owner, {})).monitor.instance

/** What every house says of the server once all say the same and it is as wanted. */
async function agreed(
  houses: readonly ToolsHouse[],
  isSo: (status: ServerStatus) => boolean,
  id = 'crm',
): Promise<ServerStatus> {
  const deadlineMs = performance.now() + 40_000
  while (true) {
    // Each looks by itself every second, but all of them at one moment only when asked to.
    await Promise.all(houses.map(({ tools }) => tools.look()))
    const told = await Promise.all(houses.map(({ tools, owner }) => tools.serverStatus(owner, id)))
    const [first] = told
    if (first && isSo(first) && new Set(told.map((status) => JSON.stringify(status))).size === 1) return first
    if (performance.now() > deadlineMs) assert.deepEqual(told.slice(1), told.slice(0, -1), 'the houses never agreed')
    if (performance.now() > deadlineMs) throw new Error(`it never was as wanted: ${JSON.stringify(first)}`)
    await delay(20)
  }
}

test('whichever house is asked tells the same: state, probes, calls, the last fault, and who probed', async () => {
  const { houses, server } = await openHouses(3)
  const [one, two, three] = houses
  assert.ok(one && two && three)
  await agreed(houses, isHealthy)
  const ask = (house: ToolsHouse) =>
    house.tools.call(house.owner, { name: 'crm__add', call: { input: { a: 1, b: 2 } }, signal })
  for (const house of [one, two, two, three, three, three]) await ask(house)
  const called = await agreed(houses, ({ detail }) => detail?.latency.calls.n === 6)
  assert.ok(called.detail)
  const { availability, probe, protocol } = called.detail
  assert.equal(protocol.era, 'modern')
  assert.ok(Number(availability['5m']) > 0)
  const instances = await Promise.all(houses.map(instanceOf))
  assert.ok(instances.includes(String(probe.by)))
  await server.setFault('http-500', { only: ['tools/call'] })
  await assert.rejects(ask(three))
  await agreed(houses, ({ detail }) => detail?.lastError?.class === 'http')
  await server.setFault('http-500')
  await agreed(houses, ({ state }) => state === 'unhealthy')
  await server.setFault(null)
  await agreed(houses, isHealthy)
})

test('what happens is told alike by all houses, by the same numbers, and a reader may go on at another house', async () => {
  const { houses, server } = await openHouses(2)
  const [one, two] = houses
  assert.ok(one && two)
  await agreed(houses, isHealthy)
  const ends = new AbortController()
  const read = async ({ tools }: ToolsHouse, after: number | null): Promise<string[]> => {
    const told: string[] = []
    for await (const { number, event } of tools.readEvents(after, ends.signal)) {
      told.push(`${number} ${JSON.stringify(event)}`)
      if (event.type === 'state-change' && event.to === 'unhealthy') break
    }
    return told
  }
  const heard: string[] = []
  const stop = two.tools.onEvent(({ number, event }) => void heard.push(`${number} ${JSON.stringify(event)}`))
  const reading = Promise.all([read(one, 0), read(two, 0)])
  await server.setFault('http-500')
  const [first, second] = await reading
  stop()
  assert.deepEqual(first, second)
  const numbers = first?.map((line) => Number.parseInt(line, 10)) ?? []
  assert.deepEqual(
    numbers,
    numbers.map((_number, place) => (numbers[0] ?? 0) + place),
    'none is left out',
  )
  assert.equal(first?.filter((line) => line.includes('"to":"unhealthy"')).length, 1, 'told once, not once a house')
  assert.ok(heard.every((line) => second?.includes(line) || Number.parseInt(line, 10) > (numbers.at(-1) ?? 0)))
  const middle = numbers.at(-3) ?? 0
  assert.deepEqual(await read(two, middle), first?.slice(-2), 'from the number on that the other house told last')
  ends.abort()
})

test('one house asks the server, and the others ask it nothing', async () => {
  const { houses, server } = await openHouses(3)
  const before = await agreed(houses, isHealthy)
  const count = (status: ServerStatus): number => status.detail?.latency.n ?? 0
  const askedBefore = server.seen.length
  const later = await agreed(houses, (status) => count(status) >= count(before) + 5)
  assert.equal(later.detail?.probe.by, before.detail?.probe.by)
  const probing = await Promise.all(
    houses.map(async ({ tools, owner }) => (await tools.status(owner, {})).monitor.probing),
  )
  assert.deepEqual(
    probing.toSorted((one, other) => one - other),
    [0, 0, 1],
  )
  // Each probe is one request, now and then with a list of the tools; one may be under way.
  const most = count(later) - count(before) + 3
  assert.ok(server.seen.length - askedBefore <= most, `${server.seen.length - askedBefore} requests, at most ${most}`)
})

test('tools that are agreed to, and servers that come, change and go, are known to all', async () => {
  const { houses, server, database } = await openHouses(2)
  const [one, two] = houses
  assert.ok(one && two)
  await agreed(houses, isHealthy)
  const other = await openFaultServer({ era: 'modern' })
  await one.tools.addServer(one.owner, { id: 'added', name: 'Added', url: other.url })
  const idsAt = async (house: ToolsHouse): Promise<string[]> => {
    // By itself each house looks every second.
    await house.tools.look()
    return house.tools.listServers().map(({ id }) => id)
  }
  assert.deepEqual(await idsAt(two), ['crm', 'added'])
  await statusWhen(two, 'added', { isSo: isHealthy, what: 'healthy' })
  await one.tools.changeServer(one.owner, { id: 'added', change: { name: 'Renamed', enabled: false } })
  await two.tools.look()
  const renamed = await two.tools.serverStatus(two.owner, 'added')
  assert.deepEqual([renamed.name, renamed.state], ['Renamed', 'disabled'])
  await two.tools.changeServer(two.owner, { id: 'added', change: { enabled: true } })
  await agreed(houses, isHealthy, 'added')

  await server.setFault('changed-description')
  await one.tools.probe(one.owner, 'crm')
  const changed = (house: ToolsHouse) =>
    house.tools.listTools(house.owner, 'crm').filter(({ state }) => state === 'changed')
  const [tool] = changed(one)
  assert.ok(tool)
  await agreed(houses, ({ reason }) => reason === 'capability_drift')
  await two.tools.look()
  assert.deepEqual(changed(two), [tool])
  await two.tools.approve(two.owner, { id: 'crm', approval: {} })
  await one.tools.look()
  assert.deepEqual(changed(one), [])
  await agreed(houses, isHealthy)
  const call = { input: { a: 1, b: 2, text: 'x' }, idempotencyKey: `key-${createId()}` }
  assert.equal((await one.tools.call(one.owner, { name: tool.name, call, signal })).ok, true)

  await one.tools.removeServer(one.owner, 'added')
  assert.deepEqual(await idsAt(two), ['crm'])
  const { rows } = await database.read((handle) =>
    handle.client.query(`select server_id from mcp_reports union all select server_id from mcp_probers
      union all select server_id from mcp_tools union all select server_id from mcp_transitions`),
  )
  assert.ok(!JSON.stringify(rows).includes('added'), 'nothing is written of it by a house that hears late')
})

test('a slow server that is removed keeps nobody from hearing of the others', async () => {
  // So slow that the test would be over before the line that is being opened were given up.
  const { houses, open } = await openHouses(1, 20)
  const [one] = houses
  assert.ok(one)
  const asked = Promise.withResolvers<void>()
  const slow = await openLoopback(() => createServer(() => asked.resolve()))
  await one.tools.addServer(one.owner, { id: 'slow', name: 'Slow', url: `http://127.0.0.1:${slow.port}/mcp` })
  await asked.promise
  const two = await open()
  await two.tools.removeServer(two.owner, 'slow')
  const other = await openFaultServer({ era: 'modern' })
  await two.tools.addServer(two.owner, { id: 'other', name: 'Other', url: other.url })
  await one.tools.look()
  assert.deepEqual(
    one.tools.listServers().map(({ id }) => id),
    ['crm', 'other'],
  )
  await slow.close()
})

test('after a restore of the database the houses go by what it has, and tell what happens from then on', async () => {
  const { houses, server, database } = await openHouses(2)
  await agreed(houses, isHealthy)
  const query = (text: string) => database.read((handle) => handle.client.query(text))
  await query('update mcp_sequence set seq = seq + 1000000')
  await server.setFault('http-500')
  await agreed(houses, ({ state }) => state === 'unhealthy')
  await server.setFault(null)
  await agreed(houses, isHealthy)
  const ends = new AbortController()
  const isTold = async ({ tools }: ToolsHouse): Promise<boolean> => {
    for await (const { event } of tools.readEvents(null, ends.signal))
      if (event.type === 'state-change' && event.to === 'unhealthy') return true
    return false
  }
  const telling = Promise.all(houses.map(isTold))
  await query(`with reports as (update mcp_reports set seq = 3), told as (delete from mcp_events where number > 5)
    update mcp_sequence set seq = 3, events = 5`)
  await server.setFault('http-500')
  await agreed(houses, ({ state }) => state === 'unhealthy')
  assert.deepEqual(await telling, [true, true])
  ends.abort()
})

test('what one house stored the others hear at once, by a word and not by looking now and then', async () => {
  const { database, connection } = await openTestDatabase({ poolMax: 30 })
  const server = await openFaultServer({ era: 'modern' })
  const open = (): Promise<ToolsHouse> => {
    const log = pino({ level: 'silent' })
    const wakeups = openWakeups({ connection, clock: systemClock, log, redis: null, namespace: 'tools' })
    after(() => wakeups.close())
    // Nobody looks by themselves before the test is over.
    return openToolsHouse({ database, wakeups, pace: 200, allowPrivate: ['127.0.0.1'] })
  }
  const [one, two] = [await open(), await open()]
  await one.tools.addServer(one.owner, { id: 'added', name: 'Added', url: server.url })
  await statusWhen(two, 'added', {
    isSo: isHealthy,
    limitMs: 40_000,
    what: 'healthy at the house that does not ask it',
  })
})

/** The tools room in a process of its own; asked by a line, it tells the status. */
async function openChild(house: ToolsHouse, connection: object) {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(connection), house.file, '0.1'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  after(() => void child.kill('SIGKILL'))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const next = async (): Promise<string> => String((await lines.next()).value)
  const instance = await next()
  return {
    instance,
    kill: (by: NodeJS.Signals) => void child.kill(by),
    status: async (): Promise<ServerStatus> => {
      child.stdin.write('crm\n')
      return ServerStatus.parse(JSON.parse(await next()))
    },
  }
}

for (const end of ['SIGKILL', 'SIGSTOP'] as const)
  test(
    `a house that asks and is ended by ${end} is followed by another, and by one only`,
    { timeout: 120_000 },
    async () => {
      const { houses, connection, server, open } = await openHouses(1)
      const [first] = houses
      assert.ok(first)
      const child = await openChild(first, connection)
      await agreed(houses, isHealthy)
      await first.tools.close()
      const isByChild = ({ detail }: ServerStatus): boolean => detail?.probe.by === child.instance
      while (!isByChild(await child.status())) await delay(20)
      const heirs = [await open(), await open()]
      child.kill(end)
      await server.setFault('http-500')
      const down = await agreed(heirs, (status) => !isByChild(status) && status.state === 'unhealthy')
      const instances = await Promise.all(heirs.map(instanceOf))
      assert.ok(instances.includes(down.detail?.probe.by ?? ''))
      await server.setFault(null)
      await agreed(heirs, isHealthy)
      if (end === 'SIGKILL') return
      child.kill('SIGCONT')
      const told = await child.status()
      // Which of the heirs it is may change where a busy machine lets three seconds pass between two signs of life.
      assert.ok(instances.includes(told.detail?.probe.by ?? ''), 'it finds that another asks')
      await agreed(heirs, (status) => isHealthy(status) && instances.includes(status.detail?.probe.by ?? ''))
    },
  )
