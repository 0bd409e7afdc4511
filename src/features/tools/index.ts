import type { z } from 'zod'
import type {
  Approval,
  McpStatus,
  NewServer,
  ProbeAnswer,
  ServerChange,
  ServerRecord,
  ServerStatus,
  StatusQuery,
  Tool,
  ToolAnswer,
  ToolCall,
} from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import { can, type Principal } from '#domain/permission.ts'
import type { Skill } from '#domain/skill.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { ToolReply } from '#platform/mcp-client/mcp-connection.ts'
import { callTool, readTool } from './call-tool.ts'
import { listCatalogue, presentTool } from './catalogue.ts'
import { clientDocument } from './client-document.ts'
import { createHub, type HubNeeds } from './hub.ts'
import { createCredentialProvider } from './oauth-provider.ts'
import { addServer, changeServer, presentRecord, removeServer } from './manage-servers.ts'
import { createResultCache } from './result-cache.ts'
import { overallOf } from './present-status.ts'
import { probeServerNow, readServerStatus, readStatus } from './read-status.ts'
import { finishSignIn, signOut, startSignIn } from './sign-in.ts'
import { markServer, type NumberedEvent } from './shared-store.ts'
import { outageNotes, toolSkills } from './tool-skills.ts'
import type { ToolsNeeds } from './tools-needs.ts'
import { approveTools } from './tools-store.ts'

export { readServersFile } from './read-servers-file.ts'

/** The door of the tools room: servers of the Model Context Protocol, what they offer, and the truth about them. */
export interface Tools {
  start(): Promise<void>
  close(): Promise<void>
  /** Looks now at what other processes changed; by itself it does so when it is told, and each second. */
  look(): Promise<void>
  status(principal: Principal, query: z.infer<typeof StatusQuery>): Promise<McpStatus>
  serverStatus(principal: Principal, id: string): Promise<ServerStatus>
  /** Asks the server now, also one that is switched off, without changing what is said of that one. */
  probe(principal: Principal, id: string): Promise<z.infer<typeof ProbeAnswer>>
  readEvents(after: number | null, signal: AbortSignal): AsyncGenerator<NumberedEvent>
  onEvent(listener: (event: NumberedEvent) => void): () => void
  listServers(): ServerRecord[]
  addServer(principal: Principal, wanted: NewServer): Promise<ServerRecord>
  changeServer(
    principal: Principal,
    wanted: { readonly id: string; readonly change: ServerChange },
  ): Promise<ServerRecord>
  removeServer(principal: Principal, id: string): ReturnType<typeof removeServer>
  /** Sophia as authorization servers read her; null where none of them could. */
  clientDocument(): ReturnType<typeof clientDocument>
  startSignIn(principal: Principal, id: string): ReturnType<typeof startSignIn>
  finishSignIn(callback: Parameters<typeof finishSignIn>[1]): ReturnType<typeof finishSignIn>
  signOut(principal: Principal, id: string): ReturnType<typeof signOut>
  listTools(principal: Principal, server?: string): Tool[]
  approve(
    principal: Principal,
    wanted: { readonly id: string; readonly approval: z.infer<typeof Approval> },
  ): Promise<Tool[]>
  call(
    principal: Principal,
    wanted: { readonly name: string; readonly call: z.infer<typeof ToolCall>; readonly signal: AbortSignal },
  ): Promise<ToolAnswer>
  /** A reading tool that was agreed to, called by the house itself with what is shared by all; for recurring copies. */
  read(wanted: {
    readonly server: string
    readonly tool: string
    readonly input: Readonly<Record<string, unknown>>
    readonly signal: AbortSignal
  }): Promise<ToolReply>
  /** The agreed tools that a persona's list names. */
  skillsFor(permitted: readonly string[]): Skill[]
  /** Of connections on a persona's list that do not serve: which, why and since when. */
  outages(permitted: readonly string[]): string[]
  health(): { readonly state: 'ok' | 'degraded' | 'down' | 'not_configured' | 'unknown'; readonly detail: string }
  /** State by server, for the metrics. */
  states(): readonly { readonly server: string; readonly state: string }[]
}

