import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { z } from 'zod'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { runPromtool } from '../support/prometheus.ts'

const FOLDER = 'deploy/prometheus'
// They run beside everything else, and the machine may have two cores.
const PATIENT = { timeout: 600_000 }

test('Prometheus takes the rules', async () => {
  const { code, said } = await runPromtool(['check', 'rules', `${FOLDER}/rules.yaml`])
  assert.equal(code, 0, said)
  assert.match(said, new RegExp(`${ALERT_RULES.length} rules found`))
})

for (const name of ['rules.test.yaml', 'budgets.test.yaml'])
  test(`each rule fires and stays quiet in Prometheus as in the process: ${name}`, PATIENT, async () => {
    const { code, said } = await runPromtool(['test', 'rules', `${FOLDER}/${name}`])
    assert.equal(code, 0, said)
  })

const Tests = z.object({
  tests: z.array(
    z.object({ alert_rule_test: z.array(z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) })) }),
  ),
})

test('no rule is without a test that fires it and one that does not', async () => {
  const texts = await Promise.all(['rules', 'budgets'].map((name) => readFile(`${FOLDER}/${name}.test.yaml`, 'utf8')))
  const looks = texts.flatMap((text) => Tests.parse(parse(text)).tests).flatMap((one) => one.alert_rule_test)
  for (const { id } of ALERT_RULES) {
    const ofRule = looks.filter(({ alertname }) => alertname === id).map(({ exp_alerts }) => exp_alerts.length)
    assert.ok(ofRule.includes(1) && ofRule.includes(0), id)
  }
})

const Rules = z.object({
  groups: z.array(
    z.object({ rules: z.array(z.object({ alert: z.string(), annotations: z.record(z.string(), z.string()) })) }),
  ),
})
const PAGE = /docs\/[\w/-]+\.md(?:#[\w-]+)?/g

/** As repositories and readers of Markdown name the place of a heading. */
function placesOf(page: string): string[] {
  const headings = page.matchAll(/^#+ (.+)$/gm)
  return [...headings].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  )
}

test('every rule names the page and heading to open, and each that it names is there', async () => {
  const { groups } = Rules.parse(parse(await readFile(`${FOLDER}/rules.yaml`, 'utf8')))
  const rules = groups.flatMap((group) => group.rules)
  assert.equal(rules.length, ALERT_RULES.length)
  for (const { alert, annotations } of rules) {
    const { runbook_url: address = '', runbook = '' } = annotations
    const named = runbook.match(PAGE) ?? []
    assert.match(address, /^docs\/use\/[\w-]+\.md#[\w-]+$/, alert)
    for (const each of [address, ...named]) {
      const [page = '', heading = ''] = each.split('#')
      assert.ok(placesOf(await readFile(page, 'utf8')).includes(heading), `${alert} names ${each}`)
    }
  }
  const byId = new Map(rules.map(({ alert, annotations }) => [alert, annotations['runbook_url']]))
  assert.deepEqual(
    ['server-unreachable', 'replica-silent', 'database-down', 'redis-down', 'disk-low'].map((id) => byId.get(id)),
    [
      'docs/use/failover.md#a-server',
      'docs/use/failover.md#a-server',
      'docs/use/failover.md#postgresql',
      'docs/use/failover.md#redis',
      'docs/use/alerts-reference.md#disk-low',
    ],
  )
})

test('a rule that is changed makes its test fail', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sophia-rules-'))
  t.after(() => rm(folder, { recursive: true }))
  const rules = await readFile(`${FOLDER}/rules.yaml`, 'utf8')
  await writeFile(join(folder, 'rules.yaml'), rules.replace('component="disk"', 'component="disc"'))
  await writeFile(join(folder, 'rules.test.yaml'), await oneTest('disk-low: past the threshold'))
  assert.notEqual((await runPromtool(['test', 'rules', join(folder, 'rules.test.yaml')])).code, 0)
})

/** The file of tests with one of them only. */
async function oneTest(name: string): Promise<string> {
  const file = z
    .looseObject({ tests: z.array(z.looseObject({ name: z.string() })) })
    .parse(parse(await readFile(`${FOLDER}/rules.test.yaml`, 'utf8')))
  const tests = file.tests.filter((one) => one.name === name)
  assert.equal(tests.length, 1)
  return JSON.stringify({ ...file, tests })
}

test('the object for Kubernetes holds the same groups', async () => {
  const [plain, object] = await Promise.all([
    readFile(`${FOLDER}/rules.yaml`, 'utf8'),
    readFile('deploy/kubernetes/prometheus-rule.yaml', 'utf8'),
  ])
  const { groups } = z.object({ groups: z.array(z.unknown()) }).parse(parse(plain))
  assert.deepEqual(
    z.object({ spec: z.object({ groups: z.array(z.unknown()) }) }).parse(parse(object)).spec.groups,
    groups,
  )
})
