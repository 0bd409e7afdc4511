/** How the line to Sophia is, for the thin bar at the top. */
export type Connection = 'online' | 'offline' | 'resuming'

export interface ConnectionStore {
  readonly read: () => Connection
  readonly subscribe: (listener: () => void) => () => void
  /** The network itself came or went. */
  setNetwork(isOnline: boolean): void
  /** An answer's stream lost its line (true) or has it again (false), by turn. */
  setResuming(turnId: string, isResuming: boolean): void
  /** A request got no answer (false) or got one (true). */
  setReached(isReached: boolean): void
}

export function createConnectionStore(isOnline: boolean): ConnectionStore {
  let network = isOnline
  let reached = true
  const resuming = new Set<string>()
  const listeners = new Set<() => void>()
  let shown: Connection = isOnline ? 'online' : 'offline'
  const update = (): void => {
    const next = !network ? 'offline' : resuming.size > 0 || !reached ? 'resuming' : 'online'
    if (next === shown) return
    shown = next
    for (const listener of listeners) listener()
  }
  return {
    read: () => shown,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setNetwork: (isUp) => {
      network = isUp
      update()
    },
    setResuming: (turnId, isResuming) => {
      if (isResuming) resuming.add(turnId)
      else resuming.delete(turnId)
      update()
    },
    setReached: (isReached) => {
      reached = isReached
      update()
    },
  }
}
