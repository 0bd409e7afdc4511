import { z } from 'zod'
import { intervalOf } from '#domain/mcp/cadence.ts'
import { emptyReport, OLD_AFTER } from '#domain/mcp/server-report.ts'
import type { ToolReply, ToolRequest } from '#platform/mcp-client/mcp-connection.ts'
import { toMcpFault } from '#platform/mcp-client/mcp-fault.ts'
import { ProcessExit } from '#platform/mcp-client/process-exit.ts'
import { oneAtATime } from '#platform/one-at-a-time.ts'
import { callServer } from './call-server.ts'
import { listWantingMembers } from './credentials-store.ts'
import { createProbeLoop, type LoopNeeds, type ProbeLoop } from './probe-loop.ts'
import { refreshTools, rereadTools } from './probe-server.ts'
import { createReportKeeper, type KeeperNeeds } from './report-keeper.ts'
import { setupOf, type ServerDefinition } from './server-definition.ts'
import type { KnownEra, LineNeeds } from './server-line.ts'
import { createServerLines, type ServerLines } from './server-lines.ts'
import { findReport, type ReportRow } from './shared-store.ts'
import { authAtFirst, createWatchState, noteExit, noteFault, takeObservation, type WatchState } from './watch-state.ts'

export type ServerWatchNeeds = LoopNeeds &
  KeeperNeeds &
  Pick<LineNeeds, 'version' | 'fetch' | 'inherited'> &
  Pick<Parameters<typeof createServerLines>[1], 'authProviderFor'>

/** One server under watch: asked at its pace, called when wanted. */
export interface ServerWatch {
  readonly state: WatchState
  /** The way out to this server, and to whoever it names to sign in at. */
  readonly fetch: LineNeeds['fetch']
  /** Begins once the one before of the same server has ended, whose work may still be under way. */
  start(after?: Promise<void>): void
  /** Asks now; whoever asks meanwhile gets the same answer. */
  probeNow(): Promise<void>
  /** Ends the pause, if this process is the one who asks the server. */
  wake(): void
  /** What another process stored of it. */
  adopt(row: ReportRow): void
  /** Another process changed its tools, or how sign-ins to it stand. */
  lookAgain(changed: { readonly tools: boolean; readonly credentials: boolean }): Promise<void>
  call(memberId: string | null, request: ToolRequest): Promise<ToolReply>
  /** After somebody agreed to tools. */
  reloadPins(): Promise<void>
  /** Lists the tools as this member sees them: the house itself has no way in where each signs in for themselves. */
  learnTools(memberId: string): Promise<void>
  /** After somebody signed in or out: their line is opened anew; everybody's when it was for all. */
  forgetCredentials(memberId?: string | null): void
  /** What the server wants of this member beyond their own sign-in, as far as this process knows; null: nothing. */
  wantedOf(memberId: string): string | null
  /** Reads how a member's own sign-in stands now. */
  lookAtOwn(memberId: string): Promise<void>
  stop(): Promise<void>
}

/** What the methods of a watch work with. */
interface WatchParts {
  readonly needs: ServerWatchNeeds
  readonly definition: ServerDefinition
  readonly lines: ServerLines
  readonly state: WatchState
  readonly loop: ProbeLoop
  readonly closing: AbortController
  /** Reads how all sign-ins stand that are known here, one after the other: there may be many. */
  readonly lookAtSignIns: () => Promise<void>
}

export function createServerWatch(definition: ServerDefinition, needs: ServerWatchNeeds): ServerWatch {
  const closing = new AbortController()
  const era: KnownEra = { verdict: null, atMs: 0 }
  const lines = createServerLines(definition, { ...needs, ...hearing(needs, () => ({ state, loop })) }, era)
  const keeper = createReportKeeper(needs, {
    key: { serverId: definition.id, setup: setupOf(definition) },
    empty: emptyReport(authAtFirst(definition)),
    isStored: definition.source === 'api',
  })
  const state = createWatchState(definition, { keeper, line: lines.house, shared: lines.shared })
  const loop = createProbeLoop(needs, state)
  const lookAtSignIns = oneAtATime(() => readSignIns(parts))
  const parts: WatchParts = { needs, definition, lines, state, loop, closing, lookAtSignIns }
  let running: Promise<void> | undefined
  return {
    state,
    fetch: needs.fetch,
    start: (after) => void (running ??= begin(parts, era, after)),
    probeNow: loop.probeNow,
    wake: loop.wake,
    adopt: (row) => adopt(parts, row),
    lookAgain: (changed) => lookAgain(parts, changed),
    call: (memberId, request) =>
      callServer({ ...needs, onTrouble: loop.wake }, state, { line: lines.of(memberId), request }),
    reloadPins: async () => {
      await rereadTools(needs, state)
      // What was agreed to may have been all that was amiss: only a look can say so.
      await loop.probeNow()
    },
    learnTools: async (memberId) =>
      refreshTools(needs, state, { connection: await lines.of(memberId).ensure(), fence: null }),
    forgetCredentials(memberId = null) {
      lines.forget(memberId)
      loop.wake()
    },
    wantedOf: (memberId) => lines.own(memberId)?.wantedScope() ?? null,
    lookAtOwn: lines.look,
    stop: async () => {
      closing.abort()
      await lines.close()
      await running
      await keeper.close()
    },
  }
}

