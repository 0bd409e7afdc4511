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
      signal.throwIfAborted()
      const batch = createBatch(embedder)
      const found = texts.map(async (text) =>
        space.getOrSet(contentHash(`${embedder.id} ${text}`), EVERYONE, (making) => batch.want(text, making.signal)),
      )
      return (await unlessAborted(Promise.all(found), signal)).map(unpack)
    },
  }
}

/** Who leaves waits no longer. */
async function unlessAborted<Result>(promise: Promise<Result>, signal: AbortSignal): Promise<Result> {
  const left = Promise.withResolvers<never>()
  const leave = (): void => left.reject(signal.reason)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([promise, left.promise])
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

/** Texts wanted in one turn of the event loop go to the model in one call. */
function createBatch(embedder: Embedder) {
  let wanted: Wanted[] = []
  const flush = (signal: AbortSignal): void => {
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
    /** Others may wait for it: it ends by the signal of the making, all of which begin and end alike, and not by who asked first. */
    want: (text: string, signal: AbortSignal): Promise<string> =>
      new Promise((resolve, reject) => {
        if (wanted.length === 0) setImmediate(() => flush(signal))
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
