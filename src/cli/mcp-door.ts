import { z } from 'zod'
import { McpStatus, ProbeAnswer, ServerRecord, SignedOut, ToolList, type NewServer, type Tool } from '#contract/mcp.ts'
import type { Principal } from '#domain/permission.ts'
import type { Tools } from '#features/tools/index.ts'
import { openRunning, type Running } from './running-house.ts'

/** What `sophia mcp` asks, of the server that runs or of servers it looks at itself. */
export interface McpDoor {
  status(): Promise<McpStatus>
  add(wanted: NewServer): Promise<ServerRecord>
  /** Answers what became of its sign-ins at the other side. */
  remove(id: string): Promise<SignedOut['revocation']>
  probe(id: string): Promise<z.infer<typeof ProbeAnswer>>
  /** All that wait when no name is given; answers the server's tools. */
  approve(id: string, names: readonly string[] | undefined): Promise<Tool[]>
  close(): Promise<void>
}

/** Longer than a server that is a package takes to be fetched at its first start. */
const SETTLE_MS = 40_000

/** No Sophia runs: the command looks at the servers itself, for as long as it lasts. */
export async function openOwnHub(tools: Tools, principal: Principal): Promise<McpDoor> {
  await tools.start()
  return {
    status: async () => {
      await settle(tools, principal)
      return tools.status(principal, {})
    },
    add: (wanted) => tools.addServer(principal, wanted),
    remove: (id) => tools.removeServer(principal, id),
    probe: (id) => tools.probe(principal, id),
    approve: (id, names) =>
      tools.approve(principal, { id, approval: names === undefined ? {} : { tools: [...names] } }),
    // The room is closed with the house.
    close: () => Promise.resolve(),
  }
}

/** Until each server has answered, or failed twice: before that nothing true can be said of it. */
async function settle(tools: Tools, principal: Principal): Promise<void> {
  const isSettled = async (): Promise<boolean> =>
    (await tools.status(principal, {})).servers.every(({ detail }) => {
      const { lastOutcome, consecutiveFailures } = detail?.probe ?? { lastOutcome: null, consecutiveFailures: 0 }
      return detail?.enabled === false || lastOutcome === 'ok' || lastOutcome === 'auth' || consecutiveFailures >= 2
    })
  const { promise: settled, resolve } = Promise.withResolvers<void>()
  const look = (): void => void isSettled().then((isSo) => (isSo ? resolve() : undefined), resolve)
  const limit = setTimeout(resolve, SETTLE_MS)
  // What an event tells is in the status only once its listeners are through.
  const stop = tools.onEvent(() => setImmediate(look))
  look()
  await settled
  clearTimeout(limit)
  stop()
}

/** Sophia runs: what is known of the servers is in her memory, and she is asked over her API. */
export async function openRunningHub(running: Running): Promise<McpDoor> {
  const { ask, close } = await openRunning(running, { name: 'sophia mcp', actions: ['mcp:read', 'mcp:manage'] })
  const at = (path: string, id: string, rest = ''): string => `${path}/${encodeURIComponent(id)}${rest}`
  return {
    status: () => ask(McpStatus, 'GET /api/mcp/status'),
    add: (wanted) => ask(ServerRecord, 'POST /api/mcp/servers', wanted),
    remove: async (id) => (await ask(SignedOut, at('DELETE /api/mcp/servers', id))).revocation,
    probe: (id) => ask(ProbeAnswer, at('POST /api/mcp/status', id, '/probe')),
    approve: async (id, names) =>
      (await ask(ToolList, at('POST /api/mcp/servers', id, '/approve'), names === undefined ? {} : { tools: names }))
        .items,
    close,
  }
}
