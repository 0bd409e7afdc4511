import { monitorEventLoopDelay } from 'node:perf_hooks'

/** How long the event loop of this process is held up, whoever scrapes it and whether anybody does. */
export interface EventLoopDelay {
  /** In seconds: what 99 of 100 looks did not exceed since this was last asked; 0 where nothing was seen. */
  take(): number
  close(): void
}

const NANOSECONDS = 1e9

export function watchEventLoop(): EventLoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: 10 })
  histogram.enable()
  return {
    take() {
      const seconds = histogram.count > 0 ? histogram.percentile(99) / NANOSECONDS : 0
      histogram.reset()
      return seconds
    },
    close: () => void histogram.disable(),
  }
}
