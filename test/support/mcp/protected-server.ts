import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import type { AuthorizationServer } from './authorization-server.ts'
import { speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked, sendJson, type JsonAnswer } from './exchange.ts'
import { openLoopback } from './loopback.ts'

/** What it does besides taking tokens. */
class ProtectionSwitches {
  /** The scope that everybody is told to ask for; null: none is named. */
  usualScope: string | null = null
  /** Without this scope nothing is answered. */
  doorScope: string | null = null
  /** Without this scope the tool `change_deal` is refused. */
  dealScope: string | null = null
  /** How it refuses for want of scope: as the protocol says, or as some servers do. */
  refusal: '403' | '401' | '401-invalid' | 'forbidden' = '403'
  /** The scope that it names then, if another than it wants. `echo` is the token that was sent. */
  named: string | null = null
  /** Refuses the tool whatever scope it has. */
  refusesDeals = false
  /** The same for every request. */
  refusesAll = false
}

const METADATA = '/.well-known/oauth-protected-resource/mcp'

/** An MCP server that takes tokens of one authorization server only, and tells each caller who they are. Gone with the test file. */
export async function openProtectedServer(by: AuthorizationServer, era: SpokenEra = 'both') {
  let authorizationServers = [by.issuer]
  let isRefusing = false
  const switches = new ProtectionSwitches()
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
    const metadata = `resource_metadata="${origin}${METADATA}"`
    if (isRefusing || token === undefined || by.loginOf(token, resource) === null)
      return sendJson(
        response,
        refusalWith(401, `Bearer error="invalid_token", ${metadata}${naming(switches.usualScope)}`),
      )
    const lacking = lackingScope(switches, { held: by.scopeOf(token), tool: asked.tool })
    if (lacking === null) return mcp.answer(request, response, asked.body)
    const named = switches.named === 'echo' ? token : (switches.named ?? lacking)
    sendJson(response, scopeRefusal(switches.refusal, `${metadata}${naming(named)}`))
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
    server.registerTool(
      'change_deal',
      { description: 'Changes a deal.', inputSchema: z.object({}), annotations: { readOnlyHint: true } },
      () => ({ content: [{ type: 'text', text: 'The deal is changed.' }] }),
    )
    return server
  }
  return {
    url,
    switches,
    port: loopback.port,
    authorizations,
    /** Names other authorization servers from now on. */
    pointTo: (...issuers: string[]) => void (authorizationServers = issuers),
    /** Takes no token at all. */
    refuse: (isOn: boolean) => void (isRefusing = isOn),
    close: loopback.close,
  }
}

function naming(scope: string | null): string {
  return scope === null || scope === '' ? '' : `, scope="${scope}"`
}

function lackingScope(
  { doorScope, dealScope, refusesDeals, refusesAll }: ProtectionSwitches,
  { held, tool }: { readonly held: string; readonly tool: string | undefined },
): string | null {
  const isDeal = tool === 'change_deal'
  const wanted = [doorScope, ...(isDeal ? [dealScope] : [])].filter((scope) => scope !== null)
  const isMet = wanted.every((scope) => held.split(' ').includes(scope))
  return isMet && !(isDeal && refusesDeals) && !refusesAll ? null : wanted.join(' ')
}

function scopeRefusal(how: ProtectionSwitches['refusal'], rest: string): JsonAnswer {
  if (how === 'forbidden') return { status: 403, body: { error: 'forbidden' } }
  if (how === '401') return refusalWith(401, `Bearer ${rest}`)
  if (how === '401-invalid') return refusalWith(401, `Bearer error="invalid_token", ${rest}`)
  return refusalWith(403, `Bearer error="insufficient_scope", ${rest}`)
}

function refusalWith(status: number, challenge: string): JsonAnswer {
  return { status, body: { error: 'refused' }, headers: { 'www-authenticate': challenge } }
}
