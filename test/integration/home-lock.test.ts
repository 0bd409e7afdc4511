import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { acquireHome, findHomeOwner } from '#platform/home-lock.ts'
import { findProcess } from '#platform/process-table.ts'
import { runScript } from '../support/child-process.ts'
import { mountDisk } from '../support/own-disk.ts'

const root = await mkdtemp(join(tmpdir(), 'sophia-lock-'))
after(() => rm(root, { recursive: true, force: true }))
let homes = 0
const newHome = (): string => join(root, `home-${(homes += 1)}`)

const Answer = z.object({ held: z.boolean(), code: z.string().optional(), detail: z.string().optional() })

/** Takes the home, says so, and stays until killed. */
const HOLDER = `
import { acquireHome } from '#platform/home-lock.ts'
try {
  await acquireHome(process.argv[1])
  console.log(JSON.stringify({ held: true }))
  setInterval(() => undefined, 1000)
} catch (error) {
  console.log(JSON.stringify({ held: false, code: error.code, detail: error.message }))
}`

test('a second start on the same home is refused at once with the pid of the first', async () => {
  const home = newHome()
  const first = runScript(HOLDER, [home])
  assert.equal(Answer.parse(JSON.parse(await first.nextLine())).held, true)
  const startedAt = performance.now()
  await assert.rejects(acquireHome(home), { code: 'HOME_IN_USE', message: new RegExp(`process ${first.pid}\\b`) })
  assert.ok(performance.now() - startedAt < 2000)
  assert.equal((await findHomeOwner(home))?.pid, first.pid)
  await first.kill('SIGKILL')
  assert.equal(await findHomeOwner(home), undefined)
})

test('after kill -9 of the owner the next start takes the home over', async () => {
  const home = newHome()
  const first = runScript(HOLDER, [home])
  await first.nextLine()
  await first.kill('SIGKILL')
  const lock = await acquireHome(home)
  assert.equal((await findHomeOwner(home))?.pid, process.pid)
  await lock.release()
  assert.equal(await findHomeOwner(home), undefined)
})

for (const state of ['a fresh home', 'the home of a dead owner', 'a released home'] as const) {
  test(`of 20 parallel starts on ${state} exactly one wins and 19 name it`, { timeout: 60_000 }, async () => {
    const home = newHome()
    if (state === 'the home of a dead owner') {
      const dead = runScript(HOLDER, [home])
      await dead.nextLine()
      await dead.kill('SIGKILL')
    }
    if (state === 'a released home') await (await acquireHome(home)).release()
    const starts = Array.from({ length: 20 }, () => runScript(HOLDER, [home]))
    const answers = await Promise.all(starts.map(async (start) => Answer.parse(JSON.parse(await start.nextLine()))))
    const winner = starts[answers.findIndex((answer) => answer.held)]
    assert.equal(answers.filter((answer) => answer.held).length, 1)
    for (const answer of answers.filter((each) => !each.held)) {
      assert.equal(answer.code, 'HOME_IN_USE')
      assert.match(answer.detail ?? '', new RegExp(`process ${winner?.pid}\\b`))
    }
    await Promise.all(starts.map((start) => start.kill('SIGKILL')))
    assert.deepEqual(
      (await readdir(home)).filter((name) => name.startsWith('.lock-')),
      [],
    )
  })
}

test('within one process, 50 rounds of 20 racing claims never give two owners', async () => {
  const home = newHome()
  for (let round = 0; round < 50; round += 1) {
    const claims = await Promise.allSettled(Array.from({ length: 20 }, () => acquireHome(home)))
    const held = claims.filter((claim) => claim.status === 'fulfilled')
    assert.equal(held.length, 1)
    await held[0]?.value.release()
  }
})

test('a live process that merely got the dead owner’s number does not hold the home', async () => {
  const home = newHome()
  await (await acquireHome(home)).release()
  const other = { pid: process.ppid, startedAt: 'another boot:1', isReleased: false }
  await writeFile(join(home, 'sophia-2.lock'), JSON.stringify(other))
  assert.equal(await findHomeOwner(home), undefined)
  const self = await findProcess(process.ppid)
  await writeFile(join(home, 'sophia-2.lock'), JSON.stringify({ ...other, startedAt: self?.startedAt }))
  assert.equal((await findHomeOwner(home))?.pid, process.ppid)
})

