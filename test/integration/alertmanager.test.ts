import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { after, test } from 'node:test'
import { z } from 'zod'
import { ALERT_RULES, findRule } from '#domain/alerts/rules.ts'
import { createId } from '#platform/crypto/ids.ts'
import { SHIPPED_ALERTMANAGER, runAmtool, startAlertmanager } from '../support/alertmanager.ts'
import { freePort } from '../support/free-port.ts'
import { startModelServer } from '../support/model-server.ts'
import { runPromtool, startPrometheus } from '../support/prometheus.ts'
import { makeHome, startSophia } from '../support/sophia-process.ts'
import { until } from '../support/until.ts'

/** A real Sophia, a real Prometheus that scrapes her by the files that ship, and a real Alertmanager: people hear the same from both. */

const FOLDER = 'deploy/prometheus'
const KEY = `sk-sophia-${'a'.repeat(43)}`
const PATIENT = { timeout: 300_000 }
const LONG_MS = 90_000

test('Alertmanager takes its file, Prometheus its own and the rule of causes', async () => {
  const checked = await runAmtool(['check-config', SHIPPED_ALERTMANAGER])
  assert.equal(checked.code, 0, checked.said)
  for (const args of [
    ['check', 'config', `${FOLDER}/prometheus.yaml`],
    ['check', 'rules', `${FOLDER}/causes.yaml`],
  ]) {
    const { code, said } = await runPromtool(args)
    assert.equal(code, 0, said)
  }
})

test('each alert finds the people of its urgency, and of a cause that is pending nobody is told', async () => {
  const receiverOf = async (labels: readonly string[]): Promise<string | undefined> => {
    const { said } = await runAmtool(['config', 'routes', 'test', `--config.file=${SHIPPED_ALERTMANAGER}`, ...labels])
    // It warns of settings that nobody set.
    return said.split('\n')[0]
  }
  for (const { id, severity, group } of ALERT_RULES)
    assert.equal(
      await receiverOf([`alertname=${id}`, `severity=${severity}`, `group=${group}`]),
      severity === 'page' ? 'pages' : 'tickets',
      id,
    )
  assert.equal(await receiverOf(['alertname=cause-pending', 'severity=none', 'cause=database-down']), 'nobody')
})

/** A message as Slack gets it: plain from Sophia, with an attachment from Alertmanager. */
const Message = z.object({
  text: z.string().optional(),
  attachments: z.array(z.object({ title: z.string(), text: z.string() })).default([]),
})

