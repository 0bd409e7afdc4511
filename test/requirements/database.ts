import { prove, type Requirement } from './requirement.ts'

const pooler = 'test/integration/behind-pgbouncer.test.ts'
const checkout = 'src/platform/postgres/checkout-watch.test.ts'

/** What holds of the database under many processes. */
export const DATABASE: readonly Requirement[] = [
  {
    id: 'D/pooler',
    source: 'database, pool',
    behaviour: 'The house runs behind PgBouncer in transaction mode, with far more connections than the server has.',
    provenBy: prove(
      pooler,
      'the house answers behind a pooler in transaction mode: turns, jobs, imports, backups',
      'nothing of one client stays on a connection that another is given',
      'the role is given a limit for single statements, in this database alone',
      'a transaction has its limits although nothing is set on its connection',
      'every connection of a large pool shares the few of the server',
    ),
  },
  {
    id: 'D/leaks',
    source: 'database, pool',
    behaviour:
      'A connection of any pool that is held for over five seconds is told with the place that took it; whoever leaks one, in a test or in a process, ends with that place and fails.',
    provenBy: [
      ...prove(
        checkout,
        'a connection held for over five seconds is told once',
        'work that may take long is not told, yet is seen among what is held',
        'a pool finds by itself what is held, and names the place that took it',
      ),
      ...prove(
        'src/platform/storage.test.ts',
        'each pool of the house is watched: what is held for long is logged with the place that took it, and counted',
      ),
      ...prove(
        'src/platform/postgres/connection-pool.test.ts',
        'closing waits for what is out',
        'whoever still waits for the database at the end is cut off, and has leaked nothing',
        'a connection that is never given back ends with its pool, and closing names the place that took it',
      ),
      ...prove(
        'test/integration/leaked-connection.test.ts',
        '${way}: a test file that leaves a connection out fails, with the place that took it',
      ),
    ],
  },
  {
    id: 'D/fence',
    source: 'jobs',
    behaviour: 'A worker that was stalled and wakes when its job was given to another stores and sends nothing.',
    provenBy: prove(
      'src/platform/jobs/job-fence.test.ts',
      'a worker that was stalled and wakes when its job was given to another stores nothing',
      'a process that was stopped, and goes on after another did its job, stores nothing',
      'nobody takes a job over between the last look and the commit',
      'what a job only reads is read whoever it belongs to, and what outlives it is free',
    ),
  },
  {
    id: 'D/dead-letters',
    source: 'jobs',
    behaviour: 'A job that failed for the last time can be seen, sent again and discarded; never its payload.',
    provenBy: [
      ...prove(
        'src/platform/jobs/dead-letters.test.ts',
        'a job that failed for the last time is listed with its kind, its tries and the reason, never its payload',
        'the list pages from the newest, each once',
        'one that fails again comes back; mended it is done and gone',
        'one that is discarded is gone, and neither it nor an unknown one can be taken again',
        'a kind that is no longer known is not sent, and stays to be deleted',
      ),
      ...prove(
        'src/cli/jobs-command.test.ts',
        'at the command line what failed for the last time is told, sent again and noted in the audit',
        'over HTTP the same is listed, sent again and let go',
      ),
    ],
  },
  {
    id: 'D/plans',
    source: 'database, indexes',
    behaviour:
      'Whatever statement a hot path sends, none reads a table whole that grows with use: taken from the wire, so that none is forgotten.',
    provenBy: [
      ...prove(
        'test/integration/hot-paths.test.ts',
        'what is read of the large tables by an index is told from what is read whole',
        'a question is taken, answered, journalled and read without reading a growing table whole',
        'who asks is found without reading a growing table whole',
        'what is remembered of a member is listed without reading it all',
      ),
      ...prove(
        'test/integration/large-company.test.ts',
        'no page of deals or clients reads a growing table whole, in whatever order and for whomever',
        'a review and the coaching of a deal find what they compare with through indexes',
      ),
    ],
  },
  {
    id: 'D/partitions',
    source: 'database, journal',
    behaviour:
      'Partitions of the journal are made ahead and dropped on time by racing replicas, whatever their own clocks say; no event is lost within its day.',
    provenBy: prove(
      'src/features/conversations/journal-partitions.test.ts',
      'over four days of hourly looks each event lives for its day, in a partition made ahead, and few partitions stand',
      'replicas that maintain the journal at once make and drop each partition once, and none fails',
      'after days without a look nothing is lost that is younger than a day',
      'events older than their day are gone and say so, while the message stays',
    ),
  },
  {
    id: 'D/backups',
    source: 'jobs, backup',
    behaviour:
      'A backup is made and proven once a day by itself, once per deployment; a failure is told and tried again; spent ones go, the newest proven one never.',
    provenBy: [
      ...prove(
        'src/features/operations/backup/schedule-backups.test.ts',
        'a backup is made once a day, proven, said to be made by schedule, and told in the health',
        'two machines make one, and each knows of it',
        'one that cannot be written is told, tried again after a pause, and settled by the next that succeeds',
        'one that cannot be proven does not count as made',
        'a try whose process died is told as failed before the next begins, and that none follows as well',
        'a process that stops ends the backup it is making and leaves nothing of it',
        'spent ones go, those made by hand stay, and so does the last that is proven',
      ),
      ...prove(
        'src/domain/backup/next-backup.test.ts',
        'with a time of day at that time, also when the last one began late, in the zone of its period',
        'it is always after the last one and never more than an hour past what the rhythm bears',
        'who asks for it more often never gets it later',
      ),
      ...prove(
        'src/domain/backup/spent-backups.test.ts',
        'when backups stop coming, none of those that are there is let go of',
        'the newest proven one never goes, nor one that nobody scheduled, and a second look finds nothing more',
      ),
    ],
  },
  {
    id: 'D/restore-alone',
    source: 'backup',
    behaviour:
      'A restore has the database to itself: who starts meanwhile waits and says so, or is told what to do; a restoring process that dies holds nobody off.',
    provenBy: prove(
      'test/integration/restore-lock.test.ts',
      'who starts while a backup is restored waits and says so; when the restoring process dies it goes on',
      'who waited long enough is told what to do, and that frees the database',
      'a restore is refused while somebody starts or works, and possible once they are done',
      'a restore that lost its hold on the database changes nothing',
      'a server that was cut off and comes back while a backup is restored ends the restore, and nothing is changed',
      'a name in the address of the database hides nobody, and a restore knows its own connections',
      'a role that may not see when others came is told of the restore all the same',
      'who gives a lock back over a line that answers no more is done soon, and so is who is stopped while waiting',
    ),
  },
  {
    id: 'D/journal',
    source: 'backup',
    behaviour: 'What fills a table past the journal of the built-in server is on the disk once it is acknowledged.',
    provenBy: [
      ...prove(
        'test/integration/embedded-journal.test.ts',
        'rows of a table that its transaction made skip the journal, and are there after kill -9 all the same',
        'a home that was set up for archiving, summaries or a standby starts, with the journal whole',
      ),
      ...prove(
        'src/platform/postgres/database.test.ts',
        'the end of a transaction without a limit is waited for as its statements are',
      ),
    ],
  },
  {
    id: 'D/restore-over-two',
    source: 'backup',
    behaviour:
      'A restore fills its tables over two connections and past the journal of the built-in server, and still happens whole or not at all: one that fails or is killed leaves what was there, and can be run again.',
    provenBy: [
      ...prove(
        'src/features/operations/backup/restore-over-two.test.ts',
        'a restore fills tables over two connections at once, and nobody sees it before the end',
        'rows may refer to those that the other connection has not committed; the rule holds in the end',
        'what fails over one connection ends the other, and leaves everything as it was and nothing besides',
        'a lock that is not had, or a deadlock, is no fault of the archive',
        'where a second connection is not to be had, one fills every table',
        'a restore that is killed leaves what was there whole; a start or the next restore removes what it filled',
        'the rows of a large table skip the journal of the built-in server and are settled at once',
      ),
      ...prove(
        'src/features/operations/backup/unfinished-restores.test.ts',
        'who removes unfinished restores while one is committed leaves it alone, and it is there afterwards',
        'a restore whose commit got no answer removes nothing; whoever comes next does',
        'a database whose schema public was dropped is restored into',
        'what cannot be removed is logged and hinders neither a restore nor the removal of the rest',
        'what a restore of another role left is not touched',
      ),
    ],
  },
  {
    id: 'D/backups-room',
    source: 'backup',
    behaviour: 'No backup is made, proven or restored where its rows once more would fill the disk of the database.',
    provenBy: [
      ...prove(
        'src/features/operations/backup/require-room.test.ts',
        'where every row once more would fill the disk of the database, none is made, proven or restored',
        'an archive takes as much as its database did when it was made; one that does not say so is not refused by a guess',
      ),
      ...prove(
        'src/domain/backup/find-shortage.test.ts',
        'the rehearsal is counted: on the disk of the archives where both lie on one, on its own where they do not',
      ),
    ],
  },
  {
    id: 'D/restore-warm',
    source: 'backup, cache',
    behaviour: 'A backup brings along what is asked often, and the first start after its restore makes it ready.',
    provenBy: prove(
      'test/integration/after-a-restore.test.ts',
      'a backup brings along what is asked again and again, and the first start after its restore makes it ready',
      'the server says of an encrypted backup that it is not proven where it has no key, and counts it as nothing else',
    ),
  },
  {
    id: 'D/backups-encrypted',
    source: 'backup',
    behaviour:
      'A backup is encrypted to recipients, proven without their identities, opened by the age tool, and refused in plain words to whoever has no identity.',
    provenBy: prove(
      'src/features/operations/backup/encrypted-backup.test.ts',
      'an encrypted backup is proven by who made it, and told in the list, without anybody giving an identity',
      'it restores with an identity of a recipient, which the age tool made',
      'a person opens it with age, tar and gzip, and what they encrypt so is restored',
      'without an identity, or with that of somebody else, it is refused in plain words before anything is touched',
      'a flipped byte of an encrypted one, or a cut, is refused before anything is touched',
    ),
  },
  {
    id: 'D/backups-elsewhere',
    source: 'backup',
    behaviour:
      'A backup lies in a store that speaks S3, restores on a machine that has nothing else, and counts only once it arrived; the store keeps the history.',
    provenBy: [
      ...prove(
        'src/features/operations/backup/stored-backups.test.ts',
        'a backup by schedule lies in the store, encrypted and proven, and restores on a machine that has nothing else',
        'a store that refuses is told and tried again; the proven file stays here, and so does what is listed',
        'the store keeps the history by hour, day and week, this machine the newest; another deployment loses none',
        'an object that was changed in the store is refused before anything is touched',
      ),
      ...prove(
        'src/platform/object-store/open-s3.test.ts',
        'a file goes there in pieces, comes back by pieces as it was, and is counted as it goes',
        'a wrong key and a bucket that is not there are told with the word of the store, and no secret',
        'a transfer that is told to stop leaves nothing of it',
      ),
    ],
  },
  {
    id: 'D/restores',
    source: 'backup',
    behaviour: 'A restored database is like a migrated one; a backup is of one instant while people write.',
    provenBy: prove(
      'src/features/operations/backup/backup.test.ts',
      'a restored database has every column, index, rule and trigger of a migrated one',
      'what people write meanwhile is in the next backup, not in half of this one',
    ),
  },
  {
    id: 'D/schedules',
    source: 'jobs',
    behaviour: 'A schedule sends its job once for the whole deployment.',
    provenBy: prove(
      'src/platform/jobs/create-jobs.test.ts',
      'a cron time sends one job although two processes look at it',
    ),
  },
]
