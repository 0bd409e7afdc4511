import {
  CLIENT_CAPABILITIES_META_KEY,
  ProtocolError,
  StreamableHTTPClientTransport,
  type CallToolResult,
  type Client,
  type ConnectOptions,
  type DiscoverResult,
  type Progress,
  type Tool,
  type Transport,
} from '@modelcontextprotocol/client'
import type { ToolDefinition } from '#domain/mcp/tool-definition.ts'
import { cleanJson } from '#domain/turn/clean-text.ts'
import { heedWaits } from './asked-to-wait.ts'
import { AskingClient } from './asking-client.ts'
import { startCallLimit } from './call-limit.ts'
import { limitFetch } from './limited-fetch.ts'
import { insufficientScopeIn } from './mcp-fault.ts'
import { ProcessExit } from './process-exit.ts'
import type { EraVerdict, McpConnection, McpTarget, ToolReply, ToolRequest } from './mcp-connection.ts'
import type { CredentialSource } from './scope-refusal.ts'
import { shortLine } from './short-line.ts'
import { createStdioTransport, type StdioTransport } from './stdio-transport.ts'

export interface OpenOptions {
  readonly clientVersion: string
  /** For HTTP: the guarded client's. */
  readonly fetch: typeof fetch
  readonly authProvider?: CredentialSource | undefined
  /** What a child process inherits besides its own settings. */
  readonly inherited: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly verdict: EraVerdict | null
  readonly maxAnswerBytes: number
  /** The server says that its tools changed. */
  readonly onToolsChanged: () => void
  /** The line ended by itself; `exit` of a child process, with the end of what it said. */
  readonly onEnd: (exit: { readonly code: number | null; readonly lastWords: string } | null) => void
}

const METHOD_NOT_FOUND = -32_601
const CLOSE_LIMIT_MS = 2000
/** Of what a server says of itself. */
const LONGEST_NAME = 200
const MOST_VERSIONS = 20

/**
 * Opens a line in whichever era the server speaks. A stdio server that ends at the first question of the new era is
 * started once more and asked in the old one.
 */
export async function openMcpConnection(target: McpTarget, options: OpenOptions): Promise<McpConnection> {
  if (options.verdict !== null || target.kind === 'streamable-http') return connect(target, options, options.verdict)
  try {
    return await connect(target, options, null)
  } catch (error) {
    return await connect(target, options, { era: 'legacy' }).catch(() => {
      // The first failure is the one that says what is wrong.
      throw error
    })
  }
}

async function connect(target: McpTarget, options: OpenOptions, verdict: EraVerdict | null): Promise<McpConnection> {
  const client = new AskingClient(options.clientVersion, {
    versionNegotiation: { mode: 'auto', probe: { timeoutMs: options.timeoutMs } },
    listChanged: { tools: { autoRefresh: false, onChanged: () => options.onToolsChanged() } },
  })
  const line = createLine(target, options)
  try {
    await client.connect(line.transport, {
      timeout: options.timeoutMs,
      maxTotalTimeout: options.timeoutMs,
      ...priorOf(verdict),
    })
  } catch (error) {
    line.silence()
    await client.close().catch(() => undefined)
    throw await line.explain(error)
  }
  client.onclose = line.ended
  return present(client, line)
}

function priorOf(verdict: EraVerdict | null): Pick<ConnectOptions, 'prior'> {
  if (verdict === null) return {}
  if (verdict.era === 'legacy') return { prior: { kind: 'legacy' } }
  // Stored from what the SDK gave; it checks it again.
  return { prior: { kind: 'modern', discover: verdict.discovered as DiscoverResult } }
}

interface Line {
  readonly transport: Transport
  readonly pid: () => number | null
  /** What is thrown instead: with what the child said before it ended, or with what a refusal means for the sign-in. */
  explain(error: unknown): Promise<unknown>
  readonly ended: () => void
  /** Nothing is said of this line's end any more. */
  silence(): void
  endSession(): Promise<void>
}

function createLine(target: McpTarget, options: OpenOptions): Line {
  return target.kind === 'stdio' ? createStdioLine(target, options) : createHttpLine(target, options)
}

function createHttpLine(target: McpTarget & { kind: 'streamable-http' }, options: OpenOptions): Line {
  let isSilent = false
  const transport = new StreamableHTTPClientTransport(new URL(target.url), {
    fetch: limitFetch(heedWaits(options.fetch), options.maxAnswerBytes),
    requestInit: { headers: { ...target.headers } },
    ...(options.authProvider ? { authProvider: options.authProvider } : {}),
    onInsufficientScope: 'throw',
  })
  return {
    transport,
    pid: () => null,
    explain: async (error) => {
      const refused = insufficientScopeIn(error)
      return (refused && (await options.authProvider?.refusalOf?.(refused.requiredScope))) ?? error
    },
    ended: () => {
      if (!isSilent) options.onEnd(null)
    },
    silence: () => void (isSilent = true),
    endSession: async () => {
      if (transport.sessionId !== undefined) await transport.terminateSession()
    },
  }
}

function createStdioLine(target: McpTarget & { kind: 'stdio' }, options: OpenOptions): Line {
  let isSilent = false
  let exitCode: number | null = null
  let hasExited = false
  const transport: StdioTransport = createStdioTransport(target, {
    inherited: options.inherited,
    maxMessageBytes: options.maxAnswerBytes,
    onExit: (code) => {
      hasExited = true
      exitCode = code
    },
  })
  return {
    transport,
    pid: transport.pid,
    explain: async (error) => (hasExited ? new ProcessExit(exitCode, transport.lastWords(), error) : error),
    ended: () => {
      if (!isSilent) options.onEnd({ code: exitCode, lastWords: transport.lastWords() })
    },
    silence: () => void (isSilent = true),
    endSession: () => Promise.resolve(),
  }
}

