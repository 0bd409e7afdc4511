/** A server that is killed while its second process probes it. Given: the order to that process, without where the server listens. */
import { fork } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const order = z.record(z.string(), z.unknown()).parse(JSON.parse(process.argv[2] ?? ''))
const second = fileURLToPath(new URL('../../src/worker/watchdog/watchdog-process.ts', import.meta.url))

const server = createServer(() => process.kill(process.pid, 'SIGKILL')).listen(0, '127.0.0.1', () => {
  const child = fork(second, [], { detached: true, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  // A listening TCP server has an AddressInfo.
  child.send({ ...order, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
  process.stdout.write(`${child.pid}\n`)
})
