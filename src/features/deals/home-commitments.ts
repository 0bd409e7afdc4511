import { countOf } from '#domain/figure-text.ts'
import type { CommitmentDue, Found } from '#domain/home/sections.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { countCommitments, listCommitments, type HomeScope } from './home-deals-store.ts'
import { evidenceOrNull } from './home-evidence.ts'

/** What was promised in calls and is due within a week or has been. */
export async function findCommitmentsDue(handle: Handle, scope: HomeScope): Promise<Found<CommitmentDue>> {
  const rows = await listCommitments(handle, scope)
  const { all, undated } = await countCommitments(handle, scope)
  return {
    asOf: scope.asOf,
    rows: rows.map(
      ({ dealId, dealName, clientId, clientName, transcriptId, transcriptTitle, total: _total, ...row }) => ({
        ...row,
        transcript: { kind: 'transcript', id: transcriptId, label: transcriptTitle ?? 'the call' },
        deal: evidenceOrNull('deal', dealId, dealName),
        client: evidenceOrNull('client', clientId, clientName),
      }),
    ),
    total: rows[0]?.total ?? 0,
    lookedAt: all,
    missing: undated === 0 ? [] : [`${countOf(undated, 'open commitment')} without a due day cannot fall due.`],
  }
}
