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
      () => presentAll(backups),
    ),
    defineRoute(
      {
        method: 'POST',
        path: '/api/backups',
        summary: 'Make a backup now, and prove it by restoring it in rehearsal',
        access: 'backup:manage',
        status: 201,
        response: Backup,
      },
      async ({ principal, correlationId }) => {
        const { file, storeFault } = await backups.create('manual')
        const made = await backups.find(file)
        await access.recordAudit({
          principal,
          correlationId,
          action: 'backup.create',
          targetKind: 'backup',
          targetId: made.id,
        })
        if (storeFault) throw storeFault
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
        // Only what is listed: a path from outside never reaches the disk.
        const known = (await backups.listReachable()).items.find((backup) => backup.id === params.id)
        if (!known) throw new SophiaError('NOT_FOUND')
        await verify(backups, known)
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

async function verify(backups: Backups, known: BackupSummary): Promise<void> {
  await backups.verify(known.file).catch((error: unknown) => {
    throw isClosed(error) ? notProven(known, error) : error
  })
}

function isClosed(error: unknown): error is SophiaError {
  return error instanceof SophiaError && error.code === 'BACKUP_KEY_MISSING'
}

/** Servers have recipients only, and nothing that opens what is encrypted to them. */
function notProven({ id, verifiedAt }: BackupSummary, cause: SophiaError): SophiaError {
  const before = verifiedAt === null ? '' : ` It was proven ${verifiedAt}, by whoever made it or had its identity.`
  return new SophiaError('BACKUP_KEY_MISSING', {
    detail: `Not proven: ${id} is encrypted, and the server has no key that opens it.${before} Prove it on the command line: sophia backup verify ${id} --identity FILE`,
    cause,
  })
}

async function presentAll(backups: Backups): Promise<z.input<typeof BackupList>> {
  const { items, storeFault } = await backups.listReachable()
  return { items: items.map(present), storeFault: storeFault?.message ?? null }
}

function present(summary: BackupSummary): z.input<typeof Backup> {
  return Backup.strip().parse(summary)
}
