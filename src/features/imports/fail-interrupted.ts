import type { ImportsNeeds } from './imports-needs.ts'
import { failLostImports } from './imports-store.ts'

/** Writes down as failed what a stopped process left running; readers see it as failed even before. Answers how many. */
export async function failInterrupted(needs: ImportsNeeds): Promise<number> {
  const count = await needs.database.read(failLostImports)
  if (count > 0) needs.log.warn({ count }, 'imports were interrupted by a stop and are marked failed')
  return count
}
