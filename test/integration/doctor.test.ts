import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { SMTPServer } from 'smtp-server'
import { readMigrations } from '#platform/postgres/migrate.ts'
import { PACKAGE_ROOT } from '#platform/version.ts'
import { makeCertificate } from '../support/certificates.ts'
import { databaseUrlOf } from '#platform/postgres/database-url.ts'
import { openEmptyDatabase, openTestDatabase, startTestEngine } from '../support/database.ts'
import { CANARY, examine } from '../support/examine.ts'
import { freePort } from '../support/free-port.ts'
import { openFaultServer } from '../support/mcp/fault-server.ts'
import { openTlsServer } from '../support/mcp/tls-server.ts'
import { startModelServer } from '../support/model-server.ts'
import { openTestRedis } from '../support/redis.ts'
import { makeHome, runSophia, startSophia } from '../support/sophia-process.ts'

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-doctor-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A provider that takes one key and knows one model; it answers no question. */
function openProvider() {
  return startModelServer((_call, { path, headers }) => {
    if (![headers.authorization, headers['x-api-key']].some((sent) => String(sent).endsWith(`${CANARY}-good`)))
      return { kind: 'status', status: 401, body: { error: { message: `no such key ${CANARY}-bad`, type: 'auth' } } }
    if (path.endsWith('/models/gpt-known')) return { kind: 'status', status: 200, body: { id: 'gpt-known' } }
    if (path.includes('/models/')) return { kind: 'status', status: 404 }
    return { kind: 'status', status: 200, body: { object: 'list', data: [{ id: 'gpt-known' }] } }
  })
}

test('a deployment in good health: every part that is set up is asked, and is well', async () => {
  const home = await makeFolder()
  const { connection } = await openTestDatabase()
  const redis = await openTestRedis({ maxmemory: '64mb', 'maxmemory-policy': 'allkeys-lfu' })
  const provider = await openProvider()
  const server = await openFaultServer()
  const mail = new SMTPServer({ authOptional: true, disabledCommands: ['STARTTLS'], disableReverseLookup: true })
  await new Promise<void>((resolve) => void mail.listen(0, '127.0.0.1', resolve))
  after(() => new Promise<void>((resolve) => mail.close(resolve)))
  await writeFile(
    join(home, 'mcp.json'),
    JSON.stringify({ mcpServers: { crm: { url: server.url }, files: { command: 'node' } } }),
  )
  const found = await examine({
    SOPHIA_HOME: home,
    SOPHIA_PORT: String(await freePort()),
    DATABASE_URL: databaseUrlOf(connection),
    REDIS_URL: redis.url,
    SOPHIA_SECRET_KEY: `${CANARY}-at-least-thirty-two-characters`,
    OPENAI_API_KEY: `sk-${CANARY}-good`,
    OPENAI_BASE_URL: `${provider.url}/v1`,
    SOPHIA_MODEL: 'openai/gpt-known',
    // A listening TCP server has an AddressInfo.
    SMTP_URL: `smtp://127.0.0.1:${(mail.server.address() as AddressInfo).port}`,
    SOPHIA_MAIL_FROM: 'Sophia <sophia@example.com>',
  })
  const wells =
    'settings node home port database schema redis secret-key provider:openai mcp mcp:crm calendar personas mail'
  for (const id of wells.split(' ')) assert.equal(found(id).status, 'ok', `${id}: ${found(id).detail}`)
  assert.match(found('schema').detail, /up to date/)
  assert.match(found('provider:openai').detail, /takes the key and knows gpt-known/)
  assert.ok(
    provider.calls.every(({ path }) => path.includes('/models')),
    'no question was asked',
  )
  // What was not asked is not well: a program that is not started, a webhook that is not there, a server that does not run.
  assert.deepEqual(
    ['mcp:files', 'webhook', 'server'].map((id) => found(id).status),
    ['unknown', 'not_configured', 'unknown'],
  )
  assert.equal(found('tls:mail').status, 'warn')
})

