import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { createId } from '#platform/crypto/ids.ts'
import { dashboardQueries } from '../../scripts/grafana-dashboard.ts'
import { createOwnerKey, openTestHouse } from '../support/house.ts'
import { openAskingServer } from '../support/mcp/asking-server.ts'
import { runPromtool, startPrometheus } from '../support/prometheus.ts'

/** A real Sophia with all that she measures in use, and a real Prometheus that scrapes her. */

const PATIENT = { timeout: 180_000 }

const folder = await mkdtemp(join(tmpdir(), 'sophia-scraped-'))
after(() => rm(folder, { recursive: true, force: true }))
const { url: mcpUrl } = await openAskingServer('modern')
await writeFile(join(folder, 'mcp.json'), JSON.stringify({ mcpServers: { crm: { url: mcpUrl } } }))
const house = await openTestHouse({
  SOPHIA_MCP_FILE: join(folder, 'mcp.json'),
  SOPHIA_CALENDAR_FILE: resolve('calendars/default.yaml'),
  SOPHIA_BUDGET_DAILY_USD: '10',
})
const key = await createOwnerKey(house)

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const answer = await fetch(`${house.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${text}`)
  return text === '' ? null : JSON.parse(text)
}

const Made = z.object({ id: z.string() })

/** Reads pages and has a question answered, until told to stop. */
async function use(): Promise<void> {
  const { id } = Made.parse(await ask('POST', '/api/conversations', { persona: 'marcus' }))
  await ask('POST', `/api/conversations/${id}/messages`, { id: createId(), text: 'How is the pipeline?' })
  for (let at = 0; at < 12; at += 1) await ask('GET', '/api/deals')
}

const scraped = async (): Promise<string> => (await fetch(`${house.url}/metrics`)).text()

test('what she tells is as Prometheus likes it', PATIENT, async () => {
  await ask('POST', '/api/sample')
  await use()
  const { code, said } = await runPromtool(['check', 'metrics'], await scraped())
  assert.equal(code, 0, said)
})

/** Only a Sophia that speaks TLS herself has one to tell of: inbound-tls.test.ts reads what is told then. */
const isOfCertificate = (text: string): boolean => text.includes('sophia_tls_certificate_')
/** As Grafana asks while all replicas are picked, and then while this one is. */
const asPicked = (instance: string) =>
  dashboardQueries().map(({ panel, expr }) => ({ panel, expr: expr.replaceAll('$instance', instance) }))
const answeredQueries = () =>
  ['.*', new URL(house.url).host].flatMap(asPicked).filter(({ expr }) => !isOfCertificate(expr))

test('every name of the rules is told from the first scrape on', async () => {
  await house.rooms.watch.round()
  const text = await scraped()
  for (const { id, condition } of ALERT_RULES)
    if (condition.kind !== 'burn' && !isOfCertificate(condition.metric))
      assert.match(text, new RegExp(`^${condition.metric}[ {]`, 'm'), id)
})

test('every query of the dashboard is answered, and no rule fires that should not', PATIENT, async () => {
  const { query, url } = await startPrometheus({ target: house.url })
  const missing = new Set(answeredQueries().map(({ panel, expr }) => `${panel}: ${expr}`))
  for (const deadline = performance.now() + 120_000; missing.size > 0; await delay(500)) {
    assert.ok(performance.now() < deadline, `nothing for ${[...missing].join('\n')}`)
    await use()
    await house.rooms.objectives.tellBudgets()
    for (const { panel, expr } of answeredQueries())
      if (missing.has(`${panel}: ${expr}`) && (await query(expr)).length > 0) missing.delete(`${panel}: ${expr}`)
  }
  // The list of replicas to pick from, as the variable of the dashboard asks for it.
  const listed = await fetch(`${url}/api/v1/label/instance/values?match[]=sophia_build_info`)
  assert.deepEqual(z.object({ data: z.array(z.string()) }).parse(await listed.json()).data, [new URL(house.url).host])
  const elsewhere = asPicked('nowhere:1').filter(({ expr }) => expr.includes('nowhere:1'))
  assert.ok(elsewhere.length > 15)
  for (const { panel, expr } of elsewhere) assert.deepEqual(await query(expr), [], panel)
  const figures = ['errors', 'latency'].map(
    (slo) => `sum(rate(sophia_slo_events_total{slo="${slo}",result="good"}[1m]))`,
  )
  for (const figure of figures) assert.ok(Number((await query(figure))[0]?.value[1]) > 0, figure)
  const Rules = z.object({
    data: z.object({
      groups: z.array(
        z.object({ rules: z.array(z.object({ name: z.string(), health: z.string(), state: z.string() })) }),
      ),
    }),
  })
  const { data } = Rules.parse(await (await fetch(`${url}/api/v1/rules`)).json())
  const rules = data.groups.flatMap((group) => group.rules)
  // And the one that tells Alertmanager of causes that are pending.
  assert.equal(rules.length, ALERT_RULES.length + 1)
  assert.deepEqual(
    rules.filter(({ health }) => health === 'err'),
    [],
  )
  const firing = rules.filter(({ state }) => state === 'firing').map(({ name }) => name)
  assert.deepEqual(
    firing.filter((name) => ['server-unreachable', 'database-down', 'disk-low'].includes(name)),
    [],
  )
})

test('the alerts of the process itself are read over HTTP, with the thresholds that she tells to Prometheus', async () => {
  const { rules } = z
    .object({ rules: z.array(z.object({ id: z.string(), threshold: z.number() })) })
    .parse(await ask('GET', '/api/alerts'))
  const text = await scraped()
  for (const { id, threshold } of rules)
    assert.ok(text.includes(`sophia_alert_threshold{alert="${id}"} ${threshold}\n`), id)
  await ask('POST', '/api/alerts/disk-low/silence', { hours: 1, reason: 'being mended' })
  const { objectives } = z
    .object({ objectives: z.array(z.object({ id: z.string(), good: z.number() })) })
    .parse(await ask('GET', '/api/slo?hours=1'))
  await house.rooms.watch.round()
  assert.ok((objectives.find(({ id }) => id === 'errors')?.good ?? 0) > 0)
})
