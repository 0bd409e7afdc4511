import { z } from 'zod'
import { canonicalJson } from '#domain/canonical-json.ts'
import type { ChainChunk, ChainRequest, ModelChain, TokenUsage } from '#domain/model.ts'
import type { Cache } from '#platform/cache/create-cache.ts'
import type { Making } from '#platform/cache/flight.ts'
import { contentHash } from '#platform/crypto/ids.ts'

const Call = z.strictObject({ callId: z.string(), tool: z.string(), input: z.unknown() })
const Usage = z.strictObject({ input: z.number(), cachedInput: z.number(), output: z.number() })
/** A whole answer of a model. */
const KeptAnswer = z.strictObject({
  provider: z.string(),
  model: z.string(),
  text: z.string(),
  calls: z.array(Call),
  reason: z.enum(['stop', 'tool-calls']),
  usage: Usage,
})
type KeptAnswer = z.infer<typeof KeptAnswer>

interface KeepNeeds {
  readonly cache: Pick<Cache, 'space'>
  /** What a call cost, in micros of a dollar; null: the price is not known, and nothing is counted as spared. */
  readonly costOf: (provider: string, model: string, usage: TokenUsage) => number | null
}

/** It costs nothing and reads the data anew: nothing is spared by keeping it. */
const FREE = 'playbook'
const FORM = { shape: 'model answer 1', read: (raw: unknown): KeptAnswer => KeptAnswer.parse(raw) }

/**
 * The same chain, where a request that is the same to the letter, for the same member, is answered by what the model said before.
 * All that the model would read is in the key: instructions with the day and who asks, what was said, recalled and returned by tools.
 * Only whole answers are kept. A later, semantic tier belongs here too: after the exact look, before the providers.
 */
export function keepAnswers(chain: ModelChain, { cache, costOf }: KeepNeeds): ModelChain {
  const space = cache.space<KeptAnswer>('model-exact', 'answers', FORM)
  return {
    label: chain.label,
    async *stream(request) {
      const owner = request.keptFor
      if (owner === undefined || (request.preferred ?? chain.label) === FREE) return yield* chain.stream(request)
      const live = createLive()
      let isMade = false
      const make = async (making: Making): Promise<KeptAnswer> => {
        isMade = true
        const answer = await listen(chain.stream(request), live)
        const cost = costOf(answer.provider, answer.model, answer.usage)
        if (cost !== null) making.costs(cost)
        if (!answer.isWhole || answer.provider === FREE) making.doNotKeep()
        return answer.kept
      }
      const answer = Promise.resolve(space.getOrSet(keyOf(request, chain.label), { owner }, make))
      // Ends the wait for the first word when somebody else has it, or when making fails.
      answer.then(live.end, live.end)
      yield* live.chunks()
      if (isMade) return live.rethrow()
      // What another began and did not end well is no answer of ours.
      const kept = await answer.catch(() => null)
      yield* kept === null ? chain.stream(request) : replay(kept)
    },
  }
}

function keyOf({ signal: _signal, keptFor: _keptFor, preferred, ...rest }: ChainRequest, label: string): string {
  return contentHash(canonicalJson([preferred ?? label, rest]))
}

/** What was said, as if it were said now; no token of it was used now. */
function* replay({ provider, model, text, calls, reason }: KeptAnswer): Generator<ChainChunk> {
  yield { type: 'started', provider, model, isKept: true }
  if (text !== '') yield { type: 'text-delta', text }
  for (const { callId, tool, input } of calls) yield { type: 'tool-call', call: { callId, tool, input } }
  yield { type: 'end', reason, usage: { input: 0, cachedInput: 0, output: 0 } }
}

type End = Extract<ChainChunk, { type: 'end' }>

interface Heard {
  readonly provider: string
  readonly model: string
  readonly usage: TokenUsage
  /** Neither cut nor refused, and counted by the provider. */
  readonly isWhole: boolean
  readonly kept: KeptAnswer
}

/** Hands each piece on as it comes, and puts the whole together. */
async function listen(chunks: AsyncIterable<ChainChunk>, live: Live): Promise<Heard> {
  const heard = { provider: '', model: '', text: '', calls: [] as KeptAnswer['calls'] }
  let end: End | undefined
  try {
    for await (const chunk of chunks) {
      if (chunk.type === 'started') Object.assign(heard, { provider: chunk.provider, model: chunk.model })
      else if (chunk.type === 'text-delta') heard.text += chunk.text
      else if (chunk.type === 'tool-call') heard.calls.push({ ...chunk.call })
      else end = chunk
      live.push(chunk)
    }
  } catch (error) {
    live.fail(error)
    throw error
  }
  return toHeard(heard, end)
}

function toHeard(said: Pick<KeptAnswer, 'provider' | 'model' | 'text' | 'calls'>, end: End | undefined): Heard {
  const usage = end?.usage ?? { input: 0, cachedInput: 0, output: 0 }
  const isWhole = (end?.reason === 'stop' || end?.reason === 'tool-calls') && usage.isEstimated !== true
  const reason = said.calls.length > 0 ? 'tool-calls' : 'stop'
  const { input, cachedInput, output } = usage
  return { ...said, usage, isWhole, kept: { ...said, reason, usage: { input, cachedInput, output } } }
}

interface Live {
  push(chunk: ChainChunk): void
  fail(error: unknown): void
  end(): void
  /** What was pushed, as it comes, until the end. */
  chunks(): AsyncGenerator<ChainChunk>
  /** Throws what was told by `fail`. */
  rethrow(): void
}

function createLive(): Live {
  const waiting: ChainChunk[] = []
  let failure: { readonly error: unknown } | undefined
  let isOver = false
  let woken = Promise.withResolvers<void>()
  const wake = (): void => woken.resolve()
  return {
    push: (chunk) => (waiting.push(chunk), wake()),
    fail: (error) => ((failure = { error }), (isOver = true), wake()),
    end: () => ((isOver = true), wake()),
    async *chunks() {
      for (;;) {
        for (let next = waiting.shift(); next; next = waiting.shift()) yield next
        if (isOver) return
        woken = Promise.withResolvers()
        // oxlint-disable-next-line no-await-in-loop
        if (waiting.length === 0 && !isOver) await woken.promise
      }
    },
    rethrow() {
      if (failure) throw failure.error
    },
  }
}
