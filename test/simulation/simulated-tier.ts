import type { SharedTier } from '#platform/cache/shared-tier.ts'
import type { createFreezable } from './freezable.ts'
import type { TierMachine } from './tier-machine.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What processes say to each other by way of Redis. */
export interface TierMessage {
  readonly from: string
  readonly woken?: string
  readonly tags?: readonly string[]
}

/** One Redis that several processes reach over lines that may fail at any step. */
export interface TierWorld {
  readonly time: VirtualTime
  readonly machine: TierMachine
  /** It answers nobody before this moment. */
  outageUntilMs: number
  /** How often a request, or only its answer, is lost. */
  readonly lossShare: number
  /** How often a message is, without anybody noticing. */
  readonly deafShare: number
  readonly listeners: ((message: TierMessage) => void)[]
  nextId(): string
}

interface TierNeeds {
  readonly world: TierWorld
  readonly name: string
  readonly freezable: ReturnType<typeof createFreezable>
  readonly onForgotten: (tags: readonly string[]) => void
  readonly onBack: () => void
}

/** As `redis-link.ts` has it. */
const DEADLINE_MS = 60
const HELD_BACK_MS = 1000
const RETRY_MS = 1000

/** The shared tier of one process, with the machine in the place of Redis. */
export function createSimulatedTier(needs: TierNeeds) {
  const { world, name, freezable, onForgotten } = needs
  const { time, machine } = world
  const line = createLine(needs)
  const waiting = new Map<string, Set<() => void>>()
  const tell = (message: Omit<TierMessage, 'from'>): void => {
    for (const listener of world.listeners) listener({ from: name, ...message })
  }
  const forgetting = createForgetting(needs, (tags) =>
    line.call(() => {
      machine.forget(tags)
      tell({ tags })
    }),
  )
  const hear = ({ from, woken, tags }: TierMessage): void => {
    for (const wake of waiting.get(woken ?? '') ?? []) wake()
    if (tags && from !== name) onForgotten(tags)
  }
  world.listeners.push((message) => {
    const ms = time.between(0, 5)
    if (!line.isAway() && !time.chance(world.deafShare))
      freezable.later(ms, () => {
        if (!line.isAway()) hear(message)
      })
  })
  const end = async (id: string, token: string, value?: { sealed: Buffer; keptMs: number }): Promise<boolean> =>
    line.call(() => {
      const { isDone, isAwaited } = machine.end(id, { token, nowMs: time.nowMs(), ...(value ? { value } : {}) })
      if (isAwaited) tell({ woken: id })
      return isDone
    })
  const tier: SharedTier = {
    note: () => undefined,
    isUp: () => line.isUp() && !forgetting.isBehind(),
    read: (address, { found, failed }) =>
      line
        .call(() => machine.read(address, time.nowMs()))
        .then(
          ({ value, versions }) => found(value && { bytes: value.sealed, sealedAt: 0, agedMs: value.agedMs }, versions),
          failed,
        ),
    readVersions: async (tags) => line.call(() => machine.read({ id: '', tags }, time.nowMs()).versions),
    async take(address, leaseMs) {
      const token = world.nextId()
      const wish = { token, leaseMs, versionOf: () => world.nextId() }
      const taken = await line.call(() => machine.take(address, { ...wish, nowMs: time.nowMs() }))
      return { token: taken.isTaken ? token : null, versions: taken.versions }
    },
    renew: async (id, lease) => line.call(() => machine.renew(id, { ...lease, nowMs: time.nowMs() })),
    put: async (id, { token, sealed, keptMs }) => end(id, token, { sealed, keptMs }),
    release: async (id, token) => void (await end(id, token)),
    wake: (id, ms) =>
      new Promise((resolve) => {
        const ours = waiting.get(id) ?? new Set()
        const wake = (): void => {
          ours.delete(wake)
          resolve()
        }
        waiting.set(id, ours.add(wake))
        freezable.later(ms, wake)
      }),
    invalidate: forgetting.forget,
    close: () => undefined,
  }
  return {
    tier,
    /** When a request last failed. */
    failedMs: line.failedMs,
    /** Nobody reaches Redis from here for so long. */
    cut: line.cut,
    /** Connected again, after messages may have been missed. */
    back(): void {
      needs.onBack()
      forgetting.tellAgain()
    },
  }
}

function createLine({ world, freezable }: TierNeeds) {
  const { time } = world
  let heldUntilMs = 0
  let cutUntilMs = 0
  let failedMs = Number.NEGATIVE_INFINITY
  let arrivesMs = 0
  /** One connection: what is sent first arrives first. */
  const msToArrive = (): number => {
    arrivesMs = Math.max(arrivesMs + 1, time.nowMs() + Math.round(time.between(0, 3)))
    return arrivesMs - time.nowMs()
  }
  const isAway = (): boolean => time.nowMs() < Math.max(cutUntilMs, world.outageUntilMs)
  const isUp = (): boolean => time.nowMs() >= heldUntilMs
  return {
    isAway,
    isUp,
    failedMs: () => failedMs,
    cut: (ms: number) => void (cutUntilMs = time.nowMs() + ms),
    /** Rejects at the deadline, and at once while Redis is left alone after a failure. */
    call: <Result>(work: () => Result): Promise<Result> =>
      new Promise((resolve, reject) => {
        const away = (): void => reject(new Error('Redis is away'))
        if (!isUp()) return away()
        let isSettled = false
        const settle = (then: () => void): void => {
          if (isSettled) return
          isSettled = true
          then()
        }
        freezable.later(DEADLINE_MS, () =>
          settle(() => {
            failedMs = time.nowMs()
            heldUntilMs = failedMs + HELD_BACK_MS
            away()
          }),
        )
        const isLost = (): boolean => isAway() || time.chance(world.lossShare)
        time.after(msToArrive(), () => {
          if (isLost()) return
          const result = work()
          time.after(time.between(0, 3), () => {
            if (!isLost()) freezable.later(0, () => settle(() => resolve(result)))
          })
        })
      }),
  }
}

/** As `shared-tier.ts` tells Redis what to forget: again until it has heard, and the newest once more when it is back. */
function createForgetting({ freezable }: TierNeeds, tell: (tags: readonly string[]) => Promise<unknown>) {
  const behind = new Map<string, number>()
  const recent = new Set<string>()
  let calls = 0
  const flush = async (): Promise<void> => {
    const told = [...behind]
    if (told.length === 0) return
    try {
      await tell(told.map(([tag]) => tag))
      for (const [tag, call] of told) if (behind.get(tag) === call) behind.delete(tag)
    } catch {
      freezable.later(RETRY_MS, () => void flush())
    }
  }
  const forget = (tags: Iterable<string>): Promise<void> => {
    calls += 1
    for (const tag of tags) {
      behind.set(tag, calls)
      recent.add(tag)
    }
    return flush()
  }
  return { forget, isBehind: () => behind.size > 0, tellAgain: () => void forget(recent) }
}
