import { z } from 'zod'
import { Instant, Money } from './common.ts'

/** How well the service is: objectives with their budgets, and alerts. */

export const SloQuery = z.strictObject({
  /** How far back the history reaches. */
  hours: z.coerce
    .number()
    .int()
    .min(1)
    .max(90 * 24)
    .default(24),
})

const Counted = { good: z.int(), bad: z.int() }

const Slo = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** What is counted, as the end of the sentence "99.9 % of ...". */
  promise: z.string(),
  target: z.number(),
  windowDays: z.int(),
  /** What is aimed at beyond the promise, for which nobody is woken: this share within so many milliseconds; null where there is none. */
  aim: z.strictObject({ share: z.number(), ms: z.int() }).nullable(),
  /** `unknown`: too little was seen to say anything; `not-configured`: there is nothing that could be seen. */
  status: z.enum(['met', 'at-risk', 'missed', 'unknown', 'not-configured']),
  /** Over the window; null where too little was seen. */
  share: z.number().nullable(),
  ...Counted,
  /** Share of the budget that is left; below 0 it is overdrawn. */
  budgetRemaining: z.number().nullable(),
  /** How many times as fast as it may the budget was used in the last while; null where too little was seen. */
  burn: z.array(z.strictObject({ seconds: z.int(), rate: z.number().nullable() })),
  /** The last hour by replica. */
  replicas: z.array(z.strictObject({ replica: z.string(), ...Counted })),
  /** Steps in which nothing was seen are absent. */
  history: z.array(z.strictObject({ at: Instant, ...Counted })),
})

export const SloReport = z.strictObject({
  measuredAt: Instant,
  /** Of each step of the history. */
  stepSeconds: z.int(),
  objectives: z.array(Slo),
})
export type SloReport = z.infer<typeof SloReport>

const AlertInstance = z.strictObject({
  /** Which of several, such as the id of a connection; empty where a rule has one alert only. */
  subject: z.string(),
  state: z.enum(['pending', 'firing', 'resolved']),
  /** What is wrong, as it is told: the sentence of the rule with its figures. */
  says: z.string(),
  value: z.number(),
  since: Instant,
  firedAt: Instant.nullable(),
  resolvedAt: Instant.nullable(),
  /** Somebody was told that it fires. */
  isTold: z.boolean(),
  /** Why nobody is told: it is silenced, or another rule that holds is its cause. */
  isSilenced: z.boolean(),
  causedBy: z.string().nullable(),
})

const Silence = z.strictObject({ subject: z.string(), until: Instant, reason: z.string(), by: z.string().nullable() })

const AlertRule = z.strictObject({
  id: z.string(),
  says: z.string(),
  severity: z.enum(['page', 'ticket']),
  group: z.string(),
  /** As the calendar has it now, and without the calendar. */
  threshold: z.number(),
  baseThreshold: z.number(),
  unit: z.string(),
  forSeconds: z.number(),
  causes: z.array(z.string()),
  runbook: z.array(z.string()),
  state: z.enum(['inactive', 'pending', 'firing']),
  alerts: z.array(AlertInstance),
  silences: z.array(Silence),
})

export const AlertReport = z.strictObject({
  /** The time of this answer, against which the others tell their ages. */
  measuredAt: Instant,
  /** When the rules were last judged, and by which process; null before the first time. */
  judgedAt: Instant.nullable(),
  judgedBy: z.string().nullable(),
  channels: z.array(z.enum(['webhook', 'email'])),
  replicas: z.array(
    z.strictObject({
      replica: z.string(),
      address: z.string(),
      version: z.string(),
      startedAt: Instant,
      seenAt: Instant,
      state: z.enum(['alive', 'silent']),
    }),
  ),
  rules: z.array(AlertRule),
  /** The newest of those that are over. */
  recent: z.array(AlertInstance.extend({ rule: z.string() })),
})
export type AlertReport = z.infer<typeof AlertReport>