test('everything that is wrong is told at once, each with its fix, and no secret', async () => {
  // Its name is a secret as well, and stands in many sentences.
  const home = join(await makeFolder(), `${CANARY}-home`)
  await mkdir(join(home, 'backups'), { recursive: true })
  await writeFile(join(home, 'backups', 'sophia-broken.tar'), 'no archive')
  const personas = await makeFolder()
  await writeFile(join(personas, 'marcus.md'), '---\nname: 7\n---\n')
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  after(() => taken.close())
  const provider = await openProvider()
  const redis = await openTestRedis()
  const nobody = await freePort()
  await writeFile(join(home, 'calendar.yaml'), 'periods:\n  nights:\n    when: never ever\n')
  await writeFile(
    join(home, 'mcp.json'),
    JSON.stringify({
      mcpServers: {
        gone: { url: `http://127.0.0.1:${nobody}/mcp`, headers: { 'X-Key': CANARY } },
        none: { command: 'no-such-program-here', env: { KEY: CANARY } },
        faulty: { url: 'ftp://x' },
      },
    }),
  )
  const found = await examine({
    SOPHIA_HOME: home,
    // A listening TCP server has an AddressInfo.
    SOPHIA_PORT: String((taken.address() as AddressInfo).port),
    SOPHIA_METRICS_TOKEN: `${CANARY}-home`,
    SOPHIA_PERSONAS_DIR: personas,
    DATABASE_URL: `postgres://sophia:${CANARY}@127.0.0.1:${nobody}/sophia`,
    REDIS_URL: redis.url,
    OPENAI_API_KEY: `sk-${CANARY}-bad`,
    OPENAI_BASE_URL: `${provider.url}/v1`,
    ANTHROPIC_API_KEY: `sk-ant-${CANARY}`,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${nobody}`,
    SMTP_URL: `smtp://u%40example.com:${CANARY}@127.0.0.1:${nobody}`,
    SOPHIA_NOTIFY_WEBHOOK: `https://127.0.0.1:${nobody}/${CANARY}`,
  })
  const failures = {
    port: /taken by another program/,
    database: /cannot be used: .*ECONNREFUSED/,
    'provider:openai': /refuses the key \(HTTP 401\)/,
    'provider:anthropic': /cannot be reached/,
    mcp: /line 1: faulty\.url/,
    'mcp:gone': /Nothing listens at this address/,
    'mcp:none': /no program no-such-program-here/,
    calendar: /calendar\.yaml:3/,
    personas: /marcus\.md/,
    mail: /could not be used/,
    'tls:webhook': /could not be looked at/,
  }
  for (const [id, said] of Object.entries(failures)) {
    assert.equal(found(id).status, 'fail', id)
    assert.match(found(id).detail, said, id)
  }
  assert.match(found('home').detail, /\[secret\]/)
  assert.match(found('redis').detail, /no memory limit/)
  assert.match(found('backups').detail, /sophia-broken/)
  assert.deepEqual(
    ['redis', 'backups', 'secret-key', 'schema'].map((id) => found(id).status),
    ['warn', 'warn', 'warn', 'unknown'],
  )
})

test('a model that the provider does not list is told, and so is a database behind or ahead of this version', async () => {
  const provider = await openProvider()
  const { connection } = await openTestDatabase()
  const settings = {
    SOPHIA_HOME: await makeFolder(),
    DATABASE_URL: databaseUrlOf(connection),
    ANTHROPIC_API_KEY: `${CANARY}-good`,
    ANTHROPIC_BASE_URL: provider.url,
    SOPHIA_MODEL: 'anthropic/gpt-known,anthropic/claude-unknown',
  }
  const statement = async (text: string): Promise<void> => {
    const client = new pg.Client(connection)
    await client.connect()
    await client.query(text)
    await client.end()
  }
  const { length } = await readMigrations(join(PACKAGE_ROOT, 'migrations'))
  await statement(`delete from schema_migrations where version = ${length}`)
  const behind = await examine(settings)
  assert.match(behind('provider:anthropic').detail, /does not list claude-unknown/)
  assert.equal(behind('schema').status, 'warn')
  await statement(
    `insert into schema_migrations (version, name, hash) values (${length}, 'x', 'y'), (${length + 1}, '9999-later.sql', 'h')`,
  )
  const ahead = await examine(settings)
  assert.match(ahead('schema').detail, /newer than this Sophia: it has 9999-later\.sql/)
  const empty = await openEmptyDatabase()
  const fresh = await examine({ SOPHIA_HOME: settings.SOPHIA_HOME, DATABASE_URL: databaseUrlOf(empty.connection) })
  assert.deepEqual([fresh('schema').status, fresh('backups').status], ['ok', 'warn'])
})

test('with faulty settings the rest is looked at, and what goes by them is neither well nor asked', async () => {
  const found = await examine({
    SOPHIA_HOME: await makeFolder(),
    DATABASE_URL: `mysql://u:${CANARY}@h/d`,
    SOPHIA_TYPO: '1',
    SOPHIA_LOG_LEVEL: 'loud',
  })
  assert.equal(found('settings').status, 'fail')
  for (const name of ['DATABASE_URL', 'SOPHIA_TYPO', 'SOPHIA_LOG_LEVEL'])
    assert.match(found('settings').detail, new RegExp(name))
  assert.deepEqual(
    ['database', 'schema', 'backups', 'personas', 'port'].map((id) => found(id).status),
    ['unknown', 'unknown', 'unknown', 'ok', 'ok'],
  )
})