/** Two addresses of somebody who is told: one is Sophia's, the other Alertmanager's. */
async function openReceiver() {
  const told = { sophia: [] as string[], alertmanager: [] as string[] }
  const server = createServer(async (request, response) => {
    const chunks = await request.toArray()
    const { text = '', attachments } = Message.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')))
    const whole = [text, ...attachments.flatMap((one) => [one.title, one.text])].join('\n')
    told[request.url === '/sophia' ? 'sophia' : 'alertmanager'].push(whole)
    response.end('ok')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  // A listening TCP server has an AddressInfo.
  return { told, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const folder = await mkdtemp(join(tmpdir(), 'sophia-alerting-'))
after(() => rm(folder, { recursive: true, force: true }))

const HURRY = '25s'

/** The rules that ship, with one whose time is shorter: the calendar moves it in the process, a copy of the file in Prometheus. */
async function hurriedRules(): Promise<string> {
  const shipped = await readFile(`${FOLDER}/rules.yaml`, 'utf8')
  const file = join(folder, 'rules.yaml')
  const hurried = shipped.replace(/(- alert: model-failing\n(?: .*\n)*? +for: )2m/, `$1${HURRY}`)
  assert.notEqual(hurried, shipped)
  await writeFile(file, hurried)
  return file
}

async function hurriedCalendar(): Promise<string> {
  const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
  const calendar = {
    periods: { hurry: { label: 'Hurry', dates: [day(-1), day(0), day(1)] } },
    policies: [{ match: 'hurry', alerts: { 'model-failing': { for: HURRY } } }],
  }
  const file = join(folder, 'calendar.yaml')
  // JSON is YAML, too.
  await writeFile(file, JSON.stringify(calendar))
  return file
}

async function startServer(webhookUrl: string) {
  const model = await startModelServer(() => ({ kind: 'status', status: 404 }))
  const port = await freePort()
  const settings = {
    SOPHIA_HOME: await makeHome(),
    SOPHIA_PORT: String(port),
    SOPHIA_ADMIN_API_KEY: KEY,
    SOPHIA_NOTIFY_WEBHOOK: webhookUrl,
    SOPHIA_CALENDAR_FILE: await hurriedCalendar(),
    SOPHIA_MODEL: 'openai/away',
    OPENAI_API_KEY: 'sk-test-not-a-secret',
    OPENAI_BASE_URL: `${model.url}/v1`,
  }
  const start = async () => {
    const server = startSophia(['up'], settings)
    await server.address()
    return server
  }
  return { url: `http://127.0.0.1:${port}`, start }
}

async function ask(url: string, body?: object): Promise<unknown> {
  const answer = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${KEY}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await answer.text()
  assert.ok(answer.ok, `${url}: ${answer.status} ${text}`)
  return JSON.parse(text)
}

/** A question in a conversation of its own, which fails. */
async function askInVain(url: string): Promise<void> {
  const { id } = z.object({ id: z.string() }).parse(await ask(`${url}/api/conversations`, { persona: 'marcus' }))
  await ask(`${url}/api/conversations/${id}/messages`, { id: createId(), text: 'How is the pipeline?' })
}

const rulesIn = (text: string): string[] => [...text.matchAll(/\(([a-z-]+)\)$/gm)].flatMap(([, rule]) => rule ?? [])

const Alerts = z.object({
  rules: z.array(z.object({ id: z.string(), alerts: z.array(z.object({ causedBy: z.string().nullable() })) })),
})

test(
  'both tell the cause in the same words and once, and not what follows from it, also before the cause fires',
  PATIENT,
  async () => {
    const { told, url: receiver } = await openReceiver()
    const { url, start } = await startServer(`${receiver}/sophia`)
    const server = await start()
    const alertmanager = await startAlertmanager({
      webhookUrl: `${receiver}/alertmanager`,
      change: (config) => config.replace('group_interval: 30s', 'group_interval: 2s'),
    })
    const { query } = await startPrometheus({
      target: url,
      rules: [await hurriedRules(), resolve(FOLDER, 'causes.yaml')],
      alertmanagerUrl: alertmanager.url,
    })
    const failed = async (): Promise<number> =>
      Number((await query('sum(sophia_turns_total{status="failed"})'))[0]?.value[1] ?? 0)
    await askInVain(url)
    // Prometheus counts only what grows after it first saw it.
    await until(async () => (await failed()) >= 1, 'a first failure is scraped', LONG_MS)
    for (let at = 0; at < 15; at += 1) await askInVain(url)
    await until(async () => (await failed()) >= 16, 'sixteen failures are scraped', LONG_MS)
    await until(() => told.sophia.length > 0 && told.alertmanager.length > 0, 'both told', LONG_MS)

    const firing = (await query('ALERTS{alertstate="firing"}')).map(({ metric }) => metric['alertname'])
    assert.ok(firing.includes('turns-failing'), firing.join())
    const { rules } = Alerts.parse(await ask(`${url}/api/alerts`))
    assert.deepEqual(rules.find(({ id }) => id === 'turns-failing')?.alerts, [{ causedBy: 'model-failing' }])
    for (const messages of Object.values(told)) {
      assert.deepEqual(messages.flatMap(rulesIn), ['model-failing'], messages.join('\n\n'))
      assert.match(messages[0] ?? '', /Sophia: \[page\] Calls of the language model fail\./)
      for (const step of findRule('model-failing')?.runbook ?? ['?']) assert.ok(messages[0]?.includes(step), step)
    }

    server.kill('SIGKILL')
    await server.ended
    const killedMs = performance.now()
    const heard = (pattern: RegExp) => (): boolean => told.alertmanager.some((text) => pattern.test(text))
    await until(
      heard(/\[page\] A server does not answer its probe[^]*\(server-unreachable\)/),
      'the kill is told',
      LONG_MS,
    )
    assert.ok(performance.now() - killedMs < 30_000, `${performance.now() - killedMs} ms`)
    await start()
    await until(heard(/\[resolved\] A server does not answer its probe/), 'the end is told', LONG_MS)
  },
)
