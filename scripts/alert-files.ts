/** The alert catalogue as the files that others read: rules for Prometheus, tests of them for promtool, and a page for people. */
import { stringify } from 'yaml'
import { thresholdOf } from '#domain/alerts/condition.ts'
import { toPromql, span, SCRAPE_JOB, REMEMBERED_SECONDS, START_LIMIT_SECONDS } from '#domain/alerts/promql.ts'
import { formatValue } from '#domain/alerts/render-message.ts'
import { runbookPage, type AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'
import { OBJECTIVE_IDS, WINDOW_DAYS, objectiveOf } from '#domain/objectives/objectives.ts'
import { LONG_LOOKS, scenariosOf, type Scenario, type Series } from '../test/support/alert-scenarios.ts'

const NOTICE = 'Made from the code by `npm run generate`; do not edit by hand.'
const FAST = '5s'
const BUDGETS = 'sophia-budgets'

/** Long spans are dear to sum and say nothing new in five seconds. */
function groupOf({ condition, group }: AlertRule): string {
  return condition.kind === 'burn' && condition.longSeconds > 3600 ? BUDGETS : `sophia-${group}`
}

/** Figures as Prometheus fills them in. */
function summaryOf({ says, unit, condition }: AlertRule): string {
  return says
    .replace('{value}', '{{ printf "%.2f" $value }}')
    .replace('{threshold}', formatValue(thresholdOf(condition), unit))
    .replace('{subject}', `{{ $labels.${condition.kind === 'burn' ? '' : (condition.by ?? '')} }}`)
}

/** What people are told, and where more stands. */
function annotationsOf(rule: AlertRule): { summary: string; runbook: string; runbook_url: string } {
  return { summary: summaryOf(rule), runbook: rule.runbook.join('\n'), runbook_url: runbookPage(rule) }
}

function ruleGroups(): object[] {
  const names = [...new Set(ALERT_RULES.map(groupOf))]
  return names.map((name) => ({
    name,
    interval: name === BUDGETS ? '1m' : FAST,
    rules: ALERT_RULES.filter((rule) => groupOf(rule) === name).map((rule) => ({
      alert: rule.id,
      expr: toPromql(rule),
      for: span(rule.forSeconds),
      ...(rule.holdSeconds > 0 ? { keep_firing_for: span(rule.holdSeconds) } : {}),
      labels: { severity: rule.severity, group: rule.group },
      annotations: annotationsOf(rule),
    })),
  }))
}

const comment = (lines: readonly string[]): string => lines.map((line) => `# ${line}\n`).join('')
const yaml = (value: object): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** `deploy/prometheus/rules.yaml`, for Prometheus 2.42 and newer. */
export function prometheusRules(): string {
  return `${comment([NOTICE, `Scrape every replica as job "${SCRAPE_JOB}", every 5 s; at more than 10 s the fastest rules see too little.`])}${yaml({ groups: ruleGroups() })}`
}

/** The groups alone, for the chart, which makes an object of its own of them. */
export function prometheusRuleGroups(): string {
  return yaml({ groups: ruleGroups() })
}

/** The same for the Prometheus operator of a Kubernetes cluster. */
export function prometheusRuleObject(): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'sophia', labels: { 'app.kubernetes.io/name': 'sophia' } },
    spec: { groups: ruleGroups() },
  }
  return `${comment([NOTICE])}${yaml(object)}`
}

/** `deploy/prometheus/rules.test.yaml`: what fires each rule, and what comes close and does not. */
export function prometheusRuleTests(): string {
  const scenarios = ALERT_RULES.filter((rule) => groupOf(rule) !== BUDGETS).flatMap(scenariosOf)
  return testFile('rules.test.yaml', '1m', [...scenarios.map(ruleTest), ...GONE.map(goneTest)])
}

/** `deploy/prometheus/budgets.test.yaml`: of the rules that look at hours and days, which no test can look at each five seconds. */
export function prometheusBudgetTests(): string {
  // Prometheus keeps an alert for a minute after its end, which looks so far apart cannot tell from more.
  const scenarios = ALERT_RULES.filter((rule) => groupOf(rule) === BUDGETS)
    .flatMap(scenariosOf)
    .filter(({ series }) => series.every(({ quietSeconds }) => quietSeconds === 0))
  return testFile('budgets.test.yaml', span(LONG_LOOKS), scenarios.map(ruleTest))
}

function testFile(name: string, evaluation: string, tests: readonly object[]): string {
  const head = comment([NOTICE, `Run: promtool test rules deploy/prometheus/${name}`])
  return `${head}${yaml({ rule_files: ['rules.yaml'], evaluation_interval: evaluation, tests })}`
}

function ruleTest(scenario: Scenario): object {
  const { rule, name, isFiring, intervalSeconds, atSeconds, series } = scenario
  const samples = Math.ceil(atSeconds / intervalSeconds)
  const valuesOf = ({ start, step, quietSeconds }: Series): string => {
    const growing = Math.floor((atSeconds - quietSeconds) / intervalSeconds)
    const grown = `${start}+${step}x${quietSeconds === 0 ? samples : growing}`
    return quietSeconds === 0 ? grown : `${grown} ${start + step * growing}+0x${samples - growing}`
  }
  return {
    name: `${rule.id}: ${name}`,
    interval: span(intervalSeconds),
    input_series: series.map((one) => ({
      series: `${one.metric}{${Object.entries(one.labels)
        .map(([label, value]) => `${label}="${value}"`)
        .join(',')}}`,
      values: valuesOf(one),
    })),
    alert_rule_test: [
      { eval_time: span(atSeconds), alertname: rule.id, exp_alerts: isFiring ? [expectedAlert(scenario)] : [] },
    ],
  }
}

