import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { z } from 'zod'
import { startCluster, type Cluster } from '../../test/support/cluster/start-cluster.ts'
import { openMessageReceiver, type MessageReceiver } from './message-receiver.ts'

/** Two replicas under a steady load, and whoever they tell. */
export interface WatchedCluster {
  readonly cluster: Cluster
  readonly receiver: MessageReceiver
  /** One statement by a connection of its own. */
  query(text: string): Promise<void>
  /**
   * Waits until both replicas are well again, puts three days without a fault at the pace of the load in place of what the outage left, and
   * waits until no alert is open. Throws when that takes too long.
   */
  untilCalm(): Promise<void>
  end(): Promise<void>
}

/** Of a path that reads a table which nothing else needs for its work. */
const PATH = '/api/audit?limit=1'
const PER_SECOND = 8
const CALM_LIMIT_MS = 240_000

const Alerts = z.object({
  replicas: z.array(z.object({ state: z.string() })),
  rules: z.array(z.object({ id: z.string(), severity: z.string(), state: z.string() })),
})

export async function openWatchedCluster(): Promise<WatchedCluster> {
  const receiver = await openMessageReceiver()
  const cluster = await startCluster({ replicas: 2, settingsFor: () => ({ SOPHIA_NOTIFY_WEBHOOK: receiver.url }) })
  const leaving = new AbortController()
  const loads = cluster.replicas.map(({ url }) => load(`${url}${PATH}`, cluster.key, leaving.signal))
  const query = async (text: string): Promise<void> => {
    const client = new pg.Client(cluster.postgres.connection)
    // What becomes of it is told by the query.
    client.on('error', () => undefined)
    await client.connect()
    await client.query(text).finally(() => client.end())
  }
  return {
    cluster,
    receiver,
    query,
    async untilCalm() {
      await until(cluster, (seen) => seen.isAlive)
      await query(CLEAN_HISTORY)
      await until(cluster, (seen) => seen.isAlive && seen.open.length === 0)
    },
    async end() {
      leaving.abort()
      await Promise.all(loads)
      receiver.close()
      await cluster.end()
    },
  }
}

/** Asks at a fixed pace, whatever becomes of it, until the signal. */
async function load(url: string, key: string, signal: AbortSignal): Promise<void> {
  const pauseMs = (1000 * 2) / PER_SECOND
  while (!signal.aborted) {
    void fetch(url, { headers: { authorization: `Bearer ${key}` }, signal: AbortSignal.timeout(5000) })
      .then((answer) => answer.arrayBuffer())
      // A server that is down is what this is about.
      .catch(() => undefined)
    // At a fixed pace.
    // oxlint-disable-next-line no-await-in-loop
    await delay(pauseMs, undefined, { signal }).catch(() => undefined)
  }
}

interface Seen {
  /** It is ready and hears of the other one. */
  readonly isAlive: boolean
  /** Alerts that fire or may soon, and would wake somebody. */
  readonly open: readonly string[]
  readonly detail: string
}

async function until({ replicas, key }: Cluster, isSo: (seen: Seen) => boolean): Promise<void> {
  let details: readonly string[] = []
  for (const deadlineMs = performance.now() + CALM_LIMIT_MS; performance.now() < deadlineMs;) {
    const seen = await Promise.all(replicas.map(({ url }) => lookAt(url, key)))
    if (seen.every(isSo)) return
    details = seen.map(({ detail, open }) => [detail, ...open].join(' '))
    await delay(500)
  }
  throw new Error(`It does not become calm: ${details.join('; ')}`)
}

async function lookAt(url: string, key: string): Promise<Seen> {
  try {
    const ready = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(3000) })
    await ready.arrayBuffer()
    if (ready.status !== 200) return { isAlive: false, open: [], detail: `not ready (${ready.status})` }
    const answer = await fetch(`${url}/api/alerts`, {
      headers: { authorization: `Bearer ${key}` },
      signal: AbortSignal.timeout(5000),
    })
    const { rules, replicas } = Alerts.parse(await answer.json())
    const open = rules.filter(({ severity, state }) => severity === 'page' && state !== 'inactive').map(({ id }) => id)
    const alive = replicas.filter(({ state }) => state === 'alive').length
    return { isAlive: replicas.length === alive && alive === 2, open, detail: `${alive} of ${replicas.length} alive` }
  } catch (error) {
    return { isAlive: false, open: [], detail: error instanceof Error ? error.message : 'no answer' }
  }
}

const CLEAN_HISTORY = `begin;
delete from slo_counts;
delete from alerts;
insert into slo_counts (width, starts_at, slo, replica, good, bad)
select width, date_bin(make_interval(secs => width), clock_timestamp(), 'epoch') - make_interval(secs => width * place), slo, 'history',
  ceil(per_second * width), 0
from (values (10, 360), (300, 864)) as spans (width, slots), generate_series(1, slots) as place,
  (values ('errors', ${PER_SECOND}.0), ('latency', ${PER_SECOND}.0), ('availability', 0.4)) as objectives (slo, per_second);
commit`
