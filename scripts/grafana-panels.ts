/** The panels of the Grafana dashboard that no rule looks at and a person wants to see beside those that one does. */
import type { AlertGroup } from '#domain/alerts/rule.ts'

interface Query {
  readonly expr: string
  readonly legend: string
}

export interface Panel {
  readonly title: string
  readonly unit: 'percentunit' | 's' | 'short' | 'bytes' | 'currencyUSD' | 'reqps'
  readonly queries: readonly Query[]
  /** From where on it alerts. */
  readonly threshold?: number
}

/** Of the replicas that the reader picked: all of them at first, so that their sum is the whole deployment. */
const PICKED = 'instance=~"$instance"'

/** What each process tells of itself goes by the replicas that are picked; what all tell alike of the deployment does not. */
export const MORE_PANELS: Partial<Readonly<Record<AlertGroup, readonly Panel[]>>> = {
  server: [
    panel('Requests a second, by status', 'reqps', [
      `sum by (status) (rate(http_request_duration_seconds_count{${PICKED}}[1m]))`,
      '{{status}}',
    ]),
    panel('Slowest routes, P95', 's', [
      `topk(10, histogram_quantile(0.95, sum by (route, le) (rate(http_request_duration_seconds_bucket{${PICKED}}[5m]))))`,
      '{{route}}',
    ]),
    panel('Garbage collection, share of time', 'percentunit', [
      `sum by (kind) (rate(nodejs_gc_duration_seconds_sum{${PICKED}}[1m]))`,
      '{{kind}}',
    ]),
    panel('Open WebSockets', 'short', [`sum(sophia_websocket_connections{${PICKED}})`, 'open']),
    panel('Replicas: there, advised', 'short', ['max(sophia_replicas{state="alive"})', 'there']),
    panel('Replicas as advised', 'short', ['max(sophia_desired_replicas)', 'advised']),
    panel('Kept values, share answered', 'percentunit', [keptShare(), '{{class}}']),
  ],
  data: [
    panel('Statements, P95', 's', [
      `histogram_quantile(0.95, sum by (le) (rate(sophia_db_query_duration_seconds_bucket{${PICKED}}[1m])))`,
      'P95',
    ]),
    panel('Connections of the pool', 'short', [`sum by (state) (sophia_db_pool_connections{${PICKED}})`, '{{state}}']),
    panel('Waiting for a connection of the pool, P95', 's', [
      `histogram_quantile(0.95, sum by (le) (rate(sophia_db_pool_wait_seconds_bucket{${PICKED}}[5m])))`,
      'P95',
    ]),
    panel('Jobs that are due, by queue', 'short', ['max by (queue) (sophia_jobs_waiting)', '{{queue}}']),
  ],
  answers: [
    panel('Answers a second, by end', 'reqps', [
      `sum by (persona, status) (rate(sophia_turns_total{${PICKED}}[1m]))`,
      '{{persona}} {{status}}',
    ]),
    panel('First words, P95', 's', [
      `histogram_quantile(0.95, sum by (le) (rate(sophia_first_token_seconds_bucket{${PICKED}}[5m])))`,
      'P95',
    ]),
    panel('Calls of models, P95 by provider', 's', [
      `histogram_quantile(0.95, sum by (provider, le) (rate(sophia_model_request_duration_seconds_bucket{${PICKED}}[5m])))`,
      '{{provider}}',
    ]),
    panel('Calls of models a second, by end', 'reqps', [
      `sum by (provider, status) (rate(sophia_model_requests_total{${PICKED}}[5m]))`,
      '{{provider}} {{status}}',
    ]),
    panel('Periods of the calendar in force', 'short', [
      'max by (period) (sophia_calendar_period_active)',
      '{{period}}',
    ]),
  ],
  money: [
    panel('Spent on models in an hour, by provider', 'currencyUSD', [
      `sum by (provider) (increase(sophia_model_cost_usd_total{${PICKED}}[1h]))`,
      '{{provider}}',
    ]),
    panel('Tokens in an hour, by provider', 'short', [
      `sum by (provider, direction) (increase(sophia_model_tokens_total{${PICKED}}[1h]))`,
      '{{provider}} {{direction}}',
    ]),
    panel('Spared by the cache', 'currencyUSD', [
      `sum by (class) (sophia_cache_saved_usd_total{${PICKED}})`,
      '{{class}}',
    ]),
  ],
}

/** The same figures of each replica beside those of the others. */
export const REPLICA_PANELS: readonly Panel[] = [
  eachReplica(
    'Requests a second, by replica',
    'reqps',
    `sum by (instance) (rate(http_request_duration_seconds_count{${PICKED}}[1m]))`,
  ),
  eachReplica('Answers at work, by replica', 'short', `sum by (instance) (sophia_turns_active{${PICKED}})`),
  eachReplica('Open WebSockets, by replica', 'short', `sum by (instance) (sophia_websocket_connections{${PICKED}})`),
  eachReplica(
    'Memory of the process, by replica',
    'bytes',
    `max by (instance) (process_resident_memory_bytes{${PICKED}})`,
  ),
  eachReplica(
    'Delay of the event loop, P99 by replica',
    's',
    `max by (instance) (sophia_event_loop_delay_p99_seconds{${PICKED}})`,
  ),
  eachReplica(
    'Waiting for a connection of the pool, P95 by replica',
    's',
    `histogram_quantile(0.95, sum by (instance, le) (rate(sophia_db_pool_wait_seconds_bucket{${PICKED}}[5m])))`,
  ),
]

function eachReplica(title: string, unit: Panel['unit'], expr: string): Panel {
  return panel(title, unit, [expr, '{{instance}}'])
}

function keptShare(): string {
  const asked = `sum by (class) (sophia_cache_requests_total{${PICKED}})`
  return `1 - sum by (class) (sophia_cache_requests_total{result="miss",${PICKED}}) / ${asked}`
}

function panel(title: string, unit: Panel['unit'], [expr, legend]: readonly [string, string]): Panel {
  return { title, unit, queries: [{ expr, legend }] }
}
