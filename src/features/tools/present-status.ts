import type { z } from 'zod'
import type { McpStatus, ServerState as ContractState, ServerStatus } from '#contract/mcp.ts'
import { breakerState } from '#domain/mcp/breaker.ts'
import { intervalOf, probeTimeout } from '#domain/mcp/cadence.ts'
import { errorRateOf, spreadOf, type Spread } from '#domain/mcp/latency.ts'
import { isFlapping } from '#domain/mcp/server-health.ts'
import { OLD_AFTER, probeSamples, type ServerReport } from '#domain/mcp/server-report.ts'
import { reasonWords, servingOf, type ServerAuth } from '#domain/mcp/serving.ts'
import type { History } from './history.ts'
import { targetText } from './server-definition.ts'
import { driftingTools, missingExpected, type WatchState } from './watch-state.ts'

type Detail = NonNullable<ServerStatus['detail']>
type Histories = Detail['history']

interface PresentNeeds {
  /** By the clock that reports go by. */
  readonly nowMs: number
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
const SHOWN_PROBES = 60

/** What is known of one server, from memory alone: reading never asks the server. */
export function presentServer(needs: PresentNeeds, state: WatchState, wanted: Wanted): ServerStatus {
  const { nowMs } = needs
  const { definition } = state
  const { report } = state.keeper
  const { health } = report
  const breaker = breakerState(report.breaker, nowMs)
  const isOwn = definition.credentials === 'member' && wanted.ownWanted !== null
  const auth = isOwn ? 'needs_wider_scope' : report.auth
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
    says: `${reasonWords(verdict.reason, report.lastFault?.message ?? null)}${scope === null ? '' : ` It names the scope "${scope}".`}`,
    since: iso(health.sinceMs),
    detail: wanted.isFull ? detailOf(needs, state, { breaker, transitions: wanted.transitions }) : null,
  }
}

function detailOf(
  needs: PresentNeeds,
  state: WatchState,
  { breaker, transitions }: { readonly breaker: Detail['breaker']; readonly transitions: Wanted['transitions'] },
): Detail {
  const { nowMs } = needs
  const { definition } = state
  const { report } = state.keeper
  const { health } = report
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
    suppressedUntil: held !== null && held > nowMs ? iso(held) : null,
    protocol: protocolOf(state),
    probe: probeOf(state, nowMs),
    latency: latencyOf(report, nowMs),
    availability: availabilityOf(needs, state),
    lastError: lastErrorOf(report, nowMs),
    capabilities: capabilitiesOf(state),
    session: sessionOf(report, nowMs),
    process: processOf(state, nowMs),
    history: historyOf(report, transitions),
  }
}

function protocolOf({ keeper, verdictAt }: WatchState): Detail['protocol'] {
  const { spoken } = keeper.report
  return {
    era: spoken?.era ?? null,
    version: spoken?.version ?? null,
    supported: [...(spoken?.supported ?? [])],
    verdictAt: verdictAt?.toISOString() ?? null,
    server: spoken?.server ?? null,
  }
}

function sessionOf({ reconnects }: ServerReport, nowMs: number): Detail['session'] {
  const last = reconnects.at(-1)
  return {
    reconnects1h: reconnects.filter(({ atMs }) => nowMs - atMs < 60 * MINUTE_MS).length,
    lastReconnectAt: iso(last?.atMs ?? null),
    lastReconnectCause: last?.cause ?? null,
  }
}

function processOf({ definition, keeper }: WatchState, nowMs: number): Detail['process'] {
  if (definition.target.kind !== 'stdio') return null
  const { exits, spoken } = keeper.report
  const recent = exits.filter(({ atMs }) => nowMs - atMs < 24 * 60 * MINUTE_MS)
  return { pid: spoken?.pid ?? null, restarts24h: recent.length, exitCode: recent.at(-1)?.code ?? null }
}

function probeOf({ definition, keeper }: WatchState, nowMs: number): Detail['probe'] {
  const { lastOkMs, health, next } = keeper.report
  const { kind, ...last } = lastProbeOf(keeper.report)
  const isAsked = definition.isEnabled
  return {
    kind: isAsked ? kind : 'none',
    intervalMs: next?.intervalMs ?? intervalOf(definition),
    timeoutMs: Math.round(probeTimeout(spreadOf(probeSamples(keeper.report), nowMs).p99)),
    ...last,
    lastOkAt: iso(lastOkMs),
    nextAt: isAsked && next ? iso(next.atMs) : null,
    consecutiveFailures: health.failures,
    consecutiveSuccesses: health.successes,
    stale: isAsked && next !== null && nowMs - next.atMs > OLD_AFTER * next.intervalMs,
  }
}

