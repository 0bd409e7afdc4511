import { CLOSED, onOutcome, type Breaker } from './breaker.ts'
import { addSample, errorRateOf, meanAfter, spreadOf, type Sample } from './latency.ts'
import {
  NEVER_SEEN,
  observe,
  putInState,
  type FaultClass,
  type Impairment,
  type Observation,
  type ServerHealth,
} from './server-health.ts'
import type { ServerAuth } from './serving.ts'

/**
 * What is known of one server by all processes together: a value that follows from what happened, in order. Times are
 * milliseconds of one clock that all of them go by.
 */
export interface ServerReport {
  readonly health: ServerHealth
  readonly auth: ServerAuth
  readonly breaker: Breaker
  /** The last ones, oldest first. */
  readonly probes: readonly ProbePoint[]
  readonly lastProbe: Probed | null
  readonly meanMs: number | null
  readonly calls: readonly Sample[]
  readonly lastOkMs: number | null
  /** The last time anything of the server was heard, by a probe or a call: nothing older counts any more. */
  readonly heardMs: number | null
  /** The last call that the breaker went by. */
  readonly calledMs: number | null
  readonly next: { readonly atMs: number; readonly intervalMs: number } | null
  readonly lastFault: FaultNote | null
  /** Of the last hour. */
  readonly faultsMs: readonly number[]
  readonly reconnects: readonly { readonly atMs: number; readonly cause: string }[]
  readonly exits: readonly { readonly atMs: number; readonly code: number | null }[]
  readonly spoken: Spoken | null
}

export type ProbeKind = 'discover' | 'ping' | 'tools_list' | 'reachability' | 'process' | 'none'

export interface ProbePoint {
  readonly atMs: number
  readonly ms: number
  readonly outcome: 'ok' | FaultClass
}

/** One probe, and which process made it. */
export interface Probed extends ProbePoint {
  readonly kind: ProbeKind
  readonly by: string
}

/** One fault, where it was met. */
export interface FaultNote {
  readonly atMs: number
  readonly class: FaultClass
  readonly code: number | string | null
  readonly httpStatus: number | null
  readonly message: string
  readonly correlationId: string | null
}

/** How the server is spoken to, as whoever probes it found. */
export interface Spoken {
  readonly era: 'modern' | 'legacy'
  readonly version: string | null
  readonly supported: readonly string[]
  readonly server: { readonly name: string; readonly version: string } | null
  readonly offersPrompts: boolean
  readonly offersResources: boolean
  /** Of the child process that whoever probes it has. */
  readonly pid: number | null
}

/** Something that one process met, and when. */
export type Happening = { readonly atMs: number } & (
  | { readonly kind: 'probed'; readonly probe: Probed }
  | { readonly kind: 'called'; readonly ms: number; readonly hasFailed: boolean }
  | {
      readonly kind: 'observed'
      readonly observation: Observation
      readonly auth: ServerAuth
      /** Where each member signs in for themselves, who is refused says nothing of the others. */
      readonly isPerMember: boolean
      readonly tools: Pick<Impairment, 'hasDrift' | 'missesExpected'>
    }
  | { readonly kind: 'signed'; readonly auth: ServerAuth }
  | { readonly kind: 'failed'; readonly fault: FaultNote }
  | { readonly kind: 'reconnected'; readonly cause: string }
  | { readonly kind: 'exited'; readonly code: number | null }
  | { readonly kind: 'spoken'; readonly spoken: Spoken }
  | { readonly kind: 'planned'; readonly nextMs: number; readonly intervalMs: number }
  /** Somebody begins to look; what was heard longer ago than this is of before. */
  | { readonly kind: 'begun'; readonly oldMs: number }
  | { readonly kind: 'ended' }
)

const SLOW_MS = 2000
const ENOUGH = 20
const OFTEN = 0.05
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
/** Nothing heard for this many intervals: what is known is of before. */
export const OLD_AFTER = 3
const MOST_FAULTS = 500
const MOST_NOTES = 100

export function emptyReport(auth: ServerAuth): ServerReport {
  return {
    health: NEVER_SEEN,
    auth,
    breaker: CLOSED,
    probes: [],
    lastProbe: null,
    meanMs: null,
    calls: [],
    lastOkMs: null,
    heardMs: null,
    calledMs: null,
    next: null,
    lastFault: null,
    faultsMs: [],
    reconnects: [],
    exits: [],
    spoken: null,
  }
}

/** The report after one more happening; the very same one where nothing follows from it. */
export function takeHappening(report: ServerReport, happening: Happening): ServerReport {
  switch (happening.kind) {
    case 'probed':
      return takeProbe(report, happening.probe)
    case 'called':
      return takeCall(report, happening)
    case 'observed':
      return takeObservation(report, happening)
    case 'failed':
      return takeFault(report, happening.fault)
    case 'begun':
      return begin(report, happening)
    case 'ended':
      return end(report, happening.atMs)
    case 'signed':
    case 'reconnected':
    case 'exited':
    case 'spoken':
    case 'planned':
      return takeNote(report, happening)
  }
}

type Note = Extract<Happening, { readonly kind: 'signed' | 'reconnected' | 'exited' | 'spoken' | 'planned' }>

