import { Registry, collectDefaultMetrics } from 'prom-client'
import { RANKS } from '#domain/overload/admission.ts'
import { SERVER_STATES } from '#domain/mcp/server-health.ts'
import type { UsageEntry } from '#domain/model.ts'
import { metricMaker } from './metric-maker.ts'
import { processMetrics } from './process-metrics.ts'
import { watchMetrics } from './watch-metrics.ts'

/** Every metric of this process; names are fixed by the contract, labels come from closed sets. */
export function createMetrics() {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  // The library names three gauges *_total, which Prometheus's own linter refuses.
  for (const name of ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']) {
    registry.removeSingleMetric(name)
  }
  const make = metricMaker(registry)
  return {
    registry,
    httpDuration: make.seconds('http_request_duration_seconds', 'HTTP requests by route', [
      'method',
      'route',
      'status',
    ]),
    turns: make.counter('sophia_turns_total', 'Turns that ended', ['persona', 'status']),
    turnDuration: make.seconds('sophia_turn_duration_seconds', 'From acceptance to end of a turn'),
    firstToken: make.seconds('sophia_first_token_seconds', 'From acceptance to the first text'),
    turnsActive: make.gauge('sophia_turns_active', 'Turns this process is answering'),
    turnsQueued: make.gauge('sophia_turns_queued', 'Turns that nobody has begun, over all processes'),
    turnsStalled: make.gauge('sophia_turns_stalled', 'Turns of this process that hang, by where', ['stall']),
    takeovers: make.counter('sophia_turn_takeovers_total', 'Turns taken over from an owner that stopped'),
    sockets: make.gauge('sophia_websocket_connections', 'Open WebSockets'),
    ...modelMetrics(make),
    ...databaseMetrics(make),
    jobsWaiting: make.gauge(
      'sophia_jobs_waiting',
      'Jobs that are due and that nobody has begun, over all processes; under dead-letters those that failed for good',
      ['queue'],
    ),
    desiredReplicas: make.gauge('sophia_desired_replicas', 'Replicas as advised to whoever scales'),
    calendarActive: make.gauge('sophia_calendar_period_active', 'Periods of the business calendar: 1 while in force', [
      'period',
    ]),
    mcpState: make.gauge(
      'sophia_mcp_server_state',
      'State of MCP servers: 1 for the one each is in, 0 for the others',
      ['server', 'state'],
    ),
    mcpProbe: make.seconds('sophia_mcp_probe_duration_seconds', 'Probes of MCP servers', ['server', 'outcome']),
    mcpCall: make.seconds('sophia_mcp_tool_call_duration_seconds', 'Tool calls through the hub', ['server', 'outcome']),
    ...cacheMetrics(make),
    ...admissionMetrics(make),
    ...watchMetrics(make),
    ...processMetrics(make),
    traceSpans: make.counter(
      'sophia_trace_spans_total',
      'Spans that were to be sent to a backend, by what became of them',
      ['result'],
    ),
    turnTracesLost: make.counter(
      'sophia_turn_traces_lost_total',
      'Answers whose course could not be stored, so that nobody can look at it',
    ),
    rateLimited: make.counter('sophia_rate_limited_total', 'Requests refused by a limit', ['limit']),
  }
}

function modelMetrics(make: ReturnType<typeof metricMaker>) {
  return {
    modelRequests: make.counter('sophia_model_requests_total', 'Calls of model providers', [
      'provider',
      'model',
      'status',
    ]),
    modelDuration: make.modelSeconds(
      'sophia_model_request_duration_seconds',
      'Calls of model providers from the request to the end of the answer, also those that failed',
      ['provider'],
    ),
    modelTokens: make.counter('sophia_model_tokens_total', 'Tokens as providers counted them', [
      'provider',
      'model',
      'direction',
    ]),
    modelCost: make.counter('sophia_model_cost_usd_total', 'Money spent on models, priced models only', [
      'provider',
      'model',
    ]),
  }
}

