import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { after } from 'node:test'
import { Writable } from 'node:stream'
import pino from 'pino'
import { z } from 'zod'
import type { ServerStatus } from '#contract/mcp.ts'
import { toSophiaError } from '#domain/errors.ts'
import type { SignedIn } from '#features/access/index.ts'
import { createTools, type Tools } from '#features/tools/index.ts'
import { mcpRoutes } from '#http/routes/mcp-routes.ts'
import { createCache } from '#platform/cache/create-cache.ts'
import { systemClock } from '#platform/clock.ts'
import { createId } from '#platform/crypto/ids.ts'
import { createSecretBox } from '#platform/crypto/secret-box.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createTestAccess, join, signInOwner } from './access-fixture.ts'
import { openTestDatabase } from './database.ts'
import { openTestServer } from './http-fixture.ts'
import { statusWhen } from './tools-house.ts'

const SECRET_KEY = 'a key of tests, at least 32 characters'
const PUBLIC_URL = 'http://127.0.0.1:8000'

interface OAuthHouseSettings {
  /** As in the file's `mcpServers`. */
  readonly servers: Readonly<Record<string, unknown>>
  /** Under which address people reach it. */
  readonly publicUrl?: string
}

/** Members with sessions, the routes of the tools room, and as many processes on one database as a test wants. */
export async function openOAuthHouse(settings: OAuthHouseSettings) {
  const { database } = await openTestDatabase({ poolMax: 10 })
  const folder = await mkdtemp(joinPath(tmpdir(), 'sophia-oauth-'))
  const opened: Tools[] = []
  // Registered after the database's own end, and so run before it.
  after(async () => {
    for (const tools of opened) await tools.close()
    await rm(folder, { recursive: true, force: true })
  })
  const file = joinPath(folder, 'mcp.json')
  await writeFile(file, JSON.stringify({ mcpServers: settings.servers }))
  const lines = keepLines()
  const log = pino({ level: 'trace' }, lines.stream)
  const { access } = createTestAccess(database)
  const owner = await signInOwner(access)
  let aheadMs = 0
  const clock = { ...systemClock, now: () => new Date(Date.now() + aheadMs) }
  const openProcess = async (secretKey = SECRET_KEY, over: Database = database) => {
    const tools = createTools({
      database: over,
      clock,
      cache: createCache({ clock, log, random: Math.random }),
      log,
      processId: createId(),
      version: '0.0.0-test',
      publicUrl: settings.publicUrl ?? PUBLIC_URL,
      file,
      allowPrivate: ['127.0.0.1'],
      secrets: { get: async () => createSecretBox(secretKey) },
      inherited: {},
      audit: (note) => access.recordAudit({ ...note, detail: note.detail ?? {} }),
      pace: 0.2,
    })
    opened.push(tools)
    await tools.start()
    const routes = mcpRoutes({ tools, log, drainSignal: new AbortController().signal })
    const door = openTestServer({ routes, access })
    /** `POST /api/mcp/servers/crm/sign-in` */
    const ask = async (who: SignedIn, request: `${Method} ${string}`, payload?: object) => {
      const [method, url] = request.split(' ')
      const headers = { cookie: `sophia=${who.sessionToken}` }
      const answer = await door.server.inject({
        method: toMethod(method),
        url: url ?? '/',
        headers,
        ...(payload ? { payload } : {}),
      })
      lines.answers.push(`${answer.body} ${JSON.stringify(answer.headers)}`)
      lines.all.push(...door.lines.splice(0))
      return answer
    }
    const { principal } = owner
    /** Without credentials, as anybody may. */
    const readAsNobody = (path: string) => door.server.inject({ method: 'GET', url: path })
    return {
      readAsNobody,
      tools,
      ask,
      ...browserOf(ask),
      /** What the protected server says of who called, or the error. */
      whoAmI: (who: SignedIn, id: string): Promise<string> => callTool(tools, who, `${id}__who_am_i`),
      /** The tool of the protected server that may want a scope of its own. */
      changeDeal: (who: SignedIn, id: string): Promise<string> => callTool(tools, who, `${id}__change_deal`),
      statusFor: (who: SignedIn, id: string): Promise<ServerStatus> => tools.serverStatus(who.principal, id),
      becomes: (id: string, auth: ServerStatus['auth'], who = owner): Promise<ServerStatus> => {
        const isSo = (status: ServerStatus): boolean => status.auth === auth && status.state !== 'connecting'
        return statusWhen({ tools, owner: who.principal }, id, { isSo, what: auth })
      },
      /** Looks at the server twice: the first look may have been under way before. */
      probe: async (id: string): Promise<void> => {
        await tools.probe(principal, id)
        await tools.probe(principal, id)
      },
    }
  }
  return {
    database,
    access,
    owner,
    lines: lines.all,
    answers: lines.answers,
    openProcess,
    member: (name: string, role: 'member' | 'viewer' = 'member'): Promise<SignedIn> =>
      join(access, owner, { email: `${name}@example.com`, role }),
    /** Time goes on by so much, for Sophia. */
    advance: (ms: number) => void (aheadMs += ms),
    /** Every row of every table, as text; bytes also as the text they would be. */
    dump: (): Promise<string> => dumpRows(database),
  }
}

