import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { requireProgram } from '../find-program.ts'
import { startProgram, type Program } from '../program.ts'
import { isReady, type Replica } from './start-replica.ts'

const SHIPPED = join(import.meta.dirname, '../../../deploy/haproxy/haproxy.cfg')
const READY_LIMIT_MS = 60_000

export interface Balancer {
  readonly url: string
  pid(): number
  start(): Promise<void>
  /** Until it sends traffic to a replica. */
  untilReady(): Promise<void>
  kill(): Promise<void>
}

interface BalancerNeeds {
  readonly folder: string
  readonly port: number
  readonly replicas: readonly Pick<Replica, 'name' | 'port'>[]
  /** What a test has otherwise than it ships, such as shorter limits. */
  readonly change?: (text: string) => string
}

/** HAProxy with the configuration that ships, on loopback; only its addresses are others, unless a test changes more. It starts before or after the replicas. */
export async function createHaproxy({
  folder,
  port,
  replicas,
  change = (text) => text,
}: BalancerNeeds): Promise<Balancer> {
  const path = requireProgram('haproxy')
  const file = join(folder, 'haproxy.cfg')
  await writeFile(file, withAddresses(change(await readFile(SHIPPED, 'utf8')), { port, replicas }))
  const url = `http://127.0.0.1:${port}`
  let program: Program | undefined
  const untilReady = async (): Promise<void> => {
    for (const deadlineMs = performance.now() + READY_LIMIT_MS; performance.now() < deadlineMs; await delay(50)) {
      if (program?.isOver()) break
      if (await isReady(url)) return
    }
    throw new Error(`There is no replica behind HAProxy:\n${program?.output() ?? ''}`)
  }
  return {
    url,
    pid: () => program?.pid ?? 0,
    async start() {
      // In the foreground: one process, which ends when it is told to.
      program = startProgram(path, ['-db', '-f', file], { isDetached: true })
      await untilListening(url, program)
    },
    untilReady,
    async kill() {
      program?.kill('SIGKILL')
      await program?.ended
    },
  }
}

async function untilListening(url: string, program: Program): Promise<void> {
  for (const deadlineMs = performance.now() + READY_LIMIT_MS; performance.now() < deadlineMs; await delay(20)) {
    if (program.isOver()) break
    // Any answer will do: without a replica it is a 503.
    const isThere = await fetch(`${url}/livez`).then(
      (answer) => answer.arrayBuffer().then(() => true),
      () => false,
    )
    if (isThere) return
  }
  throw new Error(`HAProxy does not start:\n${program.output()}`)
}

function withAddresses(text: string, { port, replicas }: Pick<BalancerNeeds, 'port' | 'replicas'>): string {
  const servers = replicas.map((replica) => `    server ${replica.name} 127.0.0.1:${replica.port}\n`)
  const bound = text.replace(/^( *bind ).*$/m, `$1127.0.0.1:${port}`)
  return bound.replace(/^( *server .*\n)+/m, servers.join(''))
}
