import type { Socket } from 'node:net'

/**
 * Ends a connection as a broken line does, by a reset. Where our end was said already the system takes none, and Node would keep the
 * socket for ever: its process then never ends.
 */
export function cut(socket: Socket): void {
  if (socket.writableEnded) socket.destroy()
  else socket.resetAndDestroy()
}
