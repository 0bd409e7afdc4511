import type { Clock } from '#domain/clock.ts'
import type { FaultClass, Observation } from '#domain/mcp/server-health.ts'
import type { ProbeKind } from '#domain/mcp/server-report.ts'
import type { ServerAuth } from '#domain/mcp/serving.ts'
import { currentCorrelation } from '#platform/log/correlation.ts'
import type { Log } from '#platform/log/log.ts'
import type { McpConnection } from '#platform/mcp-client/mcp-connection.ts'
import type { McpFault } from '#platform/mcp-client/mcp-fault.ts'
import type { History } from './history.ts'
import type { CredentialStanding } from './credential-words.ts'
import type { CredentialProvider } from './oauth-provider.ts'
import type { ReportKeeper } from './report-keeper.ts'
import type { ServerDefinition } from './server-definition.ts'
import type { ServerLine } from './server-line.ts'
import type { ToolRow } from './tools-store.ts'

/** One server as a process has it: the report that all share, and what is its own; changed only by the functions of this room. */
export interface WatchState {
  readonly definition: ServerDefinition
  readonly keeper: ReportKeeper
  probeCount: number
  isListDue: boolean
  /** Readings of the tools: how many were begun, and which of them is shown. */
  readonly readings: { begun: number; shown: number }
  /** A call of this process is on its way to see whether the server is well again. */
  isTrying: boolean
  pins: ReadonlyMap<string, ToolRow>
  capabilityHash: string | null
  previousHash: string | null
  capabilitiesAt: Date | null
  verdictAt: Date | null
  readonly line: ServerLine
  /** How the credentials stand that all share; absent where there are none to share. */
  readonly shared: SharedCredentials | undefined
}

type SharedCredentials = Pick<CredentialProvider, 'standing' | 'wantedScope' | 'look'>

export interface WatchNeeds {
  readonly clock: Clock
  /** The clock that all processes go by, in milliseconds. */
  readonly nowMs: () => number
  readonly log: Log
  readonly processId: string
  readonly history: History
  readonly onProbe?: ((server: string, probed: ProbeTold) => void) | undefined
  readonly onCall?:
    | ((server: string, call: { readonly ms: number; readonly outcome: 'ok' | FaultClass }) => void)
    | undefined
}

interface ProbeTold {
  readonly kind: ProbeKind
  readonly ms: number
  readonly outcome: 'ok' | FaultClass
}

export function createWatchState(
  definition: ServerDefinition,
  parts: Pick<WatchState, 'keeper' | 'line' | 'shared'>,
): WatchState {
  return {
    definition,
    ...parts,
    probeCount: 0,
    isListDue: true,
    readings: { begun: 0, shown: 0 },
    isTrying: false,
    pins: new Map(),
    capabilityHash: null,
    previousHash: null,
    capabilitiesAt: null,
    verdictAt: null,
  }
}

/** Tools that are listed otherwise than they were agreed to, or that nobody agreed to yet. */
export function driftingTools({ pins }: Pick<WatchState, 'pins'>): ToolRow[] {
  return [...pins.values()].filter((pin) => pin.isListed && pin.approvedHash !== pin.seenHash)
}

export function missingExpected({ definition, pins }: Pick<WatchState, 'definition' | 'pins'>): string[] {
  return definition.expectedTools.filter((name) => pins.get(name)?.isListed !== true)
}

/** What comes of a probe counts only while the process whose fence it is asks the server; null: whoever asks. */
interface Fenced {
  readonly fence?: number | null
}

/** Takes what was seen into the server's health. */
export function takeObservation(needs: WatchNeeds, state: WatchState, observation: Observation & Fenced): void {
  const { definition, keeper } = state
  const { fence, ...seen } = observation
  keeper.note(
    {
      kind: 'observed',
      atMs: needs.nowMs(),
      observation: seen,
      auth: authAfter(state, observation),
      isPerMember: definition.credentials === 'member',
      tools: {
        hasDrift: driftingTools(state).length > 0,
        missesExpected: state.capabilityHash !== null && missingExpected(state).length > 0,
      },
    },
    fence,
  )
  needs.history.count(definition.id, observation.kind !== 'failed')
}

/** A call was refused for want of scope: that says nothing of the server's health, and all of the sign-in. */
export function takeScopeRefusal(needs: WatchNeeds, { shared, keeper }: WatchState): void {
  if (shared?.standing() === 'narrow') keeper.note({ kind: 'signed', atMs: needs.nowMs(), auth: 'needs_wider_scope' })
}

/** Before anything was heard of a server. */
export function authAtFirst({ credentials }: ServerDefinition): ServerAuth {
  return credentials === 'member' ? 'per_user' : 'not_required'
}

function authAfter({ keeper, definition, shared }: WatchState, observation: Observation): ServerAuth {
  const { auth } = keeper.report
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

export function noteFault(needs: WatchNeeds, { keeper }: WatchState, met: McpFault): void {
  const atMs = needs.nowMs()
  const { class: kind, code, httpStatus, message } = met
  const correlationId = currentCorrelation()?.correlationId ?? null
  keeper.note({ kind: 'failed', atMs, fault: { atMs, class: kind, code, httpStatus, message, correlationId } })
}

/** A probe is over. Its time is that of its end: what was heard meanwhile is older. */
export function noteProbe(needs: WatchNeeds, state: WatchState, { fence, ...probed }: ProbeTold & Fenced): void {
  const atMs = needs.nowMs()
  state.keeper.note({ kind: 'probed', atMs, probe: { ...probed, atMs, by: needs.processId } }, fence)
  needs.onProbe?.(state.definition.id, probed)
}

/** How the server is spoken to over this connection. */
export function noteSpoken(
  needs: WatchNeeds,
  { keeper }: WatchState,
  { connection, fence }: Fenced & { readonly connection: McpConnection },
): void {
  const { verdict, version, supported, server, offers } = connection
  const spoken = {
    era: verdict.era,
    version,
    supported: [...supported],
    server: server && { name: server.name, version: server.version },
    offersPrompts: offers.prompts,
    offersResources: offers.resources,
    pid: connection.pid(),
  }
  keeper.note({ kind: 'spoken', atMs: needs.nowMs(), spoken }, fence)
}

export function noteReconnect(needs: WatchNeeds, { keeper }: WatchState, cause: string): void {
  keeper.note({ kind: 'reconnected', atMs: needs.nowMs(), cause })
}

export function noteExit(needs: WatchNeeds, { keeper }: WatchState, code: number | null): void {
  keeper.note({ kind: 'exited', atMs: needs.nowMs(), code })
}
