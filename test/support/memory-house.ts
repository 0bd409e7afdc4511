import pino from 'pino'
import type { Clock } from '#domain/clock.ts'
import type { Principal, Role } from '#domain/permission.ts'
import { createMemory, type Memories, type MemoryNeeds } from '#features/memory/index.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createId } from '#platform/crypto/ids.ts'
import { addMember, createShiftedClock } from './conversation-house.ts'

interface MemoryHouseOptions extends Partial<MemoryNeeds> {
  readonly database: Database
  readonly clock?: Clock
}

/** The memory room on a real database, without a model unless one is given. */
export function openMemoryHouse(options: MemoryHouseOptions): Memories {
  return createMemory({ clock: createShiftedClock(), log: pino({ level: 'silent' }), recallLimitMs: 5000, ...options })
}

/** A member of a team who stands for these reps. */
export async function addTeamMember(
  database: Database,
  name: string,
  place: { readonly role?: Role; readonly teamId?: string | null; readonly repIds?: readonly string[] | 'all' },
): Promise<Principal> {
  const principal = await addMember(database, name, place.role ?? 'member')
  const { repIds = [], teamId = null } = place
  await database.read((handle) =>
    handle.run(sql`update members set team_id = ${teamId} where id = ${principal.memberId}::uuid`),
  )
  return { ...principal, teamId, visible: repIds === 'all' ? { kind: 'all' } : { kind: 'reps', repIds } }
}

export async function addTeam(database: Database, name: string): Promise<string> {
  const id = createId()
  await database.read((handle) => handle.run(sql`insert into teams (id, name) values (${id}, ${name})`))
  return id
}
