import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { Backups } from '#features/operations/backup/index.ts'

/** Opens backups for one command; `finishRestore` brings an older backup's schema up to date. */
export type OpenBackups = () => Promise<{
  backups: Backups
  /** False while a Sophia runs on this home: then nothing may be restored. */
  isAlone: boolean
  finishRestore(): Promise<void>
  close(): Promise<void>
}>

interface JsonFlag {
  readonly json?: boolean
}

/** `sophia backup create|list|verify|restore`. */
export function addBackupCommand(program: Command, open: OpenBackups): void {
  const backup = program.command('backup').description('plain archives of everything, proven by restoring them')
  backup
    .command('create')
    .description('write a backup and verify it')
    .option('--json', 'print JSON')
    .action((flags: JsonFlag) => withBackups(open, ({ backups }) => create(backups, flags)))
  backup
    .command('list')
    .description('backups, newest first')
    .option('--json', 'print JSON')
    .action((flags: JsonFlag) => withBackups(open, ({ backups }) => list(backups, flags)))
  backup
    .command('verify')
    .argument('<backup>', 'its name, a file, or latest')
    .description('prove a backup by restoring it in rehearsal')
    .option('--json', 'print JSON')
    .action((name: string, flags: JsonFlag) => withBackups(open, ({ backups }) => verify(backups, name, flags)))
  backup
    .command('restore')
    .argument('<backup>', 'its name, a file, or latest')
    .description('replace everything by a backup; Sophia must be stopped')
    .option('--yes', 'do it without asking')
    .action((name: string, flags: { yes?: boolean }) => withBackups(open, (opened) => restore(opened, name, flags)))
}

type Opened = Awaited<ReturnType<OpenBackups>>

async function withBackups(open: OpenBackups, work: (opened: Opened) => Promise<void>): Promise<void> {
  const opened = await open()
  try {
    await work(opened)
  } finally {
    await opened.close()
  }
}

async function create(backups: Backups, flags: JsonFlag): Promise<void> {
  const { file, manifest } = await backups.create('manual')
  const { verifiedAt } = await backups.verify(file)
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0)
  print(
    flags,
    { file, rows, verifiedAt },
    `Wrote ${file}\n${count(rows)} rows in ${manifest.tables.length} tables, verified by a rehearsed restore.`,
  )
}

async function list(backups: Backups, flags: JsonFlag): Promise<void> {
  const found = await backups.list()
  const lines = found.map(
    (one) =>
      `${one.id}  ${size(one.bytes).padStart(9)}  ${count(one.rows).padStart(10)} rows  ${one.state}${one.detail ? `: ${one.detail}` : ''}`,
  )
  print(flags, found, lines.length > 0 ? lines.join('\n') : 'No backups yet. Make one: sophia backup create')
}

async function verify(backups: Backups, name: string, flags: JsonFlag): Promise<void> {
  const { file } = await backups.find(name)
  const { verifiedAt } = await backups.verify(file)
  print(flags, { file, verifiedAt }, `${file} is whole: every row was restored in rehearsal.`)
}

async function restore(
  { backups, isAlone, finishRestore }: Opened,
  name: string,
  flags: { yes?: boolean },
): Promise<void> {
  if (!isAlone) throw refuse('Sophia runs on this home. Stop her first, then restore.')
  const { file, createdAt, rows } = await backups.find(name)
  if (!flags.yes)
    throw refuse(
      `This replaces everything by the backup of ${createdAt} (${count(rows)} rows). What is there now is backed up first. Run again with --yes.`,
    )
  const { safety } = await backups.restore(file)
  await finishRestore()
  console.log(`Restored ${count(rows)} rows from ${file}.`)
  if (safety) console.log(`What was there before: ${safety.file}`)
}

function refuse(detail: string): Error {
  return new SophiaError('CONFLICT', { detail })
}

function print(flags: JsonFlag, data: unknown, text: string): void {
  console.log(flags.json ? JSON.stringify(data) : text)
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}

function size(bytes: number): string {
  return bytes >= 1_000_000 ? `${(bytes / 1_000_000).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
}
