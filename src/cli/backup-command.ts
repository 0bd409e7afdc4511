import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { Backups, BackupSchedule, BackupSummary, ProvenBackup } from '#features/operations/backup/index.ts'
import { withProgress, type OnUpdateProgress } from './backup-progress.ts'
import { IDENTITY, readIdentity } from './read-identity.ts'

/**
 * Opens backups for one command; `finishRestore` brings an older backup's schema up to date. Where it `isRestore` nobody else is connected
 * to the database, nor gets in meanwhile; else it throws CONFLICT.
 */
export type OpenBackups = (purpose: { readonly isRestore: boolean }) => Promise<{
  backups: Backups
  backupSchedule: Pick<BackupSchedule, 'makeNow'>
  /** False while a Sophia runs on this home: then nothing may be restored. */
  isAlone: boolean
  finishRestore(onProgress: OnUpdateProgress): Promise<void>
  close(): Promise<void>
}>

interface Flags {
  readonly json?: boolean
  readonly scheduled?: boolean
  readonly identity?: string
  readonly yes?: boolean
}

/** `sophia backup create|list|verify|restore`. */
export function addBackupCommand(program: Command, open: OpenBackups): void {
  const backup = program.command('backup').description('plain archives of everything, proven by restoring them')
  backup
    .command('create')
    .description('write a backup, verify it, and copy it to SOPHIA_BACKUP_TARGET')
    .option('--scheduled', 'as by schedule: it counts as the backup that was due, and later ones take its place')
    .option('--json', 'print progress and result as JSON lines')
    .action((flags: Flags) => withBackups(open, (opened) => create(opened, flags)))
  backup
    .command('list')
    .description('backups, newest first')
    .option('--json', 'print JSON')
    .action((flags: Flags) => withBackups(open, ({ backups }) => list(backups, flags)))
  backup
    .command('verify')
    .argument('<backup>', 'its name, a file, or latest')
    .description('prove a backup by restoring it in rehearsal')
    .option(...IDENTITY)
    .option('--json', 'print progress and result as JSON lines')
    .action((name: string, flags: Flags) => withBackups(open, ({ backups }) => verify(backups, name, flags)))
  backup
    .command('restore')
    .argument('<backup>', 'its name, a file, or latest')
    .description('replace everything by a backup; Sophia must be stopped')
    .option(...IDENTITY)
    .option('--yes', 'do it without asking')
    .option('--json', 'print progress and result as JSON lines')
    .action((name: string, flags: Flags) => withBackups(open, (opened) => restore(opened, name, flags), true))
}

/** Why a backup was made, as people say it. */
const WHY = {
  manual: 'by hand',
  scheduled: 'by schedule',
  'before-migration': 'before migration',
  'before-restore': 'before restore',
  unknown: 'unknown why',
} as const satisfies Record<BackupSummary['reason'], string>

type Opened = Awaited<ReturnType<OpenBackups>>

async function withBackups(
  open: OpenBackups,
  work: (opened: Opened) => Promise<void>,
  isRestore = false,
): Promise<void> {
  const opened = await open({ isRestore })
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

async function create({ backups, backupSchedule }: Opened, flags: Flags): Promise<void> {
  const { file, manifest, verifiedAt, storeFault } = await withProgress<ProvenBackup>(flags, (onProgress) =>
    flags.scheduled ? backupSchedule.makeNow(onProgress) : backups.create('manual', { onProgress }),
  )
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  print(
    flags,
    { type: 'result', file, rows, verifiedAt, storeFault: storeFault?.message ?? null },
    `Wrote ${file}\n${count(rows)} rows in ${manifest.tables.length} tables, verified by a rehearsed restore.`,
  )
  if (storeFault) throw storeFault
}

async function list(backups: Backups, flags: Flags): Promise<void> {
  const { items: found, storeFault } = await backups.listReachable()
  print(
    flags,
    found,
    found.length > 0 ? found.map(lineOf).join('\n') : 'No backups yet. Make one: sophia backup create',
  )
  // Told last, so that it stands below what is here.
  if (storeFault) throw storeFault
}

function lineOf({ id, bytes, rows, reason, state, isEncrypted, places, detail }: BackupSummary): string {
  const where = places.includes('store')
    ? places.includes('machine')
      ? 'here and in the store'
      : 'in the store'
    : 'here'
  const told = `${state}${isEncrypted ? ', encrypted' : ''}, ${where}${detail ? `: ${detail}` : ''}`
  return `${id}  ${size(bytes).padStart(9)}  ${rowsOf(rows).padStart(10)} rows  ${WHY[reason].padEnd(16)}  ${told}`
}

async function verify(backups: Backups, name: string, flags: Flags): Promise<void> {
  const keys = await readIdentity(flags.identity)
  const { file } = await backups.find(name)
  const { verifiedAt } = await withProgress(flags, (onProgress) => backups.verify(file, { keys, onProgress }))
  print(flags, { type: 'result', file, verifiedAt }, `${file} is whole: every row was restored in rehearsal.`)
}

async function restore(opened: Opened, name: string, flags: Flags): Promise<void> {
  const { backups, isAlone, finishRestore } = opened
  if (!isAlone) throw refuse('Sophia runs on this home. Stop her first, then restore.')
  const keys = await readIdentity(flags.identity)
  const found = await backups.find(name, { isVerified: true })
  const { file, createdAt, rows, deployment } = found
  if (!flags.yes) {
    const warning = await backups.warnOfKey(found)
    throw refuse(
      `This replaces everything by the backup of ${createdAt} (${rowsOf(rows)} rows${ownerOf(deployment)}). What is there now is backed up first. ${warning === null ? '' : `${warning} `}Run again with --yes.`,
    )
  }
  const { manifest, safety } = await withProgress(flags, async (onProgress) => {
    const outcome = await backups.restore(file, { keys, onProgress })
    await finishRestore(onProgress)
    return outcome
  })
  const restored = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  const before = safety ? `\nWhat was there before: ${safety.file}` : ''
  const warning = await backups.warnOfKey(manifest)
  print(
    flags,
    { type: 'result', file, rows: restored, before: safety?.file ?? null, keyWarning: warning },
    `Restored ${count(restored)} rows from ${file}.${before}${warning === null ? '' : `\n${warning}`}`,
  )
}

/** Told where it is known: another deployment may keep its backups in the same store. */
function ownerOf(deployment: string | null): string {
  return deployment === null ? '' : `, of the deployment that began ${deployment}`
}

function refuse(detail: string): Error {
  return new SophiaError('CONFLICT', { detail })
}

function print(flags: Flags, data: unknown, text: string): void {
  console.log(flags.json ? JSON.stringify(data) : text)
}

function rowsOf(rows: number | null): string {
  return rows === null ? '?' : count(rows)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function size(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
}
