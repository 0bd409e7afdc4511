import type { MemorySubjectRef } from '#domain/memory/memory.ts'
import type { Principal } from '#domain/permission.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { selectNamed, type NamedRow } from './subject-store.ts'

/** A subject with what to call it. */
export interface NamedSubject extends MemorySubjectRef {
  readonly label: string
}

const NAME_LENGTH_MIN = 3

/** The one record in sight that a name means; null when there is none or several fit equally well: nobody guesses. */
export async function resolveRecord(
  handle: Handle,
  { visible }: Pick<Principal, 'visible'>,
  name: string,
): Promise<NamedSubject | null> {
  if (name.trim().length < NAME_LENGTH_MIN) return null
  const found = await selectNamed(handle, visible, name)
  const best = found.filter((row) => row.rank === found[0]?.rank)
  const chosen = onlyOne(best) ?? clientOfAll(best) ?? onlyOne(best.filter((row) => row.isOpen))
  return chosen === undefined ? null : { kind: chosen.kind, id: chosen.id, label: chosen.label }
}

function onlyOne(rows: readonly NamedRow[]): NamedRow | undefined {
  return rows.length === 1 ? rows[0] : undefined
}

/** Deals are often called after their client: then the client is meant, and its deals know of it. */
function clientOfAll(rows: readonly NamedRow[]): NamedRow | undefined {
  const client = onlyOne(rows.filter((row) => row.kind === 'client'))
  return client && rows.every((row) => row.clientId === client.id) ? client : undefined
}
