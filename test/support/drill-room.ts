import assert from 'node:assert/strict'
import pino from 'pino'
import { DrillReport } from '#contract/drills.ts'
import { DRILL_NAMES, type DrillName } from '#domain/drills/drill.ts'
import type { Principal } from '#domain/permission.ts'
import { createDrills, type Drills } from '#features/drills/index.ts'
import type { Scene } from '#features/drills/scenes/scene.ts'
import { createId } from '#platform/crypto/ids.ts'
import type { Database } from '#platform/postgres/database.ts'
import { sql } from '#platform/postgres/sql.ts'
import { createManualClock } from './manual-clock.ts'

/** Nothing in the room asks who it is. */
export const asker = { principal: {} as Principal }
export const UNKNOWN_PROGRAM: Scene = {
  programs: ['there-is-no-such-program'],
  set: () => assert.fail('it was set up'),
}

interface Stand {
  readonly database: Database
  readonly home: string
  /** Instead of every drill's own. */
  readonly scene?: Scene
  readonly everyMs?: number
  readonly host?: string
}

/** The room of drills of one process, on a clock that moves when told; `look` is its job's. */
export function openDrills({ database, home, scene = UNKNOWN_PROGRAM, everyMs = 0, host = 'one' }: Stand) {
  const clock = createManualClock('2026-11-29T10:00:00Z')
  const audited: string[] = []
  const sent: string[] = []
  const drills = createDrills({
    database,
    clock,
    home,
    host,
    inherited: {},
    version: '0.0.0-test',
    log: pino({ level: 'silent' }),
    scenes: Object.fromEntries(DRILL_NAMES.map((name) => [name, scene])),
    everyMs: () => everyMs,
    jobs: { send: async (name) => void sent.push(name) },
    audit: async ({ action, targetId }) => void audited.push(`${action} ${targetId}`),
  })
  const [job] = drills.jobs
  assert.ok(job)
  return { drills, clock, audited, sent, look: () => job.run(undefined, new AbortController().signal) }
}

export async function runsOf(drills: Pick<Drills, 'list'>, name: DrillName) {
  const report = DrillReport.parse(await drills.list())
  return report.drills.find((drill) => drill.name === name)?.runs ?? []
}

/** A restore as another process left it, which was heard of so many seconds ago. */
export function addRunning(database: Database, silentSeconds: number): Promise<unknown> {
  return database.inTransaction((handle) =>
    handle.run(sql`insert into drills (id, name, origin, state, asked_at, began_at, seen_at)
      values (${createId()}, 'restore', 'command', 'running', now(), now(), now() - ${silentSeconds} * interval '1 second')`),
  )
}