const Measured = {
  requests: z.int(),
  /** Answered with a fault of ours. */
  failed: z.int(),
  /** Refused because more was asked than can be done; among those that failed. */
  shed: z.int(),
  /** How many answers took how long, by `secondSteps`; streams and what was refused are not among them. */
  latency: z.array(z.int()),
  /** In seconds, as far as the steps let it be known; null where nothing was answered. */
  latencyP50: z.number().nullable(),
  latencyP95: z.number().nullable(),
  firstTokenP95: z.number().nullable(),
  /** Answers of colleagues that ended. */
  turns: z.int(),
  turnsFailed: z.int(),
  /** What the cache was asked and had, and what was made anew. */
  cacheKept: z.int(),
  cacheMade: z.int(),
  saved: Money,
  cost: Money,
  tokens: z.int(),
  /** The highest of the span, looked at each five seconds, all processes together; null where nobody looked. */
  turnsActive: z.number().nullable(),
  turnsQueued: z.number().nullable(),
  sockets: z.number().nullable(),
  /** Connections of the pool that work, and what waits for one. */
  poolBusy: z.number().nullable(),
  poolWaiting: z.number().nullable(),
  /** Of the process that is worst off: share of its memory, and how late its event loop is. */
  memory: z.number().nullable(),
  eventLoopSeconds: z.number().nullable(),
}

export const OperationsReport = z.strictObject({
  measuredAt: Instant,
  /** Of each point. */
  stepSeconds: z.int(),
  /** Upper ends of the steps in which latencies are counted, in seconds; one more step is open. */
  secondSteps: z.array(z.number()),
  /** Oldest first; a step in which nobody measured is absent. */
  points: z.array(z.strictObject({ at: Instant, ...Measured })),
  /** The last minute as one; null when nobody measured in it. */
  now: z.strictObject({ at: Instant, seconds: z.int(), ...Measured }).nullable(),
  /** The last minute by process. */
  replicas: z.array(
    z.strictObject({
      replica: z.string(),
      requestsPerSecond: z.number(),
      /** How many processors it used. */
      processors: z.number(),
      turnsActive: z.number().nullable(),
      sockets: z.number().nullable(),
      memory: z.number().nullable(),
    }),
  ),
  /** The newest first. */
  changes: z.array(
    z.strictObject({
      at: Instant,
      /** `changed`: a setting, a file or a colleague came into force; `schema`: migrations; `done`: by a person, from the audit log. */
      kind: z.enum(['started', 'stopped', 'changed', 'schema', 'done']),
      /** The version of a process, what changed, the version of the schema, or the action and what it was about. */
      subject: z.string(),
      /** The process, or the person; null: Sophia. */
      by: z.string().nullable(),
    }),
  ),
})
export type OperationsReport = z.infer<typeof OperationsReport>

/** What the stream of operations tells: that something about it is another now. The answers themselves are asked for. */
export const OperationsEvent = z.strictObject({ type: z.enum(['alerts', 'health', 'round']) })
export type OperationsEvent = z.infer<typeof OperationsEvent>

/** What the socket's topic `alerts` tells: all that is pending or fires, at first and whenever a state has become another. */
const OpenAlerts = z.strictObject({
  alerts: z.array(
    z.strictObject({
      rule: z.string(),
      subject: z.string(),
      state: z.enum(['pending', 'firing']),
      since: Instant,
    }),
  ),
})
export type OpenAlerts = z.infer<typeof OpenAlerts>

export const AlertSilence = z.strictObject({
  /** Only this one of the rule's alerts; all of them without it. */
  subject: z.string().max(200).default(''),
  /** From now on; 0 ends a silence. */
  hours: z.number().min(0).max(720),
  reason: z.string().trim().min(1).max(500),
})

/** How a message for trial went, by way; none where no way is set up. */
export const AlertTrial = z.strictObject({
  channels: z.array(
    z.strictObject({ channel: z.enum(['webhook', 'email']), isSent: z.boolean(), detail: z.string().nullable() }),
  ),
})
