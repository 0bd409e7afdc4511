import { assessHealth } from '#domain/client/assess-health.ts'
import type { QbrCommitment, QbrFigures, QbrHighlight } from '#domain/client/qbr.ts'
import { prepareQbr } from '#domain/client/qbr-page.ts'
import { QBR_DAYS } from '#domain/client/qbr-sections.ts'
import { addDays, type Day } from '#domain/day.ts'
import type { Principal } from '#domain/permission.ts'
import type { SkillOutcome } from '#domain/skill.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { readHealthRows } from './assess-client.ts'
import { listClientHistory } from './client-detail-store.ts'
import { readingBeside, readPeers, type SuccessNeeds } from './read-success-facts.ts'
import { listClientCommitments, listUsageWeeks, type ClientCommitmentRow } from './success-store.ts'

const HIGHLIGHTS = 8
/** What stands on the page first: what was promised and complained about, before what was routine. */
const ORDER = ['transcript', 'change', 'ticket', 'activity', 'invoice']

/** The figures of a quarterly review by the client's exact id; NOT_FOUND when the principal sees no such client. */
export async function prepareClientQbr(
  needs: SuccessNeeds,
  principal: Principal,
  id: string,
): Promise<SkillOutcome<QbrFigures>> {
  const rows = await readHealthRows(needs, principal, id)
  const span = { from: addDays(rows.days.clients, 1 - QBR_DAYS), to: rows.days.clients }
  const beside = await readingBeside(needs, async (handle) => ({
    peers: await readPeers(handle, principal, { needs, rows }),
    weeks: await listUsageWeeks(handle, id, rows.days.usage),
    highlights: await listHighlights(handle, principal, { id, ...span }),
    commitments: (await listClientCommitments(handle, id, { visible: principal.visible, ...span })).map((row) =>
      commitmentOf(row, span.to),
    ),
  }))
  return { kind: 'result', result: prepareQbr({ rows, assessment: assessHealth(rows), ...beside }) }
}

async function listHighlights(
  handle: Handle,
  { visible }: Principal,
  { id, from, to }: { id: string; from: Day; to: Day },
): Promise<QbrHighlight[]> {
  const history = await listClientHistory(handle, id, { visible, asOf: to })
  return history
    .filter(({ onDay }) => onDay >= from && onDay <= to)
    .toSorted((a, b) => weightOf(b) - weightOf(a) || b.onDay.localeCompare(a.onDay))
    .slice(0, HIGHLIGHTS)
    .toSorted((a, b) => a.onDay.localeCompare(b.onDay))
    .map(({ kind, id: rowId, onDay, title, detail }) => ({
      onDay,
      title,
      detail: detail === null ? null : detail.slice(0, 200),
      evidence: { kind, id: rowId, label: title },
    }))
}

function weightOf({ kind, detail }: { readonly kind: string; readonly detail: string | null }): number {
  const isEscalated = kind === 'ticket' && (detail ?? '').includes('escalated')
  return isEscalated ? ORDER.length + 1 : ORDER.length - ORDER.indexOf(kind)
}

function commitmentOf(
  { transcriptId, transcriptTitle, id: _id, ...row }: ClientCommitmentRow,
  asOf: Day,
): QbrCommitment {
  const isOverdue = row.dueOn !== null && row.dueOn < asOf
  return {
    ...row,
    state: row.doneOn !== null ? 'kept' : isOverdue ? 'overdue' : 'open',
    evidence: { kind: 'transcript', id: transcriptId, label: transcriptTitle ?? 'the call' },
  }
}
