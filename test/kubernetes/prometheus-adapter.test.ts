import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { createMetrics } from '#platform/telemetry/metrics.ts'
import { runPromtool } from '../support/prometheus.ts'

const Rule = z.object({
  seriesQuery: z.string(),
  name: z.object({ as: z.string() }),
  metricsQuery: z.string(),
  resources: z.object({ overrides: z.record(z.string(), z.object({ resource: z.string() })) }),
})
const Rules = z.object({ rules: z.object({ custom: z.array(Rule), external: z.array(Rule) }).loose() })

test('the rules for the cluster’s scaler name what a manifest asks for, and Prometheus takes their questions', async (t) => {
  const { rules } = Rules.parse(parse(readFileSync('deploy/kubernetes/prometheus-adapter.yaml', 'utf8')))
  const asked = readFileSync('deploy/kubernetes/gateway.yaml', 'utf8')
  const known = (await createMetrics().registry.getMetricsAsJSON()).map(({ name }) => name)
  const filled = [...rules.custom, ...rules.external].map(({ seriesQuery, name, metricsQuery, resources }) => {
    assert.match(asked, new RegExp(`metric: \\{ name: ${name.as} \\}`))
    const [series = ''] = /^\w+/.exec(seriesQuery) ?? []
    assert.ok(known.includes(series), series)
    const labels = Object.keys(resources.overrides)
    // As the adapter fills them in, for all pods of a namespace.
    return metricsQuery
      .replace('<<.Series>>', series)
      .replace('<<.LabelMatchers>>', labels.map((label) => `${label}=~"sophia|sophia-0"`).join(','))
      .replace('<<.GroupBy>>', labels.at(-1) ?? '')
  })
  const groups = [{ name: 'adapter', rules: filled.map((expr, at) => ({ record: `filled:${at}`, expr })) }]
  const folder = mkdtempSync(join(tmpdir(), 'sophia-adapter-'))
  t.after(() => rmSync(folder, { recursive: true }))
  // JSON is YAML, too.
  writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups }))
  const { code, said } = await runPromtool(['check', 'rules', join(folder, 'rules.yaml')])
  assert.equal(code, 0, said)
  assert.match(said, /2 rules found/)
})
