/**
 * Loaded before the suite. Its servers name no address and would listen on all of them; here they listen on loopback. The
 * suite reads the port at once, and with an address `listen` finds it later: so this is where Node has made up its mind.
 */
import { Server } from 'node:net'

/** Dozens of programs share the machine: none may meet a connection that was given up while it waited for its turn. */
const KEEP_ALIVE_MS = 60_000

const { _listen2: listenAt } = Server.prototype
if (typeof listenAt !== 'function') throw new TypeError('This Node listens in another way; see loopback-only.mjs.')
Server.prototype._listen2 = function listenOnLoopback(...given) {
  const [address, port, , ...rest] = given
  this.keepAliveTimeout = KEEP_ALIVE_MS
  return address === null && port >= 0
    ? listenAt.call(this, '127.0.0.1', port, 4, ...rest)
    : listenAt.apply(this, given)
}
