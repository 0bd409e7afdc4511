import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

/** An address that stays while what it leads to changes, as the service of a cluster does. */
export interface Line {
  readonly port: number
  /** From now on to this port of this machine; connections that there are end. */
  redirect(port: number): void
  close(): Promise<void>
}

export async function openLine(port: number): Promise<Line> {
  let target = port
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port: target, noDelay: true })
    near.setNoDelay(true)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      // The end of a line is told by its close.
      one.on('error', () => undefined)
      one.pipe(other)
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    // It listens on TCP, so the address has a port.
    port: (server.address() as AddressInfo).port,
    redirect(next) {
      target = next
      endAll()
    },
    async close() {
      const closed = once(server, 'close')
      server.close()
      endAll()
      await closed
    },
  }
}

/** A loopback port that nobody listens on just now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // It listens on TCP, so the address has a port.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