test('an owner that sees another boot than who looks, as a service in a container may, holds the home all the same', async (t) => {
  if (process.platform !== 'linux') return t.skip('Only there a boot has an id.')
  const home = newHome()
  const first = runScript(HOLDER, [home])
  t.after(() => first.kill('SIGKILL'))
  await first.nextLine()
  const lock = join(home, 'sophia-1.lock')
  const tenure = z.looseObject({ startedAt: z.string() }).parse(JSON.parse(await readFile(lock, 'utf8')))
  const seen = { ...tenure, startedAt: tenure.startedAt.replace(/^.{36}/, randomUUID()) }
  await writeFile(lock, JSON.stringify(seen))
  assert.equal((await findHomeOwner(home))?.pid, first.pid)
  for (const other of [{ command: 'another' }, { startedAt: `${randomUUID()}:1` }]) {
    await writeFile(lock, JSON.stringify({ ...seen, ...other }))
    assert.equal(await findHomeOwner(home), undefined)
  }
  await first.kill('SIGKILL')
  const self = await findProcess(process.pid)
  const before = { ...self, pid: process.pid, startedAt: self?.startedAt.replace(/^.{36}/, randomUUID()) }
  await writeFile(lock, JSON.stringify({ ...before, isReleased: false }))
  assert.equal(await findHomeOwner(home), undefined, 'what was started anew after a boot is not held up by itself')
})

test('a lock file cut short by a crash is taken over', async () => {
  const home = newHome()
  await (await acquireHome(home)).release()
  await writeFile(join(home, 'sophia-2.lock'), '{"pid": 12')
  await (await acquireHome(home)).release()
})

test('the home is made 0700 and the owner’s address is found there', async () => {
  const home = join(newHome(), 'deeper')
  const lock = await acquireHome(home)
  assert.equal((await stat(home)).mode & 0o777, 0o700)
  await lock.publishAddress('http://127.0.0.1:8000')
  assert.deepEqual(await findHomeOwner(home), { pid: process.pid, address: 'http://127.0.0.1:8000' })
  await lock.release()
})

test('on a disk that is full by now the address cannot be left, which is said as it is, and the home is let go of all the same', async () => {
  const disk = await mountDisk(1)
  // Where nobody may mount a disk, none can be filled.
  if (!disk) return
  try {
    const lock = await acquireHome(disk.folder)
    const filler = join(disk.folder, 'filler')
    await assert.rejects(writeFile(filler, Buffer.alloc(2 * 1024 * 1024)), { code: 'ENOSPC' })
    const refusal = { code: 'STORAGE_FULL', message: new RegExp(`The disk of ${disk.folder} is full`) }
    await assert.rejects(lock.publishAddress('http://127.0.0.1:8000'), refusal)
    assert.deepEqual((await readdir(disk.folder)).toSorted(), ['filler', 'sophia-1.lock'])
    await lock.release()
    await rm(filler)
    await lock.publishAddress('http://127.0.0.1:8000')
  } finally {
    await disk.unmount()
  }
})

test('a read-only home is refused with its path', async (t) => {
  const home = newHome()
  await (await acquireHome(home)).release()
  t.after(() => chmod(home, 0o700))
  await chmod(home, 0o500)
  await chmod(root, 0o711)
  if (process.getuid?.() === 0) {
    // Root may write anywhere, so an unprivileged child has to try; /proc is closed even to root.
    await assert.rejects(acquireHome('/proc/sophia'), { code: 'HOME_NOT_WRITABLE', message: /\/proc\/sophia/ })
    const child = runScript(HOLDER, [home], { uid: 65_534 })
    const answer = Answer.parse(JSON.parse(await child.nextLine()))
    assert.equal(answer.code, 'HOME_NOT_WRITABLE')
    assert.ok(answer.detail?.includes(home))
    return
  }
  await assert.rejects(acquireHome(home), { code: 'HOME_NOT_WRITABLE' })
})

test('a home that is a file is refused', async () => {
  const home = newHome()
  await writeFile(home, '')
  await assert.rejects(acquireHome(home), { code: 'HOME_NOT_WRITABLE' })
})