function present(client: AskingClient, line: Line): McpConnection {
  const discovered = client.getDiscoverResult()
  const capabilities = client.getServerCapabilities()
  const server = client.getServerVersion()
  return {
    verdict: isModern(client) ? { era: 'modern', discovered } : { era: 'legacy' },
    version: client.getNegotiatedProtocolVersion() ?? null,
    supported: (discovered?.supportedVersions ?? []).slice(0, MOST_VERSIONS).map(shortName),
    server: server ? { name: shortName(server.name), version: shortName(server.version) } : null,
    offers: { prompts: capabilities?.prompts !== undefined, resources: capabilities?.resources !== undefined },
    pid: line.pid,
    probe: (timeoutMs) => probe(client, timeoutMs).catch(explaining(line)),
    listTools: (timeoutMs) => listTools(client, timeoutMs).catch(explaining(line)),
    call: (request) => call(client, request).catch(explaining(line)),
    close: async () => {
      line.silence()
      // A server that is gone cannot end its session, and need not.
      await Promise.race([line.endSession().catch(() => undefined), pause(CLOSE_LIMIT_MS)])
      await client.close().catch(() => undefined)
    },
  }
}

function shortName(text: string): string {
  return shortLine(text, LONGEST_NAME)
}

function explaining(line: Line): (error: unknown) => Promise<never> {
  return async (error) => {
    throw await line.explain(error)
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}

async function probe(client: Client, timeoutMs: number): Promise<'discover' | 'ping' | 'tools_list'> {
  const limits = { timeout: timeoutMs, maxTotalTimeout: timeoutMs }
  if (isModern(client)) {
    await client.discover(limits)
    return 'discover'
  }
  try {
    await client.ping(limits)
    return 'ping'
  } catch (error) {
    if (!(error instanceof ProtocolError) || error.code !== METHOD_NOT_FOUND) throw error
    await listTools(client, timeoutMs)
    return 'tools_list'
  }
}

async function listTools(client: Client, timeoutMs: number): Promise<ToolDefinition[]> {
  // The SDK would say so too, but on the output of this process.
  if (client.getServerCapabilities()?.tools === undefined) return []
  const { tools } = await client.listTools(undefined, {
    timeout: timeoutMs,
    maxTotalTimeout: timeoutMs,
    cacheMode: 'refresh',
  })
  // The same value, in which every text can be stored.
  return tools.map((tool) => toDefinition(cleanJson(tool) as Tool))
}

function toDefinition(tool: Tool): ToolDefinition {
  const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations ?? {}
  return {
    name: tool.name,
    title: tool.title ?? tool.annotations?.title ?? null,
    description: tool.description ?? '',
    inputSchema: tool.inputSchema,
    outputSchema: tool.outputSchema ?? null,
    annotations: { readOnlyHint, destructiveHint, idempotentHint, openWorldHint },
  }
}

/** Longer than any call: then the limit that counts is the one that stands still. */
const NO_LIMIT_MS = 2 ** 31 - 1
/** The SDK tells its own rounds as if the server had. */
const OWN_PROGRESS = /^Fulfilling input required by /

async function call(client: AskingClient, request: ToolRequest): Promise<ToolReply> {
  const { tool, input, meta, onProgress, onQuestion } = request
  const { timeoutMs } = request
  // Only a call that may stop to ask needs a limit that stands still; it would cost every other call its timer and signals.
  const limit = onQuestion ? startCallLimit(timeoutMs, request.signal) : null
  const signal = limit?.signal ?? request.signal
  const times = limit ? { timeout: NO_LIMIT_MS } : { timeout: timeoutMs, maxTotalTimeout: timeoutMs }
  const onprogress = ({ progress, total, message }: Progress): void => {
    if (OWN_PROGRESS.test(message ?? '')) return
    onProgress?.({ progress, total: total ?? null, message: message ?? null })
  }
  // A server of the new era asks nobody who does not say that they can be asked.
  const silence = onQuestion ? {} : { [CLIENT_CAPABILITIES_META_KEY]: {} }
  try {
    const result = await client.within({ signal, limit, onQuestion }, () =>
      client.callTool(
        { name: tool.name, arguments: { ...input }, _meta: { ...(isModern(client) ? silence : {}), ...meta } },
        {
          ...times,
          signal,
          ...(onProgress ? { onprogress } : {}),
          // As it was approved, so that what is checked is what a person agreed to.
          toolDefinition: toSdkTool(tool),
        },
      ),
    )
    return toReply(result)
  } finally {
    limit?.end()
  }
}

function isModern(client: Client): boolean {
  return client.getProtocolEra() === 'modern'
}

function toReply(result: CallToolResult): ToolReply {
  return {
    isError: result.isError === true,
    text: textOf(result.content),
    structured: result.structuredContent ?? null,
  }
}

const sdkTools = new WeakMap<ToolDefinition, Tool>()

/** The same object for the same definition: the SDK compiles a validator for each schema it has not seen, and keeps it. */
function toSdkTool(tool: ToolDefinition): Tool {
  const known = sdkTools.get(tool)
  if (known) return known
  const { description, name, inputSchema, outputSchema } = tool
  const made: Tool = {
    name,
    description,
    inputSchema: { type: 'object', ...inputSchema },
    ...(outputSchema === null ? {} : { outputSchema: { type: 'object', ...outputSchema } }),
  }
  sdkTools.set(tool, made)
  return made
}

/** Text as it is; anything else is named, for nothing of it is shown. */
function textOf(content: readonly { readonly type: string; readonly text?: unknown }[]): string {
  return content
    .map((part) => (part.type === 'text' && typeof part.text === 'string' ? part.text : `[${part.type}]`))
    .join('\n')
}
