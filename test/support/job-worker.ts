/** A process that takes a job and never ends it, for tests that kill it. Says `taken` when it has one. */
import type pg from 'pg'
import pino from 'pino'
import { systemClock } from '#platform/clock.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { openDatabase } from '#platform/postgres/database.ts'

// Written by the test that started it.
const connection = JSON.parse(process.argv[2] ?? '{}') as pg.ClientConfig
const database = openDatabase({ connection, poolMax: 3 })
const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
const isQuick = process.argv[3] === 'quick'

jobs.define({
  name: 'work',
  parse: (payload) => payload,
  run: async () => {
    process.stdout.write('taken\n')
    if (!isQuick) await new Promise(() => undefined)
  },
})
await jobs.start()
process.stdout.write('started\n')
if (isQuick) {
  await jobs.stop(1000)
  await database.close()
  process.stdout.write('stopped\n')
}
