import type { DrillReport, DrillRun } from '#contract/drills.ts'
import { DRILL_NAMES, unjudgedPromises } from '#domain/drills/drill.ts'
import { DRILL_SCRIPTS } from '#domain/drills/scripts.ts'
import { DRILL_TARGETS } from '#domain/drills/targets.ts'
import { listRuns, type DrillRow } from './drills-store.ts'
import type { DrillNeeds } from './drill-needs.ts'

/** Enough for a trend. */
const RUNS_OF_EACH = 20

export async function listDrills({ clock, database, everyMs }: DrillNeeds): Promise<DrillReport> {
  const rows = await database.read((handle) => listRuns(handle, RUNS_OF_EACH))
  return {
    measuredAt: clock.now().toISOString(),
    targets: DRILL_TARGETS,
    everyMs: Math.round(everyMs()),
    drills: DRILL_NAMES.map((name) => {
      const { mayFail: _mayFail, signs, promises, ...script } = DRILL_SCRIPTS[name]
      const words = {
        ...script,
        promises: [...promises],
        notJudged: unjudgedPromises(promises),
        isNoticed: signs.length > 0,
      }
      return { name, ...words, runs: rows.filter((row) => row.name === name).map(present) }
    }),
  }
}

function present(row: DrillRow): DrillRun {
  const { asked_at: askedAt, began_at: beganAt, ended_at: endedAt, ...rest } = row
  return {
    ...rest,
    askedAt: askedAt.toISOString(),
    beganAt: beganAt?.toISOString() ?? null,
    endedAt: endedAt?.toISOString() ?? null,
  }
}
