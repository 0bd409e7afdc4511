import { intervalOf, nextProbeIn } from '#domain/mcp/cadence.ts'
import { probeServer, type ProbeNeeds } from './probe-server.ts'
import type { WatchState } from './watch-state.ts'

export interface LoopNeeds extends ProbeNeeds {
  /** From 0 to 1. */
  readonly chance: () => number
  /** What becomes of a server's interval just now, by the business calendar. */
  readonly intervalFor?: ((id: string, intervalMs: number) => number) | undefined
}

/** Asks one server again and again, at the pace its state calls for, while this process is the one who does. */
export interface ProbeLoop {
  /** Asks now; whoever asks meanwhile gets the same answer. */
  probeNow(): Promise<void>
  /** Ends the pause: the next look is at once, if this process asks. */
  wake(): void
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
}

/** Whoever does not ask is woken when it is to. */
const IDLE_MS = 60_000

export function createProbeLoop(needs: LoopNeeds, state: WatchState): ProbeLoop {
  const { isCritical, id } = state.definition
  const { keeper } = state
  const standard = intervalOf({ isCritical })
  let woken = Promise.withResolvers<void>()
  let probing: Promise<void> | null = null
  const probeNow = (): Promise<void> => {
    probing ??= probeServer(needs, state).finally(() => {
      probing = null
    })
    return probing
  }
  /** True when something woke it before the pause was over. */
  const pauseFor = async (pauseMs: number, signal: AbortSignal): Promise<boolean> => {
    woken = Promise.withResolvers()
    const pause = new AbortController()
    const slept = needs.clock.sleep(pauseMs, AbortSignal.any([signal, pause.signal])).then(() => false)
    // An end of the signal ends the loop, which looks at it itself.
    return Promise.race([woken.promise.then(() => true), slept])
      .catch(() => false)
      .finally(() => pause.abort())
  }
  const interval = (): number => needs.intervalFor?.(id, standard) ?? standard
  /** A call that was answered, at any process, tells as much as a probe; the list of tools is still looked at now and then. */
  const wasHeard = (pauseMs: number, intervalMs: number): boolean => {
    const { health, heardMs } = keeper.report
    const isWell = health.state === 'healthy' && health.failures === 0 && !state.isListDue
    const recently = Math.min(pauseMs, intervalMs * needs.pace) / 2
    return isWell && heardMs !== null && needs.nowMs() - heardMs < recently
  }
  const plan = (): { pauseMs: number; intervalMs: number } => {
    const intervalMs = interval()
    const pauseMs = nextProbeIn(keeper.report.health, { intervalMs, chance: needs.chance() }) * needs.pace
    const right = needs.mayProbe(keeper.key)
    const atMs = needs.nowMs()
    if (right) keeper.note({ kind: 'planned', atMs, nextMs: atMs + pauseMs, intervalMs }, right.fence)
    return { pauseMs, intervalMs }
  }
  return {
    probeNow,
    wake: () => woken.resolve(),
    async run(signal) {
      let isAsking = false
      while (!signal.aborted) {
        const isMine = needs.mayProbe(keeper.key) !== null
        if (isMine && !isAsking) await probeNow()
        isAsking = isMine
        const { pauseMs, intervalMs } = isMine ? plan() : { pauseMs: IDLE_MS, intervalMs: IDLE_MS }
        const isWoken = await pauseFor(pauseMs, signal)
        if (signal.aborted) return
        const isStillMine = isAsking && needs.mayProbe(keeper.key) !== null
        if (isStillMine && (isWoken || !wasHeard(pauseMs, intervalMs))) await probeNow()
      }
    },
  }
}
