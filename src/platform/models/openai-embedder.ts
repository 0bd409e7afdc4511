import { SophiaError } from '#domain/errors.ts'
import type { Embedder } from './embedder.ts'
import { toModelError } from './model-fault.ts'
import { createOpenAiClient, type OpenAiSettings } from './openai-client.ts'

interface OpenAiEmbedderSettings extends OpenAiSettings {
  /** As the provider names it: `text-embedding-3-small`. */
  readonly model: string
}

/** Embeddings over the OpenAI protocol, as many other servers speak it too. */
export function createOpenAiEmbedder(settings: OpenAiEmbedderSettings): Embedder {
  const { model } = settings
  const client = createOpenAiClient(settings)
  return {
    id: `openai/${model}`,
    async embed(texts, signal) {
      if (texts.length === 0) return []
      try {
        const { data } = await client.embeddings.create(
          { model, input: [...texts], encoding_format: 'float' },
          { signal },
        )
        return toVectors(data, texts.length)
      } catch (error) {
        throw toModelError({ provider: 'openai', model, error, signal })
      }
    },
  }
}

/** In the order asked, whatever order they came in; of length one, so that a dot product is a cosine. */
function toVectors(found: readonly { index: number; embedding: readonly number[] }[], count: number): Float32Array[] {
  const vectors = found.toSorted((a, b) => a.index - b.index).map(({ embedding }) => toUnit(embedding))
  const [first] = vectors
  if (vectors.length !== count || !first || vectors.some((vector) => vector.length !== first.length))
    throw new SophiaError('MODEL_STREAM_BROKEN', {
      detail: 'The embedding model answered with other vectors than asked.',
    })
  return vectors
}

function toUnit(numbers: readonly number[]): Float32Array {
  const length = Math.hypot(...numbers)
  return Float32Array.from(numbers, (value) => (length === 0 ? 0 : value / length))
}
