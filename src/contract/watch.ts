import { z } from 'zod'
import { Instant } from './common.ts'

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
