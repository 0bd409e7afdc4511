import { z } from 'zod'
import type { Cache } from '#platform/cache/create-cache.ts'
import { contentHash } from '#platform/crypto/ids.ts'
import type { Embedder } from './embedder.ts'

const FORM = { shape: 'vector 1', read: (raw: unknown): string => z.base64().parse(raw) }
/** A vector is made of its text and the model alone, so it is the same whoever asks; the text itself is not kept, only its hash. */
const EVERYONE = { owner: 'everyone' }

interface Wanted {
  readonly text: string
  resolve(vector: string): void
  reject(error: unknown): void
}

/** The same embedder, which asks its model only for texts that it has not seen, together for all that are missing. */
export function keepVectors(embedder: Embedder, cache: Pick<Cache, 'space'>): Embedder {
  const space = cache.space<string>('embedding', 'vectors', FORM)
  return {
    id: embedder.id,
    async embed(texts, signal) {
      const batch = createBatch(embedder, signal)
      const found = texts.map(async (text) =>
        space.getOrSet(contentHash(`${embedder.id} ${text}`), EVERYONE, () => batch.want(text)),
      )
      return (await Promise.all(found)).map(unpack)
    },
  }
}

/** Texts wanted in one turn of the event loop go to the model in one call. */
function createBatch(embedder: Embedder, signal: AbortSignal) {
  let wanted: Wanted[] = []
  const flush = (): void => {
    const asked = wanted
    wanted = []
    embedder
      .embed(
        asked.map(({ text }) => text),
        signal,
      )
      .then(
        (vectors) => {
          for (const [at, { resolve, reject }] of asked.entries()) {
            const vector = vectors[at]
            if (vector) resolve(pack(vector))
            else reject(new Error('the embedding model answered with fewer vectors than asked'))
          }
        },
        (error: unknown) => asked.forEach(({ reject }) => reject(error)),
      )
  }
  return {
    want: (text: string): Promise<string> =>
      new Promise((resolve, reject) => {
        if (wanted.length === 0) setImmediate(flush)
        wanted.push({ text, resolve, reject })
      }),
  }
}

function pack(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64')
}

/** Copied: a piece of a larger buffer need not begin where four bytes may be read as a number. */
function unpack(packed: string): Float32Array {
  return new Float32Array(Uint8Array.from(Buffer.from(packed, 'base64')).buffer)
}
