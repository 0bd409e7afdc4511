import { z } from 'zod'
import {
  Approval,
  ClientDocument,
  McpStatus,
  NewServer,
  ProbeAnswer,
  ServerChange,
  ServerId,
  ServerList,
  ServerRecord,
  ServerStatus,
  SignedOut,
  SignInStart,
  StatusQuery,
  ToolAnswer,
  ToolCall,
  ToolList,
  ToolName,
} from '#contract/mcp.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Tools } from '#features/tools/index.ts'
import { defineRoute, type Route } from '../route.ts'
import { streamOptions, type StreamNeeds } from '../stream/stream-options.ts'
import { createEventStream, SSE_HEADERS } from '../stream/turn-stream.ts'

export interface McpRouteNeeds extends StreamNeeds {
  readonly tools: Tools
}

const Id = z.strictObject({ id: ServerId })
const DONE = { done: true } as const
const ONE_SERVER = '/api/mcp/servers/:id'

/** Servers of the Model Context Protocol: the truth about them, their set-up, and their tools. */
export function mcpRoutes(needs: McpRouteNeeds): Route[] {
  const { tools } = needs
  return [...statusRoutes(needs), ...serverRoutes(tools), ...signInRoutes(tools), ...toolRoutes(tools)]
}

function statusRoutes(needs: McpRouteNeeds): Route[] {
  const { tools } = needs
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/status',
        summary: 'What is known of every MCP server; reading asks none of them',
        access: 'mcp:read',
        query: StatusQuery,
        response: McpStatus,
      },
      ({ principal, query }) => tools.status(principal, query),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/status/stream',
        summary: 'Changes as they happen (text/event-stream), from Last-Event-ID on',
        access: 'mcp:read',
      },
      async ({ principal, request, reply, signal }) => {
        const options = streamOptions(needs, { principal, action: 'mcp:read', gone: signal })
        const events = tools.readEvents(numberOf(request.headers['last-event-id']), options.signal)
        const frame = ({ number, event }: { number: number; event: { type: string } }): string =>
          `id: ${number}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
        void reply.headers(SSE_HEADERS).send(createEventStream(events, frame, options))
      },
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/status/:id',
        summary: 'One MCP server with its history',
        access: 'mcp:read',
        params: Id,
        response: ServerStatus,
      },
      ({ principal, params }) => tools.serverStatus(principal, params.id),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/mcp/status/:id/probe',
        needsRoom: false,
        summary: 'Ask a server now',
        access: 'mcp:manage',
        params: Id,
        response: ProbeAnswer,
      },
      ({ principal, params }) => tools.probe(principal, params.id),
    ),
  ]
}

function numberOf(text: string | string[] | undefined): number | null {
  const number = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : null
  return number
}

function serverRoutes(tools: Tools): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/servers',
        summary: 'MCP servers as they are set up',
        access: 'mcp:manage',
        response: ServerList,
      },
      async () => ({ items: tools.listServers() }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/mcp/servers',
        summary: 'Add a server that speaks streamable HTTP',
        access: 'mcp:manage',
        body: NewServer,
        response: ServerRecord,
        status: 201,
      },
      ({ principal, body }) => tools.addServer(principal, body),
    ),
    defineRoute(
      {
        method: 'PATCH',
        path: ONE_SERVER,
        summary: 'Change a server, or switch it off and on',
        access: 'mcp:manage',
        params: Id,
        body: ServerChange,
        response: ServerRecord,
      },
      ({ principal, params, body }) => tools.changeServer(principal, { id: params.id, change: body }),
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: ONE_SERVER,
        summary: 'Remove a server with its pins, history and credentials, which are ended where they were given',
        access: 'mcp:manage',
        params: Id,
        response: SignedOut,
      },
      async ({ principal, params }) => ({ ...DONE, revocation: await tools.removeServer(principal, params.id) }),
    ),
  ]
}

const Parameter = z.string().max(8000).optional()
/** Of the document about Sophia as a client: it changes with her public address only. */
const DOCUMENT_SECONDS = 3600
/** Authorization servers add what they like; the rest is not looked at. */
const CallbackQuery = z.object({ state: Parameter, code: Parameter, iss: Parameter, error: Parameter })

function signInRoutes(tools: Tools): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: `${ONE_SERVER}/sign-in`,
        summary: 'Where to sign in to a server; for everybody only with the right to manage them',
        access: 'mcp:call',
        params: Id,
        response: SignInStart,
      },
      ({ principal, params }) => tools.startSignIn(principal, params.id),
    ),
    defineRoute(
      {
        method: 'DELETE',
        path: `${ONE_SERVER}/sign-in`,
        summary: 'Forget your credentials for a server, or those of all, and have them ended where they were given',
        access: 'mcp:call',
        params: Id,
        response: SignedOut,
      },
      async ({ principal, params }) => ({ ...DONE, revocation: await tools.signOut(principal, params.id) }),
    ),
    documentRoute(tools),
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/oauth/callback',
        summary: 'Where a browser comes back from signing in (303 to the page Connections)',
        access: 'mcp:call',
        query: CallbackQuery,
      },
      async ({ principal, query, reply }) => {
        const end = await tools.finishSignIn({ ...query, principal })
        const told = 'serverId' in end ? `signed-in=${end.serverId}` : `sign-in-failed=${end.failed}`
        void reply.code(303).header('location', `/connections?${told}`).header('cache-control', 'no-store').send()
      },
    ),
  ]
}

function documentRoute(tools: Tools): Route {
  return defineRoute(
    {
      method: 'GET',
      path: '/api/mcp/oauth/client.json',
      summary: 'What Sophia is as a client of authorization servers (Client ID Metadata Document)',
      access: 'public',
      response: ClientDocument,
    },
    async ({ reply }) => {
      const document = tools.clientDocument()
      if (document === null)
        throw new SophiaError('NOT_FOUND', {
          detail: 'There is no such document without an https address in SOPHIA_PUBLIC_URL that others can reach.',
        })
      void reply.header('cache-control', `public, max-age=${DOCUMENT_SECONDS}`)
      return document
    },
  )
}

function toolRoutes(tools: Tools): Route[] {
  return [
    defineRoute(
      {
        method: 'POST',
        path: `${ONE_SERVER}/approve`,
        summary: 'Agree to tools as they are described now',
        access: 'mcp:manage',
        params: Id,
        body: Approval,
        response: ToolList,
      },
      async ({ principal, params, body }) => ({
        items: await tools.approve(principal, { id: params.id, approval: body }),
      }),
    ),
    defineRoute(
      {
        method: 'GET',
        path: '/api/mcp/tools',
        summary: 'Tools of all servers, or of one, with what somebody agreed to',
        access: 'mcp:read',
        query: z.strictObject({ server: ServerId.optional() }),
        response: ToolList,
      },
      async ({ principal, query }) => ({ items: tools.listTools(principal, query.server) }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/mcp/tools/:name/call',
        summary: 'Call a tool; one that writes needs a key of yours',
        access: 'mcp:call',
        params: z.strictObject({ name: ToolName }),
        body: ToolCall,
        response: ToolAnswer,
      },
      ({ principal, params, body, signal }) => tools.call(principal, { name: params.name, call: body, signal }),
    ),
  ]
}
