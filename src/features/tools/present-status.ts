import type { z } from 'zod'
import type { McpStatus, ServerState as ContractState, ServerStatus } from '#contract/mcp.ts'
import { breakerState } from '#domain/mcp/breaker.ts'
import { probeTimeout } from '#domain/mcp/cadence.ts'
import type { Clock } from '#domain/clock.ts'
import { isFlapping } from '#domain/mcp/server-health.ts'
import { reasonWords, servingOf, type ServerAuth } from '#domain/mcp/serving.ts'
import type { History } from './history.ts'
import { targetText } from './server-definition.ts'
import { driftingTools, missingExpected, type WatchState } from './watch-state.ts'

type Detail = NonNullable<ServerStatus['detail']>
type Histories = Detail['history']

interface PresentNeeds {
  readonly clock: Clock
  readonly history: Pick<History, 'minutes'>
}

interface Wanted {
  /** Whoever may not manage servers sees that it serves, and why not. */
  readonly isFull: boolean
  /** The probes kept in memory, for the list; the stored transitions beside them. */
  readonly transitions: Histories['transitions'] | null
  /** What the server wants of the reader's own sign-in, where each signs in for themselves. */
  readonly ownWanted: string | null
}

const MINUTE_MS = 60_000
/** Nothing heard for this many intervals: what is said may be out of date. */
const STALE_AFTER = 3

/** What is known of one server, from memory alone: reading never asks the server. */
export function presentServer(needs: PresentNeeds, state: WatchState, wanted: Wanted): ServerStatus {
  const nowMs = needs.clock.monotonicMs()
  const breaker = breakerState(state.breaker, nowMs)
  const { health, definition } = state
  const isOwn = definition.credentials === 'member' && wanted.ownWanted !== null
  const auth = isOwn ? 'needs_wider_scope' : state.auth
  const scope = auth !== 'needs_wider_scope' ? null : isOwn ? wanted.ownWanted : (state.shared?.wantedScope() ?? null)
  const verdict = servingOf({ state: health.state, reason: health.reason, auth, breaker })
  const { id, name } = definition
  return {
    id,
    name,
    state: health.state,
    auth,
    credentials: definition.credentials,
    wantedScope: scope,
    serving: verdict.serving,
    reason: verdict.reason,
    says: `${reasonWords(verdict.reason, state.faults.at(-1)?.message ?? null)}${scope === null ? '' : ` It names the scope "${scope}".`}`,
    since:
      health.sinceMs === null ? null : new Date(needs.clock.now().getTime() - (nowMs - health.sinceMs)).toISOString(),
    detail: wanted.isFull ? detailOf(needs, state, { breaker, transitions: wanted.transitions }) : null,
  }
}

function detailOf(
  needs: PresentNeeds,
  state: WatchState,
  { breaker, transitions }: { readonly breaker: Detail['breaker']; readonly transitions: Wanted['transitions'] },
): Detail {
  const nowMs = needs.clock.monotonicMs()
  const now = needs.clock.now()
  const { definition, health } = state
  const held = health.heldUntilMs
  return {
    source: definition.source,
    critical: definition.isCritical,
    enabled: definition.isEnabled,
    transport: definition.target.kind,
    target: targetText(definition.target),
    breaker,
    previousState: health.previousState,
    transitions1h: health.changes.filter(({ atMs }) => nowMs - atMs < 60 * MINUTE_MS).length,
    flapping: isFlapping(health, nowMs),
    suppressedUntil: held !== null && held > nowMs ? new Date(now.getTime() + held - nowMs).toISOString() : null,
    protocol: protocolOf(state),
    probe: probeOf(state, now, nowMs),
    latency: latencyOf(state, nowMs),
    availability: availabilityOf(needs, state),
    lastError: lastErrorOf(state, now),
    capabilities: capabilitiesOf(state),
    session: sessionOf(state, now),
    process: processOf(state),
    history: historyOf(state, transitions),
  }
}

function protocolOf({ line, verdictAt }: WatchState): Detail['protocol'] {
  const connection = line.current()
  return {
    era: connection?.verdict.era ?? null,
    version: connection?.version ?? null,
    supported: [...(connection?.supported ?? [])],
    verdictAt: iso(verdictAt),
    server: connection?.server ?? null,
  }
}

function sessionOf({ reconnects }: WatchState, now: Date): Detail['session'] {
  const last = reconnects.at(-1)
  return {
    reconnects1h: reconnects.filter(({ at }) => now.getTime() - at.getTime() < 60 * MINUTE_MS).length,
    lastReconnectAt: iso(last?.at ?? null),
    lastReconnectCause: last?.cause ?? null,
  }
}

function processOf({ definition, line, exits }: WatchState): Detail['process'] {
  if (definition.target.kind !== 'stdio') return null
  const pid = line.current()?.pid() ?? null
  return { pid, restarts24h: exits.length, exitCode: exits.at(-1)?.code ?? null }
}

