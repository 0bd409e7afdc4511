/**
 * Holds one PostgreSQL for all test files of a working copy: started by whichever file comes first, stopped when the last
 * connection to this process has been closed for a while. A test process that is killed closes its connection too,
 * so no engine is left behind.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPrivateEngine } from './private-engine.ts'

const IDLE_LIMIT_MS = 3000
const [, , addressJson = ''] = process.argv
// written by the parent, our own test support
const address = JSON.parse(addressJson) as { path: string } | { host: string; port: number }

const clients = new Set<Socket>()
let answer: string | undefined
let idleTimer: NodeJS.Timeout | undefined

const server = createServer((socket) => {
  clearTimeout(idleTimer)
  clients.add(socket)
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    clients.delete(socket)
    if (clients.size === 0) idleTimer = setTimeout(stop, IDLE_LIMIT_MS)
  })
  // reading is what notices that the other side is gone
  socket.resume()
  if (answer !== undefined) socket.write(answer)
})
// The address is taken: another keeper was faster, and its clients will find it.
server.once('error', () => process.exit(0))
server.listen(address, () => void start())

let engine: Awaited<ReturnType<typeof startPrivateEngine>> | undefined
const folder = mkdtempSync(join(tmpdir(), 'sophia-test-'))
chmodSync(folder, 0o711)

async function start(): Promise<void> {
  idleTimer = setTimeout(stop, 30_000)
  try {
    engine = await startPrivateEngine({ home: folder, isDurable: false })
    answer = `${JSON.stringify(engine.connection)}\n`
  } catch (error) {
    answer = `${JSON.stringify({ fault: String(error) })}\n`
  }
  for (const client of clients) client.write(answer)
}

function stop(): void {
  server.close()
  void (engine?.stop() ?? Promise.resolve()).finally(() => {
    rmSync(folder, { recursive: true, force: true })
    process.exit(0)
  })
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop)