test('the TLS of every endpoint is looked at: PostgreSQL in its own words, Redis, an MCP server, the store of backups, a calendar and the public address', async () => {
  const folder = await makeFolder()
  const { keyFile, certificateFile, ca } = makeCertificate(folder, 'IP:127.0.0.1')
  const engine = await startTestEngine({ isOverTcp: true })
  const { user, password, port } = { user: '', password: '', port: 0, ...engine.connection }
  const direct = `postgres://${user}:${String(password)}@127.0.0.1:${port}/postgres`
  const plain = await examine({ SOPHIA_HOME: folder, DATABASE_URL: `${direct}?sslmode=verify-full` })
  assert.match(plain('tls:database').detail, /offers no TLS/)
  assert.equal(plain('tls:database').status, 'fail')
  await allowTls({ engine, keyFile, certificateFile })
  const tlsPort = await freePort()
  const redis = await openTestRedis({
    'tls-port': String(tlsPort),
    'tls-cert-file': certificateFile,
    'tls-key-file': keyFile,
    'tls-ca-cert-file': certificateFile,
    'tls-auth-clients': 'no',
  })
  assert.ok(redis.url)
  const server = await openTlsServer({ expired: true })
  const events = `127.0.0.1:${server.port}`
  await writeFile(
    join(folder, 'calendar.yaml'),
    `periods:\n  board: { label: Board, ical: "https://${events}/${CANARY}.ics" }\n  more: { label: More, ical: "https://${events}/more.ics" }\n`,
  )
  await writeFile(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: { crm: { url: server.url } } }))
  const found = await examine({
    SOPHIA_HOME: folder,
    DATABASE_URL: `${direct}?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificateFile)}`,
    DATABASE_DIRECT_URL: `${direct}?sslmode=no-verify`,
    REDIS_URL: `rediss://127.0.0.1:${tlsPort}`,
    REDIS_CA: ca,
    OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${server.port}`,
    SOPHIA_PUBLIC_URL: `https://127.0.0.1:${await freePort()}`,
    SOPHIA_BACKUP_TARGET: 's3://backups/sophia',
    AWS_ENDPOINT_URL_S3: `https://127.0.0.1:${server.port}`,
    AWS_ACCESS_KEY_ID: 'id',
    AWS_SECRET_ACCESS_KEY: 'secret',
  })
  assert.match(found('tls:database').detail, /TLSv1\.[23].*certificate until/)
  assert.doesNotMatch(found('tls:database').detail, /not accepted/)
  assert.match(found('database').detail, /answers/)
  assert.match(found('tls:database-direct').detail, /not looked at, by the setting/)
  assert.match(found('tls:redis').detail, /TLSv1\.3/)
  assert.match(found('tls:mcp:crm').detail, /not accepted/)
  assert.deepEqual([found('tls:mcp:crm').status, found('tls:otlp').status], ['fail', 'fail'])
  for (const id of ['tls:backup-store', `tls:calendar:${events}`]) {
    assert.equal(found(id).status, 'fail')
    assert.match(found(id).detail, /certificate/)
  }
  // From this machine a public address may not be reachable although people reach it.
  assert.equal(found('tls:public-url').status, 'warn')
  const strange = await examine({ SOPHIA_HOME: folder, DATABASE_URL: `${direct}?sslmode=verify-full` })
  assert.equal(strange('tls:database').status, 'fail')
})

test('the command ends with 78 for faulty settings; beside a running Sophia it asks her, too', async () => {
  const home = await makeHome()
  const faulty = await runSophia(['doctor', '--json'], { SOPHIA_HOME: home, SOPHIA_LOG_LEVEL: 'loud' })
  assert.equal(faulty.code, 78, faulty.err)
  assert.match(faulty.out, /^\{"status":"fail","checks":\[\{"id":"settings"/)
  await startSophia(['up'], { SOPHIA_HOME: home }).address()
  const { code, out } = await runSophia(['doctor'], { SOPHIA_HOME: home })
  assert.equal(code, 0, out)
  for (const id of ['port', 'server', 'database', 'schema']) assert.match(out, new RegExp(`^(ok|warn) +${id} `, 'm'))
  assert.match(out, /Sophia \(process \d+\) listens at http/)
})

interface TlsSwitch {
  readonly engine: Awaited<ReturnType<typeof startTestEngine>>
  readonly keyFile: string
  readonly certificateFile: string
}

/** Has the engine take TLS from now on. It reads its key as its own account, so it writes the copy itself. */
async function allowTls({ engine, keyFile, certificateFile }: TlsSwitch): Promise<void> {
  const client = new pg.Client(engine.connection)
  await client.connect()
  for (const [name, file] of [
    ['server.key', keyFile],
    ['server.crt', certificateFile],
  ] as const) {
    const text = await readFile(file, 'base64')
    await client.query(`copy (select '${text}') to program 'umask 077; base64 -d > ${name}'`)
  }
  await client.query('alter system set ssl = on')
  await client.query('select pg_reload_conf()')
  await client.end()
}
