/** How one server's state follows from what was observed of it. Pure: times are milliseconds of whatever clock the caller has. */

export const SERVER_STATES = [
  'unknown',
  'connecting',
  'healthy',
  'degraded',
  'unhealthy',
  'quarantined',
  'maintenance',
  'disabled',
] as const
export type ServerState = (typeof SERVER_STATES)[number]

export type FaultClass =
  | 'transport'
  | 'dns'
  | 'tls'
  | 'timeout'
  | 'http'
  | 'auth'
  | 'protocol'
  | 'session_lost'
  | 'rpc'
  | 'invalid_response'
  | 'process_exit'
  | 'capability_drift'

/**
 * What a probe or a call showed. A refused credential shows that the server is there; `scope` when it was taken but found too
 * narrow: for a scope that it lacks, or although it has all that is asked for.
 */
export type Observation =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly scope?: 'lacking' | 'held' }
  | { readonly kind: 'failed'; readonly fault: FaultClass }

/** What makes a server that answers less than healthy. */
export interface Impairment {
  readonly isSlow: boolean
  readonly isFailingOften: boolean
  readonly hasDrift: boolean
  readonly missesExpected: boolean
}

export interface StateChange {
  readonly atMs: number
  readonly from: ServerState
  readonly to: ServerState
  readonly reason: string
}

export interface ServerHealth {
  readonly state: ServerState
  readonly reason: string
  readonly sinceMs: number | null
  readonly previousState: ServerState | null
  readonly failures: number
  readonly successes: number
  /** Of the last hour, oldest first. */
  readonly changes: readonly StateChange[]
  /** While set and ahead, the worse state is held: the server flaps. */
  readonly heldUntilMs: number | null
  readonly holdMs: number
}

/** Two in a row: the first is confirmed at once over a new connection, so one lost packet is no outage. */
const FAILURES_TO_UNHEALTHY = 2
/** From unhealthy a first success leads to degraded, and this many more to healthy. */
const SUCCESSES_TO_HEALTHY = 3
const HOUR_MS = 3_600_000
const FLAP_WINDOW_MS = 600_000
const FLAP_CHANGES = 4
const HOLD_FIRST_MS = 30_000
const HOLD_MOST_MS = 300_000

export const NEVER_SEEN: ServerHealth = {
  state: 'unknown',
  reason: 'not_probed_yet',
  sinceMs: null,
  previousState: null,
  failures: 0,
  successes: 0,
  changes: [],
  heldUntilMs: null,
  holdMs: HOLD_FIRST_MS,
}

export const UNIMPAIRED: Impairment = {
  isSlow: false,
  isFailingOften: false,
  hasDrift: false,
  missesExpected: false,
}

/** The health after one more observation. */
export function observe(
  health: ServerHealth,
  observation: Observation,
  { atMs, impairment }: { readonly atMs: number; readonly impairment: Impairment },
): ServerHealth {
  const counted = count(health, observation)
  const [to, reason] = nextState(counted, observation, impairment)
  return move(counted, { to, reason, atMs })
}

/** An administrative state, such as `disabled` or `connecting`; what was counted is forgotten when the server is new again. */
export function putInState(
  health: ServerHealth,
  to: ServerState,
  terms: { reason: string; atMs: number },
): ServerHealth {
  const fresh =
    to === 'disabled' || to === 'unknown' ? { ...health, failures: 0, successes: 0, heldUntilMs: null } : health
  return change(fresh, { to, ...terms })
}

function count(health: ServerHealth, observation: Observation): ServerHealth {
  return observation.kind === 'failed'
    ? { ...health, failures: health.failures + 1, successes: 0 }
    : { ...health, failures: 0, successes: health.successes + 1 }
}

function nextState(
  health: ServerHealth,
  observation: Observation,
  impairment: Impairment,
): readonly [ServerState, string] {
  const { state, reason, failures, successes } = health
  if (state === 'disabled') return [state, reason]
  if (observation.kind === 'refused') return ['unknown', 'needs_authorization']
  if (observation.kind === 'failed') {
    if (failures >= FAILURES_TO_UNHEALTHY) return ['unhealthy', observation.fault]
    return state === 'connecting' ? ['unknown', observation.fault] : [state, reason]
  }
  const isRecovering = (state === 'unhealthy' || reason === 'recovering') && successes < SUCCESSES_TO_HEALTHY
  if (isRecovering) return ['degraded', 'recovering']
  const flaw = flawOf(impairment)
  return flaw === null ? ['healthy', 'ok'] : ['degraded', flaw]
}

function flawOf({ isSlow, isFailingOften, hasDrift, missesExpected }: Impairment): string | null {
  if (missesExpected) return 'expected_tools_missing'
  if (isFailingOften) return 'error_rate'
  if (hasDrift) return 'capability_drift'
  return isSlow ? 'p95_over_slo' : null
}

const WORSE: readonly ServerState[] = ['healthy', 'degraded', 'unhealthy']

/** A better state has to wait while the server is held for flapping; a worse one never does. */
function move(health: ServerHealth, wanted: { to: ServerState; reason: string; atMs: number }): ServerHealth {
  const { heldUntilMs, state } = health
  const isHeld = heldUntilMs !== null && wanted.atMs < heldUntilMs
  const isBetter = WORSE.indexOf(wanted.to) >= 0 && WORSE.indexOf(wanted.to) < WORSE.indexOf(state)
  if (isHeld && isBetter) return health
  return hold(change(health, wanted), wanted.atMs)
}

function change(
  health: ServerHealth,
  { to, reason, atMs }: { to: ServerState; reason: string; atMs: number },
): ServerHealth {
  const changes = health.changes.filter((one) => atMs - one.atMs < HOUR_MS)
  if (to === health.state) return { ...health, reason, changes, sinceMs: health.sinceMs ?? atMs }
  return {
    ...health,
    state: to,
    reason,
    sinceMs: atMs,
    previousState: health.state,
    changes: [...changes, { atMs, from: health.state, to, reason }],
  }
}

/** Four changes between good and bad in ten minutes: the next better state waits, longer each time, until it has been quiet. */
function hold(health: ServerHealth, atMs: number): ServerHealth {
  const last = health.changes.at(-1)
  const recent = health.changes.filter(
    ({ atMs: then, from, to }) => atMs - then < FLAP_WINDOW_MS && (from === 'unhealthy' || to === 'unhealthy'),
  )
  if (recent.length === 0) return health.holdMs === HOLD_FIRST_MS ? health : { ...health, holdMs: HOLD_FIRST_MS }
  const hasJustFallen = last?.atMs === atMs && last.to === 'unhealthy'
  if (recent.length < FLAP_CHANGES || !hasJustFallen) return health
  return { ...health, heldUntilMs: atMs + health.holdMs, holdMs: Math.min(HOLD_MOST_MS, health.holdMs * 2) }
}

/** True while the worse state is held. */
export function isFlapping({ heldUntilMs }: ServerHealth, nowMs: number): boolean {
  return heldUntilMs !== null && nowMs < heldUntilMs
}
