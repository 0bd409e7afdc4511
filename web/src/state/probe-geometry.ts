import type { z } from 'zod'
import type { ProbePoint } from '#contract/mcp.ts'
import { lineGeometry, type LineGeometry } from './chart-geometry.ts'

type Probe = z.infer<typeof ProbePoint>

export interface ProbeGeometry extends LineGeometry {
  /** Where the probes stand that failed. */
  readonly failures: readonly number[]
  readonly failed: number
}

/** Latencies of probes over time; one that failed has no latency: it breaks the line and stands as a mark. */
export function probeGeometry(
  probes: readonly Probe[],
  size: { readonly width: number; readonly height: number },
): ProbeGeometry {
  const points = probes.map((probe) => ({ onDay: probe.at, value: probe.outcome === 'ok' ? probe.ms : null }))
  const times = probes.map((probe) => Date.parse(probe.at))
  const [first, last] = [Math.min(...times), Math.max(...times)]
  const failures = probes.flatMap((probe, index) => {
    if (probe.outcome === 'ok') return []
    const share = last === first ? 0.5 : ((times[index] ?? first) - first) / (last - first)
    return [Math.round(share * size.width * 10) / 10]
  })
  return { ...lineGeometry(points, size), failures, failed: failures.length }
}