type RoomNeeds = HubNeeds & Pick<ToolsNeeds, 'audit' | 'publicUrl'> & { readonly cache: Cache }

export function createTools(needs: RoomNeeds): Tools {
  const authProviderFor: HubNeeds['authProviderFor'] = (definition, memberId, send) =>
    createCredentialProvider(needs, { definition, memberId, fetch: send })
  const hub = createHub({ ...needs, authProviderFor })
  const room: ToolsNeeds = { ...needs, hub, results: createResultCache(needs.cache) }
  const listTools = (server?: string): Tool[] =>
    listCatalogue(hub)
      .filter(({ pin }) => server === undefined || pin.serverId === server)
      .map((listed) => presentTool(listed, hub.nowMs()))
  return {
    start: hub.start,
    close: hub.close,
    look: hub.look,
    status: (principal, query) => readStatus(room, principal, query),
    serverStatus: (principal, id) => readServerStatus(room, principal, id),
    probe: (principal, id) => probeServerNow(room, principal, id),
    readEvents: hub.events.read,
    onEvent: hub.events.listen,
    listServers: () => hub.watches().map(({ state }) => presentRecord(state.definition)),
    addServer: (principal, wanted) => addServer(room, principal, wanted),
    changeServer: (principal, wanted) => changeServer(room, principal, wanted),
    removeServer: (principal, id) => removeServer(room, principal, id),
    clientDocument: () => clientDocument(needs.publicUrl),
    startSignIn: (principal, id) => startSignIn(room, principal, id),
    finishSignIn: (callback) => finishSignIn(room, callback),
    signOut: (principal, id) => signOut(room, principal, id),
    // What changed in a tool is for those who may agree to it.
    listTools: (principal, server) =>
      listTools(server).map((tool) => (can(principal, 'mcp:manage') ? tool : { ...tool, diff: [] })),
    approve: async (principal, { id, approval }) => {
      await approve(room, principal, { id, ...approval })
      return listTools(id)
    },
    call: (principal, wanted) => callTool(room, principal, wanted),
    read: (wanted) => readTool(room, wanted),
    skillsFor: (permitted) => toolSkills(room, permitted),
    outages: (permitted) => outageNotes(room, permitted),
    health: () => describeHealth(room),
    states: () =>
      hub.watches().map(({ state }) => ({ server: state.definition.id, state: state.keeper.report.health.state })),
  }
}

async function approve(
  needs: ToolsNeeds,
  principal: Principal,
  { id, tools: names, hashes }: z.infer<typeof Approval> & { readonly id: string },
): Promise<void> {
  const watch = needs.hub.get(id)
  if (!watch) throw new SophiaError('NOT_FOUND')
  const { memberId } = principal
  const approval = { names, hashes: hashes ?? {}, memberId, at: needs.clock.now() }
  const approved = await needs.database.inTransaction(async (handle) => {
    const agreed = await approveTools(handle, id, approval)
    if (agreed.length > 0) await markServer(handle, id, 'tools')
    return agreed
  })
  await needs.audit({
    principal,
    action: 'mcp.approve',
    targetKind: 'mcp-server',
    targetId: id,
    detail: { tools: approved },
  })
  await watch.reloadPins()
}

function describeHealth({ hub }: ToolsNeeds): ReturnType<Tools['health']> {
  const servers = hub.watches().map(({ state }) => state)
  const faults = hub.faults()
  if (servers.length === 0 && faults.length === 0)
    return { state: 'not_configured', detail: 'No MCP server is set up.' }
  const bad = servers.filter(({ keeper }) => ['unhealthy', 'degraded'].includes(keeper.report.health.state))
  const told = [
    ...faults,
    ...bad.map(
      ({ definition, keeper }) => `${definition.id} is ${keeper.report.health.state} (${keeper.report.health.reason})`,
    ),
  ]
  const overall = overallOf(servers)
  return {
    state: overall === 'ok' && faults.length > 0 ? 'degraded' : overall,
    detail: told.length === 0 ? `${servers.length} MCP servers.` : `${told.join('; ')}.`,
  }
}
