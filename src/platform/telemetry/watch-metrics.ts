import { ComponentState } from '#contract/operations.ts'
import { RecoveryAction } from '#contract/recoveries.ts'
import { OBJECTIVE_IDS } from '#domain/objectives/objectives.ts'
import { VERSION } from '#platform/version.ts'
import type { metricMaker } from './metric-maker.ts'

/** Reads the state of each part at each scrape, from what was last measured. */
export function watchComponents(
  { componentState }: Pick<ReturnType<typeof watchMetrics>, 'componentState'>,
  components: () => Readonly<Record<string, { readonly status: string }>>,
): void {
  Object.assign(componentState, {
    collect: () => {
      componentState.reset()
      for (const [component, { status }] of Object.entries(components()))
        for (const state of ComponentState.options) componentState.set({ component, state }, state === status ? 1 : 0)
    },
  })
}

/** What Sophia knows of how well she does: parts, objectives, alerts, backups, money. */
export function watchMetrics(make: ReturnType<typeof metricMaker>) {
  const buildInfo = make.gauge('sophia_build_info', '1, by version', ['version'])
  buildInfo.set({ version: VERSION }, 1)
  const sloEvents = make.counter('sophia_slo_events_total', 'What objectives are measured by', ['slo', 'result'])
  // From the first scrape on, so that the first bad one is seen to be more than none.
  for (const slo of OBJECTIVE_IDS) for (const result of ['good', 'bad']) sloEvents.inc({ slo, result }, 0)
  const selfHealing = make.counter('sophia_self_healing_total', 'What was done about trouble without being asked for', [
    'action',
  ])
  for (const action of RecoveryAction.options) selfHealing.inc({ action }, 0)
  return {
    buildInfo,
    selfHealing,
    readOnly: make.gauge('sophia_read_only', '1 while nothing new is stored because the disk is nearly full'),
    componentState: make.gauge(
      'sophia_component_state',
      'State of each part: 1 for the one it is in, 0 for the others',
      ['component', 'state'],
    ),
    sloEvents,
    answers: make.seconds(
      'sophia_answer_seconds',
      'Answers of the API whose length is up to Sophia: no streams, no uploads, no faults',
    ),
    sloBudget: make.gauge(
      'sophia_slo_error_budget_remaining',
      'Share of the error budget of its window that is left, over all replicas; below 0 it is overdrawn',
      ['slo'],
    ),
    alertState: make.gauge('sophia_alert_state', 'Alerts by rule and state', ['alert', 'state']),
    alertThreshold: make.gauge('sophia_alert_threshold', 'The threshold of each rule as the calendar has it now', [
      'alert',
    ]),
    alertMessages: make.counter('sophia_alert_messages_total', 'Messages about alerts, by how they went', [
      'channel',
      'outcome',
    ]),
    probeMisses: make.gauge('sophia_probe_misses', 'Probes from the second process missed in a row'),
    replicas: make.gauge('sophia_replicas', 'Processes that take part', ['state']),
    backupVerified: make.gauge(
      'sophia_backup_last_verified_timestamp_seconds',
      'When the newest backup that was proven by restoring it was made; 0 when there is none',
    ),
    backupAge: make.gauge('sophia_backup_age_seconds', 'Age of that backup, or of the deployment when there is none'),
    certificateEnds: make.gauge(
      'sophia_tls_certificate_expiry_timestamp_seconds',
      'When the certificate ends under which this process listens, or that people meet at SOPHIA_PUBLIC_URL',
    ),
    certificateRenewal: make.gauge(
      'sophia_tls_certificate_renewal_used_ratio',
      'Share of the time for renewing it that has passed: 0 before it is due, 1 when it ends',
    ),
    budgetUsed: make.gauge('sophia_budget_used_ratio', 'Share of the daily cap on model spending that is used'),
  }
}
