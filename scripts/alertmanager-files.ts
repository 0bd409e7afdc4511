/** What Prometheus and Alertmanager are told beside the rules, so that people hear from them what they would hear from Sophia. */
import { stringify } from 'yaml'
import { SCRAPE_JOB } from '#domain/alerts/promql.ts'
import type { AlertRule } from '#domain/alerts/rule.ts'
import { ALERT_RULES } from '#domain/alerts/rules.ts'

const NOTICE = 'Made from the code by `npm run generate`; do not edit by hand.'
/** The alert that stands for causes that hold and have not lasted long enough to fire. Nobody is told of it. */
const PENDING = 'cause-pending'
const NOBODY = 'nobody'

const comment = (lines: readonly string[]): string => lines.map((line) => `# ${line}\n`).join('')
const yaml = (value: object): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })
const anyOf = (ids: readonly string[]): string => `=~"${ids.join('|')}"`

/** Causes that are pending for a while before they fire. */
const SLOW_CAUSES = ALERT_RULES.filter(
  ({ id, forSeconds }) => forSeconds > 0 && ALERT_RULES.some(({ causes }) => causes.includes(id)),
).map(({ id }) => id)

/** `deploy/prometheus/causes.yaml`: Alertmanager hears of what fires only; this tells it what is about to. */
export function pendingCauses(): string {
  const rule = {
    alert: PENDING,
    expr: `max by (cause) (label_replace(ALERTS{alertstate="pending",alertname${anyOf(SLOW_CAUSES)}}, "cause", "$1", "alertname", "(.*)"))`,
    labels: { severity: 'none', group: 'causes' },
    annotations: { summary: '{{ $labels.cause }} holds and has not lasted long enough to fire.' },
  }
  const head = comment([
    NOTICE,
    'For alertmanager.yaml, which keeps quiet what follows from a cause that has not fired yet.',
  ])
  return `${head}${yaml({ groups: [{ name: 'sophia-causes', interval: '5s', rules: [rule] }] })}`
}

/** `deploy/prometheus/alertmanager.yaml`: who is told, what comes in one message, and what is kept quiet while its cause holds. */
export function alertmanagerConfig(): string {
  const config = {
    route: {
      receiver: 'tickets',
      group_by: ['group'],
      // In this time a cause is heard of, also one that is pending, before what follows from it is told.
      group_wait: '10s',
      group_interval: '30s',
      repeat_interval: '1d',
      routes: [
        { matchers: [`alertname="${PENDING}"`], receiver: NOBODY },
        { matchers: [`alertname="${outOfReach().id}"`], receiver: 'pages', group_wait: '0s', repeat_interval: '4h' },
        { matchers: ['severity="page"'], receiver: 'pages', repeat_interval: '4h' },
      ],
    },
    inhibit_rules: ALERT_RULES.flatMap(inhibitRules),
    receivers: [{ name: NOBODY }, receiver('pages'), receiver('tickets')],
  }
  const head = comment([
    NOTICE,
    'Of Alertmanager 0.25 and newer. Write the address of a Slack-compatible webhook into the two files that are named below; pages and tickets',
    'may go to one address or to two. Other receivers, such as e-mail, take the place of slack_configs.',
    'Let one of the two tell people: this, or Sophia herself (SOPHIA_NOTIFY_WEBHOOK, SMTP_URL).',
  ])
  return `${head}${yaml(config)}`
}

/** Nothing is the cause of it, and every second counts. */
function outOfReach(): AlertRule {
  const rule = ALERT_RULES.find(({ condition }) => condition.kind === 'unreachable')
  if (!rule) throw new Error('No rule watches for a server that is gone.')
  return rule
}

function inhibitRules({ id, causes }: AlertRule): object[] {
  const slow = causes.filter((cause) => SLOW_CAUSES.includes(cause))
  const target_matchers = [`alertname="${id}"`]
  return [
    ...(causes.length > 0 ? [{ source_matchers: [`alertname${anyOf(causes)}`], target_matchers }] : []),
    ...(slow.length > 0
      ? [{ source_matchers: [`alertname="${PENDING}"`, `cause${anyOf(slow)}`], target_matchers }]
      : []),
  ]
}

/** Somebody who is told of one urgency. */
function receiver(name: 'pages' | 'tickets'): object {
  const state = '{{ if eq .Status "firing" }}{{ .CommonLabels.severity }}{{ else }}resolved{{ end }}'
  const more = '{{ if gt (len .Alerts) 1 }} and more{{ end }}'
  const slack = {
    api_url_file: `/etc/alertmanager/sophia-${name}-webhook`,
    send_resolved: true,
    title: `Sophia: [${state}] {{ (index .Alerts 0).Annotations.summary }}${more}`,
    text: [
      '{{ range .Alerts.Firing }}{{ .Annotations.summary }} ({{ .Labels.alertname }})',
      '{{ .Annotations.runbook }}',
      '{{ .Annotations.runbook_url }}',
      '{{ end }}{{ range .Alerts.Resolved }}Resolved: {{ .Annotations.summary }} ({{ .Labels.alertname }})',
      '{{ end }}',
    ].join('\n'),
  }
  return { name, slack_configs: [slack] }
}

/** `deploy/prometheus/prometheus.yaml`: the least that a Prometheus beside one Sophia needs. */
export function prometheusConfig(): string {
  const config = {
    global: { scrape_interval: '5s', evaluation_interval: '5s' },
    rule_files: ['rules.yaml', 'causes.yaml'],
    alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:9093'] }] }] },
    scrape_configs: [{ job_name: SCRAPE_JOB, static_configs: [{ targets: ['127.0.0.1:8000'] }] }],
  }
  const head = comment([
    NOTICE,
    'Name every replica under targets. From another machine set SOPHIA_METRICS_TOKEN, and under the job',
    'authorization: { credentials_file: FILE }.',
  ])
  return `${head}${yaml(config)}`
}
