import type { z } from 'zod'
import type { Commitment, CommitmentPage, CommitmentQuery } from '#contract/commitments.ts'
import type { Clock } from '#domain/clock.ts'
import { addDays, dayOf, type Day } from '#domain/day.ts'
import { SophiaError } from '#domain/errors.ts'
import type { Principal } from '#domain/permission.ts'
import type { Database } from '#platform/postgres/database.ts'
import { findCallDay } from './calls-store.ts'
import { listCommitmentRows, markCommitment, type CommitmentRow } from './commitments-store.ts'

interface Needs {
  readonly database: Database
  readonly clock: Clock
}

/** Commitments in the principal's sight, through their deal, client or rep. */
export function listCommitments(
  needs: Needs,
  principal: Principal,
  query: z.infer<typeof CommitmentQuery>,
): Promise<CommitmentPage> {
  return needs.database.read(async (handle) => {
    const asOf = await findCallDay(handle, dayOf(needs.clock.now()))
    const { due, ...filter } = query
    const { rows, total, nextCursor } = await listCommitmentRows(handle, principal.visible, {
      ...filter,
      dueBy: lastDayOf(due, asOf),
      isUndated: due === 'none',
    })
    return { items: rows.map((row) => presentCommitment(row, asOf)), total, nextCursor, asOf }
  })
}

function lastDayOf(due: z.infer<typeof CommitmentQuery>['due'], asOf: Day): Day | undefined {
  if (due === 'overdue') return addDays(asOf, -1)
  if (due === 'week') return addDays(asOf, 7)
  return due === 'none' ? undefined : due
}

/** Marks a commitment done or open again, as often as wanted; NOT_FOUND when the principal sees none with this id. */
export function changeCommitment(
  needs: Needs,
  principal: Principal,
  change: { readonly id: string; readonly isDone: boolean },
): Promise<Commitment> {
  return needs.database.inTransaction(async (handle) => {
    const now = needs.clock.now()
    const asOf = await findCallDay(handle, dayOf(now))
    const row = await markCommitment(handle, principal, { ...change, now })
    if (row === undefined) throw new SophiaError('NOT_FOUND')
    return presentCommitment(row, asOf)
  })
}

function presentCommitment(row: CommitmentRow, asOf: Day): Commitment {
  const { id, line, side, speaker, text, quote, saidOn, dueOn, doneBy } = row
  return {
    id,
    transcript: { kind: 'transcript', id: row.transcriptId, label: row.transcriptTitle },
    line,
    deal: row.dealId === null ? null : { kind: 'deal', id: row.dealId, label: row.dealName ?? row.dealId },
    client: row.clientId === null ? null : { kind: 'client', id: row.clientId, label: row.clientName ?? row.clientId },
    side,
    speaker,
    text,
    quote,
    saidOn,
    dueOn,
    isOverdue: row.doneAt === null && dueOn !== null && dueOn < asOf,
    doneAt: row.doneAt?.toISOString() ?? null,
    doneBy,
  }
}
