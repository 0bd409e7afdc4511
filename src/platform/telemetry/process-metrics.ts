import { totalmem } from 'node:os'
import { getHeapStatistics } from 'node:v8'
import type { LogCounts } from '../log/log.ts'
import type { metricMaker } from './metric-maker.ts'

const UNLIMITED = 2 ** 60

/** What this process may use of memory, in bytes: what its container allows, else what the machine has. */
function memoryLimit(): number {
  const allowed = process.constrainedMemory()
  return allowed > 0 && allowed < UNLIMITED ? Math.min(allowed, totalmem()) : totalmem()
}

/** The larger of two shares: of the memory that is allowed, and of the heap, which ends before it in a large machine. */
export function memoryUsedShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics()
  return Math.max(process.memoryUsage.rss() / memoryLimit(), used / limit)
}

/** Of the process as such, beside what the library tells of event loop, heap and garbage collection. */
export function processMetrics(make: ReturnType<typeof metricMaker>) {
  const memoryBytes = make.gauge('sophia_memory_limit_bytes', 'Memory that this process may use')
  const memoryUsed = make.gauge('sophia_memory_used_ratio', 'Share of its memory, or of its heap, that it uses')
  Object.assign(memoryBytes, { collect: () => memoryBytes.set(memoryLimit()) })
  Object.assign(memoryUsed, { collect: () => memoryUsed.set(memoryUsedShare()) })
  const eventLoopDelay = make.gauge(
    'sophia_event_loop_delay_p99_seconds',
    'What 99 of 100 measurements of the event loop did not exceed in the last five seconds',
  )
  const logLeftOut = make.counter('sophia_log_lines_left_out_total', 'Lines of the log that were not written, by why', [
    'result',
  ])
  return { memoryBytes, memoryUsed, eventLoopDelay, logLeftOut }
}

/** Reads at each scrape what the log has left out. */
export function watchLog(
  { logLeftOut }: Pick<ReturnType<typeof processMetrics>, 'logLeftOut'>,
  counts: () => LogCounts,
): void {
  Object.assign(logLeftOut, {
    collect: () => {
      logLeftOut.reset()
      for (const [result, lines] of Object.entries(counts())) logLeftOut.inc({ result }, lines)
    },
  })
}
