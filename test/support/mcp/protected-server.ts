import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { AuthorizationServer } from './authorization-server.ts'
import { speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked, sendJson } from './exchange.ts'
import { openLoopback } from './loopback.ts'

const METADATA = '/.well-known/oauth-protected-resource/mcp'

/** An MCP server that takes tokens of one authorization server only, and tells each caller who they are. Gone with the test file. */
export async function openProtectedServer(by: AuthorizationServer, era: SpokenEra = 'both') {
  let authorizationServers = [by.issuer]
  let isRefusing = false
  /** Of every request, in order. */
  const authorizations: (string | null)[] = []
  const mcp = speakBothEras(tools, era)
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const origin = `http://${request.headers.host ?? ''}`
    const resource = `${origin}/mcp`
    if (request.url === METADATA)
      return sendJson(response, { status: 200, body: { resource, authorization_servers: authorizationServers } })
    const asked = await readAsked(request)
    const { authorization } = request.headers
    authorizations.push(authorization ?? null)
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1]
    if (!isRefusing && token !== undefined && by.loginOf(token, resource) !== null)
      return mcp.answer(request, response, asked.body)
    const challenge = `Bearer error="invalid_token", resource_metadata="${origin}${METADATA}"`
    sendJson(response, { status: 401, body: { error: 'invalid_token' }, headers: { 'www-authenticate': challenge } })
  }
  const loopback = await openLoopback(() =>
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  const url = `http://127.0.0.1:${loopback.port}/mcp`
  function tools(): McpServer {
    const server = new McpServer({ name: 'protected', version: '1.0.0' })
    server.registerTool(
      'who_am_i',
      { description: 'Says whose token came.', inputSchema: z.object({}), annotations: { readOnlyHint: true } },
      (_input, context) => {
        const header = context.http?.req?.headers.get('authorization') ?? ''
        const login = by.loginOf(header.replace('Bearer ', ''), url)
        return { content: [{ type: 'text', text: `You are ${login ?? 'nobody'}.` }] }
      },
    )
    return server
  }
  return {
    url,
    port: loopback.port,
    authorizations,
    /** Names other authorization servers from now on. */
    pointTo: (...issuers: string[]) => void (authorizationServers = issuers),
    /** Takes no token at all. */
    refuse: (isOn: boolean) => void (isRefusing = isOn),
    close: loopback.close,
  }
}