function databaseMetrics(make: ReturnType<typeof metricMaker>) {
  return {
    poolConnections: make.gauge('sophia_db_pool_connections', 'Connections of the pool', ['state']),
    poolWait: make.seconds('sophia_db_pool_wait_seconds', 'How long work waited for a connection of the pool'),
    connectionsHeld: make.counter('sophia_db_connections_held_total', 'Connections that were held for over 5 seconds'),
    queryDuration: make.seconds('sophia_db_query_duration_seconds', 'SQL statements'),
  }
}

function cacheMetrics(make: ReturnType<typeof metricMaker>) {
  return {
    cacheRequests: make.counter('sophia_cache_requests_total', 'What the cache was asked, by how it answered', [
      'class',
      'result',
    ]),
    cacheSaved: make.counter('sophia_cache_saved_usd_total', 'Money that cached answers spared, named costs only', [
      'class',
      'tier',
    ]),
    cachePrewarmed: make.counter('sophia_cache_prewarmed_total', 'Values made ready before they were asked for', [
      'class',
      'result',
    ]),
    cacheTroubles: make.counter(
      'sophia_cache_troubles_total',
      'What was met in Redis that is not as it should be, each time it was met',
      ['trouble'],
    ),
    cacheBytes: make.gauge('sophia_cache_bytes', 'What the cache of this process holds', ['class']),
  }
}

function admissionMetrics(make: ReturnType<typeof metricMaker>) {
  const requestsShed = make.counter(
    'sophia_requests_shed_total',
    'Requests refused because more was asked than can be done',
    ['rank'],
  )
  // What never happened is a figure too: without it nobody could say that nothing did.
  for (const rank of RANKS) requestsShed.inc({ rank }, 0)
  return {
    requestsShed,
    requestLimit: make.gauge(
      'sophia_request_limit',
      'Requests that may be worked on at once, as measured latency allows',
    ),
  }
}

export type Metrics = ReturnType<typeof createMetrics>

/** What the pool tells of its work, counted. */
export function toDatabaseWatch({ queryDuration, poolWait, connectionsHeld }: Metrics) {
  return {
    onQuery: (durationMs: number): void => queryDuration.observe(durationMs / 1000),
    onPoolWait: (waitMs: number): void => poolWait.observe(waitMs / 1000),
    onHeld: (): void => connectionsHeld.inc(),
  }
}

/** Reads the pool at each scrape instead of on each query. */
export function watchPool(metrics: Metrics, stats: () => { total: number; idle: number; waiting: number }): void {
  Object.assign(metrics.poolConnections, {
    collect: () => {
      const { total, idle, waiting } = stats()
      metrics.poolConnections.set({ state: 'active' }, total - idle)
      metrics.poolConnections.set({ state: 'idle' }, idle)
      metrics.poolConnections.set({ state: 'waiting' }, waiting)
    },
  })
}

export function watchGate(metrics: Metrics, limit: () => number): void {
  Object.assign(metrics.requestLimit, { collect: () => metrics.requestLimit.set(limit()) })
}

/** Reads the certificate at each scrape; a process that speaks plain HTTP tells nothing of one. */
export function watchCertificate(
  { certificateEnds, certificateRenewal }: Metrics,
  judge: () => { readonly notAfter: Date; readonly renewalUsed: number } | null,
): void {
  const collect = (
    gauge: Metrics['certificateEnds'],
    valueOf: (judged: NonNullable<ReturnType<typeof judge>>) => number,
  ) =>
    Object.assign(gauge, {
      collect: () => {
        const judged = judge()
        if (judged) gauge.set(valueOf(judged))
        else gauge.remove()
      },
    })
  collect(certificateEnds, ({ notAfter }) => notAfter.getTime() / 1000)
  collect(certificateRenewal, ({ renewalUsed }) => renewalUsed)
}

/** Counts one call's tokens and, where the model has a price, its cost. */
export function countUsage(
  metrics: Pick<Metrics, 'modelTokens' | 'modelCost'>,
  { provider, model, usage }: Pick<UsageEntry, 'provider' | 'model' | 'usage'>,
  costMicros: number | null,
): void {
  metrics.modelTokens.inc({ provider, model, direction: 'input' }, usage.input)
  metrics.modelTokens.inc({ provider, model, direction: 'cached-input' }, usage.cachedInput)
  metrics.modelTokens.inc({ provider, model, direction: 'output' }, usage.output)
  if (costMicros !== null) metrics.modelCost.inc({ provider, model }, costMicros / 1_000_000)
}

