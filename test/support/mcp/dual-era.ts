import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { toNodeHandler, type NodeIncomingMessageLike } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isLegacyRequest,
  WebStandardStreamableHTTPServerTransport,
  type McpHandlerRequestOptions,
  type McpServer,
  type Server,
} from '@modelcontextprotocol/server'
import { rpcError } from './exchange.ts'

export type Era = 'modern' | 'legacy'

/** Which of the two protocol eras a server speaks. */
export type SpokenEra = Era | 'both'

/** One MCP server over HTTP: stateless for modern clients, with sessions (`Mcp-Session-Id`) for legacy ones. */
export interface DualEra {
  fetch(request: Request, options?: McpHandlerRequestOptions): Promise<Response>
  /** The same for node:http, when the body was read already (undefined when there is none). */
  answer(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void>
  /** The legacy sessions that live. */
  sessionIds(): readonly string[]
  /** What a restart of a server with sessions does to its clients: their ids mean nothing any more. */
  forgetSessions(): void
  /** Tells whoever listens, in either era, that the list of tools is another. */
  announceToolsChanged(): void
  close(): Promise<void>
}

interface Session {
  readonly server: McpServer | Server
  readonly transport: WebStandardStreamableHTTPServerTransport
}

export function speakBothEras(create: (era: Era) => McpServer | Server, spoken: SpokenEra): DualEra {
  const modern = createMcpHandler(({ era }) => create(era), { legacy: 'reject' })
  const sessions = new Map<string, Session>()
  const fetchLegacy = async (request: Request, options?: McpHandlerRequestOptions): Promise<Response> => {
    const known = request.headers.get('mcp-session-id')
    if (known !== null) {
      const session = sessions.get(known)
      if (session) return session.transport.handleRequest(request, options)
      return Response.json(rpcError(undefined, -32_001, 'Session not found'), { status: 404 })
    }
    const server = create('legacy')
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, { server, transport }),
      onsessionclosed: (id) => void sessions.delete(id),
    })
    await server.connect(transport)
    return transport.handleRequest(request, options)
  }
  const fetch: DualEra['fetch'] = async (request, options) => {
    const isLegacy =
      spoken !== 'modern' && (spoken === 'legacy' || (await isLegacyRequest(request, options?.parsedBody)))
    return isLegacy ? fetchLegacy(request, options) : modern.fetch(request, options)
  }
  const forgetSessions = (): void => {
    const forgotten = [...sessions.values()]
    sessions.clear()
    for (const { transport } of forgotten) void transport.close()
  }
  const handle = toNodeHandler({ fetch })
  return {
    fetch,
    answer: (request, response, body) => handle(nodeRequest(request), response, body),
    sessionIds: () => [...sessions.keys()],
    forgetSessions,
    announceToolsChanged: () => {
      modern.notify.toolsChanged()
      for (const { server } of sessions.values()) void lowLevel(server).sendToolListChanged()
    },
    close: async () => {
      forgetSessions()
      await modern.close()
    },
  }
}

/** The SDK tells an absent field from an undefined one in its types, but not in its code. */
export function nodeRequest(request: IncomingMessage): NodeIncomingMessageLike {
  return request as NodeIncomingMessageLike
}

function lowLevel(server: McpServer | Server): Server {
  return 'server' in server ? server.server : server
}
