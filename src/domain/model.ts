/** What Sophia asks of a language model, whoever serves it. Adapters: openai, anthropic, playbook. */

export interface ToolDefinition {
  readonly name: string
  readonly description: string
  /** JSON Schema of the input object. */
  readonly inputSchema: Readonly<Record<string, unknown>>
}

export interface ToolCall {
  /** Given by the provider; unique within a turn. */
  readonly callId: string
  readonly tool: string
  readonly input: unknown
}

export interface ToolOutcome {
  readonly callId: string
  readonly tool: string
  readonly ok: boolean
  /** JSON text the model reads. */
  readonly content: string
}

export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly outcomes: readonly ToolOutcome[] }

export interface ModelRequest {
  readonly model: string
  /** Same for every turn of a persona version: sent first, so that the provider can cache it. */
  readonly stableInstructions: string
  /** Of this turn: date, asker, record at hand. Sent after the stable part. */
  readonly turnInstructions: string
  readonly messages: readonly ModelMessage[]
  readonly tools: readonly ToolDefinition[]
  /** The name of the tool that the model must call, for answers that are data; it may say nothing else. */
  readonly forcedTool?: string
  readonly maxOutputTokens: number
  readonly signal: AbortSignal
}

/** Tokens as the provider counted them; `cachedInput` is the part of `input` that it read from its prompt cache. */
export interface TokenUsage {
  readonly input: number
  readonly cachedInput: number
  readonly output: number
  /** True when a stream broke before the provider counted: taken from the length of what was sent and heard. */
  readonly isEstimated?: boolean | undefined
}

export type ModelChunk =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'tool-call'; readonly call: ToolCall }
  | { readonly type: 'end'; readonly reason: 'stop' | 'tool-calls' | 'length' | 'refused'; readonly usage: TokenUsage }

/**
 * One provider. `stream` yields chunks and ends with exactly one `end`; every failure is a SophiaError with one of the
 * MODEL_* codes. Aborting `request.signal` closes the connection to the provider within one second.
 */
export interface ModelProvider {
  /** `openai`, `anthropic` or `playbook`. */
  readonly id: string
  stream(request: ModelRequest): AsyncIterable<ModelChunk>
}

/** What a turn asks of the chain of providers; the chain knows which models to try, in which order. */
export interface ChainRequest extends Omit<ModelRequest, 'model'> {
  /** `openai/gpt-5`, `anthropic/...`, `playbook`: tried before the configured order. */
  readonly preferred?: string
  /** Whose question it is: an answer kept for the same member may stand for a call. Absent: the model is asked. */
  readonly keptFor?: string
}

/** `started` comes first, from the provider that answers in the end. */
export type ChainChunk =
  | ModelChunk
  | {
      readonly type: 'started'
      readonly provider: string
      readonly model: string
      /** Said before, to the same member and the same question: no token is used now. */
      readonly isKept?: boolean
    }

/**
 * The configured providers in fallback order, with timeouts and the retry budget. Falls back only while nothing was
 * delivered; after that a broken stream is MODEL_STREAM_BROKEN.
 */
export interface ModelChain {
  /** What answers first: `playbook`, `openai/gpt-5`. */
  readonly label: string
  stream(request: ChainRequest): AsyncIterable<ChainChunk>
}

/** Money held back before a model call and settled after it. */
export interface Budget {
  /** Throws BUDGET_EXHAUSTED when the member's or the deployment's daily cap would be passed. */
  reserve(request: {
    readonly memberId: string
    readonly model: string
    readonly inputTokens: number
    readonly maxOutputTokens: number
  }): Promise<Reservation>
}

export interface Reservation {
  /** Writes the ledger row and frees what was held back; null cost: the price table does not know the model. */
  settle(entry: UsageEntry): Promise<{ readonly costMicros: number | null }>
  release(): Promise<void>
}

export interface UsageEntry {
  readonly turnId: string
  readonly memberId: string
  readonly persona: string
  readonly provider: string
  readonly model: string
  readonly usage: TokenUsage
}
