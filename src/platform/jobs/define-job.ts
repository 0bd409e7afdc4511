import type { JobDefinition } from './jobs.ts'

/** A job as a room offers it, whatever its payload: `room.jobs` is a list of these. */
export type Job = JobDefinition<unknown>

/** Lets jobs of different payloads stand in one list. */
export function defineJob<Payload>(definition: JobDefinition<Payload>): Job {
  return {
    ...definition,
    // It is given nothing but what its own `parse` answered.
    run: (payload, signal) => definition.run(payload as Payload, signal),
  }
}