function callTool(tools: Tools, { principal }: SignedIn, name: string): Promise<string> {
  return tools.call(principal, { name, call: { input: {} }, signal: AbortSignal.timeout(20_000) }).then(
    ({ text }) => text,
    (error: unknown) => `${toSophiaError(error).code}: ${toSophiaError(error).message}`,
  )
}

const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const
type Method = (typeof METHODS)[number]

function toMethod(text: string | undefined): Method {
  return METHODS.find((method) => method === text) ?? 'GET'
}

type Ask = (
  who: SignedIn,
  request: `${Method} ${string}`,
) => Promise<{ statusCode: number; body: string; headers: Record<string, unknown> }>

function browserOf(ask: Ask) {
  /** Goes to the page of the authorization server and types the login there; answers the address that leads back. */
  const visit = async (page: string, login: string | null): Promise<URL> => {
    const url = new URL(page)
    if (login !== null) url.searchParams.set('login', login)
    const answer = await fetch(url, { redirect: 'manual' })
    await answer.body?.cancel()
    return new URL(answer.headers.get('location') ?? `about:blank#${answer.status}`)
  }
  const begin = async (who: SignedIn, id: string): Promise<string> => {
    const answer = await ask(who, `POST /api/mcp/servers/${id}/sign-in`)
    if (answer.statusCode !== 200) throw new Error(answer.body)
    return z.object({ url: z.string() }).parse(JSON.parse(answer.body)).url
  }
  const comeBack = async (who: SignedIn, back: URL): Promise<string> => {
    const answer = await ask(who, `GET ${back.pathname}${back.search}`)
    return `${answer.statusCode} ${String(answer.headers['location'])}`
  }
  return {
    visit,
    begin,
    comeBack,
    signIn: async (who: SignedIn, id: string, login: string): Promise<string> =>
      comeBack(who, await visit(await begin(who, id), login)),
  }
}

/** The log's lines, and what anything wrote to the console past it. */
function keepLines() {
  const all: string[] = []
  const stream = new Writable({
    write(chunk, _encoding, done) {
      all.push(String(chunk))
      done()
    },
  })
  const { warn, error } = console
  console.warn = (...said: unknown[]) => void all.push(`console ${said.map(String).join(' ')}`)
  console.error = console.warn
  after(() => Object.assign(console, { warn, error }))
  return { all, answers: [] as string[], stream }
}

const TableRow = z.object({ name: z.string() })

async function dumpRows(database: Database): Promise<string> {
  const tables = await database.read((handle) =>
    handle.rows(TableRow, sql`select quote_ident(tablename) as name from pg_tables where schemaname = 'public'`),
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.read((handle) => handle.client.query(`select * from ${name}`))
    texts.push(
      JSON.stringify(rows, (_key, value: unknown) => (isBytes(value) ? Buffer.from(value.data).toString() : value)),
    )
  }
  return texts.join('\n')
}

/** How JSON sees a Buffer. */
function isBytes(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
}
