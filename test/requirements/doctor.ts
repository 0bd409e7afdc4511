import { prove, type Requirement } from './requirement.ts'

const verdicts = 'src/domain/doctor/verdicts.test.ts'
const examine = 'src/features/operations/doctor/examine.test.ts'
const tls = 'src/platform/network/look-at-tls.test.ts'
const real = 'test/integration/doctor.test.ts'
const command = 'src/cli/doctor-command.test.ts'
const rollback = 'test/integration/rollback.test.ts'
const completion = 'src/cli/completion/completion.test.ts'
const workflows = 'test/pins/workflows.test.ts'

/** What helps an operator find what is wrong, and go back; and whoever works on Sophia. */
export const DOCTOR: readonly Requirement[] = [
  {
    id: 'O/doctor',
    source: 'doctor',
    behaviour:
      'One command looks at everything a deployment stands on, says what to do, and takes for well only what was looked at.',
    provenBy: [
      ...prove(
        real,
        'a deployment in good health: every part that is set up is asked, and is well',
        'everything that is wrong is told at once, each with its fix, and no secret',
        'with faulty settings the rest is looked at, and what goes by them is neither well nor asked',
        'a model that the provider does not list is told, and so is a database behind or ahead of this version',
      ),
      ...prove(
        examine,
        'checks run side by side, and their answers come in the order of the checks',
        'one that hangs is a failure after its time, one that breaks is a failure with its reason, and the others are told',
        'what goes by a faulty setting is not looked at, and never well',
      ),
      ...prove(command, 'exit code 0 without a failure, 1 with one, 78 when it is in the settings'),
      ...prove(
        verdicts,
        'a clock is held against others, as far as they can be read; without any nothing is said of it',
        'a provider is well only when it took the key',
        'an MCP server is well only when it answered',
      ),
    ],
  },
  {
    id: 'O/doctor-backups',
    source: 'doctor, backup',
    behaviour: 'Whether another backup can be made, and reaches its store, is tried before it has to.',
    provenBy: [
      ...prove(
        'test/integration/doctor-and-backups.test.ts',
        'where backups go is tried: the folder, room for one more, recipients, and the bucket by listing, writing and removing',
      ),
      ...prove(
        'test/integration/doctor-and-shared-stores.test.ts',
        'where deployments share a store, a backup of another one is none of this one',
      ),
      ...prove(
        verdicts,
        'backups: the folder has to be one, writable, with room for one more; the store has to be listed and written',
      ),
    ],
  },
  {
    id: 'O/doctor-tls',
    source: 'doctor, TLS',
    behaviour:
      'Of every endpoint over TLS the chain, the name, the end and the protocols are looked at, in its own words.',
    provenBy: [
      ...prove(
        tls,
        'a sound server: its chain is accepted, its end and protocol are told, and it refuses what is old',
        'what is wrong with a certificate is told by the name that OpenSSL has for it',
        'a server that also takes what is old is found out, and one that knows nothing else is still looked at',
        'a mail server is asked for TLS in its own words, and one without it says so',
      ),
      ...prove(
        real,
        'the TLS of every endpoint is looked at: PostgreSQL in its own words, Redis, an MCP server, the store of backups, a calendar and the public address',
      ),
    ],
  },
  {
    id: 'O/rollback',
    source: 'upgrade',
    behaviour:
      'The way back from a migration is exactly the snapshot before it, by either version, with what was written since kept aside.',
    provenBy: prove(
      rollback,
      'the version before goes back to the snapshot, and keeps aside what was written since',
      'the version that migrated goes back to the snapshot, and keeps aside what was written since',
      'one that is damaged, or lies elsewhere, is not gone back to, and nothing is touched',
      'after two upgrades the way back is that of the last: an older snapshot is never taken for it',
      'where the database does not say which snapshot was made, only one of just before the last migration will do',
      'where the database does not say which snapshot was made, that of another database of the same version is none',
      'a restore or a rollback beside another process on the same database is refused; her own connections are no hindrance',
      'the command says what it would do, does it with --yes, and not while Sophia runs',
      'a start on a newer schema is refused in plain words, and the way back from it needs no migration',
    ),
  },
  {
    id: 'O/database-rights',
    source: 'doctor, restore',
    behaviour:
      'What the role of an own PostgreSQL has to be allowed is documented, looked at by the doctor and asked for before a backup or a restore is begun.',
    provenBy: prove(
      'src/features/operations/backup/require-rights.test.ts',
      'a role that may only create tables is told what it needs, by the doctor and before a backup is begun',
      'a role that was granted all but does not own public is told before a restore saves or touches anything',
      'the owner of a database that was made as documented has all rights, and restores',
    ),
  },
  {
    id: 'O/failed-migrations',
    source: 'upgrade',
    behaviour:
      'A migration that fails at each start fills neither disk nor store with what it backed up before; what leads back from one that was done stays.',
    provenBy: prove(
      'src/features/operations/backup/make-snapshot.test.ts',
      'a migration that fails at each start leaves one backup, the newest; what leads back from one that was done stays',
      'those that cannot be proven do not pile up either, and the last that was proven stays',
      'who went back, and fails to come up again, can still have everything back and go back once more',
      'in the store one is left, too; what others put there is not touched, nor what nobody may remove',
    ),
  },
  {
    id: 'O/completion',
    source: 'command line',
    behaviour: 'Shells complete every command as the program has it; a new one is completed by itself.',
    provenBy: prove(
      completion,
      // Once for each of bash, zsh and fish.
      // oxlint-disable-next-line no-template-curly-in-string
      '${shell} completes commands, options and choices as the program has them, a new command by itself',
    ),
  },
  {
    id: 'O/release',
    source: 'workflows',
    behaviour:
      'Every change is tested as on any machine; what is released is tested, signed and told what it is made of.',
    provenBy: prove(
      workflows,
      'a change is tested as on any machine: from the lockfile, without install scripts, by npm test',
      'a release is tested first; image and chart are signed by digest, the image with bill of materials and provenance',
    ),
  },
]
