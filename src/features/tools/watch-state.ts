import { intervalOf } from '#domain/mcp/cadence.ts'
import type { StatusEvent } from '#contract/mcp.ts'
import { CLOSED, type Breaker } from '#domain/mcp/breaker.ts'
import type { Clock } from '#domain/clock.ts'
import { createLatencyRing, type LatencyRing } from '#domain/mcp/latency.ts'
import {
  isFlapping,
  NEVER_SEEN,
  observe,
  putInState,
  type FaultClass,
  type Impairment,
  type Observation,
  type ServerHealth,
  type ServerState,
} from '#domain/mcp/server-health.ts'
import type { ServerAuth } from '#domain/mcp/serving.ts'
import { currentCorrelation } from '#platform/log/correlation.ts'
import type { Log } from '#platform/log/log.ts'
import type { McpFault } from '#platform/mcp-client/mcp-fault.ts'
import type { History } from './history.ts'
import type { CredentialStanding } from './credential-words.ts'
import type { CredentialProvider } from './oauth-provider.ts'
import type { ServerDefinition } from './server-definition.ts'
import type { ServerLine } from './server-line.ts'
import type { ToolRow } from './tools-store.ts'

export type ProbeKind = 'discover' | 'ping' | 'tools_list' | 'reachability' | 'process' | 'none'

/** One fault, where it was met. */
export interface MetFault extends McpFault {
  readonly at: Date
  readonly correlationId: string | null
}

export interface Probed {
  readonly kind: ProbeKind
  readonly at: Date
  readonly ms: number
  readonly outcome: 'ok' | FaultClass
}

/** What one process knows of one server; changed only by the functions of this room. */
export interface WatchState {
  definition: ServerDefinition
  health: ServerHealth
  breaker: Breaker
  auth: ServerAuth
  readonly probes: LatencyRing
  readonly calls: LatencyRing
  history: Probed[]
  lastProbe: Probed | null
  lastOkAt: Date | null
  /** The last time anything of the server was heard, by a probe or a call. */
  lastHeardMs: number
  /** Between two probes while it is well, before jitter. */
  intervalMs: number
  nextProbeAt: Date | null
  probeCount: number
  isListDue: boolean
  faults: MetFault[]
  pins: ReadonlyMap<string, ToolRow>
  capabilityHash: string | null
  previousHash: string | null
  capabilitiesAt: Date | null
  reconnects: { at: Date; cause: string }[]
  exits: { at: Date; code: number | null }[]
  verdictAt: Date | null
  readonly line: ServerLine
  /** How the credentials stand that all share; absent where there are none to share. */
  readonly shared: SharedCredentials | undefined
}

type SharedCredentials = Pick<CredentialProvider, 'standing' | 'wantedScope'>

export interface WatchNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly history: History
  readonly publish: (event: StatusEvent) => void
  readonly onProbe?: ((server: string, probed: Probed) => void) | undefined
  readonly onCall?:
    | ((server: string, call: { readonly ms: number; readonly outcome: 'ok' | FaultClass }) => void)
    | undefined
}

const SLOW_MS = 2000
const ENOUGH = 20
const OFTEN = 0.05
const KEPT_PROBES = 60
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

export function createWatchState(
  definition: ServerDefinition,
  line: ServerLine,
  shared?: SharedCredentials,
): WatchState {
  return {
    definition,
    health: NEVER_SEEN,
    breaker: CLOSED,
    auth: definition.credentials === 'member' ? 'per_user' : 'not_required',
    probes: createLatencyRing(),
    calls: createLatencyRing(),
    history: [],
    lastProbe: null,
    lastOkAt: null,
    lastHeardMs: -Infinity,
    intervalMs: intervalOf(definition),
    nextProbeAt: null,
    probeCount: 0,
    isListDue: true,
    faults: [],
    pins: new Map(),
    capabilityHash: null,
    previousHash: null,
    capabilitiesAt: null,
    reconnects: [],
    exits: [],
    verdictAt: null,
    line,
    shared,
  }
}

/** Tools that are listed otherwise than they were agreed to, or that nobody agreed to yet. */
export function driftingTools({ pins }: WatchState): ToolRow[] {
  return [...pins.values()].filter((pin) => pin.isListed && pin.approvedHash !== pin.seenHash)
}

export function missingExpected({ definition, pins }: WatchState): string[] {
  return definition.expectedTools.filter((name) => pins.get(name)?.isListed !== true)
}

function impairmentOf(state: WatchState, nowMs: number): Impairment {
  const spread = state.probes.spread(nowMs)
  const errors = state.calls.errorRate(nowMs)
  return {
    isSlow: spread.n >= ENOUGH && (spread.p95 ?? 0) > SLOW_MS,
    isFailingOften: errors.n >= ENOUGH && (errors.rate ?? 0) > OFTEN,
    hasDrift: driftingTools(state).length > 0,
    missesExpected: state.capabilityHash !== null && missingExpected(state).length > 0,
  }
}

