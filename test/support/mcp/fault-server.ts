import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { toWebRequest } from '@modelcontextprotocol/node'
import { nodeRequest, speakBothEras, type SpokenEra } from './dual-era.ts'
import { readAsked, sendJson, type Asked } from './exchange.ts'
import { faultTools, ToolBench } from './fault-tools.ts'
import { FaultSwitch, type FaultName, type FaultScope } from './faults.ts'
import { openLoopback } from './loopback.ts'
import { misbehaviourOf } from './misbehaviour.ts'

export type FaultServer = Awaited<ReturnType<typeof openFaultServer>>

export interface FaultServerOptions {
  readonly era?: SpokenEra
  /** What the caller under test waits at most; slow faults take three times as long. */
  readonly timeoutMs?: number
  readonly dribbleMs?: number
}

/** A request as it came in, whatever became of it. */
export interface SeenRequest extends Asked {
  readonly httpMethod: string
  readonly headers: IncomingMessage['headers']
}

/** A sound MCP server on loopback that misbehaves on request, and heals. Gone with the test file. */
export async function openFaultServer({ era = 'both', timeoutMs = 1_000, dribbleMs = 1_000 }: FaultServerOptions = {}) {
  const fault = new FaultSwitch()
  const bench = new ToolBench()
  const seen: SeenRequest[] = []
  const mcp = speakBothEras(() => faultTools(bench, (method) => fault.strike(method, true)), era)
  const decoy = await openDecoy()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await readAsked(request)
    seen.push({ ...asked, httpMethod: request.method ?? '', headers: request.headers })
    const pass = (): Promise<void> => mcp.answer(request, response, asked.body)
    const name = fault.strike(asked.method, false)
    const misbehave = name && misbehaviourOf(name)
    if (!misbehave) return pass()
    const sessionId = request.headers['mcp-session-id']
    await misbehave({
      request,
      response,
      asked,
      turn: fault.struck,
      timeoutMs,
      dribbleMs,
      decoyUrl: decoy.url,
      isSessionKnown: sessionId === undefined || mcp.sessionIds().includes(String(sessionId)),
      run: async () => mcp.fetch(await toWebRequest(nodeRequest(request), asked.body), { parsedBody: asked.body }),
      pass,
    })
  }
  const loopback = await openLoopback(() =>
    // A caller that hangs up in the middle is no fault of this server's; there is nobody to answer then.
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  return {
    url: `http://127.0.0.1:${loopback.port}/mcp`,
    port: loopback.port,
    /** Switches one fault on in place of another, or all off. Waits until the port refuses or listens again. */
    setFault: async (name: FaultName | null, scope: FaultScope = {}): Promise<void> => {
      const wasRefusing = fault.name === 'refuse-connections'
      fault.set(name, scope)
      if (name === 'session-lost' || name === 'session-missing-400') mcp.forgetSessions()
      if (name === 'refuse-connections') await loopback.close()
      else if (wasRefusing) await loopback.restart()
    },
    /** How many requests the fault that is on has struck. */
    struck: (): number => fault.struck,
    /** Each execution of `write_note`. */
    notes: bench.notes,
    /** Each tool call that reached the tools. */
    calls: bench.calls,
    /** Each HTTP request, also those that a fault swallowed. */
    seen,
    /** What arrived where `redirect-elsewhere` points to. */
    decoy: decoy.seen,
    setLatencyMs: (latencyMs: number) => void (bench.latencyMs = latencyMs),
    setNoteWords: (words: string | null) => void (bench.noteWords = words),
    describeNote: (description: string) => void (bench.noteDescription = description),
    announceToolsChanged: mcp.announceToolsChanged,
    sessionIds: mcp.sessionIds,
    close: loopback.close,
    restart: async (): Promise<void> => {
      mcp.forgetSessions()
      await loopback.restart()
    },
  }
}

/** A stranger at another port: whatever a caller sends it, tokens above all, should not have been sent. */
async function openDecoy() {
  const seen: SeenRequest[] = []
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await readAsked(request)
    seen.push({ ...asked, httpMethod: request.method ?? '', headers: request.headers })
    const result = {
      content: [{ type: 'text', text: 'from the stranger' }],
      structuredContent: { text: 'stranger' },
      tools: [],
    }
    sendJson(response, { status: 200, body: { jsonrpc: '2.0', id: asked.id ?? null, result } })
  }
  const loopback = await openLoopback(() =>
    // The same: a caller that hangs up leaves nobody to answer.
    createServer((request, response) => void answer(request, response).catch(() => response.destroy())),
  )
  return { url: `http://127.0.0.1:${loopback.port}/mcp`, seen }
}
