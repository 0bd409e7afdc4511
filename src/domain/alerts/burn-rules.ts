import { objectiveOf, type ObjectiveId } from '../objectives/objectives.ts'
import type { AlertGroup, AlertRule, Severity } from './rule.ts'

interface Pair {
  readonly name: 'flash' | 'fast' | 'slow' | 'creeping'
  readonly factor: number
  readonly longSeconds: number
  readonly shortSeconds: number
  readonly severity: Severity
  readonly spanWords: string
  /** It must be over for so long: what moves slowly swings about its threshold for long. */
  readonly holdSeconds: number
}

const HOUR = 3600

/**
 * Of 30 days a pair uses 0.35, 2, 5 and 10 % of the budget before it fires; the short span ends it soon after the end. The first is so
 * that a server that fails all its requests is told within 17 s: 9 s until it holds, and at most 5 s until somebody looks.
 */
const PAIRS: readonly Pair[] = [
  {
    name: 'flash',
    factor: 30,
    longSeconds: 300,
    shortSeconds: 30,
    severity: 'page',
    spanWords: '5 minutes',
    holdSeconds: 60,
  },
  {
    name: 'fast',
    factor: 14.4,
    longSeconds: HOUR,
    shortSeconds: 300,
    severity: 'page',
    spanWords: 'hour',
    holdSeconds: 60,
  },
  {
    name: 'slow',
    factor: 6,
    longSeconds: 6 * HOUR,
    shortSeconds: 1800,
    severity: 'page',
    spanWords: '6 hours',
    holdSeconds: 600,
  },
  {
    name: 'creeping',
    factor: 1,
    longSeconds: 72 * HOUR,
    shortSeconds: 6 * HOUR,
    severity: 'ticket',
    spanWords: '3 days',
    holdSeconds: HOUR,
  },
]

interface Burning {
  readonly objective: ObjectiveId
  readonly group: AlertGroup
  readonly pairs: readonly Pair['name'][]
  readonly leastBad: number
  readonly causes: readonly string[]
  readonly runbook: readonly string[]
}

/** Where a budget is too large for a factor to be reached, as 14.4 times 10 %, the pair is left out. */
const BURNING: readonly Burning[] = [
  {
    objective: 'availability',
    group: 'server',
    pairs: ['flash', 'fast', 'slow', 'creeping'],
    leastBad: 3,
    causes: ['server-unreachable', 'database-down'],
    runbook: [
      'Open /readyz on each replica: it names the part that is down.',
      'Look at the log for "request failed" and at the last deployment.',
    ],
  },
  {
    objective: 'errors',
    group: 'server',
    pairs: ['flash', 'fast', 'slow', 'creeping'],
    leastBad: 20,
    causes: ['server-unreachable', 'database-down', 'load-shed'],
    runbook: [
      'See which route fails: http_request_duration_seconds_count by route, with a status of 500 and above.',
      'Search the log for the correlation id of one failed request.',
      'When it began with a deployment, go back to the version before.',
    ],
  },
  {
    objective: 'latency',
    group: 'server',
    pairs: ['fast', 'slow', 'creeping'],
    leastBad: 20,
    causes: ['database-down', 'load-shed', 'pool-exhausted', 'event-loop-slow'],
    runbook: [
      'See which route is slow: http_request_duration_seconds by route.',
      'Search the log for "slow query".',
      'Look at event loop and pool on the dashboard; with both idle it is the database.',
    ],
  },
  {
    objective: 'first-token',
    group: 'answers',
    pairs: ['fast', 'slow', 'creeping'],
    leastBad: 20,
    causes: ['database-down', 'model-failing', 'turns-waiting'],
    runbook: [
      'Look at sophia_turns_queued: when questions wait, add replicas with the worker door.',
      'When none wait it is the provider: see its status page, or put another one first in SOPHIA_MODEL.',
    ],
  },
  {
    objective: 'mcp',
    group: 'connections',
    pairs: ['slow', 'creeping'],
    leastBad: 20,
    causes: ['mcp-server-down'],
    runbook: ['Open Connections, or run: sophia mcp list', 'Probe the one that fails: sophia mcp probe <id>'],
  },
  {
    objective: 'cache-api-response',
    group: 'server',
    pairs: ['creeping'],
    leastBad: 100,
    causes: ['redis-down'],
    runbook: [
      'Run: sophia cache stats',
      'Kept pages end with each change of company data: look whether a sync or an import writes all the time.',
    ],
  },
]

/** The rules that watch how fast budgets are used; a faster one is the cause of the slower ones. */
export const BURN_RULES: readonly AlertRule[] = BURNING.flatMap(burnRules)

function burnRules({ objective, group, pairs, leastBad, causes, runbook }: Burning): AlertRule[] {
  const { title } = objectiveOf(objective)
  return PAIRS.filter(({ name }) => pairs.includes(name)).map((pair, at, all) => ({
    id: `${objective}-${pair.name}`,
    says: `${title}: in the last ${pair.spanWords} the error budget was used {value} times as fast as it may.`,
    severity: pair.severity,
    group,
    condition: {
      kind: 'burn',
      objective,
      factor: pair.factor,
      longSeconds: pair.longSeconds,
      shortSeconds: pair.shortSeconds,
      leastBad,
    },
    forSeconds: 0,
    holdSeconds: pair.holdSeconds,
    causes: [...causes, ...all.slice(0, at).map(({ name }) => `${objective}-${name}`)],
    runbook,
    unit: 'times the budget',
  }))
}
