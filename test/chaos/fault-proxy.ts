import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { cut } from './cut-connection.ts'
import { openDoor } from './open-door.ts'

/** How a line between two programs is just now. */
interface LineState {
  /** Added to each piece on its way. */
  latencyMs: number
  /** In each direction; null: as fast as it goes. */
  bytesPerSecond: number | null
  /** Nothing is carried and nothing is closed: both ends believe in each other. What was sent arrives when it ends. */
  isBlackHole: boolean
  /** New connections are reset at once. */
  isRefusing: boolean
  /** Each direction of a connection is cut, by a reset, once it has carried so many bytes; null: never. */
  cutAfterBytes: number | null
}

const CLEAR: LineState = {
  latencyMs: 0,
  bytesPerSecond: null,
  isBlackHole: false,
  isRefusing: false,
  cutAfterBytes: null,
}

interface Pair {
  readonly near: Socket
  readonly far: Socket
  /** For good: neither end ever hears of the other again, nor that it is gone. What they say is swallowed. */
  isStranded: boolean
  carried: number
}

/** A line between two programs that can be made bad. */
export interface FaultProxy {
  readonly port: number
  /** Makes the line as said; what is not named stays as it was. */
  set(change: Partial<LineState>): void
  /** A good line again. Stranded connections stay stranded. */
  clear(): void
  /** Resets every connection there is. New ones work. */
  reset(): void
  /** Leaves every connection there is half-open: nothing more comes through, and neither end is told. New ones work. */
  strand(): void
  /** How many connections are held, stranded ones among them. */
  connections(): number
  close(): Promise<void>
}

interface Wish {
  readonly port: number
  /** Refuses whoever calls while nobody listens at the far end, as without the line; otherwise each call is taken, and cut when that is seen. */
  readonly refusesLikeFar?: boolean
}

/** Listens on a free loopback port and carries every connection to `port` of this machine. Whoever starts it closes it. */
export async function startFaultProxy({ port, refusesLikeFar = false }: Wish): Promise<FaultProxy> {
  const state: LineState = { ...CLEAR }
  const pairs = new Set<Pair>()
  let changed = Promise.withResolvers<void>()
  const apply = (change: Partial<LineState>): void => {
    Object.assign(state, change)
    changed.resolve()
    changed = Promise.withResolvers<void>()
  }
  const line: Line = { state, changed: () => changed.promise }
  const door = await openDoor((near) => {
    // A reset is how lines end here: whoever reads learns of it.
    near.on('error', () => undefined)
    if (state.isRefusing) {
      cut(near)
      return
    }
    const far = connect({ host: '127.0.0.1', port, allowHalfOpen: true, noDelay: true })
    far.on('error', (error) => {
      if (refusesLikeFar && 'code' in error && error.code === 'ECONNREFUSED') door.shutUntilThereIs(port)
    })
    near.setNoDelay(true)
    const pair: Pair = { near, far, isStranded: false, carried: 0 }
    pairs.add(pair)
    void Promise.all([carry(line, pair, { from: near, to: far }), carry(line, pair, { from: far, to: near })]).then(
      () => pairs.delete(pair),
    )
  })
  const end = (pair: Pair): void => {
    cut(pair.near)
    cut(pair.far)
  }
  return {
    port: door.port,
    set: apply,
    clear: () => apply(CLEAR),
    reset: () => [...pairs].filter((pair) => !pair.isStranded).forEach(end),
    strand: () => {
      for (const pair of pairs) pair.isStranded = true
      // Whoever waits in a black hole looks again.
      apply({})
    },
    connections: () => pairs.size,
    async close() {
      const closed = door.close()
      apply(CLEAR)
      pairs.forEach(end)
      await closed
    },
  }
}

interface Line {
  readonly state: LineState
  /** Resolves when the state is another. */
  readonly changed: () => Promise<void>
}

interface Direction {
  readonly from: Socket
  readonly to: Socket
}

/** One direction, until either end is gone. Never rejects. */
async function carry(line: Line, pair: Pair, { from, to }: Direction): Promise<void> {
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      // Sockets without an encoding give bytes.
      await carryPiece(line, pair, { to, piece: chunk as Buffer })
    }
    await untilOpen(line, pair)
    if (pair.isStranded) from.destroy()
    else to.end()
  } catch {
    // One end was reset, or the line is cut: the other end learns of it as soon as the line carries anything.
    if (!pair.isStranded) await untilOpen(line, pair)
    cut(from)
    if (!pair.isStranded) cut(to)
  }
}

async function carryPiece(
  line: Line,
  pair: Pair,
  { to, piece }: { readonly to: Socket; readonly piece: Buffer },
): Promise<void> {
  const { latencyMs, bytesPerSecond } = line.state
  const slowMs = latencyMs + (bytesPerSecond === null ? 0 : (piece.length / bytesPerSecond) * 1000)
  if (slowMs > 0) await delay(slowMs)
  await untilOpen(line, pair)
  if (pair.isStranded) return
  const { cutAfterBytes } = line.state
  const left = cutAfterBytes === null ? piece.length : Math.max(0, cutAfterBytes - pair.carried)
  const passed = piece.subarray(0, left)
  pair.carried += passed.length
  if (to.destroyed) throw new Error('the other end is gone')
  if (passed.length > 0 && !to.write(passed)) await Promise.race([once(to, 'drain'), untilClosed(to)])
  if (passed.length < piece.length) throw new Error('cut')
}

/** Waits while nothing is carried. */
async function untilOpen(line: Line, pair: Pair): Promise<void> {
  while (line.state.isBlackHole && !pair.isStranded && !pair.near.destroyed && !pair.far.destroyed) await line.changed()
}

async function untilClosed(socket: Socket): Promise<void> {
  if (!socket.destroyed) await new Promise<void>((resolve) => socket.once('close', () => resolve()))
}
