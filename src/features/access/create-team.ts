import { SophiaError } from '#domain/errors.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { AccessTools, Caller } from './access-needs.ts'
import { insertAudit } from './audit-store.ts'
import { insertTeam, type TeamRow } from './team-store.ts'

/** Adds a team; `manager` is the name that its reps carry in the imported data. CONFLICT when either is taken. */
export async function createTeam(
  tools: AccessTools,
  { principal, correlationId }: Caller,
  { name, manager }: { name: string; manager: string | null },
): Promise<TeamRow> {
  const now = tools.clock.now()
  const id = createId(now.getTime())
  await tools.database.inTransaction(async (handle) => {
    if (!(await insertTeam(handle, { id, name, manager: manager === '' ? null : manager, now }))) {
      throw new SophiaError('CONFLICT', { detail: 'A team with this name or manager is there already.' })
    }
    await insertAudit(
      handle,
      { principal, action: 'team.create', targetKind: 'team', targetId: id, detail: { name, manager }, correlationId },
      now,
    )
  })
  tools.forget()
  return { id, name, manager: manager === '' ? null : manager, memberCount: 0 }
}
