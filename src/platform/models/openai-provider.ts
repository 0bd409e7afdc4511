import type OpenAI from 'openai'
import type { ChatCompletionChunk, ChatCompletionMessageParam } from 'openai/resources/chat/completions'
import { SophiaError } from '#domain/errors.ts'
import type { ModelChunk, ModelMessage, ModelProvider, ModelRequest, TokenUsage } from '#domain/model.ts'
import { toModelError } from './model-fault.ts'
import { createOpenAiClient, type OpenAiSettings } from './openai-client.ts'
import { parseToolInput } from './tool-input.ts'

/** Everything that speaks the OpenAI protocol: OpenAI, Azure, OpenRouter, vLLM, Ollama ... */
export function createOpenAiProvider(settings: OpenAiSettings): ModelProvider {
  const client = createOpenAiClient(settings)
  // The vendor's newer models refuse `max_tokens`; servers that imitate it often know nothing else.
  const limitField = settings.baseUrl === null ? 'max_completion_tokens' : 'max_tokens'
  return { id: 'openai', stream: (request) => streamAnswer(client, request, limitField) }
}

async function* streamAnswer(client: OpenAI, request: ModelRequest, limitField: string): AsyncGenerator<ModelChunk> {
  try {
    const stream = await client.chat.completions.create(
      {
        model: request.model,
        stream: true,
        stream_options: { include_usage: true },
        [limitField]: request.maxOutputTokens,
        messages: toMessages(request),
        ...(request.tools.length > 0 ? { tools: toTools(request) } : {}),
        ...(request.forcedTool ? { tool_choice: { type: 'function', function: { name: request.forcedTool } } } : {}),
      },
      { signal: request.signal },
    )
    yield* readChunks(stream)
  } catch (error) {
    throw toModelError({ provider: 'openai', model: request.model, error, signal: request.signal })
  }
}

type PendingCalls = Map<number, { callId: string; tool: string; input: string }>

async function* readChunks(stream: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<ModelChunk> {
  const calls: PendingCalls = new Map()
  let usage: TokenUsage = { input: 0, cachedInput: 0, output: 0 }
  let finish: string | null = null
  for await (const chunk of stream) {
    if (chunk.usage) usage = toUsage(chunk.usage)
    const choice = chunk.choices?.[0]
    if (!choice) continue
    if (choice.delta?.content) yield { type: 'text-delta', text: choice.delta.content }
    takeCallParts(calls, choice)
    finish = choice.finish_reason ?? finish
  }
  // The protocol's last chunk names a reason; a stream that ends without one was cut.
  if (finish === null) {
    throw new SophiaError('MODEL_STREAM_BROKEN', { detail: 'The answer of openai ended without its closing event.' })
  }
  for (const [index, call] of calls) {
    yield {
      type: 'tool-call',
      call: { callId: call.callId || `call-${index}`, tool: call.tool, input: parseToolInput(call.input) },
    }
  }
  yield { type: 'end', reason: toReason(finish, calls.size), usage }
}

/** A call arrives in pieces under its index: name and id first, then its arguments bit by bit. */
function takeCallParts(calls: PendingCalls, choice: ChatCompletionChunk.Choice): void {
  for (const part of choice.delta?.tool_calls ?? []) {
    const call = calls.get(part.index) ?? { callId: '', tool: '', input: '' }
    calls.set(part.index, {
      callId: call.callId || (part.id ?? ''),
      tool: call.tool + (part.function?.name ?? ''),
      input: call.input + (part.function?.arguments ?? ''),
    })
  }
}

function toReason(finish: string, calls: number): 'stop' | 'tool-calls' | 'length' | 'refused' {
  if (calls > 0) return 'tool-calls'
  if (finish === 'length') return 'length'
  return finish === 'content_filter' ? 'refused' : 'stop'
}

function toUsage(usage: OpenAI.CompletionUsage): TokenUsage {
  return {
    input: usage.prompt_tokens,
    cachedInput: usage.prompt_tokens_details?.cached_tokens ?? 0,
    output: usage.completion_tokens,
  }
}

/** Tools and the stable instructions come first in the wire format: the provider caches that prefix by itself. */
function toMessages(request: ModelRequest): ChatCompletionMessageParam[] {
  return [
    { role: 'system', content: request.stableInstructions },
    { role: 'system', content: request.turnInstructions },
    ...request.messages.flatMap(toMessage),
  ]
}

function toMessage(message: ModelMessage): ChatCompletionMessageParam[] {
  switch (message.role) {
    case 'user':
      return [{ role: 'user', content: message.text }]
    case 'assistant':
      return [
        {
          role: 'assistant',
          content: message.text || null,
          ...(message.toolCalls.length > 0
            ? {
                tool_calls: message.toolCalls.map((call) => ({
                  id: call.callId,
                  type: 'function' as const,
                  function: { name: call.tool, arguments: JSON.stringify(call.input) },
                })),
              }
            : {}),
        },
      ]
    case 'tool':
      return message.outcomes.map((outcome) => ({
        role: 'tool',
        tool_call_id: outcome.callId,
        content: outcome.content,
      }))
  }
}

function toTools(request: ModelRequest): OpenAI.ChatCompletionTool[] {
  return request.tools.map((tool) => ({
    type: 'function',
    function: { name: tool.name, description: tool.description, parameters: { ...tool.inputSchema } },
  }))
}
