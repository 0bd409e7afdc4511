import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { findUnprivilegedAccount } from '#platform/postgres/unprivileged-account.ts'
import { requireProgram } from './find-program.ts'
import { freePort } from './free-port.ts'

const START_LIMIT_MS = 20_000

interface Pooler {
  readonly place: { readonly host: string; readonly port: number }
  /** What one command of its own console answers, as its operator would read it. */
  show(what: 'pools' | 'servers'): Promise<Record<string, unknown>[]>
}

/**
 * A real PgBouncer in transaction mode before the engine of `target`, with so many connections to it or by another file, which has
 * `target.user` among its administrators. Ends with the test file.
 */
export async function openTestPooler(
  target: pg.ClientConfig,
  how: number | ((place: Place) => string),
): Promise<Pooler> {
  const program = requireProgram('pgbouncer')
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'sophia-pooler-'))
  chmodSync(folder, 0o755)
  const { user = '', password = '' } = target
  // It reads the password as it stands, and proves with it both that clients know it and that it does itself.
  writeFileSync(join(folder, 'users.txt'), `"${user}" "${String(password)}"\n`)
  const place = { target, port, folder }
  writeFileSync(join(folder, 'pgbouncer.ini'), typeof how === 'number' ? configFor(place, how) : how(place))
  // It refuses to run as root, and the engine's socket is open to the engine's account alone.
  const account = await findUnprivilegedAccount()
  const identity = account ? { uid: account.uid, gid: account.gid } : {}
  const child = spawn(program, ['-q', join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...identity,
  })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    rmSync(folder, { recursive: true, force: true })
  })
  const address = { host: '127.0.0.1', port }
  const ask = (text: string, database: string): Promise<pg.QueryResult> =>
    askOnce({ ...target, ...address, database }, text)
  for (const deadline = performance.now() + START_LIMIT_MS; ; await delay(50)) {
    const isUp = await ask('show version', 'pgbouncer').then(
      () => true,
      () => false,
    )
    if (isUp) break
    if (performance.now() > deadline) throw new Error(`PgBouncer does not start: ${said}`)
  }
  return { place: address, show: async (what) => (await ask(`show ${what}`, 'pgbouncer')).rows }
}

async function askOnce(connection: pg.ClientConfig, text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ ...connection, connectionTimeoutMillis: 5000 })
  await client.connect()
  try {
    return await client.query(text)
  } finally {
    await client.end()
  }
}

/** What such a file is written for. */
export interface Place {
  readonly target: pg.ClientConfig
  readonly port: number
  /** `users.txt` lies there. */
  readonly folder: string
}

/** What an operator would write, with Debian's version 1.18 in mind. */
function configFor({ target, port, folder }: Place, poolSize: number): string {
  return `[databases]
* = host=${target.host} port=${target.port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
admin_users = ${target.user}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 1000
`
}