/** Reads at each scrape what was last seen of the queues; what is not known is not told. */
export function watchJobs(
  { jobsWaiting }: Pick<Metrics, 'jobsWaiting'>,
  depths: () => ReadonlyMap<string, number> | null,
): void {
  Object.assign(jobsWaiting, {
    collect: () => {
      jobsWaiting.reset()
      for (const [queue, waiting] of depths() ?? []) jobsWaiting.set({ queue }, waiting)
    },
  })
}

/** Reads the servers' states at each scrape; those that are gone are no longer told. */
export function watchServers(metrics: Metrics, states: () => readonly { server: string; state: string }[]): void {
  Object.assign(metrics.mcpState, {
    collect: () => {
      metrics.mcpState.reset()
      for (const { server, state } of states())
        for (const one of SERVER_STATES) metrics.mcpState.set({ server, state: one }, one === state ? 1 : 0)
    },
  })
}

/** Reads the calendar at each scrape; periods that are gone are no longer told. */
export function watchCalendar(
  metrics: Metrics,
  {
    periods,
    replicas,
  }: {
    readonly periods: () => readonly { readonly period: string; readonly isActive: boolean }[]
    /** As advised now. */
    readonly replicas: () => Promise<number>
  },
): void {
  Object.assign(metrics.calendarActive, {
    collect: () => {
      metrics.calendarActive.reset()
      for (const { period, isActive } of periods()) metrics.calendarActive.set({ period }, isActive ? 1 : 0)
    },
  })
  Object.assign(metrics.desiredReplicas, {
    collect: async () => metrics.desiredReplicas.set(await replicas()),
  })
}

interface CacheCounts {
  readonly cacheClass: string
  readonly tiers: {
    readonly l1: { readonly hits: number; readonly bytes: number; readonly savedMicros: number }
    readonly l2: { readonly hits: number; readonly savedMicros: number }
  }
  readonly stale: number
  readonly joined: number
  readonly misses: number
}

interface WatchedCache {
  ledgers(): readonly { readonly ledger: CacheCounts }[]
  readonly troubles: { counts(): Readonly<Record<string, number>> }
}

/** Reads the cache's ledgers at each scrape: answering from the cache counts in plain numbers only. */
export function watchCache(metrics: Metrics, cache: WatchedCache): void {
  const ledgers = (): readonly CacheCounts[] => cache.ledgers().map(({ ledger }) => ledger)
  Object.assign(metrics.cacheRequests, {
    collect: () => {
      metrics.cacheRequests.reset()
      for (const { cacheClass, tiers, stale, joined, misses } of ledgers()) {
        const results = { l1: tiers.l1.hits, l2: tiers.l2.hits, stale, joined, miss: misses }
        for (const [result, count] of Object.entries(results))
          metrics.cacheRequests.inc({ class: cacheClass, result }, count)
      }
    },
  })
  Object.assign(metrics.cacheSaved, {
    collect: () => {
      metrics.cacheSaved.reset()
      for (const { cacheClass, tiers } of ledgers())
        for (const tier of ['l1', 'l2'] as const)
          metrics.cacheSaved.inc({ class: cacheClass, tier }, tiers[tier].savedMicros / 1_000_000)
    },
  })
  Object.assign(metrics.cacheTroubles, {
    collect: () => {
      metrics.cacheTroubles.reset()
      for (const [trouble, count] of Object.entries(cache.troubles.counts()))
        metrics.cacheTroubles.inc({ trouble }, count)
    },
  })
  Object.assign(metrics.cacheBytes, {
    collect: () => {
      for (const { cacheClass, tiers } of ledgers()) metrics.cacheBytes.set({ class: cacheClass }, tiers.l1.bytes)
    },
  })
}
