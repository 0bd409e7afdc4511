import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { createCrowd, type Crowd } from './sockets/socket-crowd.ts'
import { cpuMsOf, makeBenchHome, removeHome } from './support/sophia-process.ts'

const KEY = `sk-sophia-${'s'.repeat(43)}`
const PER_MEMBER = 10
const Started = z.object({ url: z.string(), tokens: z.array(z.string()) })
const Measured = z.object({ rssBytes: z.number() })

/**
 * What ten thousand idle connections cost the serving process (its memory is read after a collection), how long it takes until all are
 * back after all were cut at once, and until half of them have heard of one change. `--quick`: a tenth of them, and figures of its own.
 * Clients, server and database share the machine.
 */
export async function run({ isQuick }: { readonly isQuick: boolean }) {
  const home = await makeBenchHome()
  const count = isQuick ? 1000 : 10_000
  const server = fork(join(import.meta.dirname, 'sockets-worker.ts'), [String(count / PER_MEMBER)], {
    env: { ...process.env, SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY },
    execArgv: ['--expose-gc', '--max-semi-space-size=8'],
  })
  try {
    const [told] = z.tuple([Started]).parse((await once(server, 'message')).slice(0, 1))
    return await measure(server, { ...told, count })
  } finally {
    const gone = once(server, 'exit')
    server.kill('SIGTERM')
    await gone
    await removeHome(home)
  }
}

interface Told extends z.infer<typeof Started> {
  readonly count: number
}

async function measure(server: ChildProcess, { url, tokens, count }: Told) {
  const heard = { count: 0, enough: 0, onEnough: (): void => undefined }
  const onFrame = (text: string): void => {
    if (text.includes('servers-changed') && (heard.count += 1) === heard.enough) heard.onEnough()
  }
  const crowd = createCrowd({ url, tokens, onFrame })
  // What the first connections of all load and compile belongs to the process, not to a connection.
  await crowd.open(50, 10)
  crowd.close()
  await delay(1000)
  const emptyBytes = await rssOf(server)
  await crowd.open(count, 50)
  await delay(2000)
  const idleBytes = await rssOf(server)
  const cpuShare = await cpuShareOver(server, 20)
  const calm = await apiP95Ms(url, delay(5000))
  const storming = crowd.storm()
  const stormy = await apiP95Ms(url, storming)
  const storm = await storming
  crowd.close()
  await delay(1000)
  const fanoutMs = await fanOut(url, { crowd, heard, count: count / 2 })
  crowd.close()
  const rssMb = round(idleBytes / 1024 / 1024)
  return {
    results: {
      ...(count === 10_000 ? { idle10kRssMb: rssMb } : { idleSockets: count, idleRssMb: rssMb }),
      bytesPerSocket: Math.round((idleBytes - emptyBytes) / count),
      idleCpuShare: cpuShare,
      reconnectStormSeconds: round(storm.seconds),
      stormRefusals: storm.refusals,
      stormApiP95Ms: stormy,
      ...(count === 10_000 ? { fanout5kMs: fanoutMs } : { fanoutMs }),
    },
    baselines: { emptyRssMb: round(emptyBytes / 1024 / 1024), calmApiP95Ms: calm },
    ratios: { stormApiP95: round(stormy / calm) },
  }
}

async function rssOf(server: ChildProcess): Promise<number> {
  const answered = once(server, 'message')
  server.send('collect')
  return z.tuple([Measured]).parse((await answered).slice(0, 1))[0].rssBytes
}

/** Of one processor. */
async function cpuShareOver({ pid = 0 }: ChildProcess, seconds: number): Promise<number> {
  const before = cpuMsOf(pid) ?? Number.NaN
  await delay(seconds * 1000)
  return round(((cpuMsOf(pid) ?? Number.NaN) - before) / 1000 / seconds)
}

/** P95 of a request of somebody else, ten a second, for as long as something lasts. */
async function apiP95Ms(url: string, lasting: Promise<unknown>): Promise<number> {
  const took: number[] = []
  let isOver = false
  void lasting.finally(() => (isOver = true))
  while (!isOver) {
    const begunMs = performance.now()
    // oxlint-disable-next-line no-await-in-loop
    const answer = await fetch(`${url}/api/me`, { headers: { authorization: `Bearer ${KEY}` } })
    // oxlint-disable-next-line no-await-in-loop
    await answer.arrayBuffer()
    if (answer.status === 200) took.push(performance.now() - begunMs)
    // oxlint-disable-next-line no-await-in-loop
    await delay(100)
  }
  took.sort((a, b) => a - b)
  return round(took[Math.max(0, Math.ceil(took.length * 0.95) - 1)] ?? Number.NaN)
}

interface FanOut {
  readonly crowd: Crowd
  readonly heard: { count: number; enough: number; onEnough: () => void }
  readonly count: number
}

/** From the request that changes the list of connections until the last of all has heard that it did. */
async function fanOut(url: string, { crowd, heard, count }: FanOut): Promise<number> {
  await crowd.open(count, 50)
  crowd.send({ type: 'topic-subscribe', topic: 'mcp-status' })
  await delay(2000)
  const all = new Promise<void>((resolve) => (heard.onEnough = resolve))
  heard.count = 0
  heard.enough = count
  const begunMs = performance.now()
  const answer = await fetch(`${url}/api/mcp/servers`, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'bench', name: 'Bench', url: 'http://192.0.2.1/mcp' }),
  })
  if (!answer.ok)
    throw new Error(`the list of connections could not be changed: ${answer.status} ${await answer.text()}`)
  await Promise.race([all, delay(30_000).then(() => Promise.reject(new Error(`${heard.count} of ${count} heard`)))])
  return round(performance.now() - begunMs)
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
