import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import {
  enginePidOf,
  familyOf,
  isAlive,
  makeHome,
  readLogs,
  runSophia,
  startSophia,
  type SophiaProcess,
} from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const KEY = `sk-sophia-${'k'.repeat(43)}`
const asOwner = { headers: { authorization: `Bearer ${KEY}` } }

const Items = z.object({ items: z.array(z.object({ name: z.string() })) })

async function clientNames(address: string): Promise<string[]> {
  const answer = await fetch(`${address}/api/clients`, asOwner)
  assert.equal(answer.status, 200)
  return Items.parse(await answer.json()).items.map((client) => client.name)
}

/** Becomes the first owner by the link that the start left in a private file. */
async function signInFirst(sophia: SophiaProcess, address: string): Promise<{ token: string; answer: Response }> {
  const file = await sophia.said(/one-time sign-in link is in (\S+)/)
  assert.equal((await stat(file)).mode & 0o777, 0o600)
  const token = new URL((await readFile(file, 'utf8')).trim()).hash.replace('#token=', '')
  assert.ok(token.length >= 20)
  const answer = await fetch(`${address}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token, email: 'olga@example.com', name: 'Olga Owner' }),
  })
  return { token, answer }
}

async function csvOf(home: string, text: string): Promise<string> {
  const file = join(home, 'clients.csv')
  await writeFile(file, text)
  return file
}

test('up prints where it is, hands the sign-in link to a private file only, and stops cleanly on SIGTERM', async () => {
  const home = await makeHome()
  const sophia = startSophia(['up'], { SOPHIA_HOME: home })
  const address = await sophia.address()
  assert.equal((await fetch(`${address}/readyz`)).status, 200)
  const { token, answer } = await signInFirst(sophia, address)
  assert.equal(answer.status, 200)
  const enginePid = await enginePidOf(home)
  assert.ok(enginePid)
  sophia.kill('SIGTERM')
  const { code, out, err } = await sophia.ended
  assert.equal(code, 0, err)
  assert.equal(isAlive(enginePid), false, 'PostgreSQL was left running')
  assert.ok(!`${out}${err}${await readLogs(home)}`.includes(token), 'the link was said aloud')
})

test('a second start on the same home is refused with the pid of the first, which goes on', async () => {
  const home = await makeHome()
  const first = startSophia(['up'], { SOPHIA_HOME: home })
  const address = await first.address()
  const second = await runSophia(['up'], { SOPHIA_HOME: home, SOPHIA_PORT: new URL(address).port })
  assert.equal(second.code, 1)
  assert.match(second.err, new RegExp(`process ${first.pid}\\b`))
  assert.equal((await fetch(`${address}/livez`)).status, 200)
})

test('two Ctrl-C within a second are one, and a stop during the start leaves nothing behind', async () => {
  const home = await makeHome()
  const sophia = startSophia(['up'], { SOPHIA_HOME: home })
  await sophia.said(/embedded PostgreSQL is up/)
  sophia.kill('SIGINT')
  sophia.kill('SIGINT')
  const { code, err } = await sophia.ended
  assert.equal(code, 0, err)
  assert.equal(await enginePidOf(home), undefined)
})

test('a stop that hangs is ended by asking again', async () => {
  const home = await makeHome()
  const sophia = startSophia(['up'], { SOPHIA_HOME: home })
  await sophia.address()
  const enginePid = await enginePidOf(home)
  assert.ok(enginePid)
  // A database that never answers again: the orderly way would wait for it.
  for (const pid of familyOf(enginePid)) process.kill(pid, 'SIGSTOP')
  sophia.kill('SIGINT')
  await sophia.said(/"stopping"/)
  await delay(1100)
  sophia.kill('SIGINT')
  const askedMs = performance.now()
  assert.equal((await sophia.ended).code, 1)
  assert.ok(performance.now() - askedMs < 2000)
})

test('a port that is taken is named, and no database is started for nothing', async () => {
  const home = await makeHome()
  const other = createServer().listen(0, '127.0.0.1')
  after(() => other.close())
  await new Promise((resolve) => other.once('listening', resolve))
  const place = other.address()
  assert.ok(typeof place === 'object' && place)
  const { code, err } = await runSophia(['up'], { SOPHIA_HOME: home, SOPHIA_PORT: String(place.port) })
  assert.equal(code, 69)
  assert.match(err, new RegExp(`Port ${place.port} .*is taken.*SOPHIA_PORT`))
  assert.equal(await enginePidOf(home), undefined)
})

test('faulty settings are all told at once, with exit code 78 and no secret repeated', async () => {
  const { code, err } = await runSophia(['up'], {
    SOPHIA_PORT: 'eighty',
    SOPHIA_HOST: '0.0.0.0',
    SOPHIA_MODEL: 'openai/gpt-5',
    SOPHIA_TYPO: '1',
    DATABASE_URL: 'mysql://root:hunter2secret@db/x',
  })
  assert.equal(code, 78)
  for (const name of ['SOPHIA_PORT', 'SOPHIA_TYPO', 'DATABASE_URL']) assert.match(err, new RegExp(`${name}: `))
  assert.doesNotMatch(err, /hunter2secret/)
})

test('a home that cannot be written is refused with what to do, and exit code 78', async () => {
  const home = await readOnlyHome()
  const { code, err } = await runSophia(['up'], { SOPHIA_HOME: home })
  assert.equal(code, 78, err)
  assert.match(err, /cannot be written|is not a folder/)
  assert.match(err, /SOPHIA_HOME/)
})

/**
 * Root writes wherever a mode forbids it, so for root the home is a read-only file system, or, where mounting is not
 * allowed (a plain container), a path inside a file, which nobody can make a folder of.
 */
async function readOnlyHome(): Promise<string> {
  const outer = await mkdtemp(join(tmpdir(), 'sophia-read-only-'))
  const home = join(outer, 'home')
  await mkdir(home, { mode: 0o500 })
  const isRoot = process.getuid?.() === 0
  const isMounted = isRoot && spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=1m', 'sophia-test', home]).status === 0
  after(async () => {
    if (isMounted) spawnSync('umount', [home])
    await rm(outer, { recursive: true, force: true })
  })
  if (!isRoot || isMounted) return home
  const file = join(outer, 'file')
  await writeFile(file, '')
  return join(file, 'home')
}

async function healthOf(url: string): Promise<string> {
  return (await fetch(`${url}/health`)).text()
}

test('after kill -9 the next start goes on with the same data', async () => {
  const home = await makeHome()
  const settings = { SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY }
  const first = startSophia(['up'], settings)
  const address = await first.address()
  const stored = await fetch(`${address}/api/clients`, {
    method: 'PUT',
    headers: { ...asOwner.headers, 'content-type': 'application/json' },
    body: JSON.stringify([{ id: 'c-1', name: 'Kept through a crash' }]),
  })
  assert.equal(stored.status, 200, await stored.text())
  const enginePid = await enginePidOf(home)
  first.kill('SIGKILL')
  await first.ended
  const second = startSophia(['up'], settings)
  assert.deepEqual(await clientNames(await second.address()), ['Kept through a crash'])
  // And once more with its database dead beside it.
  const left = await enginePidOf(home)
  assert.equal(left, enginePid, 'the engine that went on was not taken over')
  second.kill('SIGKILL')
  if (left !== undefined) process.kill(left, 'SIGKILL')
  await second.ended
  const third = startSophia(['up'], settings)
  const url = await third.address()
  assert.deepEqual(await clientNames(url), ['Kept through a crash'])
  // And with its database dead alone, which it then mends by itself and says so.
  const engine = await enginePidOf(home)
  assert.ok(engine !== undefined)
  process.kill(engine, 'SIGKILL')
  await until(
    async () => /"database-restarted","detail":"[^"]*SIGKILL/.test(await healthOf(url)),
    'the restart is told',
  )
  // Whether anybody looked while it was away is chance; that it answers again is not.
  const answers = async (): Promise<boolean> => (await fetch(`${url}/api/clients`, asOwner)).status === 200
  await until(answers, 'the database is back', 60_000)
  assert.deepEqual(await clientNames(url), ['Kept through a crash'])
  third.kill('SIGTERM')
  assert.equal((await third.ended).code, 0)
  assert.equal(await enginePidOf(home), undefined)
})

test('commands work beside a running server and alone, and leave nothing running', async () => {
  const home = await makeHome()
  const settings = { SOPHIA_HOME: home, SOPHIA_ADMIN_API_KEY: KEY }
  const clients = await csvOf(home, 'id,name\na,Alone GmbH\n')
  const alone = await runSophia(['import', 'clients', clients, '--json'], { SOPHIA_HOME: home })
  assert.equal(alone.code, 0, alone.err)
  assert.match(alone.out, /"rowsCreated":1/)
  assert.equal(await enginePidOf(home), undefined, 'a command alone left PostgreSQL running')
  const sophia = startSophia(['up'], settings)
  const address = await sophia.address()
  await csvOf(home, 'id,name\nb,Beside Ltd\n')
  const beside = await runSophia(['import', 'clients', clients], { SOPHIA_HOME: home })
  assert.equal(beside.code, 0, beside.err)
  assert.deepEqual((await clientNames(address)).toSorted(), ['Alone GmbH', 'Beside Ltd'])
  const sample = await runSophia(['sample', 'load'], { SOPHIA_HOME: home })
  assert.equal(sample.code, 1, 'the sample company mixes with own data')
  assert.match(sample.err, /company data already/)
  const early = await runSophia(['keys', 'create', 'nightly'], { SOPHIA_HOME: home })
  assert.equal(early.code, 0, early.err)
  assert.match(
    early.out,
    /nightly {2}Automation/,
    "a key acts for somebody: for the owner of the settings' key until a person is",
  )
  await signInFirst(sophia, address)
  const made = await runSophia(['keys', 'create', 'nightly', '--json'], { SOPHIA_HOME: home })
  assert.equal(made.code, 0, made.err)
  const { secret } = z.object({ secret: z.string() }).parse(JSON.parse(made.out))
  const me = await fetch(`${address}/api/me`, { headers: { authorization: `Bearer ${secret}` } })
  assert.equal(me.status, 200)
  const backup = await runSophia(['backup', 'create', '--json'], { SOPHIA_HOME: home })
  assert.equal(backup.code, 0, backup.err)
  const refused = await runSophia(['backup', 'restore', 'latest', '--yes'], { SOPHIA_HOME: home })
  assert.notEqual(refused.code, 0, 'restored under a running server')
  sophia.kill('SIGTERM')
  assert.equal((await sophia.ended).code, 0)
  for (const args of [
    ['backup', 'verify', 'latest'],
    ['backup', 'restore', 'latest', '--yes'],
    ['keys', 'list'],
  ]) {
    const { code, err } = await runSophia(args, { SOPHIA_HOME: home })
    assert.equal(code, 0, `${args.join(' ')}: ${err}`)
  }
  assert.equal(await enginePidOf(home), undefined)
})

test('the sample company loads into an empty deployment from the command line and goes out again', async () => {
  const home = await makeHome()
  const loaded = await runSophia(['sample', 'load'], { SOPHIA_HOME: home })
  assert.equal(loaded.code, 0, loaded.err)
  assert.match(loaded.out, /sample company is loaded as of/)
  const removed = await runSophia(['sample', 'remove'], { SOPHIA_HOME: home })
  assert.equal(removed.code, 0, removed.err)
  assert.match(removed.out, /not loaded/)
})

test('without the door of HTTP the built-in database serves nobody, and that is said in place of an address', async () => {
  const home = await makeHome()
  const sophia = startSophia(['up', '--doors=worker'], { SOPHIA_HOME: home })
  await sophia.said(/Nobody answers over HTTP: .* Leave --doors away, or set DATABASE_URL\./)
  sophia.kill('SIGTERM')
  const { code, out } = await sophia.ended
  assert.equal(code, 0)
  assert.doesNotMatch(out, /Sophia is up at/)
  assert.ok(!(await readdir(home)).includes('sign-in-link'))
})

test('a wrong command line is exit code 2 with what is right', async () => {
  for (const args of [
    ['dance'],
    ['up', '--doors=window'],
    ['import', 'unicorns', 'x.csv'],
    ['import', 'clients', '/no/such.csv'],
  ]) {
    const { code, err } = await runSophia(args, { SOPHIA_HOME: '/nonexistent/never-used' })
    assert.equal(code, 2, `${args.join(' ')}: ${err}`)
    assert.ok(err.length > 10)
  }
})
