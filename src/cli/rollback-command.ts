import type { Command } from 'commander'
import { SophiaError } from '#domain/errors.ts'
import type { WorkOptions } from '#features/operations/backup/index.ts'
import type { RollbackOutcome, RollbackPlan } from '#features/operations/backup/roll-back.ts'
import { withProgress } from './backup-progress.ts'
import { IDENTITY, readIdentity } from './read-identity.ts'

/** Opens the database as it stands, without migrating it. */
export type OpenRollback = () => Promise<{
  /** False while a Sophia runs on this home. */
  readonly isAlone: boolean
  plan(): Promise<RollbackPlan>
  run(plan: RollbackPlan, options: WorkOptions): Promise<RollbackOutcome>
  close(): Promise<void>
}>

interface RollbackOptions {
  readonly identity?: string
  readonly yes?: boolean
  readonly json?: boolean
}

/** `sophia rollback`: back to the snapshot that was taken before the last migration. */
export function addRollbackCommand(program: Command, open: OpenRollback): void {
  program
    .command('rollback')
    .description('go back to the snapshot taken before the last migration; what was written since is kept aside')
    .option(...IDENTITY)
    .option('--yes', 'do it without asking')
    .option('--json', 'print progress and result as JSON lines')
    .action(async (options: RollbackOptions) => {
      const opened = await open()
      try {
        if (!opened.isAlone) throw refuse('Sophia runs on this home. Stop her first, then go back.')
        const keys = await readIdentity(options.identity)
        const plan = await opened.plan()
        if (!options.yes) throw refuse(`${sentenceOf(plan)} Run again with --yes.`)
        const outcome = await withProgress(options, (onProgress) => opened.run(plan, { keys, onProgress }))
        console.log(options.json ? JSON.stringify({ type: 'result', ...outcome }) : linesOf(outcome))
      } finally {
        await opened.close()
      }
    })
}

const OLDER_STILL = 'If the Sophia you go back to is older still, roll back once more.'

function sentenceOf({ schemaVersion, snapshot, undone }: RollbackPlan): string {
  return `This goes back to the snapshot of ${snapshot.createdAt}, before ${undone.join(', ')}, and so to the schema of migration ${schemaVersion}. ${OLDER_STILL} Everything written since then is kept aside in a backup and is not in what you go back to.`
}

function linesOf({ snapshot, undone, kept, schemaVersion }: RollbackOutcome): string {
  const aside = kept === null ? [] : [`What was there until now: ${kept.file}${kept.isVerified ? ' (verified)' : ''}`]
  const proof =
    kept === null || kept.isVerified
      ? []
      : [
          `It could not be proven here: ${kept.reason ?? 'unknown why.'}`,
          'The version that wrote it can, with an identity that opens it where it is encrypted: sophia backup verify',
        ]
  return [
    `Went back to ${snapshot.file}, as of ${snapshot.createdAt}.`,
    `Undone: ${undone.join(', ')}. The schema is that of migration ${schemaVersion}.`,
    ...aside,
    ...proof,
    `Now start the Sophia from before the upgrade; a newer one would migrate again. ${OLDER_STILL}`,
  ].join('\n')
}

function refuse(detail: string): Error {
  return new SophiaError('CONFLICT', { detail })
}
