import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { startRestartingServer } from '../../scripts/restarting-server.ts'
import { freePort } from '../support/free-port.ts'
import { startProgram } from '../support/program.ts'
import { makeHome } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

const ROOT = join(import.meta.dirname, '../..')

async function read(url: string): Promise<string> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) })
  return answer.text()
}

test('a server starts anew at a change, a mistake waits for the next change, and what asks meanwhile waits', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-restart-'))
  after(() => rm(folder, { recursive: true, force: true }))
  const port = await freePort()
  const script = join(folder, 'server.ts')
  const write = (says: string) =>
    writeFile(
      script,
      `import { createServer } from 'node:http'
      createServer((request, response) => response.end('${says} ' + process.argv.slice(1).length)).listen(${port}, '127.0.0.1')`,
    )
  await write('first')
  const told: string[] = []
  const server = startRestartingServer({
    args: [script, 'up'],
    environment: { PATH: process.env['PATH'] },
    port,
    sources: [folder],
    tell: (line) => told.push(line),
  })
  after(server.stop)
  await server.ready()
  const ask = () => read(`http://127.0.0.1:${port}/`)
  assert.equal(await ask(), 'first 2')
  await writeFile(join(folder, 'server.test.ts'), 'a test is no part of it')
  await write('second')
  await until(() => told.some((line) => line.startsWith('Restarted in ')), 'it started anew', 60_000)
  await server.ready()
  assert.equal(await ask(), 'second 2')
  await writeFile(script, 'throw new Error("a mistake")')
  await until(() => told.some((line) => line.startsWith('The server ended (1)')), 'it ended', 60_000)
  await write('third')
  await until(() => told.filter((line) => line.startsWith('Restarted in ')).length === 2, 'it is back', 60_000)
  assert.equal(await ask(), 'third 2')
})

test('npm run dev: pages with hot reload, the API behind them, and a server that starts anew while its database goes on', async () => {
  const home = await makeHome()
  const port = await freePort()
  const program = startProgram(process.execPath, [join(ROOT, 'scripts/dev.ts')], {
    cwd: ROOT,
    environment: { SOPHIA_HOME: home, SOPHIA_PORT: String(port), SOPHIA_MODEL: 'playbook' },
  })
  after(async () => {
    program.kill('SIGTERM')
    await program.ended
  })
  await program.said(/Sophia is up at (http:\S+)/)
  const url = `http://127.0.0.1:${port}`
  assert.match(await read(url), /\/@vite\/client/)
  assert.ok(
    (await read(`${url}/src/pages/app.tsx`)).includes('createHotContext'),
    'a changed part is put in place of itself',
  )
  assert.match(await read(`${url}/health`), /"database":\{"status":"ok"/)
  // What a page sends is taken as from the address that people opened.
  const [, token = ''] = /#token=(\S+)/.exec(await readFile(join(home, 'sign-in-link'), 'utf8')) ?? []
  const signedIn = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token, name: 'Anna Bell', email: 'anna@example.com' }),
  })
  assert.ok(signedIn.ok, await signedIn.text())
  const file = join(ROOT, 'src/main.ts')
  await utimes(file, new Date(), new Date())
  await program.said(/Restarted in \d+ ms/)
  assert.match(await read(`${url}/health`), /"database":\{"status":"ok"/)
  program.kill('SIGTERM')
  const { code, err } = await program.ended
  assert.equal(code, 0, err)
})