/** Takes what was seen into the server's health, and tells when its state changed. */
export function takeObservation(needs: WatchNeeds, state: WatchState, observation: Observation): void {
  const nowMs = needs.clock.monotonicMs()
  state.lastHeardMs = nowMs
  if (observation.kind === 'ok') state.lastOkAt = needs.clock.now()
  if (observation.kind !== 'failed') state.auth = authAfter(state, observation)
  const terms = { atMs: nowMs, impairment: impairmentOf(state, nowMs) }
  setHealth(needs, state, healthAfter(state, observation, terms))
  needs.history.count(state.definition.id, observation.kind !== 'failed')
}

/** Where each signs in for themselves, one who is refused tells that the server is there, and nothing of the others. */
function healthAfter(
  { health, definition }: WatchState,
  observation: Observation,
  terms: Parameters<typeof observe>[2],
): ServerHealth {
  if (observation.kind !== 'refused' || definition.credentials !== 'member') return observe(health, observation, terms)
  const isKnownWell = health.state === 'healthy' || health.state === 'degraded'
  if (isKnownWell) return { ...health, failures: 0 }
  return { ...observe(health, observation, terms), reason: 'per_user' }
}

/** A call was refused for want of scope: that says nothing of the server's health, and all of the sign-in. */
export function takeScopeRefusal(state: WatchState): void {
  if (state.shared?.standing() === 'narrow') state.auth = 'needs_wider_scope'
}

function authAfter({ auth, definition, shared }: WatchState, observation: Observation): ServerAuth {
  if (definition.credentials === 'member') return 'per_user'
  if (shared) return sharedAuth(shared.standing(), observation)
  if (observation.kind === 'refused')
    return auth === 'authorized' || auth === 'expiring' ? 'needs_reauth' : refusedAuth(definition)
  const { target } = definition
  const isSent = target.kind === 'streamable-http' && Object.keys(target.headers).length > 0
  return isSent ? 'authorized' : 'not_required'
}

const HELD: Partial<Record<CredentialStanding, ServerAuth>> = {
  held: 'authorized',
  narrow: 'needs_wider_scope',
  expiring: 'expiring',
}

/** What is held, beside what the server said to it. One that answers without a token wants none. */
function sharedAuth(standing: CredentialStanding, observation: Observation): ServerAuth {
  if (observation.kind === 'ok') return HELD[standing] ?? 'not_required'
  if (observation.kind === 'refused' && observation.scope !== undefined)
    return observation.scope === 'lacking' ? 'needs_wider_scope' : 'error'
  if (standing === 'none') return 'needs_authorization'
  return standing === 'failing' ? 'error' : 'needs_reauth'
}

/** A header that is refused is a credential that no longer holds; without one, somebody has to sign in first. */
function refusedAuth({ target }: ServerDefinition): ServerAuth {
  const isSent = target.kind === 'streamable-http' && Object.keys(target.headers).length > 0
  return isSent ? 'needs_reauth' : 'needs_authorization'
}

export function setState(
  needs: WatchNeeds,
  state: WatchState,
  { to, reason }: { readonly to: ServerState; readonly reason: string },
): void {
  setHealth(needs, state, putInState(state.health, to, { reason, atMs: needs.clock.monotonicMs() }))
}

function setHealth(needs: WatchNeeds, state: WatchState, health: ServerHealth): void {
  const before = state.health
  state.health = health
  const { id } = state.definition
  const at = needs.clock.now()
  if (health.state !== before.state) {
    const change = { from: before.state, to: health.state, reason: health.reason }
    needs.publish({ type: 'state-change', at: at.toISOString(), server: id, ...change })
    needs.history.transition(id, { ...change, at })
    needs.log.info({ server: id, ...change }, 'an MCP server changed its state')
  }
  const nowMs = needs.clock.monotonicMs()
  if (isFlapping(health, nowMs) && health.heldUntilMs !== before.heldUntilMs && health.heldUntilMs !== null) {
    const until = new Date(at.getTime() + health.heldUntilMs - nowMs)
    needs.publish({ type: 'flap', at: at.toISOString(), server: id, until: until.toISOString() })
  }
}

export function noteFault(needs: WatchNeeds, state: WatchState, fault: McpFault): void {
  const at = needs.clock.now()
  const correlationId = currentCorrelation()?.correlationId ?? null
  state.faults = [
    ...state.faults.filter((one) => at.getTime() - one.at.getTime() < HOUR_MS).slice(-499),
    { ...fault, at, correlationId },
  ]
}

export function noteProbe(needs: WatchNeeds, state: WatchState, probed: Probed): void {
  state.lastProbe = probed
  state.history = [...state.history.slice(1 - KEPT_PROBES), probed]
  state.probes.add({ atMs: needs.clock.monotonicMs(), ms: probed.ms, isOk: probed.outcome === 'ok' })
  needs.onProbe?.(state.definition.id, probed)
  const { outcome, ms } = probed
  needs.publish({ type: 'probe', at: probed.at.toISOString(), server: state.definition.id, outcome, ms })
}

export function noteReconnect(needs: WatchNeeds, state: WatchState, cause: string): void {
  const at = needs.clock.now()
  state.reconnects = [...state.reconnects.filter((one) => at.getTime() - one.at.getTime() < HOUR_MS), { at, cause }]
}

export function noteExit(needs: WatchNeeds, state: WatchState, code: number | null): void {
  const at = needs.clock.now()
  state.exits = [...state.exits.filter((one) => at.getTime() - one.at.getTime() < DAY_MS), { at, code }]
}
