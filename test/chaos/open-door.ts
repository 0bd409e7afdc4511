import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

/** A loopback port that hands on whoever calls. */
interface Door {
  readonly port: number
  /** Whoever calls is refused until somebody listens at that port of this machine. */
  shutUntilThereIs(farPort: number): void
  /** Resolves when the last who called has gone. */
  close(): Promise<void>
}

const LOOK_MS = 30

/** Opens a free loopback port. Whoever opens it closes it. */
export async function openDoor(welcome: (caller: Socket) => void): Promise<Door> {
  const listen = async (at: number): Promise<Server> => {
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, welcome)
    server.listen(at, '127.0.0.1')
    await once(server, 'listening')
    return server
  }
  const first = await listen(0)
  // It listens on TCP, so the address has a port.
  const { port } = first.address() as AddressInfo
  let server: Server | undefined = first
  let opening: Promise<void> | undefined
  let isClosed = false
  const openAgain = async (farPort: number): Promise<void> => {
    while (!isClosed && !server) {
      await delay(LOOK_MS)
      // Somebody else may have the port for a moment.
      if (await isListening(farPort)) server = await listen(port).catch(() => undefined)
    }
  }
  return {
    port,
    shutUntilThereIs(farPort) {
      if (!server) return
      server.close()
      server = undefined
      opening = openAgain(farPort)
    },
    async close() {
      isClosed = true
      await opening
      if (!server) return
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
