import Anthropic from '@anthropic-ai/sdk'
import { SophiaError } from '#domain/errors.ts'
import type { ModelChunk, ModelMessage, ModelProvider, ModelRequest } from '#domain/model.ts'
import type { Secret } from '../config/secret.ts'
import { toModelError } from './model-fault.ts'
import { parseToolInput } from './tool-input.ts'

interface AnthropicSettings {
  readonly apiKey: Secret | null
  readonly baseUrl: string | null
  readonly fetch: typeof fetch
}

/** Models behind the Anthropic Messages protocol. */
export function createAnthropicProvider(settings: AnthropicSettings): ModelProvider {
  const client = new Anthropic({
    apiKey: settings.apiKey?.reveal() ?? 'none',
    baseURL: settings.baseUrl ?? undefined,
    fetch: settings.fetch,
    maxRetries: 0,
    logLevel: 'off',
  })
  return { id: 'anthropic', stream: (request) => streamAnswer(client, request) }
}

async function* streamAnswer(client: Anthropic, request: ModelRequest): AsyncGenerator<ModelChunk> {
  try {
    const stream = await client.messages.create(
      {
        model: request.model,
        stream: true,
        max_tokens: request.maxOutputTokens,
        // Tools come before the system text in the cached prefix; the mark closes the part that every turn shares.
        system: [
          { type: 'text', text: request.stableInstructions, cache_control: { type: 'ephemeral' } },
          { type: 'text', text: request.turnInstructions },
        ],
        messages: request.messages.map(toMessage),
        ...(request.tools.length > 0 ? { tools: toTools(request) } : {}),
        ...(request.forcedTool ? { tool_choice: { type: 'tool', name: request.forcedTool } } : {}),
      },
      { signal: request.signal },
    )
    yield* readEvents(stream)
  } catch (error) {
    throw toModelError({ provider: 'anthropic', model: request.model, error, signal: request.signal })
  }
}

interface Reading {
  readonly calls: Map<number, { callId: string; tool: string; input: string }>
  usage: { input: number; cachedInput: number; output: number }
  stopReason: string | null
  isClosed: boolean
}

async function* readEvents(stream: AsyncIterable<Anthropic.RawMessageStreamEvent>): AsyncGenerator<ModelChunk> {
  const reading: Reading = {
    calls: new Map(),
    usage: { input: 0, cachedInput: 0, output: 0 },
    stopReason: null,
    isClosed: false,
  }
  for await (const event of stream) {
    const text = takeEvent(reading, event)
    if (text) yield { type: 'text-delta', text }
  }
  if (!reading.isClosed)
    throw new SophiaError('MODEL_STREAM_BROKEN', { detail: 'The answer of anthropic ended without its closing event.' })
  for (const call of reading.calls.values()) {
    yield { type: 'tool-call', call: { callId: call.callId, tool: call.tool, input: parseToolInput(call.input) } }
  }
  yield { type: 'end', reason: toReason(reading), usage: reading.usage }
}

/** Notes one event; answers the text it brought, if any. */
function takeEvent(reading: Reading, event: Anthropic.RawMessageStreamEvent): string | undefined {
  switch (event.type) {
    case 'message_start':
      reading.usage = startUsage(event.message.usage)
      return undefined
    case 'content_block_start':
      if (event.content_block.type === 'tool_use') {
        reading.calls.set(event.index, { callId: event.content_block.id, tool: event.content_block.name, input: '' })
      }
      return undefined
    case 'content_block_delta':
      return takeDelta(reading, event)
    case 'message_delta':
      reading.stopReason = event.delta.stop_reason ?? reading.stopReason
      reading.usage = { ...reading.usage, output: event.usage.output_tokens }
      return undefined
    case 'message_stop':
      reading.isClosed = true
      return undefined
    case 'content_block_stop':
      return undefined
  }
}

function takeDelta(reading: Reading, event: Anthropic.RawContentBlockDeltaEvent): string | undefined {
  if (event.delta.type === 'text_delta') return event.delta.text
  const call = reading.calls.get(event.index)
  if (event.delta.type === 'input_json_delta' && call) call.input += event.delta.partial_json
  return undefined
}

/** `input_tokens` leaves out what the cache served or stored; the ledger counts all input. */
function startUsage(usage: Anthropic.Usage): Reading['usage'] {
  const cachedInput = usage.cache_read_input_tokens ?? 0
  return {
    input: usage.input_tokens + cachedInput + (usage.cache_creation_input_tokens ?? 0),
    cachedInput,
    output: usage.output_tokens,
  }
}

function toReason(reading: Reading): 'stop' | 'tool-calls' | 'length' | 'refused' {
  if (reading.calls.size > 0) return 'tool-calls'
  if (reading.stopReason === 'max_tokens') return 'length'
  return reading.stopReason === 'refusal' ? 'refused' : 'stop'
}

function toMessage(message: ModelMessage): Anthropic.MessageParam {
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.text }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text ? [{ type: 'text' as const, text: message.text }] : []),
          ...message.toolCalls.map((call) => ({
            type: 'tool_use' as const,
            id: call.callId,
            name: call.tool,
            input: call.input,
          })),
        ],
      }
    case 'tool':
      return {
        role: 'user',
        content: message.outcomes.map((outcome) => ({
          type: 'tool_result' as const,
          tool_use_id: outcome.callId,
          content: outcome.content,
          is_error: !outcome.ok,
        })),
      }
  }
}

function toTools(request: ModelRequest): Anthropic.Tool[] {
  return request.tools.map((tool) => ({
    name: tool.name,
    description: tool.description,
    input_schema: { type: 'object', ...tool.inputSchema },
  }))
}
