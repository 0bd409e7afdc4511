/**
 * A process that takes a job and never ends it, for tests that kill it. Says `taken` when it has one. As `quick` it ends by itself; as
 * `writing` it goes on to store something when it is told a line, and says what came of it.
 */
import { once } from 'node:events'
import type pg from 'pg'
import pino from 'pino'
import { systemClock } from '#platform/clock.ts'
import { createJobs } from '#platform/jobs/create-jobs.ts'
import { openDatabase } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

// Written by the test that started it.
const connection = JSON.parse(process.argv[2] ?? '{}') as pg.ClientConfig
const database = openDatabase({ connection, poolMax: 3 })
const jobs = createJobs({ database, log: pino({ level: 'silent' }), clock: systemClock, pollSeconds: 0.5 })
const isQuick = process.argv[3] === 'quick'
const isWriting = process.argv[3] === 'writing'

jobs.define({
  name: 'work',
  parse: (payload) => payload,
  run: async () => {
    process.stdout.write('taken\n')
    if (isWriting) return write()
    if (!isQuick) await new Promise(() => undefined)
  },
})
async function write(): Promise<void> {
  await once(process.stdin, 'data')
  const writing = database.read((handle) => handle.run(sql`insert into written values ('stalled', 'a process')`))
  const end = await writing.then(
    () => 'stored',
    (error: Error) => error.message,
  )
  process.stdout.write(`${end}\n`)
}

await jobs.start()
process.stdout.write('started\n')
if (isQuick) {
  await jobs.stop(1000)
  await database.close()
  process.stdout.write('stopped\n')
}
