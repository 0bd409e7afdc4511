import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { CrmGate, type Failure, type RateLimit } from './crm-gate.ts'
import { CrmRecords, type RecordOptions } from './crm-records.ts'
import { crmTools } from './crm-tools.ts'
import { speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked, sendJson } from './exchange.ts'
import { openLoopback } from './loopback.ts'

export type CrmServer = Awaited<ReturnType<typeof openCrmServer>>

export interface CrmOptions extends RecordOptions {
  readonly era?: SpokenEra
}

const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp'

/** A CRM behind MCP over streamable HTTP on loopback. Gone with the test file. */
export async function openCrmServer(options: CrmOptions = {}) {
  const records = new CrmRecords(options)
  const gate = new CrmGate()
  const mcp = speakBothEras(() => crmTools(records, gate.admit), options.era ?? 'both')
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.url === METADATA_PATH) return sendMetadata(request, response)
    if (request.url !== '/mcp') return sendJson(response, { status: 404, body: { error: 'only /mcp is here' } })
    const asked = await readAsked(request)
    if (!gate.stops(request, response, asked)) await mcp.answer(request, response, asked.body)
  }
  const loopback = await openLoopback(() =>
    // A caller that hangs up while it sends breaks the read; there is nobody to answer then.
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  return {
    url: `http://127.0.0.1:${loopback.port}/mcp`,
    port: loopback.port,
    /** The contents: `add`, `change`, `archive`, `erase`, `merge`, `find`, `all`, `count`. */
    records,
    seen: gate.seen,
    refused: gate.refused,
    /** Calls that reached a tool, or all tools. */
    calls: (tool?: string): number => gate.seen.filter((call) => tool === undefined || call.tool === tool).length,
    setRateLimit: (limit: RateLimit | null) => gate.limitRate(limit),
    setLatencyMs: (latencyMs: number) => void (gate.latencyMs = latencyMs),
    failNext: (count: number, as: Failure = 'result') => gate.failNext(count, as),
    requireBearer: (token: string | null) => void (gate.bearer = token),
    sessionIds: mcp.sessionIds,
    forgetSessions: mcp.forgetSessions,
    close: loopback.close,
    /** As a server process that is started again: the same records and port, but no session lives on. */
    restart: async (): Promise<void> => {
      mcp.forgetSessions()
      await loopback.restart()
    },
  }
}

/** Where a client finds out who gives tokens (RFC 9728). The server of tokens named there does not exist. */
function sendMetadata(request: IncomingMessage, response: ServerResponse): void {
  const origin = `http://${request.headers.host ?? ''}`
  sendJson(response, { status: 200, body: { resource: `${origin}/mcp`, authorization_servers: [`${origin}/tokens`] } })
}
