import { openMcpConnection } from '#platform/mcp-client/open-mcp-connection.ts'
import { createGuardedClient } from '#platform/network/guarded-client.ts'
import { round } from '../support/statistics.ts'
import type { Upstream } from './tools-house.ts'

/** Fills the caches of the engine and of the server, which grow once. */
const WARM_UP_PROBES = 3000
const LIMIT_MS = 10_000

type Era = 'legacy' | 'modern'

const PROBES = 10_000

/** What many probes leave behind in the server when they come within one session, as the hub's do; the modern era has none. */
export async function measureProbes(upstream: Upstream, eras: readonly Era[]): Promise<Record<string, number>> {
  const legacy = eras.includes('legacy') ? await measureEra(upstream, '/legacy') : null
  const modern = eras.includes('modern') ? await measureEra(upstream, '/mcp') : null
  return {
    ...(legacy && {
      rssGrowthMbOver10000Probes: legacy.rssMb,
      heapGrowthMbOver10000Probes: legacy.heapMb,
      probeCpuMs: legacy.cpuMs,
    }),
    ...(modern && {
      rssGrowthMbOver10000ModernProbes: modern.rssMb,
      heapGrowthMbOver10000ModernProbes: modern.heapMb,
      modernProbeCpuMs: modern.cpuMs,
    }),
  }
}

async function measureEra(
  { origin, memory }: Upstream,
  path: string,
): Promise<Record<'rssMb' | 'heapMb' | 'cpuMs', number>> {
  const client = createGuardedClient({ allowPrivate: ['127.0.0.1'] })
  const line = await openMcpConnection(
    { kind: 'streamable-http', url: `${origin}${path}`, headers: {} },
    {
      clientVersion: '0.0.0',
      fetch: client.fetch,
      inherited: {},
      timeoutMs: LIMIT_MS,
      verdict: null,
      maxAnswerBytes: 1024 * 1024,
      onToolsChanged: () => undefined,
      onEnd: () => undefined,
    },
  )
  const probe = async (count: number): Promise<void> => {
    // One at a time, as the hub asks.
    // oxlint-disable-next-line no-await-in-loop
    for (let turn = 0; turn < count; turn += 1) await line.probe(LIMIT_MS)
  }
  await probe(WARM_UP_PROBES)
  const before = await memory()
  const cpuBefore = process.cpuUsage()
  await probe(PROBES)
  const { user, system } = process.cpuUsage(cpuBefore)
  const after = await memory()
  await line.close()
  await client.close()
  return {
    rssMb: round(after.rssMb - before.rssMb),
    heapMb: round(after.heapMb - before.heapMb),
    cpuMs: round((user + system) / 1000 / PROBES),
  }
}
