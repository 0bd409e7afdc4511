import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { ReaderOrder } from './cache-reader.ts'
import type { NoteEntry } from './history.ts'

const ROOT = join(import.meta.dirname, '../..')
/** One that changes, and one that has to hear of it. */
export const CACHE_READERS = 2
/** Few, so that each is changed often, and read in between. */
const NOTES = 6

interface Wish {
  readonly seed: number
  /** Of the program that runs; the working copy unless told otherwise. */
  readonly root?: string | undefined
  /** Where each of them reaches Redis. */
  readonly redisUrl: (reader: number) => string
  readonly record: (entry: NoteEntry) => void
}

/**
 * Nothing that members see goes through tags in Redis: what the product keeps there goes by the state of the data. So the cache is read
 * and changed beside the product, by threads that have it as the product has it, from the same source and over the same Redis. Whoever
 * starts them ends them.
 */
export function startCacheReaders({ seed, root = ROOT, redisUrl, record }: Wish) {
  const notes = new Int32Array(new SharedArrayBuffer(NOTES * Int32Array.BYTES_PER_ELEMENT))
  const readers = Array.from({ length: CACHE_READERS }, (_, reader) => {
    const order: ReaderOrder = { reader, seed: seed + reader, redisUrl: redisUrl(reader), root, notes }
    const worker = new Worker(new URL('./cache-reader.ts', import.meta.url), { workerData: order })
    worker.on('message', record)
    const ended = once(worker, 'exit')
    // Whoever ends it hears of what went wrong.
    ended.catch(() => undefined)
    return { worker, ended }
  })
  return {
    /** In order; rejects with what one of them died of. */
    async end(): Promise<void> {
      for (const { worker } of readers) worker.postMessage('end')
      await Promise.all(readers.map(({ ended }) => ended))
    },
    /** At once, whatever became of them. */
    kill: (): Promise<unknown> => Promise.all(readers.map(({ worker }) => worker.terminate())),
  }
}
