import { missingRights, type MissingRight } from '#domain/database-rights.ts'
import { SophiaError } from '#domain/errors.ts'
import { DATABASE_RIGHTS, RightsRow } from '#platform/postgres/database-rights.ts'
import type { BackupNeeds } from './backup-needs.ts'

/** A rehearsal fills a schema of its own. Throws CONFLICT. */
export async function requireRightsToProve(needs: Pick<BackupNeeds, 'database'>): Promise<void> {
  await requireRights(needs, ({ kind }) => kind === 'schemas')
}

/** A restore fills a schema of its own and puts it in the place of public. Throws CONFLICT. */
export async function requireRightsToRestore(needs: Pick<BackupNeeds, 'database'>): Promise<void> {
  await requireRights(needs, ({ kind }) => kind !== 'tables')
}

async function requireRights({ database }: Pick<BackupNeeds, 'database'>, isNeeded: (right: MissingRight) => boolean) {
  const rights = await database.read((handle) => handle.first(RightsRow, DATABASE_RIGHTS))
  const missing = rights ? missingRights(rights).filter(isNeeded) : []
  if (missing.length === 0) return
  const details = missing.map(({ detail }) => detail)
  const statements = missing.map(({ statement }) => statement)
  throw new SophiaError('CONFLICT', {
    detail: `${details.join(' ')} Nothing was touched. Let an administrator run in this database: ${statements.join(' ')}`,
  })
}