/** What the lines tell by themselves; called only once they are open. */
function hearing(
  needs: ServerWatchNeeds,
  parts: () => Pick<WatchParts, 'state' | 'loop'>,
): Pick<LineNeeds, 'onToolsChanged' | 'onBroken' | 'onVerdict'> {
  return {
    onToolsChanged: () => {
      const { state, loop } = parts()
      state.isListDue = true
      loop.wake()
    },
    onBroken: (exit) => {
      // A server over HTTP may end an idle line as it likes; a child process that ends is a failure.
      if (exit === null) return
      const { state, loop } = parts()
      takeExit(needs, state, exit)
      loop.wake()
    },
    onVerdict: (verdict) => {
      const { state } = parts()
      state.verdictAt = new Date(needs.nowMs())
      needs.history.era(state.definition.id, verdict)
    },
  }
}

async function begin(parts: WatchParts, era: KnownEra, after?: Promise<void>): Promise<void> {
  const { needs, definition, state, loop, closing } = parts
  noteBegun(parts)
  if (after) {
    await after
    // What the one before still had to say may have come between.
    noteBegun(parts)
  }
  try {
    await load(needs, state, era)
    await Promise.all([definition.isEnabled && loop.run(closing.signal), lookAtWanting(parts)])
  } catch (error) {
    needs.log.error({ error, server: definition.id }, 'the watch over an MCP server ended')
  }
}

function noteBegun({ needs, definition, state }: WatchParts): void {
  const atMs = needs.nowMs()
  const oldMs = OLD_AFTER * intervalOf(definition) * needs.pace
  state.keeper.note(definition.isEnabled ? { kind: 'begun', atMs, oldMs } : { kind: 'ended', atMs })
}

function adopt({ state: { keeper }, loop }: WatchParts, row: ReportRow): void {
  const before = keeper.report.lastFault
  keeper.adopt(row)
  const { lastFault, lastProbe } = keeper.report
  // Somebody's call met a fault: whoever asks looks whether it is the server.
  const isNew = lastFault !== null && lastFault.atMs > Math.max(before?.atMs ?? 0, lastProbe?.atMs ?? 0)
  if (isNew) loop.wake()
}

async function lookAgain(
  parts: WatchParts,
  changed: { readonly tools: boolean; readonly credentials: boolean },
): Promise<void> {
  const { needs, definition, state } = parts
  // There may be many who signed in, and nobody waits for them.
  if (changed.credentials)
    void parts
      .lookAtSignIns()
      .catch((error: unknown) =>
        needs.log.warn({ error, server: definition.id }, 'how sign-ins to an MCP server stand could not be read'),
      )
  if (changed.tools) await rereadTools(needs, state)
}

async function readSignIns(parts: WatchParts): Promise<void> {
  const { definition, lines, closing } = parts
  if (definition.credentials === 'shared') return lines.shared?.look()
  await lookAtWanting(parts)
  for (const memberId of lines.members()) {
    if (closing.signal.aborted) return
    // One after the other, as with those of whom more is wanted.
    // oxlint-disable-next-line no-await-in-loop
    await lines.look(memberId)
  }
}

function takeExit(
  needs: ServerWatchNeeds,
  state: WatchState,
  { code, lastWords }: NonNullable<Parameters<LineNeeds['onBroken']>[0]>,
): void {
  noteExit(needs, state, code)
  const fault = toMcpFault(new ProcessExit(code, lastWords, undefined))
  noteFault(needs, state, fault)
  takeObservation(needs, state, { kind: 'failed', fault: 'process_exit' })
}

const StoredEra = z.discriminatedUnion('era', [
  z.object({ era: z.literal('modern'), discovered: z.unknown() }),
  z.object({ era: z.literal('legacy') }),
])

/** What is known of the server from before, and by other processes; with the database away it is simply new. */
async function load(needs: ServerWatchNeeds, state: WatchState, era: KnownEra): Promise<void> {
  const { keeper, definition } = state
  try {
    const row = await needs.history.load(definition.id)
    const report = await needs.database.read((handle) => findReport(handle, keeper.key))
    if (report) keeper.adopt(report)
    await rereadTools(needs, state)
    const known = StoredEra.safeParse(row?.era)
    if (known.success && row?.eraAt) Object.assign(era, { verdict: known.data, atMs: row.eraAt.getTime() })
  } catch (error) {
    needs.log.warn({ error, server: definition.id }, 'the history of an MCP server could not be read')
  }
}

/** Of whom the server wanted a wider sign-in before this process was: their status says so from the start. */
async function lookAtWanting({ needs, definition, lines, closing }: WatchParts): Promise<void> {
  const { id, credentials } = definition
  if (credentials !== 'member') return
  try {
    for (const memberId of await needs.database.read((handle) => listWantingMembers(handle, id))) {
      if (closing.signal.aborted) return
      // One after the other: there may be many, and nobody waits for it.
      // oxlint-disable-next-line no-await-in-loop
      await lines.look(memberId)
    }
  } catch (error) {
    needs.log.warn({ error, server: id }, 'what an MCP server wants of members could not be read')
  }
}
