import { z } from 'zod'
import { Instant, Uuid } from './common.ts'

/** What a step of an answer was about. */
export const TraceStepKind = z.enum([
  'queue',
  'turn',
  'context',
  'recall',
  'round',
  'model',
  'tool',
  'mcp',
  'person',
  'cache',
  'sql',
  'store',
])
export type TraceStepKind = z.infer<typeof TraceStepKind>

export const TraceStep = z.strictObject({
  kind: TraceStepKind,
  /** As OpenTelemetry's conventions name it, such as `chat gpt-5` or `SELECT turns`. */
  name: z.string(),
  /** Since the question was accepted. */
  startMs: z.number(),
  durationMs: z.number(),
  /** Place of the step it is part of in the list, which stands before it; null for the whole. */
  parent: z.int().nullable(),
  /** The code of what it failed by. */
  failure: z.string().nullable(),
  /** Counts and names that belong to it, such as tokens; never words of a message. */
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
})
export type TraceStep = z.infer<typeof TraceStep>

/** Where the time of an answer went. */
export const TurnTrace = z.strictObject({
  turnId: Uuid,
  /**
   * `kept`: all of it is here. `answering`: it has not ended. `soon`: it ended a moment ago and is being stored. `expired`: it was
   * removed after its seven days. `missing`: it was never stored, as of an answer from before or whose process died.
   */
  state: z.enum(['kept', 'answering', 'soon', 'expired', 'missing']),
  /** By which a tracing backend, the log and `x-correlation-id` know it; null unless kept. */
  traceId: z.string().nullable(),
  acceptedAt: Instant,
  /** From acceptance to the end. */
  totalMs: z.number().nullable(),
  /** From acceptance to the first words; null when there were none. */
  firstWordMs: z.number().nullable(),
  /** Begun anew so many times because a process stopped; only the last attempt is shown. */
  attempt: z.int(),
  /** Steps past the bound of what is recorded. */
  leftOut: z.int(),
  steps: z.array(TraceStep),
})
export type TurnTrace = z.infer<typeof TurnTrace>