function expectedAlert({ rule, subject, value }: Scenario): object {
  const { condition, severity, group } = rule
  const by = condition.kind === 'burn' ? undefined : condition.by
  return {
    exp_labels: { severity, group, ...(by === undefined ? {} : { [by]: subject }) },
    exp_annotations: {
      ...annotationsOf(rule),
      summary: summaryOf(rule)
        .replace('{{ printf "%.2f" $value }}', value.toFixed(2))
        .replace(/\{\{ \$labels\.\w* \}\}/, subject),
    },
  }
}

/** How a scrape went, each minute: what is a server that is gone, and what is one that starts. */
interface Course {
  readonly name: string
  /** As promtool writes samples; `_` is none. */
  readonly values: string
  /** Minutes at which it is looked at. */
  readonly quietAt: readonly number[]
  readonly firingAt: readonly number[]
}

const START_MINUTES = START_LIMIT_SECONDS / 60

const GONE: readonly Course[] = [
  { name: 'the scrape finds nobody', values: '1 1 0 0 0', quietAt: [1], firingAt: [2, 4] },
  {
    name: 'a server that starts is not reached at first',
    values: '_ _ 0 0 0 1 1',
    quietAt: [2, 3, 4, 5, 6],
    firingAt: [],
  },
  {
    name: 'a start that has no end',
    values: `0x${START_MINUTES * 2}`,
    quietAt: [0, START_MINUTES - 1],
    firingAt: [START_MINUTES, START_MINUTES * 2],
  },
  {
    name: 'a server that is gone for long',
    values: `1 1 0x${START_MINUTES * 3}`,
    quietAt: [1],
    firingAt: [2, START_MINUTES + 1, START_MINUTES + 2, START_MINUTES * 3],
  },
  {
    name: 'nobody is left to be asked',
    values: '1 1 stale',
    quietAt: [1, REMEMBERED_SECONDS / 60 + 3],
    firingAt: [2, 30],
  },
]

/** A server that is gone says nothing at all; who scrapes it sees that. */
function goneTest({ name, values, quietAt, firingAt }: Course): object {
  const rule = ALERT_RULES.find(({ condition }) => condition.kind === 'unreachable')
  if (!rule) throw new Error('No rule watches for a server that is gone.')
  const { severity, group } = rule
  const expected = {
    exp_labels: { severity, group },
    exp_annotations: annotationsOf(rule),
  }
  const look = (isFiring: boolean) => (minute: number) => ({
    eval_time: `${minute}m`,
    alertname: rule.id,
    exp_alerts: isFiring ? [expected] : [],
  })
  return {
    name: `${rule.id}: ${name}`,
    interval: '1m',
    input_series: [{ series: `up{job="${SCRAPE_JOB}",instance="one"}`, values }],
    alert_rule_test: [...quietAt.map(look(false)), ...firingAt.map(look(true))],
  }
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)

/** `docs/use/alerts-reference.md`. */
export function alertsPage(): string {
  const objectives = OBJECTIVE_IDS.map((id) => {
    const { title, promise, target, aim } = objectiveOf(id)
    const aimed = aim ? `; aimed at: ${aim.share * 100} % within ${aim.ms} ms` : ''
    return [`\`${id}\``, title, `${Math.round(target * 100_000) / 1000} % of ${promise}${aimed}`]
  })
  const rules = ALERT_RULES.map((rule) => [
    `\`${rule.id}\``,
    rule.says.replace('{value}', 'N').replace('{subject}', 'NAME').replace('{threshold}', limitOf(rule)),
    rule.severity,
    limitOf(rule),
    rule.forSeconds === 0 ? 'at once' : span(rule.forSeconds),
    rule.causes.map((cause) => `\`${cause}\``).join(', '),
  ])
  return [
    '# Objectives and alerts, one by one',
    '',
    NOTICE,
    '',
    `## Objectives, over ${WINDOW_DAYS} days`,
    '',
    ...table(['Id', 'What', 'Promise'], objectives),
    '',
    '## Alerts',
    '',
    'Each fires above its threshold. While a cause holds its effects are not told. The calendar moves `alerts.<id>.threshold` and',
    '`alerts.<id>.for`.',
    '',
    ...table(['Id', 'What it says', 'Severity', 'Threshold', 'After', 'Causes'], rules),
    '',
    '## What to do',
    '',
    ...ALERT_RULES.flatMap(({ id, runbook }) => [`### ${id}`, '', ...runbook.map((step) => `- ${step}`), '']),
  ].join('\n')
}

function limitOf({ condition, unit }: AlertRule): string {
  return `${formatValue(thresholdOf(condition), unit)}${unit === 'seconds' ? ' s' : unit === 'times the budget' ? ' times' : ''}`
}
