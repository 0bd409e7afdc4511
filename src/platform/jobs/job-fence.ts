import { z } from 'zod'
import { SophiaError } from '#domain/errors.ts'
import type { Fence } from '#platform/postgres/fence.ts'
import { sql } from '#platform/postgres/sql.ts'

/** One try at a job; every claim raises `retryCount`, so the two together name the try. */
export interface JobTry {
  readonly name: string
  readonly id: string
  readonly retryCount: number
}

const Holds = z.object({ holds: z.boolean() })

/**
 * Throws CONFLICT when the try would store something although its job is no longer its own: it was silent for too long, or took
 * too long, and was given to another. The row stays locked until the commit, so that nobody takes the job over in between.
 */
export function fenceOf({ name, id, retryCount }: JobTry): Fence {
  return async (handle) => {
    const row = await handle.first(
      Holds,
      sql`select case when pg_current_xact_id_if_assigned() is null then true else exists (
          select 1 from pgboss.job where name = ${name} and id = ${id} and state = 'active' and retry_count = ${retryCount} for share)
        end as holds`,
    )
    if (row?.holds) return
    throw new SophiaError('CONFLICT', {
      detail: 'This job was given to another process meanwhile. Nothing of this try is stored.',
    })
  }
}
