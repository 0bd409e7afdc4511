import type { IncomingMessage, ServerResponse } from 'node:http'

/** What the body of a request says, as far as a server has to know it before it answers. */
export interface Asked {
  readonly body: unknown
  /** Absent in a notification, a GET and a DELETE: then nobody waits for an answer. */
  readonly id: string | number | undefined
  readonly method: string | undefined
  /** The tool of a tools/call. */
  readonly tool: string | undefined
}

const NOTHING: Asked = { body: undefined, id: undefined, method: undefined, tool: undefined }

/** Reads the whole request once, so that what answers it may look before it decides. */
export async function readAsked(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  if (request.method !== 'POST' || chunks.length === 0) return NOTHING
  const body = parsed(Buffer.concat(chunks).toString())
  const { id, method, params } = fieldsOf(body)
  const { name } = fieldsOf(params)
  return {
    body,
    id: typeof id === 'string' || typeof id === 'number' ? id : undefined,
    method: typeof method === 'string' ? method : undefined,
    tool: method === 'tools/call' && typeof name === 'string' ? name : undefined,
  }
}

/** Text that is no JSON stays text: the server behind then refuses it in its own words. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  // An object that is no array has string keys; what is under them stays unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

export interface JsonAnswer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export function sendJson(response: ServerResponse, { status, body, headers }: JsonAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

export function rpcError(id: Asked['id'], code: number, message: string) {
  return { jsonrpc: '2.0', id: id ?? null, error: { code, message } }
}
