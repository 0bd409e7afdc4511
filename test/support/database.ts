import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import { mkdtemp, rm, chmod } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { openDatabase, type Database, type DatabaseSettings } from '#platform/postgres/database.ts'
import { migrate, readMigrations } from '#platform/postgres/migrate.ts'
import { freePort } from './free-port.ts'
import { startPrivateEngine, type PrivateEngine } from './private-engine.ts'

export interface TestDatabase {
  readonly database: Database
  readonly connection: pg.ClientConfig
  /** Called by itself when the test file ends; calling it earlier is harmless. Throws what was never given back, with the place that took it. */
  close(): Promise<void>
}

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url))
const START_LIMIT_MS = 60_000

/** Every pool that was opened in this process, by whatever way. */
const opened: Database[] = []
channel('sophia.database.opened').subscribe((database) => opened.push(database as Database))

/** A pool whose closing nobody waited for tells nobody of what it lacks: so what never came back fails the file at its end. */
process.on('exit', () => {
  const places = opened.flatMap((database) => database.held().map(({ stack }) => `taken\n${stack}`))
  if (places.length === 0) return
  process.stderr.write(`connections were not given back by the end of ${process.argv[1]}:\n${places.join('\n')}\n`)
  process.exitCode = 1
})

/**
 * A fresh database with all migrations applied, cloned from a template in the shared engine.
 * Opened at the top of a test file it lives as long as the file; inside a test, as long as that test (or suite).
 */
export async function openTestDatabase(settings: Partial<DatabaseSettings> = {}): Promise<TestDatabase> {
  const admin = await findEngine()
  const template = await prepareTemplate(admin)
  return openNamed(admin, settings, `create database %name% template ${template}`)
}

/** A fresh database with nothing in it, for the tests of migrations and restores. */
export async function openEmptyDatabase(settings: Partial<DatabaseSettings> = {}): Promise<TestDatabase> {
  return openNamed(await findEngine(), settings, 'create database %name%')
}

/** An engine of one's own, durable as in production, for tests that kill it. Stopped and removed after the file. */
export async function startTestEngine({ isOverTcp = false } = {}): Promise<PrivateEngine & { home: string }> {
  const home = await mkdtemp(join(tmpdir(), 'sophia-engine-'))
  await chmod(home, 0o711)
  const port = isOverTcp ? await freePort() : undefined
  const engine = await startPrivateEngine({ home, isDurable: true, ...(port === undefined ? {} : { port }) })
  after(async () => {
    await engine.stop()
    await rm(home, { recursive: true, force: true })
  })
  return { ...engine, home }
}

async function openNamed(
  admin: pg.ClientConfig,
  settings: Partial<DatabaseSettings>,
  statement: string,
): Promise<TestDatabase> {
  const name = `test_${randomBytes(6).toString('hex')}`
  await withClient(admin, (client) => client.query(statement.replace('%name%', name)))
  const connection = { ...admin, database: name }
  const database = openDatabase({ poolMax: 5, ...settings, connection })
  const end = (): Promise<void> =>
    database
      .close()
      .finally(() => withClient(admin, (client) => client.query(`drop database if exists ${name} with (force)`)))
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= end())
  after(close)
  return { database, connection, close }
}

/** Made once per state of the migrations folder, whichever test file comes first. */
async function prepareTemplate(admin: pg.ClientConfig): Promise<string> {
  const hashes = (await readMigrations(MIGRATIONS)).map((file) => file.hash).join()
  const name = `template_${createHash('sha256').update(hashes).digest('hex').slice(0, 16)}`
  await withClient(admin, async (client) => {
    await client.query('select pg_advisory_lock(1)')
    const found = await client.query('select 1 from pg_database where datname = $1 and not datallowconn', [name])
    if (found.rowCount) return
    await client.query(`drop database if exists ${name} with (force)`)
    await client.query(`create database ${name}`)
    await migrate({ connection: { ...admin, database: name }, folder: MIGRATIONS })
    // A template with a visitor cannot be cloned.
    await client.query(`alter database ${name} with allow_connections false`)
  })
  return name
}

async function withClient<Result>(
  connection: pg.ClientConfig,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(connection)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

let engine: Promise<pg.ClientConfig> | undefined

/** The shared engine's administration database. The open socket to its keeper is what keeps it alive. */
function findEngine(): Promise<pg.ClientConfig> {
  engine ??= askKeeper()
  return engine
}

async function askKeeper(): Promise<pg.ClientConfig> {
  const keeper = fileURLToPath(new URL('./engine-keeper.ts', import.meta.url))
  const address = keeperAddress(keeper)
  const deadline = performance.now() + START_LIMIT_MS
  for (let round = 0; performance.now() < deadline; round += 1) {
    const line = await readLine(address)
    if (line !== undefined) return parseAnswer(line)
    // Several may be started at once; all but the first find the address taken and leave.
    if (round % 40 === 0) {
      spawn(process.execPath, [keeper, JSON.stringify(address)], { detached: true, stdio: 'ignore' }).unref()
    }
    await delay(50)
  }
  throw new Error('the shared test engine does not start')
}

/** An address that the system frees by itself when its process dies. One per working copy. */
function keeperAddress(keeper: string): { path: string } | { host: string; port: number } {
  const hash = createHash('sha256')
    .update(`${keeper} ${process.getuid?.() ?? ''}`)
    .digest()
  const name = `sophia-test-${hash.toString('hex').slice(0, 16)}`
  if (process.platform === 'linux') return { path: `\0${name}` }
  if (process.platform === 'win32') return { path: `\\\\.\\pipe\\${name}` }
  return { host: '127.0.0.1', port: 20_000 + (hash.readUInt16BE(0) % 20_000) }
}

function readLine(address: { path: string } | { host: string; port: number }): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = connect(address)
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk: string) => {
      text += chunk
      if (!text.endsWith('\n')) return
      // It stays open for as long as this process lives, but does not keep it from ending.
      socket.unref()
      resolve(text)
    })
    socket.on('error', () => resolve(undefined))
    socket.on('close', () => resolve(undefined))
  })
}

function parseAnswer(line: string): pg.ClientConfig {
  // written by our own keeper
  const answer = JSON.parse(line) as pg.ClientConfig & { fault?: string }
  if (answer.fault) throw new Error(`the shared test engine does not start: ${answer.fault}`)
  return answer
}
