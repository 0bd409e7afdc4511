import { readFile } from 'node:fs/promises'
import { LineCounter, parseDocument } from 'yaml'
import { z } from 'zod'
import { ServerId } from '#contract/mcp.ts'
import type { ServerDefinition } from './server-definition.ts'

const Headers = z.record(z.string().regex(/^[A-Za-z0-9-]{1,80}$/), z.string().max(4000))
const Common = {
  name: z.string().trim().min(1).max(80).optional(),
  critical: z.boolean().default(false),
  expectedTools: z.array(z.string()).default([]),
  disabled: z.boolean().default(false),
}
const HttpServer = z.strictObject({
  ...Common,
  type: z.enum(['http', 'streamable-http', 'streamableHttp']).optional(),
  url: z.url({ protocol: /^https?$/ }),
  headers: Headers.default({}),
  credentials: z.enum(['none', 'shared', 'member']).default('none'),
  oauth: z
    .strictObject({ clientId: z.string(), clientSecret: z.string().optional(), scope: z.string().optional() })
    .optional(),
})
const StdioServer = z.strictObject({
  ...Common,
  type: z.literal('stdio').optional(),
  command: z.string().min(1),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.string()).default({}),
  cwd: z.string().optional(),
})
const Shape = z.object({ mcpServers: z.record(z.string(), z.unknown()) })

/** What the file says; a faulty server is left out and told, with its line. */
export interface ServersFile {
  readonly servers: readonly ServerDefinition[]
  /** `line 4: crm.url: Invalid URL`. */
  readonly faults: readonly string[]
  /** Changes with the file's text. */
  readonly text: string
}

export const NO_FILE: ServersFile = { servers: [], faults: [], text: '' }

/** Reads the operator's file; one that is not there holds no servers. Other failures are told as a fault. */
export async function readServersFile(path: string): Promise<ServersFile> {
  try {
    return parseServersFile(await readFile(path, 'utf8'))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT') return NO_FILE
    return { ...NO_FILE, faults: [`The file cannot be read (${String(code ?? error)}).`] }
  }
}

/** JSON in the form that other MCP clients use: `{"mcpServers": {name: {url | command, ...}}}`. */
export function parseServersFile(text: string): ServersFile {
  const lines = new LineCounter()
  // JSON is YAML, and this parser knows where in the file each thing stands.
  const document = parseDocument(text, { lineCounter: lines, strict: true })
  const [broken] = document.errors
  if (broken)
    return { servers: [], text, faults: [`line ${lines.linePos(broken.pos[0]).line}: ${firstLine(broken.message)}`] }
  const shape = Shape.safeParse(document.toJS())
  if (!shape.success) return { servers: [], text, faults: ['line 1: expected {"mcpServers": {"name": {...}}}'] }
  const lineOf = (path: readonly string[]): number => {
    const node: unknown = document.getIn(['mcpServers', ...path], true)
    const range = typeof node === 'object' && node !== null && 'range' in node ? node.range : null
    return Array.isArray(range) && typeof range[0] === 'number' ? lines.linePos(range[0]).line : 1
  }
  const servers: ServerDefinition[] = []
  const faults: string[] = []
  for (const [key, value] of Object.entries(shape.data.mcpServers)) {
    const id = toId(key)
    const found = toServer(id, key, value)
    if (!ServerId.safeParse(id).success) faults.push(`line ${lineOf([key])}: ${key}: the name gives no id`)
    else if (servers.some((server) => server.id === id)) faults.push(`line ${lineOf([key])}: ${key}: named twice`)
    else if ('server' in found) servers.push(found.server)
    else
      for (const { path, message } of found.faults)
        faults.push(`line ${lineOf([key, ...path])}: ${[key, ...path].join('.')}: ${message}`)
  }
  return { servers, faults, text }
}

interface Fault {
  readonly path: string[]
  readonly message: string
}

function toServer(id: string, key: string, value: unknown): { server: ServerDefinition } | { faults: Fault[] } {
  const isStdio = typeof value === 'object' && value !== null && 'command' in value
  const parsed = isStdio ? StdioServer.safeParse(value) : HttpServer.safeParse(value)
  if (!parsed.success)
    return { faults: parsed.error.issues.map(({ path, message }) => ({ path: path.map(String), message })) }
  const { data } = parsed
  const common = {
    id,
    name: data.name ?? key,
    source: 'file' as const,
    isCritical: data.critical,
    isEnabled: !data.disabled,
    expectedTools: data.expectedTools,
  }
  if ('command' in data) {
    const { command, args, env, cwd } = data
    return {
      server: { ...common, target: { kind: 'stdio', command, args, env, cwd }, credentials: 'none', client: null },
    }
  }
  const { url, headers, credentials, oauth } = data
  return {
    server: { ...common, target: { kind: 'streamable-http', url, headers }, credentials, client: oauth ?? null },
  }
}

function toId(key: string): string {
  return key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40)
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text
}
