import { z } from 'zod'
import { Instant, Uuid } from './common.ts'

/** Rehearsed disasters: what is believed, what was seen, and whether it held. */

export const DrillVerdict = z.enum(['held', 'broken', 'not-run', 'inconclusive'])

const Ms = z.int().min(0)
const Count = z.int().min(0)

/** Times count from the fault; null: it was not seen. */
export const DrillFigures = z.strictObject({
  deployMs: Ms,
  detectionMs: Ms.nullable(),
  detectedBy: z.string().nullable(),
  recoveryMs: Ms.nullable(),
  wholeMs: Ms.nullable(),
  questions: Count,
  /** Answered at another try than the first, as after the loss of a process. */
  takenOver: Count,
  /** Of the slowest question that was open at the fault or asked later. */
  longestWaitMs: Ms.nullable(),
  requests: Count,
  failedRequests: Count,
  requestP95Ms: Ms.nullable(),
  acknowledged: Count,
  lost: Count,
  duplicated: Count,
  unended: Count,
  /** Acknowledged after the backup that all was restored from, or the last word to the standby, and gone; null where neither is. */
  sinceBackup: Count.nullable(),
  /** Answers that were read by their streams; null in rehearsals of versions that did not look. */
  reading: z
    .strictObject({ followed: Count, unread: Count, resumed: Count, gaps: Count, repeats: Count })
    .nullable()
    .default(null),
  /** What the owner heard of what another member had said in private; null as above. */
  privacy: z.strictObject({ said: Count, looked: Count, overheard: Count }).nullable().default(null),
})
export type DrillFigures = z.infer<typeof DrillFigures>

/** What was done when, from the begin of the drill. */
export const DrillStep = z.strictObject({ atMs: Ms, text: z.string() })

export const DrillRun = z.strictObject({
  id: Uuid,
  name: z.string(),
  /** Who asked: somebody on screen or by the API, the command line, or the calendar's schedule. */
  origin: z.enum(['screen', 'command', 'schedule']),
  state: z.enum(['waiting', 'running', 'ended']),
  askedAt: Instant,
  beganAt: Instant.nullable(),
  endedAt: Instant.nullable(),
  host: z.string().nullable(),
  version: z.string().nullable(),
  /** What it does now. */
  step: z.string().nullable(),
  verdict: DrillVerdict.nullable(),
  reasons: z.array(z.string()),
  steps: z.array(DrillStep),
  figures: DrillFigures.nullable(),
})
export type DrillRun = z.infer<typeof DrillRun>

const Target = z.strictObject({ mostMs: z.int(), aimMs: z.int() })

const Drill = z.strictObject({
  name: z.string(),
  title: z.string(),
  hypothesis: z.string(),
  steadyState: z.string(),
  fault: z.string(),
  recovery: z.string(),
  loss: z.string(),
  /** Those that it judges, and those of which it says nothing. */
  promises: z.array(z.string()),
  notJudged: z.array(z.string()),
  isNoticed: z.boolean(),
  /** Newest first, the one that waits or runs among them. */
  runs: z.array(DrillRun),
})
export type Drill = z.infer<typeof Drill>

export const DrillReport = z.strictObject({
  /** The time of this answer. */
  measuredAt: Instant,
  targets: z.strictObject({ detection: Target, recovery: Target, deploy: Target }),
  /** How often each is rehearsed by itself at this moment, as the calendar has it; 0: not at all. */
  everyMs: z.int(),
  drills: z.array(Drill),
})
export type DrillReport = z.infer<typeof DrillReport>

export const DrillOrder = z.strictObject({
  /** A drill, or `all`. */
  name: z.string().min(1).max(40),
})
/** Those that wait now; one that waited already is not asked for twice. */
export const DrillsAsked = z.strictObject({ waiting: z.array(z.string()) })
