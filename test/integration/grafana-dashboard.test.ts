import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { z } from 'zod'

/**
 * The dashboard that ships, held to Grafana's own published types: `Dashboard` and the options of its time series panel in `@grafana/schema`
 * 13.2.3, which are generated from the schemas of that release of Grafana.
 */
const FILE = 'deploy/grafana/sophia.json'
const text = readFileSync(FILE, 'utf8')

const Panels = z.looseObject({
  panels: z.array(
    z.looseObject({
      id: z.int(),
      type: z.string(),
      title: z.string(),
      gridPos: z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() }),
      targets: z.array(z.looseObject({ refId: z.string(), expr: z.string() })).optional(),
    }),
  ),
})
const { panels } = Panels.parse(JSON.parse(text))

/** A word of the file stands for the member of an enumeration that is written so. */
const TYPES = `
import type { Dashboard, Panel, RowPanel } from '@grafana/schema'
import type { FieldConfig } from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
type Written<T> = unknown extends T ? T
  : T extends string ? \`\${T}\`
  : T extends number | boolean | null | undefined ? T
  : { [K in keyof T]: Written<T[K]> }
interface Query { refId: string; expr: string; legendFormat: string; datasource: { type: 'prometheus'; uid: string } }
type TimeSeries = Omit<Panel<{}, FieldConfig>, 'targets' | 'type'> & { type: 'timeseries'; targets: Query[] }
type Row = Omit<RowPanel, 'type'> & { type: 'row' }
type Kept = Written<Omit<Dashboard, 'panels'> & { panels: (TimeSeries | Row)[] }>
`

/** What the compiler says against a dashboard. */
function faultsOf(dashboard: string): string[] {
  // Beside the package whose types it needs, and out of git's sight.
  mkdirSync('.cache', { recursive: true })
  const folder = mkdtempSync(join('.cache', 'dashboard-'))
  try {
    writeFileSync(join(folder, 'dashboard.ts'), `${TYPES}export const dashboard: Kept = ${dashboard}`)
    const options = {
      strict: true,
      noEmit: true,
      module: 'esnext',
      moduleResolution: 'bundler',
      skipLibCheck: true,
      types: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['dashboard.ts'] }))
    const args = ['node_modules/typescript/bin/tsc', '-p', folder, '--pretty', 'false']
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    return `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

test('the dashboard is one by the types that Grafana publishes', () => {
  assert.deepEqual(faultsOf(text), [])
})

test('a field that Grafana does not know, a word that it does not take and a number for a word are found', () => {
  const spoilt: readonly (readonly [string, string])[] = [
    ['"schemaVersion": 38', '"schemaVersion": "38"'],
    ['"refresh": "30s"', '"refreshes": "30s"'],
    ['"type": "query"', '"type": "querry"'],
    ['"refresh": 2', '"refresh": 7'],
    ['"mode": "absolute"', '"mode": "relative"'],
    ['"legendFormat"', '"legend"'],
    ['"collapsed": false', '"collapsed": 0'],
    ['"gridPos"', '"grid"'],
  ]
  // One run of the compiler for all: each spoilt place is in a dashboard of its own.
  const faults = spoilt.map(([from, to]) => {
    assert.ok(text.includes(from), from)
    return [to, faultsOf(text.replace(from, to)).length] as const
  })
  assert.deepEqual(
    faults.filter(([, found]) => found === 0),
    [],
  )
})

test('no two panels have one number or one place, and none is wider than the page', () => {
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, at) => `${x + (at % w)} ${y + Math.floor(at / w)}`),
  )
  assert.equal(new Set(cells).size, cells.length)
  assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
})

/** What every process tells alike of the whole deployment. */
const OF_ALL = ['sophia_replicas', 'sophia_desired_replicas', 'sophia_jobs_waiting', 'sophia_calendar_period_active']

test('what a process tells of itself goes by the replicas that are picked; alerts and objectives are shown as they are judged', () => {
  const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const alerting = panels.findIndex(({ title }) => title === 'Server')
  assert.ok(alerting > 0)
  const free = panels
    .filter(({ targets = [] }) => targets.length === 1)
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
    .filter((expr) => !expr.includes('sophia_slo_'))
  const unfiltered = free.filter((expr) =>
    [...expr.matchAll(/\b((?:sophia|http|nodejs|process)_\w+)(\{[^}]*\})?/g)].some(
      ([, metric = '', selector = '']) => !OF_ALL.includes(metric) && !selector.includes('instance=~"$instance"'),
    ),
  )
  assert.deepEqual(unfiltered, [])
  assert.ok(free.length > 20)
  assert.ok(
    exprs.filter((expr) => expr.includes('sophia_alert_threshold')).every((expr) => !expr.includes('$instance')),
  )
})

test('tokens and money by provider, times of providers, waits of the pool, sockets and queues are on it', () => {
  const exprs = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
  const wanted = [
    /sum by \(provider, direction\) .*sophia_model_tokens_total/,
    /sum by \(provider\) .*sophia_model_cost_usd_total/,
    /by \(provider, le\) .*sophia_model_request_duration_seconds_bucket/,
    /sophia_db_pool_wait_seconds_bucket/,
    /sum\(sophia_websocket_connections/,
    /by \(queue\) \(sophia_jobs_waiting/,
    /by \(instance\) \(sophia_websocket_connections/,
  ]
  for (const one of wanted)
    assert.ok(
      exprs.some((expr) => one.test(expr)),
      String(one),
    )
})
