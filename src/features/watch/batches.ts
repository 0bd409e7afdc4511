import { createId } from '#platform/crypto/ids.ts'

/** What is written once, however often it has to be sent: numbers of one origin only grow. */
export interface Batch<Item> {
  readonly origin: string
  readonly sequence: number
  readonly items: readonly Item[]
}

/**
 * Writes what was gathered in batches, one after the other. One of which nobody knows whether it was stored is written again as it was,
 * under its number, before there is another. Resolves with whether such a one was left from before.
 */
export function createBatches<Item>(
  take: () => readonly Item[],
  write: (batch: Batch<Item>) => Promise<void>,
): () => Promise<boolean> {
  const origin = createId()
  let sequence = 0
  let unwritten: Batch<Item> | null = null
  return async () => {
    const isLeft = unwritten !== null
    const items = unwritten?.items ?? take()
    if (items.length === 0) return false
    const batch: Batch<Item> = unwritten ?? { origin, sequence: (sequence += 1), items }
    unwritten = batch
    await write(batch)
    // Another call may have written it meanwhile and gone on.
    if (unwritten === batch) unwritten = null
    return isLeft
  }
}

/** What this machine's clock said, as the database's would have: in whole spans, so that a second more or less moves nothing. */
export function onSharedClock<Item extends { readonly startsMs: number }>(
  items: readonly Item[],
  { aheadMs, slotMs }: { readonly aheadMs: number; readonly slotMs: number },
): readonly Item[] {
  const shiftMs = Math.round(aheadMs / slotMs) * slotMs
  return shiftMs === 0 ? items : items.map((one) => ({ ...one, startsMs: one.startsMs - shiftMs }))
}
