/** The Grafana dashboard, made from the same objectives and rules as the alerts. */
import { thresholdOf } from '#domain/alerts/condition.ts'
import { burnQuery, thresholdQuery, valueQuery } from '#domain/alerts/promql.ts'
import type { AlertGroup, AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { OBJECTIVE_IDS, objectiveOf } from '#domain/objectives/objectives.ts'
import { MORE_PANELS, REPLICA_PANELS, type Panel } from './grafana-panels.ts'

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

/** Each rule that reads a signal has its panel, with the threshold as the calendar has it: over all replicas, as it is judged. */
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
  return { title: GROUPS[group], panels: [...panels, ...(MORE_PANELS[group] ?? [])] }
}

function unitOf({ unit }: AlertRule): Panel['unit'] {
  if (unit === 'share') return 'percentunit'
  return unit === 'seconds' ? 's' : 'short'
}

// Object.keys widens to string; these are exactly the groups.
const ROWS: readonly Row[] = [
  objectivesRow(),
  ...(Object.keys(GROUPS) as AlertGroup[]).map(groupRow),
  { title: 'Replicas, one by one', panels: REPLICA_PANELS },
]

/** Every query of the dashboard, for whoever wants to know whether it answers. */
export function dashboardQueries(): { readonly panel: string; readonly expr: string }[] {
  return ROWS.flatMap(({ panels }) => panels).flatMap(({ title, queries }) =>
    queries.map(({ expr }) => ({ panel: title, expr })),
  )
}

const WIDTH = 8
const HEIGHT = 7
const COLUMNS = 24

const DATASOURCE = { type: 'prometheus', uid: '${DS_PROMETHEUS}' }
const VARIABLES = [
  // Whichever Prometheus the reader picks, the only one at first: works where it is imported and where it is provisioned.
  { name: 'DS_PROMETHEUS', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
  {
    name: 'instance',
    label: 'Replica',
    type: 'query',
    datasource: DATASOURCE,
    query: 'label_values(sophia_build_info, instance)',
    // Asked again with the time range: replicas come and go.
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    allValue: '.*',
    current: { text: 'All', value: '$__all' },
  },
]

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
    templating: { list: VARIABLES },
    panels,
  }
  return `${JSON.stringify(dashboard, null, 1)}\n`
}

function toGrafana({ title, unit, queries, threshold }: Panel, id: number, gridPos: object): object {
  const steps = [
    { color: 'green', value: null },
    ...(threshold === undefined ? [] : [{ color: 'red', value: threshold }]),
  ]
  const datasource = DATASOURCE
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
