import { z } from 'zod'
import type { ToolReply, ToolRequest } from '#platform/mcp-client/mcp-connection.ts'
import { toMcpFault } from '#platform/mcp-client/mcp-fault.ts'
import { ProcessExit } from '#platform/mcp-client/process-exit.ts'
import { callServer } from './call-server.ts'
import { listWantingMembers } from './credentials-store.ts'
import type { StateRow } from './history-store.ts'
import { createProbeLoop, type LoopNeeds } from './probe-loop.ts'
import { refreshTools, setPins } from './probe-server.ts'
import type { ServerDefinition } from './server-definition.ts'
import type { KnownEra, LineNeeds } from './server-line.ts'
import { createServerLines, type ServerLines } from './server-lines.ts'
import { listToolRows } from './tools-store.ts'
import { createWatchState, noteExit, noteFault, setState, takeObservation, type WatchState } from './watch-state.ts'

export type ServerWatchNeeds = LoopNeeds &
  Pick<LineNeeds, 'version' | 'fetch' | 'inherited'> &
  Pick<Parameters<typeof createServerLines>[1], 'authProviderFor'>

/** One server under watch: asked at its pace, called when wanted. */
export interface ServerWatch {
  readonly state: WatchState
  /** The way out to this server, and to whoever it names to sign in at. */
  readonly fetch: LineNeeds['fetch']
  start(): void
  /** Asks now; whoever asks meanwhile gets the same answer. */
  probeNow(): Promise<void>
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

export function createServerWatch(definition: ServerDefinition, needs: ServerWatchNeeds): ServerWatch {
  const closing = new AbortController()
  const era: KnownEra = { verdict: null, atMs: 0 }
  const lines = createServerLines(definition, { ...needs, ...hearing() }, era)
  const state: WatchState = createWatchState(definition, lines.house, lines.shared)
  const loop = createProbeLoop(needs, state)
  let running: Promise<void> | undefined

  /** What the lines tell by themselves; called only once they are open. */
  function hearing(): Pick<LineNeeds, 'onToolsChanged' | 'onBroken' | 'onVerdict'> {
    return {
      onToolsChanged: () => {
        state.isListDue = true
        loop.wake()
      },
      onBroken: (exit) => {
        // A server over HTTP may end an idle line as it likes; a child process that ends is a failure.
        if (exit === null) return
        takeExit(needs, state, exit)
        loop.wake()
      },
      onVerdict: (verdict) => {
        state.verdictAt = needs.clock.now()
        needs.history.era(definition.id, verdict)
      },
    }
  }
  return {
    state,
    fetch: needs.fetch,
    start() {
      if (!definition.isEnabled) return setState(needs, state, { to: 'disabled', reason: 'disabled' })
      setState(needs, state, { to: 'connecting', reason: 'connecting' })
      running ??= load(needs, state, era)
        .then(() => Promise.all([loop.run(closing.signal), lookAtWanting(needs, definition, { lines, closing })]))
        .then(() => undefined)
        .catch((error: unknown) =>
          needs.log.error({ error, server: definition.id }, 'the watch over an MCP server ended'),
        )
    },
    probeNow: loop.probeNow,
    call: (memberId, request) =>
      callServer({ ...needs, onTrouble: loop.wake }, state, { line: lines.of(memberId), request }),
    reloadPins: async () => {
      setPins(state, await needs.database.read((handle) => listToolRows(handle, definition.id)))
      // What was agreed to may have been all that was amiss: only a look can say so.
      await loop.probeNow()
    },
    learnTools: async (memberId) => refreshTools(needs, state, await lines.of(memberId).ensure()),
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
    },
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

/** What is known of the server from before; with the database away it is simply new. */
async function load(needs: ServerWatchNeeds, state: WatchState, era: KnownEra): Promise<void> {
  const { id } = state.definition
  try {
    const { state: row } = await needs.history.load(id)
    setPins(state, await needs.database.read((handle) => listToolRows(handle, id)))
    if (row) takeStored(state, row, era)
  } catch (error) {
    needs.log.warn({ error, server: id }, 'the history of an MCP server could not be read')
  }
}

/** Of whom the server wanted a wider sign-in before this process was: their status says so from the start. */
async function lookAtWanting(
  needs: ServerWatchNeeds,
  { id, credentials }: ServerDefinition,
  { lines, closing }: { readonly lines: ServerLines; readonly closing: AbortController },
): Promise<void> {
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

function takeStored(state: WatchState, row: StateRow, era: KnownEra): void {
  state.capabilityHash = row.capabilityHash
  state.previousHash = row.previousHash
  state.capabilitiesAt = row.capabilitiesAt
  state.verdictAt = row.eraAt
  const known = StoredEra.safeParse(row.era)
  if (known.success && row.eraAt) Object.assign(era, { verdict: known.data, atMs: row.eraAt.getTime() })
}
