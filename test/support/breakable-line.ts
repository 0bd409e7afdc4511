import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { after } from 'node:test'

/** A line to a port or a socket's path of this machine that a test can cut, let hang and mend, as a network does. Gone with the test file. */
export async function openBreakableLine(target: number | string) {
  const sockets = new Set<Socket>()
  let isCut = false
  let hangs = false
  const server = createServer((near) => {
    if (isCut) return void near.destroy()
    if (hangs) return hold(near)
    const far = typeof target === 'number' ? connect(target, '127.0.0.1') : connect(target)
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      // Either end may break at any moment; the other then goes too.
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  /** Neither end is told of anything. */
  function hold(near: Socket): void {
    sockets.add(near)
    near.on('error', () => undefined).on('close', () => sockets.delete(near))
    near.pause()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  /** What is open stays open, and carries nothing any more; what is opened gets no answer. */
  const hang = (): void => {
    hangs = true
    for (const socket of sockets) socket.unpipe().pause()
  }
  /** What stood still is gone for good. */
  const mend = (): void => {
    if (hangs) for (const socket of sockets) socket.destroy()
    isCut = false
    hangs = false
  }
  after(() => {
    cut()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port, cut, hang, mend }
}
