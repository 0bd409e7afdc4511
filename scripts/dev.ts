/**
 * For whoever works on Sophia: the web app with hot reload, and the server, which starts anew at each change of what it is made of.
 * The database goes on meanwhile. All of it lies in a home of its own (SOPHIA_HOME, or sophia-dev beside the usual one).
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer as createListener } from 'node:http'
import { createServer as createProbe } from 'node:net'
import { join } from 'node:path'
import { createLogger, createServer, type Logger } from 'vite'
import { readConfig } from '#platform/config/config.ts'
import { acquireHome } from '#platform/home-lock.ts'
import { createLog } from '#platform/log/log.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { startEmbeddedPostgres } from '#platform/postgres/embedded-postgres.ts'
import { startRestartingServer } from './restarting-server.ts'

const root = join(import.meta.dirname, '..')
const HOST = '127.0.0.1'
/** Everything else is a page or a module of the web app. */
const PROXIED = '^/(api|v1|mcp|docs|health|livez|readyz|metrics|openapi\\.json)([/?]|$)'

type Settings = Record<string, string>

/** The database of the home, kept here so that a restart of the server need not wait for it; or the operator's own. */
async function openDatabase(home: string): Promise<{ readonly settings: Settings; close(): Promise<void> }> {
  if (process.env['DATABASE_URL']) return { settings: {}, close: async () => undefined }
  const folder = join(home, 'database')
  const lock = await acquireHome(folder)
  // The database's own account passes through both.
  await Promise.all([home, folder].map((path) => chmod(path, 0o711)))
  const log = createLog({ level: 'warn', isForPeople: true })
  const engine = await startEmbeddedPostgres({ home: folder, log })
  const close = async (): Promise<void> => {
    await engine.stop()
    await lock.release()
  }
  return { settings: { DATABASE_URL: databaseUrlOf(engine.connection) }, close }
}

/** With a database by its address the key for secrets comes by a setting, too. */
async function keyOf(home: string): Promise<string> {
  const file = join(home, 'development.key')
  const found = await readFile(file, 'utf8').catch(() => '')
  if (found !== '') return found
  const key = randomBytes(32).toString('base64url')
  await writeFile(file, key, { mode: 0o600 })
  return key
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createProbe().once('error', reject)
    probe.listen(0, HOST, () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

interface Web {
  readonly port: number
  readonly serverPort: number
  /** While the server starts anew, what asks it waits. */
  readonly ready: () => Promise<void>
}

/** Pages and modules with hot reload; what is the API's goes to the server. */
async function openWeb({ port, serverPort, ready }: Web): Promise<{ close(): Promise<void> }> {
  // With a listener of its own Vite would also hear the signals, and end everything at once.
  const listener = createListener()
  const web = await createServer({
    configFile: join(root, 'web/vite.config.ts'),
    customLogger: createQuietLogger(),
    clearScreen: false,
    server: {
      middlewareMode: { server: listener },
      hmr: { server: listener },
      proxy: { [PROXIED]: { target: `http://${HOST}:${serverPort}`, ws: true, bypass: ready } },
    },
  })
  listener.on('request', web.middlewares)
  await new Promise<void>((resolve, reject) => {
    listener.once('error', reject).listen(port, HOST, resolve)
  })
  return {
    async close() {
      await web.close()
      listener.closeAllConnections()
      listener.close()
    },
  }
}

/** Streams that end with the server they came from are no news here. */
function createQuietLogger(): Logger {
  const logger = createLogger('warn')
  const { error } = logger
  logger.error = (text, options) => {
    if (!/proxy (socket )?error/.test(text)) error(text, options)
  }
  return logger
}

function standardHome(): string {
  return readConfig({}).home.replace(/(\.?)sophia$/, '$1sophia-dev')
}

async function main(): Promise<void> {
  const home = process.env['SOPHIA_HOME'] ?? standardHome()
  const { port } = readConfig({ SOPHIA_PORT: process.env['SOPHIA_PORT'] }).http
  await mkdir(home, { recursive: true, mode: 0o711 })
  const serverPort = await freePort()
  const database = await openDatabase(home)
  const server = startRestartingServer({
    args: [join(root, 'src/main.ts'), 'up'],
    environment: {
      ...process.env,
      SOPHIA_SECRET_KEY: await keyOf(home),
      ...database.settings,
      SOPHIA_HOME: home,
      SOPHIA_HOST: HOST,
      SOPHIA_PORT: String(serverPort),
      // Links, cookies and allowed origins are those of the page that people open.
      SOPHIA_PUBLIC_URL: `http://${HOST}:${port}`,
    },
    port: serverPort,
    sources: ['src', 'migrations', 'prices.yaml'].map((name) => join(root, name)),
    tell: (line) => process.stderr.write(`${line}\n`),
  })
  const web = await openWeb({ port, serverPort, ready: server.ready })
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve())
  })
  await Promise.all([web.close(), server.stop()])
  await database.close()
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
process.exit()
