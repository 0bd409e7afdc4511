import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { test } from 'node:test'
import { z } from 'zod'
import { Problem } from '#contract/common.ts'
import { ImportFaultPage, ImportReport } from '#contract/records.ts'
import { sql } from '#platform/postgres/sql.ts'
import { listAllRoutes } from '../../scripts/all-routes.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { isEndless } from '../support/endless-routes.ts'
import { ask, askRaw, type Answer, type Asked } from '../support/raw-http.ts'

const SOME_ID = '01900000-0000-7000-8000-000000000000'
const JSON_TYPE = { 'content-type': 'application/json' }
const SECURITY = ['content-security-policy', 'x-content-type-options', 'referrer-policy', 'x-frame-options'] as const

const unhandled: unknown[] = []
process.on('unhandledRejection', (error) => unhandled.push(error))
const house = await openTestHouse()

/** Asks as an owner that nobody else is, so that no limit but the tested one bites. */
async function askAsOwner(asked: Asked, key?: string): Promise<Answer> {
  const authorization = `Bearer ${key ?? (await createOwnerKey(house))}`
  return ask(house.url, { ...asked, headers: { authorization, ...asked.headers } })
}

function post(path: string, body: string | Buffer, headers: Record<string, string> = JSON_TYPE): Promise<Answer> {
  return askAsOwner({ method: 'POST', path, body, headers })
}

function assertGuarded({ headers }: Answer, where: string): void {
  for (const name of SECURITY) assert.ok(headers[name], `${where}: no ${name}`)
  assert.match(String(headers['x-correlation-id']), /^[\w.:-]{8,100}$/, where)
}

/** A refusal in the one form there is, naming its status, and findable in the log. */
function assertProblem(answer: Answer, status: number | undefined, where: string): z.infer<typeof Problem> {
  assertGuarded(answer, where)
  assert.match(String(answer.headers['content-type']), /^application\/problem\+json/, `${where}: ${answer.text}`)
  const problem = Problem.parse(JSON.parse(answer.text))
  assert.equal(problem.status, answer.status, where)
  assert.equal(problem.correlationId, answer.headers['x-correlation-id'], where)
  if (status === undefined) assert.ok(answer.status >= 400 && answer.status < 500, `${where}: ${answer.text}`)
  else assert.equal(answer.status, status, `${where}: ${answer.text}`)
  return problem
}

const BAD_BODIES: readonly (readonly [name: string, body: string | Buffer, status: number, said: RegExp])[] = [
  ['half an object', '{"persona":', 400, /not valid JSON/],
  ['a single quote', "{'persona': 'marcus'}", 400, /not valid JSON/],
  ['bytes that are no text', Buffer.from([0x7b, 0xff, 0xfe, 0x00]), 400, /./],
  ['an unknown field', '{"persona":"marcus","isAdmin":true}', 400, /isAdmin|[Uu]nrecognized/],
  ['a wrong type', '{"persona":7}', 400, /persona/],
  ['ten thousand arrays in each other', '['.repeat(10_000) + ']'.repeat(10_000), 400, /nested deeper/],
  ['ten thousand objects in each other', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 400, /nested deeper/],
  ['a prototype', '{"persona":"marcus","__proto__":{"isAdmin":true}}', 400, /__proto__/],
  ['a prototype in disguise', '{"persona":"marcus","__pr\\u006fto__":{}}', 400, /__proto__/],
  ['a constructor', '{"persona":"marcus","constructor":{"prototype":{}}}', 400, /constructor|[Uu]nrecognized/],
  ['a NUL', '{"persona":"marcus","title":"a\\u0000b"}', 400, /NUL/],
  ['a number past all bounds', '{"persona":1e400}', 400, /persona/],
  ['ten megabytes', JSON.stringify({ persona: 'marcus', title: 'x'.repeat(10 * 1024 * 1024) }), 413, /larger than/],
]

for (const [name, body, status, said] of BAD_BODIES) {
  test(`a body with ${name} is refused with the reason`, async () => {
    assert.match(assertProblem(await post('/api/conversations', body), status, name).detail, said)
  })
}

test('ten megabytes without a length are cut off at the limit', async () => {
  const key = await createOwnerKey(house)
  const head = `POST /api/conversations HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\n`
  const piece = 'x'.repeat(1024 * 1024)
  const chunks = `100000\r\n${piece}\r\n`.repeat(10)
  const answer = await askRaw(
    house.url,
    `${head}transfer-encoding: chunked\r\nconnection: close\r\n\r\n${chunks}0\r\n\r\n`,
  ).catch(
    // The server may hang up while we are still sending; that is a refusal too.
    (error: unknown) => assert.match(String(error), /ECONNRESET|EPIPE/),
  )
  if (answer) assertProblem(answer, 413, 'chunked')
})