function takeNote(report: ServerReport, happening: Note): ServerReport {
  const { atMs } = happening
  switch (happening.kind) {
    case 'signed':
      return report.auth === happening.auth ? report : { ...report, auth: happening.auth }
    case 'reconnected':
      return { ...report, reconnects: within(report.reconnects, { atMs, cause: happening.cause }, HOUR_MS) }
    case 'exited':
      return { ...report, exits: within(report.exits, { atMs, code: happening.code }, DAY_MS) }
    case 'spoken':
      return { ...report, spoken: happening.spoken }
    case 'planned':
      return { ...report, next: { atMs: happening.nextMs, intervalMs: happening.intervalMs } }
  }
}

function takeProbe(report: ServerReport, probe: Probed): ServerReport {
  const { atMs, ms, outcome } = probe
  const isLast = report.lastProbe === null || atMs >= report.lastProbe.atMs
  return {
    ...report,
    probes: addSample(report.probes, { atMs, ms, outcome }),
    lastProbe: isLast ? probe : report.lastProbe,
    meanMs: meanAfter(report.meanMs, { ms, isOk: outcome === 'ok' }),
  }
}

/** The breaker goes by the order in which calls ended, not by the order in which they are told. */
function takeCall(report: ServerReport, { atMs, ms, hasFailed }: Happening & { kind: 'called' }): ServerReport {
  const isLate = report.calledMs !== null && atMs < report.calledMs
  return {
    ...report,
    calls: addSample(report.calls, { atMs, ms, isOk: !hasFailed }),
    calledMs: isLate ? report.calledMs : atMs,
    breaker: isLate ? report.breaker : onOutcome(report.breaker, { hasFailed, nowMs: atMs }),
  }
}

/** The newest counts: what somebody saw before the last thing that was heard changes nothing. */
function takeObservation(report: ServerReport, seen: Happening & { kind: 'observed' }): ServerReport {
  const { atMs, observation, auth, tools } = seen
  if (report.heardMs !== null && atMs < report.heardMs) return report
  const terms = { atMs, impairment: { ...impairmentOf(report, atMs), ...tools } }
  return {
    ...report,
    heardMs: atMs,
    lastOkMs: observation.kind === 'ok' ? atMs : report.lastOkMs,
    auth: observation.kind === 'failed' ? report.auth : auth,
    health: seen.isPerMember
      ? healthPerMember(report.health, observation, terms)
      : observe(report.health, observation, terms),
  }
}

function healthPerMember(
  health: ServerHealth,
  observation: Observation,
  terms: Parameters<typeof observe>[2],
): ServerHealth {
  if (observation.kind !== 'refused') return observe(health, observation, terms)
  const isKnownWell = health.state === 'healthy' || health.state === 'degraded'
  if (isKnownWell) return { ...health, failures: 0 }
  return { ...observe(health, observation, terms), reason: 'per_user' }
}

function impairmentOf(report: ServerReport, nowMs: number): Pick<Impairment, 'isSlow' | 'isFailingOften'> {
  const spread = spreadOf(probeSamples(report), nowMs)
  const errors = errorRateOf(report.calls, nowMs)
  return {
    isSlow: spread.n >= ENOUGH && (spread.p95 ?? 0) > SLOW_MS,
    isFailingOften: errors.n >= ENOUGH && (errors.rate ?? 0) > OFTEN,
  }
}

/** Probes as samples of how long the server takes. */
export function probeSamples({ probes }: Pick<ServerReport, 'probes'>): Sample[] {
  return probes.map(({ atMs, ms, outcome }) => ({ atMs, ms, isOk: outcome === 'ok' }))
}

function takeFault(report: ServerReport, fault: FaultNote): ServerReport {
  const { atMs } = fault
  const isLast = report.lastFault === null || atMs >= report.lastFault.atMs
  return {
    ...report,
    lastFault: isLast ? fault : report.lastFault,
    faultsMs: [...report.faultsMs.filter((then) => atMs - then < HOUR_MS).slice(1 - MOST_FAULTS), atMs],
  }
}

/** One that was asked a moment ago goes on as it is: whoever asks now only takes over. */
function begin(report: ServerReport, { atMs, oldMs }: Happening & { kind: 'begun' }): ServerReport {
  const { health, heardMs, next } = report
  const isRecent = heardMs !== null && atMs - heardMs <= Math.max(oldMs, OLD_AFTER * (next?.intervalMs ?? 0))
  const isKnown = health.state !== 'disabled' && isRecent
  if (isKnown || health.state === 'connecting') return report
  return { ...report, health: putInState(health, 'connecting', { reason: 'connecting', atMs }) }
}

function end(report: ServerReport, atMs: number): ServerReport {
  if (report.health.state === 'disabled') return report
  return { ...report, health: putInState(report.health, 'disabled', { reason: 'disabled', atMs }) }
}

function within<Note extends { readonly atMs: number }>(notes: readonly Note[], note: Note, ms: number): Note[] {
  return [...notes.filter(({ atMs }) => note.atMs - atMs < ms).slice(1 - MOST_NOTES), note]
}
