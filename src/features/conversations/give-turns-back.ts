import type { House } from './needs.ts'
import { releaseTurns } from './turns-store.ts'

/** Lets others claim these at once. Without the database their leases simply run out. */
export async function giveTurnsBack(
  { keeping, log }: Pick<House, 'keeping' | 'log'>,
  held: readonly { readonly id: string; readonly fence: string }[],
): Promise<void> {
  if (held.length === 0) return
  await keeping
    .read((handle) => releaseTurns(handle, held))
    .catch((error: unknown) => log.warn({ error }, 'could not give turns back'))
}
