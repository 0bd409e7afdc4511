import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync, writeFileSync } from 'node:fs'
import { mkdtemp, open, readFile, rm, statfs } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, test, type TestContext } from 'node:test'
import { z } from 'zod'
import { mountDisk } from '../../../test/support/own-disk.ts'
import { until } from '../../../test/support/until.ts'

const folder = await mkdtemp(join(tmpdir(), 'sophia-log-'))
after(() => rm(folder, { recursive: true, force: true }))

const Told = z.object({ said: z.number(), lost: z.number() })
/** More than a pipe and the memory for waiting lines hold together, at over a kilobyte each. */
const TOO_MANY = '15000\n'
const LOST = /"message":"lines of the log were lost: nobody read it, or its disk was full"/

/** A program that logs to this descriptor; `say` has it log so many lines and answers what became of them. */
function startChatty(t: TestContext, descriptor: number | 'pipe') {
  const program = join(import.meta.dirname, '../../../test/support/chatty-process.ts')
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', descriptor] })
  t.after(() => child.kill('SIGKILL'))
  const { stdin, stdout } = child
  assert.ok(stdin && stdout)
  const answers = createInterface({ input: stdout })[Symbol.asyncIterator]()
  return {
    closeLog: () => child.stderr?.destroy(),
    async say(lines: string) {
      stdin.write(lines)
      const { value } = await answers.next()
      return Told.parse(JSON.parse(String(value)))
    },
    /** Its exit code, once nothing more is asked of it. */
    async end(): Promise<unknown> {
      const ended = once(child, 'exit')
      stdin.end()
      return (await ended)[0]
    },
  }
}

/** A real pipe, held open at both ends, so that its reader may be as slow as it likes. */
function openPipe(name: string): { readonly path: string; readonly descriptor: number } {
  const path = join(folder, name)
  assert.equal(spawnSync('mkfifo', [path]).status, 0)
  return { path, descriptor: openSync(path, constants.O_RDWR) }
}

test('a pipe that nobody reads costs so much memory, then lines, and never the program; what was lost is told to who reads on', async (t) => {
  const { path, descriptor } = openPipe('full')
  t.after(() => closeSync(descriptor))
  const chatty = startChatty(t, descriptor)
  const full = await chatty.say(TOO_MANY)
  assert.ok(full.lost > 0 && full.lost < full.said, JSON.stringify(full))
  assert.ok((full.said - full.lost) * 1024 < 9 * 1024 * 1024, JSON.stringify(full))
  let read = ''
  const reader = new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true })
  reader.on('data', (chunk) => (read += chunk.toString()))
  t.after(() => reader.destroy())
  await until(() => LOST.test(read), 'what was lost is told')
  const lines = read.split('\n').slice(0, -1)
  assert.equal(lines.filter((line) => /"line \d+ /.test(line)).length + full.lost, full.said)
  for (const line of lines) JSON.parse(line)
})

test('a program whose log nobody reads ends when it should', async (t) => {
  const { descriptor } = openPipe('unread')
  t.after(() => closeSync(descriptor))
  const chatty = startChatty(t, descriptor)
  await chatty.say(TOO_MANY)
  assert.equal(await chatty.end(), 0)
})

test('a pipe that was closed ends the log and not the program', async (t) => {
  const chatty = startChatty(t, 'pipe')
  chatty.closeLog()
  const { lost } = await chatty.say('1000\n')
  assert.ok(lost > 900, String(lost))
  assert.equal(await chatty.end(), 0)
})

test('a disk that is full loses lines and not the program, and is written to again once there is room', async (t) => {
  const disk = await mountDisk(24)
  // Where nobody may mount one, the device that is always full shows the first half.
  const file = disk ? join(disk.folder, 'log') : '/dev/full'
  t.after(() => disk?.unmount())
  if (disk) writeFileSync(join(disk.folder, 'filler'), Buffer.alloc(await freeBytes(disk.folder)))
  const handle = await open(file, 'a')
  t.after(() => handle.close())
  const chatty = startChatty(t, handle.fd)
  const full = await chatty.say(TOO_MANY)
  assert.ok(full.lost > 0, JSON.stringify(full))
  if (disk) {
    await rm(join(disk.folder, 'filler'))
    await until(async () => LOST.test(await readFile(file, 'utf8')), 'what was lost is told')
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    assert.equal(lines.length - 1 + full.lost, full.said)
  }
  assert.equal(await chatty.end(), 0)
})

async function freeBytes(of: string): Promise<number> {
  const { bavail, bsize } = await statfs(of)
  return bavail * bsize
}
