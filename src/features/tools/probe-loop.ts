import { intervalOf, nextProbeIn } from '#domain/mcp/cadence.ts'
import { probeServer, type ProbeNeeds } from './probe-server.ts'
import type { WatchState } from './watch-state.ts'

export interface LoopNeeds extends ProbeNeeds {
  /** From 0 to 1. */
  readonly chance: () => number
  /** What becomes of a server's interval just now, by the business calendar. */
  readonly intervalFor?: ((id: string, intervalMs: number) => number) | undefined
}

/** Asks one server again and again, at the pace its state calls for. */
export interface ProbeLoop {
  /** Asks now; whoever asks meanwhile gets the same answer. */
  probeNow(): Promise<void>
  /** Ends the pause: the next look is at once. */
  wake(): void
  /** Until the signal. */
  run(signal: AbortSignal): Promise<void>
}

export function createProbeLoop(needs: LoopNeeds, state: WatchState): ProbeLoop {
  const { isCritical, id } = state.definition
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
  /** A call that was answered tells as much as a probe; the list of tools is still looked at now and then. */
  const wasHeard = (pauseMs: number): boolean => {
    const isWell = state.health.state === 'healthy' && state.health.failures === 0 && !state.isListDue
    const recently = Math.min(pauseMs, state.intervalMs * needs.pace) / 2
    return isWell && needs.clock.monotonicMs() - state.lastHeardMs < recently
  }
  return {
    probeNow,
    wake: () => woken.resolve(),
    async run(signal) {
      await probeNow()
      while (!signal.aborted) {
        state.intervalMs = needs.intervalFor?.(id, standard) ?? standard
        const { intervalMs } = state
        const pauseMs = nextProbeIn(state.health, { intervalMs, chance: needs.chance() }) * needs.pace
        state.nextProbeAt = new Date(needs.clock.now().getTime() + pauseMs)
        const isWoken = await pauseFor(pauseMs, signal)
        if (signal.aborted) return
        if ((isWoken || !wasHeard(pauseMs)) && (await needs.history.lease(id))) await probeNow()
      }
    },
  }
}
