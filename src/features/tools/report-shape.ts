import { z } from 'zod'
import { FaultClass, ProbeKind, ServerAuth, ServerState } from '#contract/mcp.ts'
import type { ServerReport } from '#domain/mcp/server-report.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'

/** Lists that may be long are stored as rows of numbers. */
const Point = z.tuple([z.number(), z.number(), z.union([z.literal('ok'), FaultClass])])
const CallSample = z.tuple([z.number(), z.number(), z.boolean()])

const Health = z.object({
  state: ServerState,
  reason: z.string(),
  sinceMs: z.number().nullable(),
  previousState: ServerState.nullable(),
  failures: z.number(),
  successes: z.number(),
  changes: z.array(z.object({ atMs: z.number(), from: ServerState, to: ServerState, reason: z.string() })),
  heldUntilMs: z.number().nullable(),
  holdMs: z.number(),
})

const Breaker = z.object({
  failures: z.number(),
  openUntilMs: z.number().nullable(),
  pauseMs: z.number(),
  isTrying: z.boolean(),
})

const Probe = z.object({
  atMs: z.number(),
  ms: z.number(),
  outcome: z.union([z.literal('ok'), FaultClass]),
  kind: ProbeKind,
  by: z.string(),
})

const Fault = z.object({
  atMs: z.number(),
  class: FaultClass,
  code: z.union([z.number(), z.string()]).nullable(),
  httpStatus: z.number().nullable(),
  message: z.string(),
  correlationId: z.string().nullable(),
})

const Spoken = z.object({
  era: z.enum(['modern', 'legacy']),
  version: z.string().nullable(),
  supported: z.array(z.string()),
  server: z.object({ name: z.string(), version: z.string() }).nullable(),
  offersPrompts: z.boolean(),
  offersResources: z.boolean(),
  pid: z.number().nullable(),
})

/** A report as it is stored. */
const StoredReport = z.object({
  health: Health,
  auth: ServerAuth,
  breaker: Breaker,
  probes: z.array(Point).transform((points) => points.map(([atMs, ms, outcome]) => ({ atMs, ms, outcome }))),
  lastProbe: Probe.nullable(),
  meanMs: z.number().nullable(),
  calls: z.array(CallSample).transform((samples) => samples.map(([atMs, ms, isOk]) => ({ atMs, ms, isOk }))),
  lastOkMs: z.number().nullable(),
  heardMs: z.number().nullable(),
  calledMs: z.number().nullable(),
  next: z.object({ atMs: z.number(), intervalMs: z.number() }).nullable(),
  lastFault: Fault.nullable(),
  faultsMs: z.array(z.number()),
  reconnects: z.array(z.object({ atMs: z.number(), cause: z.string() })),
  exits: z.array(z.object({ atMs: z.number(), code: z.number().nullable() })),
  spoken: Spoken.nullable(),
})

/** Null for one that another version of this program wrote in a form of its own: what is known begins anew. */
export function readReport(stored: unknown): ServerReport | null {
  return StoredReport.safeParse(stored).data ?? null
}

/** The text to store. */
export function writeReport(report: ServerReport): string {
  const stored = {
    ...report,
    probes: report.probes.map(({ atMs, ms, outcome }) => [atMs, tenths(ms), outcome]),
    calls: report.calls.map(({ atMs, ms, isOk }) => [atMs, tenths(ms), isOk]),
  }
  return JSON.stringify(cleanJson(stored))
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
