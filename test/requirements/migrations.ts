import { prove, type Requirement } from './requirement.ts'

/** What holds while one version follows another. */
export const MIGRATIONS: readonly Requirement[] = [
  {
    id: 'D/migrations',
    source: 'database, migrations',
    behaviour:
      'Migrations run once across racing replicas, give way to whoever uses their tables, only add, and processes of the version before go on beside them.',
    provenBy: [
      ...prove(
        'test/integration/migrate.test.ts',
        'eight racing processes run each migration once',
        'a database whose schema public was dropped gets one',
        'a migration gives way to whoever uses its tables, lets others in between, and gets through in the end',
        'a migration whose tables are never free says so, and leaves everything as it was',
        'a migration takes as long as it takes, whatever limit the role has for its statements',
        'a database newer than the code is refused untouched',
      ),
      ...prove(
        'test/upgrade/migrations-expand.test.ts',
        'no migration takes from the version before what it reads, or refuses what it writes, but for what is listed with its reason',
        'what only adds is let pass, and each way to take away is told',
      ),
      ...prove(
        'test/integration/next-version.test.ts',
        'a process goes on answering while the next version migrates beneath it, and beside it afterwards',
        'a process of the version before that starts anew is told in plain words that the database is newer',
      ),
    ],
  },
]
