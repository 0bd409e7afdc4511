import type { Clock } from '#domain/clock.ts'
import { SophiaError, toSophiaError } from '#domain/errors.ts'
import type { ChainChunk, ChainRequest, ModelChain, ModelChunk, ModelProvider } from '#domain/model.ts'
import type { Log } from '../log/log.ts'
import { startSpan, withSpan } from '../tracing/in-span.ts'
import { endSpan, noteOn, type Span } from '../tracing/span.ts'
import { createRetryBudget, type RetryBudget } from './retry-budget.ts'
import { STREAM_LIMITS, watchStream, type StreamLimits } from './watched-stream.ts'

/** Told of each call of a provider: for metrics and for /health. */
export interface ModelCall {
  readonly provider: string
  readonly model: string
  /** `ok` or the error's code. */
  readonly status: string
  /** From the request to the end of the answer, or to what went wrong. */
  readonly ms: number
}

export interface ModelChainNeeds {
  /** `openai/gpt-5`, `anthropic/...`, `playbook`, in fallback order; at least one. */
  readonly order: readonly string[]
  readonly providers: readonly ModelProvider[]
  readonly clock: Clock
  readonly log: Log
  readonly onCall?: (call: ModelCall) => void
  readonly limits?: Partial<StreamLimits>
}

interface Candidate {
  readonly provider: ModelProvider
  readonly model: string
  readonly retries: RetryBudget
}

/** Longer than this a person would rather have another model's answer. */
const RETRY_AFTER_MAX_SECONDS = 3
const RETRY_PAUSE_MS = 250

/** The providers in order, one retry each while its budget lasts, fallback to the next while nothing was delivered. */
export function createModelChain(needs: ModelChainNeeds): ModelChain {
  const candidates = new Map(needs.order.map((label) => [label, toCandidate(needs, label)]))
  const limits = { ...STREAM_LIMITS, ...needs.limits }
  return {
    label: needs.order[0] ?? 'playbook',
    async *stream(request) {
      const labels = request.preferred
        ? [request.preferred, ...needs.order.filter((label) => label !== request.preferred)]
        : needs.order
      let failure = new SophiaError('MODEL_UNAVAILABLE')
      for (const label of labels) {
        const candidate = candidates.get(label) ?? toCandidate(needs, label)
        candidates.set(label, candidate)
        const outcome = yield* tryCandidate({ needs, limits, request }, candidate)
        if (outcome.kind === 'answered') return
        failure = outcome.error
        needs.log.warn(
          { error: failure, provider: candidate.provider.id, model: candidate.model },
          'a model did not answer',
        )
      }
      throw failure
    },
  }
}

function toCandidate(needs: ModelChainNeeds, label: string): Candidate {
  const [id = '', ...rest] = label.split('/')
  const provider = needs.providers.find((known) => known.id === id)
  if (!provider)
    throw new SophiaError('MODEL_NOT_FOUND', {
      detail: `There is no provider for ${label}. Check SOPHIA_MODEL and the persona's model.`,
    })
  return { provider, model: rest.join('/') || id, retries: createRetryBudget() }
}

interface Attempt {
  readonly needs: ModelChainNeeds
  readonly limits: StreamLimits
  readonly request: ChainRequest
}

type Outcome = { kind: 'answered' } | { kind: 'failed'; error: SophiaError }

async function* tryCandidate(attempt: Attempt, candidate: Candidate): AsyncGenerator<ChainChunk, Outcome> {
  for (let isRetry = false; ; isRetry = true) {
    if (!isRetry) candidate.retries.onCall()
    const outcome = yield* callOnce(attempt, candidate)
    if (outcome.kind === 'answered' || isRetry || !isWorthRetrying(outcome.error) || !candidate.retries.trySpend())
      return outcome
    const pauseMs = (outcome.error.retryAfterSeconds ?? 0) * 1000 || RETRY_PAUSE_MS
    await attempt.needs.clock.sleep(pauseMs, attempt.request.signal)
  }
}

function isWorthRetrying(error: SophiaError): boolean {
  return error.code === 'MODEL_UNAVAILABLE' && (error.retryAfterSeconds ?? 0) <= RETRY_AFTER_MAX_SECONDS
}

async function* callOnce(
  { needs, limits, request }: Attempt,
  { provider, model }: Candidate,
): AsyncGenerator<ChainChunk, Outcome> {
  let isDelivering = false
  const startedMs = needs.clock.monotonicMs()
  const tell = (status: string): void => {
    const call = { provider: provider.id, model, status }
    const ms = needs.clock.monotonicMs() - startedMs
    needs.log.debug({ ...call, 'event.duration_ms': Math.round(ms) }, 'a call of a model ended')
    needs.onCall?.({ ...call, ms })
  }
  const span = startModelSpan(provider.id, model)
  const traced = callUnder(span, provider)
  try {
    for await (const chunk of watchStream({
      provider: traced,
      request: { ...request, model },
      clock: needs.clock,
      limits,
    })) {
      if (!isDelivering) {
        noteFirstChunk(span)
        yield { type: 'started', provider: provider.id, model }
      }
      isDelivering = true
      if (chunk.type === 'end') noteUsage(span, chunk)
      yield chunk
      if (isEnd(chunk)) break
    }
    if (!isDelivering) throw new SophiaError('MODEL_STREAM_BROKEN', { detail: `${provider.id} sent an empty answer.` })
    tell('ok')
    return { kind: 'answered' }
  } catch (error) {
    const known = toSophiaError(error)
    endSpan(span, known)
    tell(known.code)
    if (isDelivering || request.signal.aborted) throw known
    return { kind: 'failed', error: known }
  } finally {
    endSpan(span)
  }
}

function startModelSpan(provider: string, model: string): Span | undefined {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
  }
  return startSpan({ kind: 'model', name: `chat ${model}`, attributes })
}

/** The request leaves under the span, so that the provider can be told of it. */
function callUnder(span: Span | undefined, provider: ModelProvider): ModelProvider {
  if (!span) return provider
  return {
    id: provider.id,
    stream(request) {
      const chunks = provider.stream(request)[Symbol.asyncIterator]()
      const traced: AsyncIterator<ModelChunk> = {
        next: () => withSpan(span, () => chunks.next()),
        return: async () => (await chunks.return?.(undefined)) ?? { done: true, value: undefined },
      }
      return { [Symbol.asyncIterator]: () => traced }
    },
  }
}

function noteFirstChunk(span: Span | undefined): void {
  if (span) noteOn(span, { 'sophia.first_chunk_ms': Math.round(span.trace.nowMs() - span.startMs) })
}

function noteUsage(span: Span | undefined, { usage, reason }: Extract<ModelChunk, { type: 'end' }>): void {
  noteOn(span, {
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    'gen_ai.response.finish_reasons': reason,
  })
}

function isEnd(chunk: ModelChunk): boolean {
  return chunk.type === 'end'
}
