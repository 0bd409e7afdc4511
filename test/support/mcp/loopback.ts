import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'

/** A listener on 127.0.0.1 that can go away and come back at the same port, as a restarted server does. */
export interface Loopback {
  readonly port: number
  /** Cuts the open connections; the port refuses from then on. Harmless when closed already. */
  close(): Promise<void>
  /** Closes if it is open, and listens at the same port again. */
  restart(): Promise<void>
}

/** Listens at a free port until the test file ends. `create` is called once per start: a Node server does not listen twice. */
export async function openLoopback(create: () => Server): Promise<Loopback> {
  let server: Server | null = null
  let port = 0
  const open = async (): Promise<void> => {
    const next = create()
    await new Promise<void>((resolve, reject) => {
      next.once('error', reject)
      next.listen(port, '127.0.0.1', resolve)
    })
    // A listening TCP server has an AddressInfo.
    port = (next.address() as AddressInfo).port
    server = next
  }
  const close = async (): Promise<void> => {
    const last = server
    server = null
    if (!last) return
    const closed = new Promise<void>((resolve) => void last.close(() => resolve()))
    last.closeAllConnections()
    await closed
  }
  await open()
  after(close)
  return {
    port,
    close,
    restart: async () => {
      await close()
      await open()
    },
  }
}