function probeOf(state: WatchState, now: Date, nowMs: number): Detail['probe'] {
  const { definition, lastProbe, health, nextProbeAt, intervalMs } = state
  const isAsked = definition.isEnabled
  return {
    kind: isAsked ? (lastProbe?.kind ?? 'none') : 'none',
    intervalMs,
    timeoutMs: Math.round(probeTimeout(state.probes.spread(nowMs).p99)),
    lastAt: iso(lastProbe?.at ?? null),
    lastOkAt: iso(state.lastOkAt),
    lastOutcome: lastProbe?.outcome ?? null,
    lastMs: lastProbe === null ? null : round(lastProbe.ms),
    nextAt: isAsked ? iso(nextProbeAt) : null,
    consecutiveFailures: health.failures,
    consecutiveSuccesses: health.successes,
    stale: isAsked && nextProbeAt !== null && now.getTime() - nextProbeAt.getTime() > STALE_AFTER * intervalMs,
  }
}

function latencyOf(state: WatchState, nowMs: number): Detail['latency'] {
  const ewma = state.probes.ewma()
  return {
    window: '15m',
    ...rounded(state.probes.spread(nowMs)),
    ewma: ewma === null ? null : round(ewma),
    calls: { window: '15m', ...rounded(state.calls.spread(nowMs)), errorRate: state.calls.errorRate(nowMs).rate },
  }
}

type Spread = ReturnType<WatchState['probes']['spread']>

function rounded({ n, p50, p95, p99 }: Spread): Spread {
  const tidy = (value: number | null): number | null => (value === null ? null : round(value))
  return { n, p50: tidy(p50), p95: tidy(p95), p99: tidy(p99) }
}

function availabilityOf({ clock, history }: PresentNeeds, { definition }: WatchState): Detail['availability'] {
  const nowMs = clock.now().getTime()
  const minutes = history.minutes(definition.id)
  const share = (windowMs: number): number | null => {
    const within = minutes.filter(({ atMs }) => nowMs - atMs <= windowMs)
    const asked = within.reduce((sum, minute) => sum + minute.asked, 0)
    const failed = within.reduce((sum, minute) => sum + minute.failed, 0)
    return asked === 0 ? null : Math.round((1 - failed / asked) * 10_000) / 10_000
  }
  return { '5m': share(5 * MINUTE_MS), '1h': share(60 * MINUTE_MS), '24h': share(24 * 60 * MINUTE_MS) }
}

function lastErrorOf({ faults }: WatchState, now: Date): Detail['lastError'] {
  const last = faults.at(-1)
  if (!last) return null
  const { at, class: kind, code, httpStatus, message, correlationId } = last
  const recent = faults.filter((one) => now.getTime() - one.at.getTime() < 60 * MINUTE_MS)
  return { at: at.toISOString(), class: kind, code, httpStatus, message, correlationId, count1h: recent.length }
}

function capabilitiesOf(state: WatchState): Detail['capabilities'] {
  const offers = state.line.current()?.offers
  return {
    hash: state.capabilityHash,
    tools: [...state.pins.values()].filter((pin) => pin.isListed).length,
    // Counted nowhere yet: that they are offered is all that is known.
    prompts: offers === undefined || offers.prompts ? null : 0,
    resources: offers === undefined || offers.resources ? null : 0,
    changedAt: iso(state.capabilitiesAt),
    previousHash: state.previousHash,
    drift: driftingTools(state).length > 0,
    missingExpected: state.capabilityHash === null ? [] : missingExpected(state),
  }
}

function historyOf({ history }: WatchState, transitions: Wanted['transitions']): Histories {
  if (transitions === null) return { probes: [], transitions: [] }
  const probes = history.map(({ at, outcome, ms }) => ({ at: at.toISOString(), outcome, ms: round(ms) }))
  return { probes, transitions }
}

function iso(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** The verdict over all of them; down only when one that is critical is. */
export function overallOf(servers: readonly WatchState[]): McpStatus['overall'] {
  const asked = servers.filter((server) => server.definition.isEnabled)
  const isIn = (server: WatchState, ...states: z.infer<typeof ContractState>[]): boolean =>
    states.includes(server.health.state)
  if (asked.some((server) => server.definition.isCritical && isIn(server, 'unhealthy'))) return 'down'
  if (asked.some((server) => isIn(server, 'unhealthy', 'degraded', 'quarantined'))) return 'degraded'
  if (asked.length > 0 && asked.every((server) => isIn(server, 'unknown', 'connecting'))) return 'unknown'
  return 'ok'
}

export function countsOf(servers: readonly WatchState[]): McpStatus['counts'] {
  const needsSomebody = new Set<ServerAuth>(['needs_authorization', 'needs_reauth', 'needs_wider_scope'])
  const count = (...states: readonly string[]): number =>
    servers.filter(({ health }) => states.includes(health.state)).length
  return {
    total: servers.length,
    healthy: count('healthy'),
    degraded: count('degraded', 'quarantined'),
    unhealthy: count('unhealthy'),
    unknown: count('unknown', 'connecting', 'maintenance'),
    disabled: count('disabled'),
    needsAuth: servers.filter(({ auth }) => needsSomebody.has(auth)).length,
  }
}
