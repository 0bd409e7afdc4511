import { defineJob, type Job } from '#platform/jobs/define-job.ts'
import type { Observation } from '../health.ts'
import { findVerifiedRun } from './backup-runs-store.ts'
import { beginAfterOthers } from './begin-scheduled-run.ts'
import { makeDueBackup } from './make-due-backup.ts'
import type { ProvenBackup } from './make-proven-backup.ts'
import { makeScheduledBackup, requireLastingPlace } from './make-scheduled-backup.ts'
import { observeSchedule } from './observe-schedule.ts'
import { readSchedule, type ScheduleState } from './read-schedule.ts'
import type { OnProgress } from './report-progress.ts'
import type { ScheduleNeeds } from './schedule-needs.ts'

export interface BackupSchedule {
  readonly jobs: readonly Job[]
  /** For /health: the last verified one, the next due. It asks the database at most every ten seconds. */
  observe(): Promise<Observation>
  /** When the last proven one was made, if on another machine: what lies on this one is looked at itself. */
  verifiedElsewhere(): Promise<Date | null>
  /**
   * One by the schedule of somebody else, such as a CronJob's: it counts and is let go of as those that are made by themselves, and waits
   * for one that is being made.
   */
  makeNow(onProgress?: OnProgress): Promise<ProvenBackup>
}

const LOOK_MS = 10_000

/** Backups made by themselves: a look each minute, by one process of all. */
export function scheduleBackups(needs: ScheduleNeeds): BackupSchedule {
  const { clock, database, host, probe } = needs
  let seen: { readonly state: ScheduleState; readonly atMs: number } | null = null
  return {
    jobs: [
      defineJob({
        name: 'backup-due',
        cron: '* * * * *',
        isSingle: true,
        // For a process that is killed: that try is told by the next look, and is no job that failed for good.
        retries: 1,
        firstRetrySeconds: 30,
        limitSeconds: 6 * 3600,
        parse: () => undefined,
        run: (_nothing, signal) => makeDueBackup(needs, signal),
      }),
    ],
    async observe() {
      if (seen === null || clock.monotonicMs() - seen.atMs >= LOOK_MS) {
        const state = await probe.read((handle) => readSchedule(needs, handle)).catch(() => null)
        // The database's own part says what is wrong with it.
        if (state === null) return { state: 'unknown', detail: 'The database did not say.' }
        seen = { state, atMs: clock.monotonicMs() }
      }
      return observeSchedule(seen.state, { now: clock.now(), isFleeting: needs.isFleeting ?? false })
    },
    async verifiedElsewhere() {
      const run = await database.read((handle) => findVerifiedRun(handle, clock.now()))
      return run && run.host !== host ? run.started_at : null
    },
    async makeNow(onProgress) {
      requireLastingPlace(needs)
      const run = await beginAfterOthers(needs)
      const { made, fault } = await makeScheduledBackup({ ...needs, onProgress }, run)
      if (made === null) throw fault
      return made
    },
  }
}
