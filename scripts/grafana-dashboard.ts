/** The Grafana dashboard, made from the same objectives and rules as the alerts. */
import { thresholdOf } from '#domain/alerts/condition.ts'
import { burnQuery, thresholdQuery, valueQuery } from '#domain/alerts/promql.ts'
import type { AlertGroup, AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { OBJECTIVE_IDS, objectiveOf } from '#domain/objectives/objectives.ts'

interface Query {
  readonly expr: string
  readonly legend: string
}

interface Panel {
  readonly title: string
  readonly unit: 'percentunit' | 's' | 'short' | 'bytes' | 'currencyUSD' | 'reqps'
  readonly queries: readonly Query[]
  /** From where on it alerts. */
  readonly threshold?: number
}

interface Row {
  readonly title: string
  readonly panels: readonly Panel[]
}

const GROUPS: Readonly<Record<AlertGroup, string>> = {
  server: 'Server',
  data: 'Data',
  answers: 'Answers',
  connections: 'Connections',
  money: 'Money',
}

function objectivesRow(): Row {
  const budget: Panel = {
    title: 'Error budget left, of 30 days',
    unit: 'percentunit',
    queries: [{ expr: 'min by (slo) (sophia_slo_error_budget_remaining)', legend: '{{slo}}' }],
  }
  const burns = OBJECTIVE_IDS.map((id): Panel => ({
    title: `${objectiveOf(id).title}: times the budget`,
    unit: 'short',
    queries: [
      { expr: burnQuery(id, 300), legend: '5 minutes' },
      { expr: burnQuery(id, 3600), legend: '1 hour' },
    ],
    threshold: 1,
  }))
  return { title: 'Objectives', panels: [budget, ...burns] }
}

/** Each rule that reads a signal has its panel, with the threshold as the calendar has it. */
function groupRow(group: AlertGroup): Row {
  const panels = ALERT_RULES.filter((rule) => rule.group === group).flatMap((rule) => {
    const { condition } = rule
    if (condition.kind === 'burn') return []
    const legend = condition.by === undefined ? 'now' : `{{${condition.by}}}`
    const queries = [
      { expr: valueQuery(condition), legend },
      { expr: `vector(${thresholdQuery(rule)})`, legend: 'threshold' },
    ]
    return [{ title: rule.id, unit: unitOf(rule), queries, threshold: thresholdOf(condition) }]
  })
  return { title: GROUPS[group], panels: [...panels, ...(MORE[group] ?? [])] }
}

function unitOf({ unit }: AlertRule): Panel['unit'] {
  if (unit === 'share') return 'percentunit'
  return unit === 'seconds' ? 's' : 'short'
}

/** What no rule looks at and a person wants to see beside it. */
const MORE: Partial<Readonly<Record<AlertGroup, readonly Panel[]>>> = {
  server: [
    panel('Requests a second, by status', 'reqps', [
      'sum by (status) (rate(http_request_duration_seconds_count[1m]))',
      '{{status}}',
    ]),
    panel('Slowest routes, P95', 's', [
      'topk(10, histogram_quantile(0.95, sum by (route, le) (rate(http_request_duration_seconds_bucket[5m]))))',
      '{{route}}',
    ]),
    panel('Memory of the process', 'bytes', ['max by (instance) (process_resident_memory_bytes)', '{{instance}}']),
    panel('Garbage collection, share of time', 'percentunit', [
      'sum by (kind) (rate(nodejs_gc_duration_seconds_sum[1m]))',
      '{{kind}}',
    ]),
    panel('Open WebSockets', 'short', ['sum(sophia_websocket_connections)', 'open']),
    panel('Replicas: there, advised', 'short', ['max(sophia_replicas{state="alive"})', 'there']),
    panel('Replicas as advised', 'short', ['max(sophia_desired_replicas)', 'advised']),
    panel('Kept values, share answered', 'percentunit', [keptShare(), '{{class}}']),
  ],
  data: [
    panel('Statements, P95', 's', [
      'histogram_quantile(0.95, sum by (le) (rate(sophia_db_query_duration_seconds_bucket[1m])))',
      'P95',
    ]),
    panel('Connections of the pool', 'short', ['sum by (state) (sophia_db_pool_connections)', '{{state}}']),
  ],
  answers: [
    panel('Answers a second, by end', 'reqps', [
      'sum by (persona, status) (rate(sophia_turns_total[1m]))',
      '{{persona}} {{status}}',
    ]),
    panel('First words, P95', 's', [
      'histogram_quantile(0.95, sum by (le) (rate(sophia_first_token_seconds_bucket[5m])))',
      'P95',
    ]),
    panel('Periods of the calendar in force', 'short', [
      'max by (period) (sophia_calendar_period_active)',
      '{{period}}',
    ]),
  ],
  money: [
    panel('Spent on models', 'currencyUSD', ['sum(increase(sophia_model_cost_usd_total[1h]))', 'last hour']),
    panel('Spared by the cache', 'currencyUSD', ['sum by (class) (sophia_cache_saved_usd_total)', '{{class}}']),
  ],
}

function keptShare(): string {
  const asked = 'sum by (class) (sophia_cache_requests_total)'
  return `1 - sum by (class) (sophia_cache_requests_total{result="miss"}) / ${asked}`
}

function panel(title: string, unit: Panel['unit'], [expr, legend]: readonly [string, string]): Panel {
  return { title, unit, queries: [{ expr, legend }] }
}

// Object.keys widens to string; these are exactly the groups.
const ROWS: readonly Row[] = [objectivesRow(), ...(Object.keys(GROUPS) as AlertGroup[]).map(groupRow)]

/** Every query of the dashboard, for whoever wants to know whether it answers. */
export function dashboardQueries(): { readonly panel: string; readonly expr: string }[] {
  return ROWS.flatMap(({ panels }) => panels).flatMap(({ title, queries }) =>
    queries.map(({ expr }) => ({ panel: title, expr })),
  )
}

const WIDTH = 8
const HEIGHT = 7
const COLUMNS = 24

/** `deploy/grafana/sophia.json`, for Grafana 9 and newer; the data source is asked for when it is imported. */
export function grafanaDashboard(): string {
  let y = 0
  let id = 0
  const panels = ROWS.flatMap(({ title, panels: ofRow }) => {
    const row = {
      type: 'row',
      title,
      id: (id += 1),
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      collapsed: false,
      panels: [],
    }
    y += 1
    const placed = ofRow.map((one, at) => {
      const x = (at * WIDTH) % COLUMNS
      return toGrafana(one, (id += 1), { x, y: y + Math.floor((at * WIDTH) / COLUMNS) * HEIGHT, w: WIDTH, h: HEIGHT })
    })
    y += Math.ceil((ofRow.length * WIDTH) / COLUMNS) * HEIGHT
    return [row, ...placed]
  })
  const dashboard = {
    title: 'Sophia',
    uid: 'sophia',
    tags: ['sophia'],
    schemaVersion: 38,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    // Whichever Prometheus the reader picks, the only one at first: works where it is imported and where it is provisioned.
    templating: { list: [{ name: 'DS_PROMETHEUS', label: 'Prometheus', type: 'datasource', query: 'prometheus' }] },
    panels,
  }
  return `${JSON.stringify(dashboard, null, 1)}\n`
}

function toGrafana({ title, unit, queries, threshold }: Panel, id: number, gridPos: object): object {
  const steps = [
    { color: 'green', value: null },
    ...(threshold === undefined ? [] : [{ color: 'red', value: threshold }]),
  ]
  const datasource = { type: 'prometheus', uid: '${DS_PROMETHEUS}' }
  return {
    type: 'timeseries',
    id,
    title,
    gridPos,
    datasource,
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps } }, overrides: [] },
    targets: queries.map(({ expr, legend }, at) => ({
      refId: String.fromCodePoint(65 + at),
      datasource,
      expr,
      legendFormat: legend,
    })),
  }
}
