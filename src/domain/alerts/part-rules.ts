import { BACKUP_GOAL_MS, MEMORY_GOAL } from '../objectives/objectives.ts'
import type { LabelMatch } from './condition.ts'
import type { AlertRule } from './rule.ts'

const NOT_WELL: LabelMatch = { is: ['degraded', 'down'] }

/** A part of the house that is not well, as its own probe says. */
function partRule(
  component: string,
  rule: Omit<AlertRule, 'condition' | 'unit' | 'holdSeconds'> & { readonly states?: LabelMatch },
): AlertRule {
  const { states = NOT_WELL, ...more } = rule
  return {
    ...more,
    holdSeconds: 30,
    unit: 'count',
    condition: {
      kind: 'gauge',
      metric: 'sophia_component_state',
      where: { component: { is: [component] }, state: states },
      across: 'sum',
      threshold: 0,
    },
  }
}

/** What to do when something is gone for good. */
const FAILOVER = 'docs/use/failover.md'
const SERVER_GONE = `${FAILOVER}#a-server`
const DATABASE_GONE = `${FAILOVER}#postgresql`
const REDIS_GONE = `${FAILOVER}#redis`

const DATABASE = ['server-unreachable', 'database-down']

/** The server and what it stands on. */
export const PART_RULES: readonly AlertRule[] = [
  {
    id: 'server-unreachable',
    says: 'A server does not answer its probe, or answers that it is not ready.',
    severity: 'page',
    group: 'server',
    condition: { kind: 'unreachable', metric: 'sophia_probe_misses', threshold: 1 },
    forSeconds: 0,
    holdSeconds: 10,
    causes: [],
    runbook: [
      'Look whether the process runs: its service or its container.',
      'When it runs, open /readyz: it names the part that is down. When that does not answer, look at the log and restart it.',
      `When its machine is gone for good: ${SERVER_GONE}`,
    ],
    page: SERVER_GONE,
    unit: 'count',
  },
  {
    id: 'replica-silent',
    says: 'A process that takes part was not heard of for 12 seconds, and did not say that it leaves.',
    severity: 'page',
    group: 'server',
    condition: {
      kind: 'gauge',
      metric: 'sophia_replicas',
      where: { state: { is: ['silent'] } },
      across: 'max',
      threshold: 0,
    },
    forSeconds: 0,
    holdSeconds: 10,
    causes: ['database-down'],
    runbook: [
      'See which one: it is silent under Processes in Operations, and under replicas in GET /api/alerts.',
      'Its turns were taken over by the others. Look why it ended, and start it again.',
      `When its machine is gone for good: ${SERVER_GONE}`,
    ],
    page: SERVER_GONE,
    unit: 'count',
  },
  partRule('database', {
    id: 'database-down',
    says: 'PostgreSQL does not answer.',
    severity: 'page',
    group: 'data',
    states: { is: ['down'] },
    forSeconds: 10,
    causes: [],
    runbook: [
      'Look whether PostgreSQL runs and takes connections (DATABASE_URL).',
      'Sophia goes on by herself once it is back; nothing acknowledged is lost.',
      `When its machine is gone for good, promote the standby: ${DATABASE_GONE}`,
    ],
    page: DATABASE_GONE,
  }),
  partRule('disk', {
    id: 'disk-low',
    says: 'Less than 5 % of the disk under SOPHIA_HOME is free.',
    severity: 'page',
    group: 'data',
    forSeconds: 60,
    causes: [],
    runbook: [
      'Delete old backups: sophia backup list',
      'Or give the disk more room.',
      'With the built-in database nothing new is stored until 8 % are free. Sophia then goes on by herself.',
    ],
  }),
  partRule('redis', {
    id: 'redis-down',
    says: 'Redis does not answer, or its settings are unsafe. Nothing is lost; answers take longer.',
    severity: 'ticket',
    group: 'data',
    forSeconds: 60,
    causes: [],
    runbook: [
      'Look at `redis` in /health: it says what is wrong.',
      `When its machine is gone for good nothing needs to be restored: ${REDIS_GONE}`,
    ],
    page: REDIS_GONE,
  }),
  partRule('jobs', {
    id: 'jobs-down',
    says: 'Work in the background does not run.',
    severity: 'ticket',
    group: 'data',
    forSeconds: 120,
    causes: DATABASE,
    runbook: ['Look at `jobs` in /health, and whether a process with the worker door runs.'],
  }),
  partRule('mail', {
    id: 'mail-down',
    says: 'The mail server does not answer.',
    severity: 'ticket',
    group: 'connections',
    forSeconds: 600,
    causes: [],
    runbook: ['Look at `mail` in /health and check SMTP_URL.'],
  }),
  partRule('model', {
    id: 'model-failing',
    says: 'Calls of the language model fail.',
    severity: 'page',
    group: 'answers',
    forSeconds: 120,
    causes: [],
    runbook: [
      'Look at `model` in /health for what the provider says.',
      'Put another provider first in SOPHIA_MODEL, or `playbook` as the last.',
    ],
  }),
  partRule('personas', {
    id: 'personas-faulty',
    says: 'A persona file has a fault; the last good one is in force.',
    severity: 'ticket',
    group: 'answers',
    forSeconds: 60,
    causes: [],
    runbook: ['Look at `personas` in /health: it names file and line.'],
  }),
  partRule('calendar', {
    id: 'calendar-faulty',
    says: 'The business calendar, or events it takes from an address, cannot be read; what was last good is in force.',
    severity: 'ticket',
    group: 'answers',
    // A server of events that was away once is asked again after five minutes.
    forSeconds: 600,
    causes: [],
    runbook: ['Look at `calendar` in /health, or open Calendar on screen: it names the line, or the host.'],
  }),
  partRule('tls', {
    id: 'certificate-due',
    says: 'The certificate that people are shown is due to be renewed, or a new one cannot be used.',
    severity: 'ticket',
    group: 'server',
    forSeconds: 60,
    causes: ['certificate-ending'],
    runbook: [
      'Look at `tls` in /health: it says how many days are left, or what is wrong with the new one.',
      'Put the new certificate and its key where SOPHIA_TLS_CERT and SOPHIA_TLS_KEY say; they are read within seconds.',
      'Where a proxy has it, which `tls` says by `At https://...`, renew it there and see why it did not renew by itself; it is looked at again within the hour.',
    ],
  }),
  {
    id: 'certificate-ending',
    says: 'The certificate that people are shown has used {value} of its time for renewing; at 1 browsers refuse it.',
    severity: 'page',
    group: 'server',
    // Of 21 days these are the last three.
    condition: {
      kind: 'gauge',
      metric: 'sophia_tls_certificate_renewal_used_ratio',
      across: 'max',
      threshold: 0.857,
    },
    forSeconds: 60,
    holdSeconds: 30,
    causes: [],
    runbook: [
      'Look at `tls` in /health: it says when it ends.',
      'Renew it now: put certificate and key where SOPHIA_TLS_CERT and SOPHIA_TLS_KEY say; they are read within seconds.',
      'Where a proxy has it, which `tls` says by `At https://...`, renew it there; it is looked at again within the hour.',
    ],
    unit: 'share',
  },
  {
    id: 'memory-high',
    says: 'A process uses {value} of its memory; {threshold} is the limit.',
    severity: 'ticket',
    group: 'server',
    condition: { kind: 'gauge', metric: 'sophia_memory_used_ratio', across: 'max', threshold: MEMORY_GOAL },
    forSeconds: 300,
    holdSeconds: 60,
    causes: ['memory-critical'],
    runbook: [
      'Give the process more memory, or add a replica.',
      'When it keeps growing, report it with a heap snapshot.',
    ],
    unit: 'share',
  },
  {
    id: 'memory-critical',
    says: 'A process uses {value} of its memory and will soon be ended.',
    severity: 'page',
    group: 'server',
    condition: { kind: 'gauge', metric: 'sophia_memory_used_ratio', across: 'max', threshold: 0.95 },
    forSeconds: 60,
    holdSeconds: 60,
    causes: [],
    runbook: ['Restart the process: its turns are taken over.', 'Give it more memory.'],
    unit: 'share',
  },
  {
    id: 'event-loop-slow',
    says: 'The event loop of a process is held up for {value} s at a time.',
    severity: 'ticket',
    group: 'server',
    condition: { kind: 'gauge', metric: 'sophia_event_loop_delay_p99_seconds', across: 'max', threshold: 0.25 },
    forSeconds: 120,
    holdSeconds: 60,
    causes: [],
    runbook: ['Look at the processor of the machine.', 'Add a replica, or move imports to another hour.'],
    unit: 'seconds',
  },
  {
    id: 'backup-stale',
    says: 'The newest verified backup is {value} s old, or there is none.',
    severity: 'ticket',
    group: 'data',
    condition: { kind: 'gauge', metric: 'sophia_backup_age_seconds', across: 'min', threshold: BACKUP_GOAL_MS / 1000 },
    forSeconds: 300,
    holdSeconds: 0,
    causes: [],
    runbook: [
      'Run: sophia backup create',
      'Prove it: sophia backup verify latest, with --identity FILE where it is encrypted: the server has no key and cannot.',
      'Look at `backup` in /health: it says why none is made by schedule.',
    ],
    unit: 'seconds',
  },
]
