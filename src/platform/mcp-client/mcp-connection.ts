import type { ToolDefinition } from '#domain/mcp/tool-definition.ts'
import type { CallProgress, Question, QuestionReply } from '#domain/question.ts'

/** Where a server is and how it is spoken to. */
export type McpTarget =
  | {
      readonly kind: 'streamable-http'
      readonly url: string
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly kind: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env: Readonly<Record<string, string>>
      readonly cwd: string | undefined
    }

/** Which of the two eras a server speaks, as it showed; kept, so that a reconnect need not ask again. */
export type EraVerdict = { readonly era: 'modern'; readonly discovered: unknown } | { readonly era: 'legacy' }

export interface ToolRequest {
  readonly tool: ToolDefinition
  readonly input: Readonly<Record<string, unknown>>
  /** Sent in `_meta`: the idempotency key, the correlation id. */
  readonly meta: Readonly<Record<string, string>>
  /** Stands still while a person is asked. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: CallProgress) => void) | undefined
  /** Without it nobody can be asked: a server is told so, or its question is dismissed. */
  readonly onQuestion?: ((question: Question, signal: AbortSignal) => Promise<QuestionReply>) | undefined
}

/** What a tool answered; `isError` is the tool's own no, not a fault of the server. */
export interface ToolReply {
  readonly isError: boolean
  readonly text: string
  readonly structured: unknown
}

/** One open line to one server. Every method throws what `toMcpFault` understands. */
export interface McpConnection {
  readonly verdict: EraVerdict
  readonly version: string | null
  readonly supported: readonly string[]
  readonly server: { readonly name: string; readonly version: string } | null
  readonly offers: { readonly prompts: boolean; readonly resources: boolean }
  readonly pid: () => number | null
  /** The cheapest question the server answers within this very line; says which it was. */
  probe(timeoutMs: number): Promise<'discover' | 'ping' | 'tools_list'>
  listTools(timeoutMs: number): Promise<ToolDefinition[]>
  call(request: ToolRequest): Promise<ToolReply>
  /** Ends the session at the server, then the line. Never rejects. */
  close(): Promise<void>
}
