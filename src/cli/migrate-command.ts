import type { Command } from 'commander'
import type { MigrationOutcome } from '#platform/postgres/migrate.ts'
import { withProgress, type OnUpdateProgress } from './backup-progress.ts'

/** Opens the database for one migration; `migrate` backs up first what is there, and proves it. */
export type OpenMigrations = () => Promise<{
  /** Throws CONFLICT where it requires that backup, and the home goes with this process. */
  migrate(options: {
    readonly requiresSnapshot: boolean
    readonly onProgress: OnUpdateProgress
  }): Promise<MigrationOutcome>
  close(): Promise<void>
}>

/** `sophia migrate`: what each start does by itself, for whoever wants it done before anything starts. */
export function addMigrateCommand(program: Command, open: OpenMigrations): void {
  program
    .command('migrate')
    .description('bring the database to this version, as each start does, and end')
    .option('--may-lose-snapshot', 'go on where the backup before it would go with this process')
    .option('--json', 'print progress and result as JSON lines')
    .action(async (flags: { json?: boolean; mayLoseSnapshot?: boolean }) => {
      const { migrate, close } = await open()
      try {
        const requiresSnapshot = !flags.mayLoseSnapshot
        const outcome = await withProgress(flags, (onProgress) => migrate({ requiresSnapshot, onProgress }))
        console.log(flags.json ? JSON.stringify({ type: 'result', ...outcome }) : sentenceOf(outcome))
      } finally {
        await close()
      }
    })
}

function sentenceOf({ from, to, applied }: MigrationOutcome): string {
  if (applied.length === 0) return `The database is at migration ${to}; there is nothing to do.`
  return `The database was brought from migration ${from} to ${to}: ${applied.map(({ name }) => name).join(', ')}.`
}
