import type { Job } from '#platform/jobs/define-job.ts'
import type { Jobs } from '#platform/jobs/jobs.ts'

/** A room that has work for the background. */
export interface RoomWithJobs {
  readonly jobs: readonly Job[]
}

const JOB_GRACE_MS = 10_000

/** Makes every room's jobs known, so that this process can send them; a process without the worker door does no more. */
export function defineJobs(jobs: Jobs, rooms: readonly RoomWithJobs[]): void {
  for (const job of rooms.flatMap((room) => room.jobs)) jobs.define(job)
}

/**
 * Begins to run them without holding up the start: a first start makes tables, and a database that is away is waited for.
 * `jobs.health()` tells how it goes; `onRunning` is called once they run. Answers how to stop.
 */
export function startJobs(jobs: Jobs, onRunning: () => Promise<void>): () => Promise<void> {
  void jobs.start().then(onRunning)
  return () => jobs.stop(JOB_GRACE_MS)
}
