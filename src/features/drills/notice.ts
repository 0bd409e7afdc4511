import { z } from 'zod'
import { askSophia } from '#platform/scratch/client.ts'
import type { ScratchSophia } from '#platform/scratch/sophia.ts'

/** What a deployment says of itself that is not well: `database at process-1`, `alert replica-silent`. */
export type Complaints = ReadonlySet<string>

const Parts = z.object({ components: z.record(z.string(), z.object({ status: z.string() })) })
const Alerts = z.object({ rules: z.array(z.object({ id: z.string(), state: z.string() })) })
const LIMIT_MS = 2000

/** Looks once at what every process says in /health, and which alerts fire as the first that answers has it. */
export async function listComplaints(sophias: readonly ScratchSophia[], key: string): Promise<Complaints> {
  const told = await Promise.all([...sophias.map((sophia) => partsOf(sophia, key)), alertsOf(sophias, key)])
  return new Set(told.flat())
}

async function partsOf({ url, name }: ScratchSophia, key: string): Promise<string[]> {
  const { body } = await ask(url, '/health', key)
  const parts = Parts.safeParse(body).data?.components ?? {}
  return Object.entries(parts)
    .filter(([, { status }]) => status === 'down' || status === 'degraded')
    .map(([part]) => `${part} at ${name}`)
}

async function alertsOf(sophias: readonly ScratchSophia[], key: string): Promise<string[]> {
  for (const { url } of sophias) {
    // The next is asked only where this one does not answer.
    const { body } = await ask(url, '/api/alerts', key)
    const { data } = Alerts.safeParse(body)
    if (data) return data.rules.filter(({ state }) => state === 'firing').map(({ id }) => `alert ${id}`)
  }
  return []
}

/** One that is away or hangs says nothing. */
function ask(url: string, path: string, key: string): Promise<{ readonly body: unknown }> {
  return askSophia({ url, path, key, limitMs: LIMIT_MS }).catch(() => ({ body: null }))
}
