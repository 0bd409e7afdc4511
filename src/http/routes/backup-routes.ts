import { z } from 'zod'
import { Backup, BackupList } from '#contract/operations.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Access } from '#features/access/index.ts'
import type { Backups, BackupSummary } from '#features/operations/backup/index.ts'
import { defineRoute, type Route } from '../route.ts'

interface BackupNeeds {
  readonly backups: Backups
  readonly access: Pick<Access, 'recordAudit'>
}

const BackupId = z.strictObject({ id: z.string().min(1).max(200) })

/** Backups of this deployment. Restoring is left to the command line: nothing may be connected while it happens. */
export function backupRoutes({ backups, access }: BackupNeeds): Route[] {
  return [
    defineRoute(
      {
        method: 'GET',
        path: '/api/backups',
        summary: 'Backups, newest first',
        access: 'backup:manage',
        response: BackupList,
      },
      async () => ({ items: (await backups.list()).map(present) }),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/backups',
        summary: 'Make a backup now',
        access: 'backup:manage',
        status: 201,
        response: Backup,
      },
      async ({ principal, correlationId }) => {
        const { file } = await backups.create('manual')
        const made = await backups.find(file)
        await access.recordAudit({
          principal,
          correlationId,
          action: 'backup.create',
          targetKind: 'backup',
          targetId: made.id,
        })
        return present(made)
      },
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/backups/:id/verify',
        summary: 'Prove a backup by restoring it in rehearsal',
        access: 'backup:manage',
        params: BackupId,
        response: Backup,
      },
      async ({ params, principal, correlationId }) => {
        // Only what the folder holds: a path from outside never reaches the disk.
        const known = (await backups.list()).find((backup) => backup.id === params.id)
        if (!known) throw new SophiaError('NOT_FOUND')
        await backups.verify(known.file)
        await access.recordAudit({
          principal,
          correlationId,
          action: 'backup.verify',
          targetKind: 'backup',
          targetId: params.id,
        })
        return present(await backups.find(known.file))
      },
    ),
  ]
}

function present({ file: _file, ...summary }: BackupSummary): z.input<typeof Backup> {
  return summary
}
