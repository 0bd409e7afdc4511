import assert from 'node:assert/strict'
import { PgBoss } from 'pg-boss'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'

/**
 * The jobs of a kind that run are given up, as after half a minute of their process's silence, and are due again at once: what
 * the supervisor looks at is moved into the past, and it is let look.
 */
export async function giveUp(database: Database, name: string): Promise<void> {
  const silence = sql`update pgboss.job set heartbeat_on = now() - interval '2 minutes' where name = ${name}`
  await database.read((handle) => handle.run(silence))
  await supervise(database, name)
  const due = sql`update pgboss.job set start_after = now() where name = ${name}`
  await database.read((handle) => handle.run(due))
}

/** What each working process does every half minute. */
async function supervise(database: Database, name: string): Promise<void> {
  const boss = new PgBoss({
    db: { executeSql: (text, values) => database.read((handle) => handle.client.query(text, values)) },
    supervise: false,
    schedule: false,
    registerInstance: false,
  })
  boss.on('error', (error) => assert.fail(error))
  await boss.start()
  await boss.supervise(name)
  await boss.stop({ graceful: false })
}
