import { canonicalJson } from '#domain/canonical-json.ts'
import { probeTimeout } from '#domain/mcp/cadence.ts'
import type { Observation } from '#domain/mcp/server-health.ts'
import { compareTools, pinText, type ToolDefinition } from '#domain/mcp/tool-definition.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { McpConnection } from '#platform/mcp-client/mcp-connection.ts'
import { toMcpFault, type McpFault } from '#platform/mcp-client/mcp-fault.ts'
import type { Database } from '#platform/postgres/database.ts'
import { listToolRows, putSeenTools, type SeenTool, type ToolRow } from './tools-store.ts'
import {
  noteExit,
  noteFault,
  noteProbe,
  noteReconnect,
  takeObservation,
  type ProbeKind,
  type WatchNeeds,
  type WatchState,
} from './watch-state.ts'

export interface ProbeNeeds extends WatchNeeds {
  readonly database: Database
  readonly pace: number
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
  const at = needs.clock.now()
  state.probeCount += 1
  try {
    const kind = await ask(needs, state)
    noteProbe(needs, state, { kind, at, ms: needs.clock.monotonicMs() - startedMs, outcome: 'ok' })
    takeObservation(needs, state, { kind: 'ok' })
  } catch (error) {
    const fault = faultOf(error)
    const ms = needs.clock.monotonicMs() - startedMs
    state.line.drop()
    state.isListDue = true
    noteFault(needs, state, fault)
    if (fault.class === 'auth') {
      noteProbe(needs, state, { kind: 'reachability', at, ms, outcome: 'auth' })
      takeObservation(needs, state, refusalOf(fault))
      return
    }
    if (fault.class === 'process_exit') noteExit(needs, state, typeof fault.code === 'number' ? fault.code : null)
    const kind: ProbeKind = state.definition.target.kind === 'stdio' ? 'process' : (state.lastProbe?.kind ?? 'discover')
    noteProbe(needs, state, { kind, at, ms, outcome: fault.class })
    takeObservation(needs, state, { kind: 'failed', fault: fault.class })
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

async function ask(needs: ProbeNeeds, state: WatchState): Promise<ProbeKind> {
  const open = state.line.current()
  if (open === null) {
    const connection = await state.line.ensure()
    await refreshTools(needs, state, connection)
    return connection.verdict.era === 'modern' ? 'discover' : 'ping'
  }
  const kind = await askOpen(needs, state, open)
  if (!state.isListDue && state.probeCount % LIST_EVERY !== 0) return kind
  await refreshTools(needs, state, await state.line.ensure())
  return 'tools_list'
}

/** Within the line that calls use: only there a lost session shows. It heals itself, once, without a word to anyone. */
async function askOpen(needs: ProbeNeeds, state: WatchState, open: McpConnection): Promise<ProbeKind> {
  const { p99 } = state.probes.spread(needs.clock.monotonicMs())
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

/** Lists the tools and holds them against what was agreed to. */
export async function refreshTools(needs: ProbeNeeds, state: WatchState, connection: McpConnection): Promise<void> {
  const { id } = state.definition
  const tools = await connection.listTools(LIST_TIMEOUT_MS * needs.pace)
  const hadSome = [...state.pins.values()].some((pin) => pin.isListed)
  if (tools.length === 0 && hadSome) throw new ToolsVanished()
  state.isListDue = false
  const hash = capabilityHash(connection, tools)
  if (hash === state.capabilityHash && state.pins.size > 0) return rereadPins(needs, state)
  const seen = seenTools(tools)
  const before = hashesOf(state.pins)
  const rows = await storeTools(needs, id, seen)
  if (rows === null) {
    state.isListDue = true
    return
  }
  setPins(state, rows)
  tellDrift(needs, id, { before, now: hashesOf(state.pins) })
  if (state.capabilityHash === hash) return
  state.previousHash = state.capabilityHash
  state.capabilityHash = hash
  state.capabilitiesAt = needs.clock.now()
  needs.history.capabilities(id, hash)
}

/** Somebody may have agreed to tools in another process meanwhile. */
async function rereadPins(needs: ProbeNeeds, state: WatchState): Promise<void> {
  const rows = await needs.database.read((handle) => listToolRows(handle, state.definition.id)).catch(() => null)
  // With the database away what is known stays; the next list tries again.
  if (rows !== null) setPins(state, rows)
}

/** A name that is listed twice is one tool whose hash is of both: it is not what was agreed to. */
function seenTools(tools: readonly ToolDefinition[]): SeenTool[] {
  return [...Map.groupBy(tools, ({ name }) => name).values()].flatMap((same) => {
    const [definition] = same
    return definition ? [{ definition, hash: contentHash(same.map(pinText).join('\n')) }] : []
  })
}

/** Null while the database is away: then the server is well all the same, and its tools are looked at again. */
async function storeTools(needs: ProbeNeeds, id: string, tools: readonly SeenTool[]): Promise<ToolRow[] | null> {
  try {
    return await needs.database.inTransaction(async (handle) => {
      await putSeenTools(handle, id, { tools, at: needs.clock.now() })
      return listToolRows(handle, id)
    })
  } catch (error) {
    needs.log.warn({ error, server: id }, 'the tools of an MCP server could not be stored; they are listed again')
    return null
  }
}

function tellDrift(
  needs: ProbeNeeds,
  server: string,
  { before, now }: { before: ReadonlyMap<string, string>; now: ReadonlyMap<string, string> },
): void {
  if (before.size === 0) return
  const difference = compareTools(before, now)
  if (difference.added.length + difference.removed.length + difference.changed.length === 0) return
  needs.publish({ type: 'drift', at: needs.clock.now().toISOString(), server, ...difference })
  needs.log.warn({ server, ...difference }, 'an MCP server describes its tools otherwise than before')
}

function hashesOf(pins: ReadonlyMap<string, ToolRow>): Map<string, string> {
  return new Map([...pins.values()].flatMap((pin) => (pin.isListed ? [[pin.name, pin.seenHash] as const] : [])))
}

export function setPins(state: WatchState, rows: readonly ToolRow[]): void {
  state.pins = new Map(rows.map((row) => [row.name, row]))
}

/** Of all that a server says it can do, in canonical form: the same whatever order it is told in. */
function capabilityHash({ server, version, offers }: McpConnection, tools: readonly ToolDefinition[]): string {
  const pins = tools.map(pinText).toSorted()
  return `sha256:${contentHash(canonicalJson({ pins, server, version, offers }))}`
}
