import type { Clock } from '#domain/clock.ts'
import type { Principal, VisibleReps } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { identifier, joinSql, sql } from '#platform/postgres/sql.ts'

/** Inserts rows as given, `source` filled in; column names are the table's own. */
export async function insertRecords(
  database: Database,
  table: string,
  rows: readonly Record<string, unknown>[],
): Promise<void> {
  await database.inTransaction(async (handle) => {
    for (const row of rows) {
      const entries = Object.entries({ source: 'test', ...row })
      const columns = joinSql(
        entries.map(([column]) => identifier(column)),
        ', ',
      )
      const values = joinSql(
        entries.map(([, value]) => sql`${value}`),
        ', ',
      )
      await handle.run(sql`insert into ${identifier(table)} (${columns}) values (${values})`)
    }
  })
}

/** A principal who sees all rows, or those of the given reps. */
export function principalSeeing(visible: VisibleReps | readonly string[] = { kind: 'all' }): Principal {
  const scope: VisibleReps = 'kind' in visible ? visible : { kind: 'reps', repIds: visible }
  return {
    memberId: '018f0000-0000-7000-8000-000000000001',
    email: 'ada@example.com',
    name: 'Ada Example',
    role: 'member',
    rowScope: scope.kind === 'all' ? 'all' : 'own',
    visible: scope,
    teamId: null,
    repId: scope.kind === 'reps' ? (scope.repIds[0] ?? null) : null,
    credential: { kind: 'local', id: 'test' },
    allowedActions: null,
  }
}

/** A clock that stands at noon UTC of the day. */
export function clockAt(day: string): Clock {
  return { now: () => new Date(`${day}T12:00:00Z`), monotonicMs: () => 0, sleep: () => Promise.resolve() }
}