test('a content type that only looks like JSON is not read as JSON', async () => {
  for (const type of ['application/json\ta', 'application/jsonx', 'text/json', 'multipart/form-data; boundary=x']) {
    assertProblem(await post('/api/conversations', '{"persona":"marcus"}', { 'content-type': type }), 415, type)
  }
  const asFile = await post('/api/conversations', '{"persona":"marcus"}', { 'content-type': 'text/csv' })
  assertProblem(asFile, 415, 'a file where JSON belongs')
})

test('an id of the wrong form is 400, one that nothing has is 404', async () => {
  const key = await createOwnerKey(house)
  for (const id of ['7', 'not-an-id', `${SOME_ID}x`, '%00', "'; drop table members;--", '{}', 'x'.repeat(299)]) {
    assertProblem(await askAsOwner({ path: `/api/conversations/${encodeURI(id)}` }, key), 400, id)
  }
  assertProblem(await askAsOwner({ path: `/api/conversations/${SOME_ID}` }, key), 404, 'unknown')
  assertProblem(await askAsOwner({ path: `/api/conversations/${'x'.repeat(5000)}` }, key), undefined, 'endless')
})

test('what a query does not know is refused, not ignored', async () => {
  const key = await createOwnerKey(house)
  for (const query of [
    'limit=0',
    'limit=1e9',
    'limit=NaN',
    'cursor=garbage',
    'nosuch=1',
    'limit=1&limit=2',
    '__proto__=1',
  ]) {
    assertProblem(await askAsOwner({ path: `/api/deals?${query}` }, key), 400, query)
  }
})

test('a wrong method is told which are right, an unknown address that it is unknown', async () => {
  const wrong = await askAsOwner({ method: 'DELETE', path: '/api/deals' })
  assert.equal(assertProblem(wrong, 405, 'DELETE').code, 'METHOD_NOT_ALLOWED')
  assert.match(String(wrong.headers.allow), /\bGET\b/)
  for (const method of ['TRACE', 'PROPFIND', 'OPTIONS']) {
    assertProblem(await askAsOwner({ method, path: '/api/me' }), undefined, method)
  }
  for (const path of [
    '/api/nothing',
    '/api',
    '/api/',
    '/v1/nothing',
    '/.env',
    '/.git/config',
    '/%',
    '/%zz',
    '//api/me/',
  ]) {
    const answer = await ask(house.url, { path })
    if (answer.status === 200) assert.match(answer.text, /^<!doctype html>/i, path)
    else assertProblem(answer, undefined, path)
  }
})

test('no path climbs out of the folder of the web app', async () => {
  const climbs = ['/../package.json', '/..%2fpackage.json', '/..%2f..%2fpackage.json', '/assets/../../package.json']
  const disguised = [
    '/assets/..%2f..%2f..%2fpackage.json',
    '/assets/%2e%2e/%2e%2e/package.json',
    '/..%5c..%5cpackage.json',
  ]
  const others = [
    '/assets/..%00/package.json',
    '//etc/passwd',
    '/..%2f..%2f..%2f..%2f..%2fetc%2fpasswd',
    '/assets//../../../src/main.ts',
  ]
  for (const path of [...climbs, ...disguised, ...others]) {
    const answer = await ask(house.url, { path })
    assertGuarded(answer, path)
    assert.doesNotMatch(answer.text, /sophia-intel|root:|createProgram/, path)
  }
})

test('huge headers, half a request line and binary noise are refused and hung up on', async () => {
  const big = await askRaw(house.url, `GET /api/me HTTP/1.1\r\nhost: x\r\nx-big: ${'a'.repeat(70_000)}\r\n\r\n`)
  assertProblem(big, 431, 'huge header')
  for (const noise of [
    'GET\r\n\r\n',
    '\u0016\u0003\u0001\u0002\u0000\u0001',
    'GET / HTTP/9.9\r\n\r\n',
    'GET /api/me HTTP/1.1\r\nhost: x\r\na\u0000b: c\r\n\r\n',
  ]) {
    assertProblem(await askRaw(house.url, noise), 400, JSON.stringify(noise))
  }
  const smuggled =
    'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'
  assertProblem(await askRaw(house.url, smuggled), 400, 'two lengths')
})

test('a caller who dribbles headers is hung up on', async () => {
  const startedMs = performance.now()
  const { hostname, port } = new URL(house.url)
  const slow = connect({ host: hostname, port: Number(port) })
  let said = ''
  slow.on('data', (chunk: Buffer) => (said += chunk.toString()))
  slow.on('error', () => undefined)
  slow.write('GET /api/me HTTP/1.1\r\nhost: x\r\n')
  const dribble = setInterval(() => slow.write('x-a: b\r\n'), 500)
  await new Promise((resolve) => slow.once('close', resolve))
  clearInterval(dribble)
  assert.match(said, /^HTTP\/1\.1 408 /)
  assert.match(said, /problem\+json/)
  assert.ok(performance.now() - startedMs < 20_000)
})

