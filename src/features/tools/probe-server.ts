import { canonicalJson } from '#domain/canonical-json.ts'
import { probeTimeout } from '#domain/mcp/cadence.ts'
import { spreadOf } from '#domain/mcp/latency.ts'
import type { Observation } from '#domain/mcp/server-health.ts'
import { probeSamples, type ProbeKind } from '#domain/mcp/server-report.ts'
import { compareTools, pinText, type ToolDefinition } from '#domain/mcp/tool-definition.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { McpConnection } from '#platform/mcp-client/mcp-connection.ts'
import { SIGN_IN_UNREAD, toMcpFault, type McpFault } from '#platform/mcp-client/mcp-fault.ts'
import type { Database, Handle } from '#platform/postgres/database.ts'
import { findStateRow, putCapabilities, type StateRow } from './history-store.ts'
import type { ProberLeases } from './prober-leases.ts'
import { holdProber, holdServer, markServer } from './shared-store.ts'
import { listToolRows, putSeenTools, type SeenTool, type ToolRow } from './tools-store.ts'
import {
  noteExit,
  noteFault,
  noteProbe,
  noteReconnect,
  noteSpoken,
  takeObservation,
  type WatchNeeds,
  type WatchState,
} from './watch-state.ts'

export interface ProbeNeeds extends WatchNeeds {
  readonly database: Database
  readonly pace: number
  /** Whether this process is the one who asks the server, and with which fence. */
  readonly mayProbe: ProberLeases['of']
}

/** Every so many probes the tools are listed anew. */
const LIST_EVERY = 10
const LIST_TIMEOUT_MS = 10_000

/** The server says that it has no tools where it had some: a failure that looks like an answer. */
class ToolsVanished extends Error {
  constructor() {
    super('The list of tools is empty; there were some before.')
    this.name = 'ToolsVanished'
  }
}

/** Asks the server once, in the cheapest way that tells the truth, and takes what came of it into its state. */
export async function probeServer(needs: ProbeNeeds, state: WatchState): Promise<void> {
  const startedMs = needs.clock.monotonicMs()
  const fence = needs.mayProbe(state.keeper.key)?.fence ?? null
  const { definition, keeper } = state
  state.probeCount += 1
  try {
    const kind = await ask(needs, state, fence)
    noteProbe(needs, state, { kind, ms: needs.clock.monotonicMs() - startedMs, outcome: 'ok', fence })
    const line = state.line.current()
    if (line) noteSpoken(needs, state, { connection: line, fence })
    takeObservation(needs, state, { kind: 'ok', fence })
  } catch (error) {
    const fault = faultOf(error)
    // The server was not asked; the next look tells how it is.
    if (fault.code === SIGN_IN_UNREAD) return
    const ms = needs.clock.monotonicMs() - startedMs
    state.line.drop()
    state.isListDue = true
    noteFault(needs, state, fault)
    if (fault.class === 'auth') {
      noteProbe(needs, state, { kind: 'reachability', ms, outcome: 'auth', fence })
      takeObservation(needs, state, { ...refusalOf(fault), fence })
      return
    }
    if (fault.class === 'process_exit') noteExit(needs, state, typeof fault.code === 'number' ? fault.code : null)
    const kind: ProbeKind =
      definition.target.kind === 'stdio' ? 'process' : (keeper.report.lastProbe?.kind ?? 'discover')
    noteProbe(needs, state, { kind, ms, outcome: fault.class, fence })
    takeObservation(needs, state, { kind: 'failed', fault: fault.class, fence })
  }
}

export function faultOf(error: unknown): McpFault {
  if (error instanceof ToolsVanished)
    return { class: 'capability_drift', code: null, httpStatus: null, message: error.message }
  return toMcpFault(error)
}

/** The whole server is closed to what was sent, not one tool of it. */
function refusalOf({ code }: McpFault): Observation {
  if (code === 'WIDER_SIGN_IN_NEEDED') return { kind: 'refused', scope: 'lacking' }
  return code === 'SCOPE_REFUSED' ? { kind: 'refused', scope: 'held' } : { kind: 'refused' }
}

async function ask(needs: ProbeNeeds, state: WatchState, fence: number | null): Promise<ProbeKind> {
  const open = state.line.current()
  if (open === null) {
    const connection = await state.line.ensure()
    await refreshTools(needs, state, { connection, fence })
    return connection.verdict.era === 'modern' ? 'discover' : 'ping'
  }
  const kind = await askOpen(needs, state, open)
  if (!state.isListDue && state.probeCount % LIST_EVERY !== 0) return kind
  await refreshTools(needs, state, { connection: await state.line.ensure(), fence })
  return 'tools_list'
}

/** Within the line that calls use: only there a lost session shows. It heals itself, once, without a word to anyone. */
async function askOpen(needs: ProbeNeeds, state: WatchState, open: McpConnection): Promise<ProbeKind> {
  const { p99 } = spreadOf(probeSamples(state.keeper.report), needs.nowMs())
  const timeoutMs = probeTimeout(p99) * needs.pace
  try {
    return await open.probe(timeoutMs)
  } catch (error) {
    if (toMcpFault(error).class !== 'session_lost') throw error
    state.line.drop()
    const fresh = await state.line.ensure()
    noteReconnect(needs, state, 'session_lost')
    state.isListDue = true
    return fresh.verdict.era === 'modern' ? 'discover' : 'ping'
  }
}

