import { selectUnembedded, updateEmbeddings } from './index-store.ts'
import type { MemoryHouse } from './memory-needs.ts'
import { spokenText, toBytes } from './resident-index.ts'

const BATCH = 100

/** Gives every active memory a vector of the configured model; after a change of model, all of them, the newest first. */
export async function embedMissing(house: MemoryHouse, signal: AbortSignal): Promise<void> {
  const { embedder, database } = house
  if (!embedder) return
  while (!signal.aborted) {
    // One batch after the other: the provider is asked for one thing at a time.
    // oxlint-disable-next-line no-await-in-loop
    const rows = await database.read((handle) => selectUnembedded(handle, embedder.id, BATCH))
    if (rows.length === 0) return
    // oxlint-disable-next-line no-await-in-loop
    const vectors = await embedder.embed(
      rows.map(({ label, text }) => spokenText(label, text)),
      signal,
    )
    const embedded = rows.flatMap(({ id, text }, at) => {
      const vector = vectors[at]
      return vector ? [{ id, text, embedding: toBytes(vector) }] : []
    })
    // oxlint-disable-next-line no-await-in-loop
    await database.read((handle) => updateEmbeddings(handle, embedder.id, embedded))
    house.index.wake()
  }
}
