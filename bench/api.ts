import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runOpenLoop, type Call, type Measured } from './support/open-loop.ts'
import { cpuMsOf, makeBenchHome, removeHome, serveScript, serveSophia, type Served } from './support/sophia-process.ts'

interface BenchOptions {
  readonly args: string[]
  readonly isQuick: boolean
}

const ADMIN_KEY = `sk-sophia-${'b'.repeat(43)}`
/** Half of what one member may ask per second, so that no limit is measured instead of the API. */
const RPS_PER_MEMBER = 10
const WARM_UP_SECONDS = 3

const FLOOR_SERVER = `import { createServer } from 'node:http'
const body = JSON.stringify({ items: Array.from({ length: 50 }, (_, index) => ({ id: 'deal-' + index, name: 'A deal of some length', amountMicros: index * 1e6 })) })
createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end(body)).listen(Number(process.env.SOPHIA_PORT), '127.0.0.1')
process.on('SIGTERM', () => process.exit(0))`

const Items = z.object({ items: z.array(z.object({ id: z.string() })) })
const Invited = z.object({ link: z.string() })
const Made = z.object({ secret: z.string() })

/**
 * `--rps N` (200): mixed reads over the sample company by several members, open loop, in one run with a bare node:http
 * server under the same load as the floor. Server, database and load share the machine.
 */
export async function run({ args, isQuick }: BenchOptions) {
  const { values } = parseArgs({ args, options: { rps: { type: 'string' } }, strict: false })
  const requestsPerSecond = Number(values.rps ?? 200)
  if (!(requestsPerSecond > 0)) throw new Error('--rps takes a number above 0')
  const seconds = isQuick ? 10 : 30
  const home = await makeBenchHome()
  const sophia = await serveSophia(home, { SOPHIA_ADMIN_API_KEY: ADMIN_KEY })
  try {
    const callAt = await prepareCalls(sophia.url, requestsPerSecond)
    const measured = await measure(sophia, { requestsPerSecond, seconds, callAt })
    const floorServer = await serveScript(FLOOR_SERVER)
    const floor = await measure(floorServer, {
      requestsPerSecond,
      seconds,
      callAt: () => ({ url: floorServer.url, kind: 'floor', headers: {} }),
    })
    await floorServer.stop()
    const ratios = { p50ToFloor: ratio(measured.p50Ms, floor.p50Ms), p95ToFloor: ratio(measured.p95Ms, floor.p95Ms) }
    const baselines = {
      floorP50Ms: floor.p50Ms,
      floorP95Ms: floor.p95Ms,
      floorP99Ms: floor.p99Ms,
      floorCpuMsPerRequest: floor.cpuMsPerRequest,
    }
    return { results: { rps: requestsPerSecond, seconds, ...measured }, baselines, ratios }
  } finally {
    await sophia.stop()
    await removeHome(home)
  }
}

interface Load {
  readonly requestsPerSecond: number
  readonly seconds: number
  readonly callAt: (index: number) => Call
}

async function measure(served: Served, load: Load): Promise<Measured & { cpuMsPerRequest: number | null }> {
  await runOpenLoop({ ...load, seconds: WARM_UP_SECONDS })
  const beforeMs = cpuMsOf(served.pid)
  const measured = await runOpenLoop(load)
  const afterMs = cpuMsOf(served.pid)
  const isKnown = beforeMs !== undefined && afterMs !== undefined
  return {
    ...measured,
    cpuMsPerRequest: isKnown ? Math.round(((afterMs - beforeMs) / measured.requests) * 1000) / 1000 : null,
  }
}

/** Loads the sample company, lets members in, and mixes what screens ask for in the proportion they ask for it. */
async function prepareCalls(url: string, requestsPerSecond: number): Promise<(index: number) => Call> {
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  await ask(`${url}/api/sample`, { method: 'POST', headers: admin })
  const keys: string[] = []
  for (let member = 0; member < Math.ceil(requestsPerSecond / RPS_PER_MEMBER); member += 1)
    keys.push(await letIn(url, member))
  const deals = Items.parse(await ask(`${url}/api/deals?limit=50`, { headers: admin })).items.map((deal) => deal.id)
  const clients = Items.parse(await ask(`${url}/api/clients?limit=50`, { headers: admin })).items.map(
    (client) => client.id,
  )
  const paths: ((index: number) => string)[] = [
    () => '/api/home',
    () => '/api/deals?limit=50',
    () => '/api/deals?limit=50',
    (index) => `/api/deals/${pick(deals, index)}`,
    (index) => `/api/deals/${pick(deals, index)}`,
    (index) => `/api/deals/${pick(deals, index)}/risk`,
    () => '/api/clients?limit=50',
    (index) => `/api/clients/${pick(clients, index)}`,
    (index) => `/api/clients/${pick(clients, index)}/health`,
    () => '/api/conversations',
    () => '/api/me',
    () => '/api/personas',
  ]
  return (index) => {
    const path = pick(paths, index)(Math.floor(index / paths.length))
    const kind = path.replace(/\/(deals|clients)\/[^/]+/, '/$1/:id')
    return { url: `${url}${path}`, kind, headers: { authorization: `Bearer ${pick(keys, index)}` } }
  }
}

/** A new member with all rows and a key of their own. */
async function letIn(url: string, number: number): Promise<string> {
  const send = (path: string, body: unknown, headers: Record<string, string>): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const admin = { authorization: `Bearer ${ADMIN_KEY}` }
  const wanted = { email: `bench${number}@example.com`, name: `Bench ${number}`, role: 'admin', rowScope: 'all' }
  const { link } = Invited.parse(await (await send('/api/members', wanted, admin)).json())
  const token = new URL(link).hash.replace('#token=', '')
  const signedIn = await send('/api/session', { token }, {})
  const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
  return Made.parse(
    await (await send('/api/keys', { name: 'bench', actions: null, expiresInDays: null }, { cookie })).json(),
  ).secret
}

async function ask(url: string, options: RequestInit): Promise<unknown> {
  const answer = await fetch(url, options)
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`)
  return answer.json()
}

function pick<Item>(items: readonly Item[], index: number): Item {
  const item = items[index % items.length]
  if (item === undefined) throw new Error('the sample company is empty')
  return item
}

function ratio(value: number, floor: number): number {
  return Math.round((value / floor) * 100) / 100
}