const BODIES = [
  ['no body', undefined],
  ['null', 'null'],
  ['an empty list', '[]'],
  ['a text', '"x"'],
  ['a number past all bounds', '1e400'],
] as const

/** Doors that need nothing in their body: without one they do their work. */
function mayAccept(body: string | undefined, hasShape: boolean): boolean {
  return body === undefined || (!hasShape && (body === 'null' || body === '[]'))
}

for (const route of listAllRoutes()) {
  if (route.path === '/api/sample' || isEndless(route)) continue
  test(`${route.method} ${route.path} survives every kind of empty or senseless body`, async () => {
    const path = route.path.replaceAll(/:\w+/g, SOME_ID)
    // DELETE /api/session and the like end what they were called with.
    for (const [name, body] of BODIES) {
      if (route.method === 'GET' && body !== undefined) continue
      const headers: Record<string, string> = body === undefined ? {} : JSON_TYPE
      const answer = await askAsOwner({ method: route.method, path, headers, ...(body === undefined ? {} : { body }) })
      if (answer.status < 400) {
        assertGuarded(answer, name)
        assert.ok(mayAccept(body, route.body !== undefined), `${name} was accepted: ${answer.text.slice(0, 200)}`)
      } else assertProblem(answer, undefined, name)
    }
  })
}

async function importCsv(kind: string, bytes: Buffer): Promise<z.infer<typeof ImportReport>> {
  const answer = await post(`/api/imports?kind=${kind}&fileName=odd.csv`, bytes, { 'content-type': 'text/csv' })
  assert.equal(answer.status, 201, answer.text)
  return ImportReport.parse(JSON.parse(answer.text))
}

async function clientNamed(name: string): Promise<string | undefined> {
  const answer = await askAsOwner({ path: `/api/clients?search=${encodeURIComponent(name)}` })
  return answer.text.includes(name) ? name : undefined
}

test('a CSV in Latin-1 keeps its umlauts, one with a byte-order mark its first column', async () => {
  const latin = Buffer.from('id,name\nlatin-1,M\u00fcller & S\u00f6hne\n', 'latin1')
  assert.equal((await importCsv('clients', latin)).rowsCreated, 1)
  assert.equal(await clientNamed('Müller & Söhne'), 'Müller & Söhne')
  const marked = Buffer.from('\u{feff}id,name\nbom-1,Ma\u00dfwerk\n')
  assert.equal((await importCsv('clients', marked)).rowsCreated, 1)
  assert.equal(await clientNamed('Maßwerk'), 'Maßwerk')
})

test('ragged rows are named by line, and the good ones are loaded', async () => {
  const report = await importCsv('clients', Buffer.from('id,name\nr1,Right\nr2,Too,many,cells\n\nr3\nr4,Also right\n'))
  assert.equal(report.rowsCreated, 2)
  assert.equal(report.rowsFaulty, 2)
  const { text } = await askAsOwner({ path: `/api/imports/${report.id}/faults` })
  assert.deepEqual(
    ImportFaultPage.parse(JSON.parse(text)).items.map((fault) => fault.line),
    [3, 5],
  )
})

test('files that are no tables are refused with the reason', async () => {
  const odd: readonly (readonly [string, Buffer])[] = [
    ['nothing', Buffer.alloc(0)],
    ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')],
    ['NULs', Buffer.from('id,name\n1,a\u0000b\n')],
    ['headers nobody knows', Buffer.from('foo,bar\n1,2\n')],
    ['an open quote', Buffer.from('id,name\n1,"never closed\n')],
  ]
  for (const [name, bytes] of odd) {
    const answer = await post('/api/imports?kind=clients&fileName=odd.csv', bytes, { 'content-type': 'text/csv' })
    if (answer.status >= 400) assertProblem(answer, undefined, name)
    else assert.ok(ImportReport.parse(JSON.parse(answer.text)).rowsFaulty > 0, `${name}: ${answer.text}`)
  }
})

test('a database whose disk is full is said plainly, stores nothing, and goes on when there is room', async () => {
  const { database } = house.rooms.storage
  // The very error PostgreSQL raises when an extent cannot be written; the real thing needs a disk of its own.
  await database.read((handle) =>
    handle.run(sql`create function refuse_full() returns trigger language plpgsql as
      $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$`),
  )
  await database.read((handle) =>
    handle.run(sql`create trigger full_disk before insert on conversations execute function refuse_full()`),
  )
  const refused = await post('/api/conversations', '{"persona":"marcus"}')
  assert.equal(assertProblem(refused, 507, 'full').code, 'STORAGE_FULL')
  await database.read((handle) => handle.run(sql`drop trigger full_disk on conversations`))
  assert.equal((await post('/api/conversations', '{"persona":"marcus"}')).status, 201)
})

test('after all this the house stands and nothing was left unhandled', async () => {
  assert.equal((await ask(house.url, { path: '/livez' })).status, 200)
  assert.equal((await ask(house.url, { path: '/readyz' })).status, 200)
  assert.deepEqual(unhandled, [])
})