interface Listing {
  readonly connection: McpConnection
  /** Of whoever asks the server: once another does, the list is of before, and is not taken. Null: somebody else wants to know. */
  readonly fence: number | null
}

/** Lists the tools and holds them against what was agreed to. */
export async function refreshTools(
  needs: ProbeNeeds,
  state: WatchState,
  { connection, fence }: Listing,
): Promise<void> {
  const tools = await connection.listTools(LIST_TIMEOUT_MS * needs.pace)
  const hadSome = [...state.pins.values()].some((pin) => pin.isListed)
  if (tools.length === 0 && hadSome) throw new ToolsVanished()
  state.isListDue = false
  const hash = capabilityHash(connection, tools)
  if (hash === state.capabilityHash && state.pins.size > 0) return rereadTools(needs, state)
  const seen = seenTools(tools)
  const before = hashesOf(state.pins)
  const known = await storeTools(needs, state, { seen, hash, fence })
  if (known === null) {
    state.isListDue = true
    return
  }
  setTools(state, known, nextReading(state))
  tellDrift(needs, state, { before, now: hashesOf(state.pins) })
}

/** Somebody may have agreed to tools, or listed them, in another process meanwhile. */
export async function rereadTools(needs: Pick<ProbeNeeds, 'database'>, state: WatchState): Promise<void> {
  const reading = nextReading(state)
  const known = await needs.database.read((handle) => readTools(handle, state.definition.id)).catch(() => null)
  // With the database away what is known stays; the next list tries again.
  if (known !== null) setTools(state, known, reading)
}

interface KnownTools {
  readonly rows: readonly ToolRow[]
  readonly state: StateRow | undefined
}

async function readTools(handle: Handle, id: string): Promise<KnownTools> {
  return { rows: await listToolRows(handle, id), state: await findStateRow(handle, id) }
}

/** A name that is listed twice is one tool whose hash is of both: it is not what was agreed to. */
function seenTools(tools: readonly ToolDefinition[]): SeenTool[] {
  return [...Map.groupBy(tools, ({ name }) => name).values()].flatMap((same) => {
    const [definition] = same
    return definition ? [{ definition, hash: contentHash(same.map(pinText).join('\n')) }] : []
  })
}

interface SeenList {
  readonly seen: readonly SeenTool[]
  readonly hash: string
  readonly fence: number | null
}

/**
 * Null while the database is away: then the server is well all the same, and its tools are looked at again. Null as well when
 * another process asks by now, or the server has been removed.
 */
async function storeTools(
  needs: ProbeNeeds,
  { definition: { id, source }, keeper: { key } }: WatchState,
  { seen, hash, fence }: SeenList,
): Promise<KnownTools | null> {
  const owner = needs.processId
  try {
    return await needs.database.inTransaction(async (handle) => {
      if (source === 'api' && !(await holdServer(handle, id))) return null
      if (fence !== null && !(await holdProber(handle, key, { owner, fence }))) return null
      await putSeenTools(handle, id, { tools: seen, at: needs.clock.now() })
      await putCapabilities(handle, id, hash)
      await markServer(handle, id, 'tools')
      return readTools(handle, id)
    })
  } catch (error) {
    needs.log.warn({ error, server: id }, 'the tools of an MCP server could not be stored; they are listed again')
    return null
  }
}

function tellDrift(
  needs: ProbeNeeds,
  { definition, keeper }: WatchState,
  { before, now }: { before: ReadonlyMap<string, string>; now: ReadonlyMap<string, string> },
): void {
  if (before.size === 0) return
  const difference = compareTools(before, now)
  if (difference.added.length + difference.removed.length + difference.changed.length === 0) return
  const server = definition.id
  keeper.tell({ type: 'drift', at: new Date(needs.nowMs()).toISOString(), server, ...difference })
  needs.log.warn({ server, ...difference }, 'an MCP server describes its tools otherwise than before')
}

function hashesOf(pins: ReadonlyMap<string, ToolRow>): Map<string, string> {
  return new Map([...pins.values()].flatMap((pin) => (pin.isListed ? [[pin.name, pin.seenHash] as const] : [])))
}

/** Of what is read side by side the newest counts, whichever arrives last. */
function nextReading(state: WatchState): number {
  state.readings.begun += 1
  return state.readings.begun
}

function setTools(state: WatchState, { rows, state: row }: KnownTools, reading: number): void {
  if (reading < state.readings.shown) return
  state.readings.shown = reading
  state.pins = new Map(rows.map((pin) => [pin.name, pin]))
  state.capabilityHash = row?.capabilityHash ?? null
  state.previousHash = row?.previousHash ?? null
  state.capabilitiesAt = row?.capabilitiesAt ?? null
  state.verdictAt = row?.eraAt ?? state.verdictAt
}

/** Of all that a server says it can do, in canonical form: the same whatever order it is told in. */
function capabilityHash({ server, version, offers }: McpConnection, tools: readonly ToolDefinition[]): string {
  const pins = tools.map(pinText).toSorted()
  return `sha256:${contentHash(canonicalJson({ pins, server, version, offers }))}`
}