function lastProbeOf({
  lastProbe,
}: ServerReport): Pick<Detail['probe'], 'kind' | 'lastAt' | 'by' | 'lastOutcome' | 'lastMs'> {
  if (lastProbe === null) return { kind: 'none', lastAt: null, by: null, lastOutcome: null, lastMs: null }
  const { kind, atMs, by, outcome, ms } = lastProbe
  return { kind, lastAt: iso(atMs), by, lastOutcome: outcome, lastMs: round(ms) }
}

function latencyOf(report: ServerReport, nowMs: number): Detail['latency'] {
  const { calls, meanMs } = report
  return {
    window: '15m',
    ...rounded(spreadOf(probeSamples(report), nowMs)),
    ewma: meanMs === null ? null : round(meanMs),
    calls: { window: '15m', ...rounded(spreadOf(calls, nowMs)), errorRate: errorRateOf(calls, nowMs).rate },
  }
}

function rounded({ n, p50, p95, p99 }: Spread): Spread {
  const tidy = (value: number | null): number | null => (value === null ? null : round(value))
  return { n, p50: tidy(p50), p95: tidy(p95), p99: tidy(p99) }
}

function availabilityOf({ nowMs, history }: PresentNeeds, { definition }: WatchState): Detail['availability'] {
  const minutes = history.minutes(definition.id)
  const share = (windowMs: number): number | null => {
    const within = minutes.filter(({ atMs }) => nowMs - atMs <= windowMs)
    const asked = within.reduce((sum, minute) => sum + minute.asked, 0)
    const failed = within.reduce((sum, minute) => sum + minute.failed, 0)
    return asked === 0 ? null : Math.round((1 - failed / asked) * 10_000) / 10_000
  }
  return { '5m': share(5 * MINUTE_MS), '1h': share(60 * MINUTE_MS), '24h': share(24 * 60 * MINUTE_MS) }
}

function lastErrorOf({ lastFault, faultsMs }: ServerReport, nowMs: number): Detail['lastError'] {
  if (!lastFault) return null
  const { atMs, class: kind, code, httpStatus, message, correlationId } = lastFault
  const count1h = faultsMs.filter((then) => nowMs - then < 60 * MINUTE_MS).length
  return { at: new Date(atMs).toISOString(), class: kind, code, httpStatus, message, correlationId, count1h }
}

function capabilitiesOf(state: WatchState): Detail['capabilities'] {
  const { spoken } = state.keeper.report
  return {
    hash: state.capabilityHash,
    tools: [...state.pins.values()].filter((pin) => pin.isListed).length,
    // Counted nowhere yet: that they are offered is all that is known.
    prompts: spoken === null || spoken.offersPrompts ? null : 0,
    resources: spoken === null || spoken.offersResources ? null : 0,
    changedAt: state.capabilitiesAt?.toISOString() ?? null,
    previousHash: state.previousHash,
    drift: driftingTools(state).length > 0,
    missingExpected: state.capabilityHash === null ? [] : missingExpected(state),
  }
}

function historyOf({ probes }: ServerReport, transitions: Wanted['transitions']): Histories {
  if (transitions === null) return { probes: [], transitions: [] }
  const shown = probes.slice(-SHOWN_PROBES)
  return {
    probes: shown.map(({ atMs, outcome, ms }) => ({ at: new Date(atMs).toISOString(), outcome, ms: round(ms) })),
    transitions,
  }
}

function iso(atMs: number | null): string | null {
  return atMs === null ? null : new Date(atMs).toISOString()
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10
}

/** The verdict over all of them; down only when one that is critical is. */
export function overallOf(servers: readonly WatchState[]): McpStatus['overall'] {
  const asked = servers.filter((server) => server.definition.isEnabled)
  const isIn = (server: WatchState, ...states: z.infer<typeof ContractState>[]): boolean =>
    states.includes(server.keeper.report.health.state)
  if (asked.some((server) => server.definition.isCritical && isIn(server, 'unhealthy'))) return 'down'
  if (asked.some((server) => isIn(server, 'unhealthy', 'degraded', 'quarantined'))) return 'degraded'
  if (asked.length > 0 && asked.every((server) => isIn(server, 'unknown', 'connecting'))) return 'unknown'
  return 'ok'
}

export function countsOf(servers: readonly WatchState[]): McpStatus['counts'] {
  const needsSomebody = new Set<ServerAuth>(['needs_authorization', 'needs_reauth', 'needs_wider_scope'])
  const count = (...states: readonly string[]): number =>
    servers.filter(({ keeper }) => states.includes(keeper.report.health.state)).length
  return {
    total: servers.length,
    healthy: count('healthy'),
    degraded: count('degraded', 'quarantined'),
    unhealthy: count('unhealthy'),
    unknown: count('unknown', 'connecting', 'maintenance'),
    disabled: count('disabled'),
    needsAuth: servers.filter(({ keeper }) => needsSomebody.has(keeper.report.auth)).length,
  }
}
