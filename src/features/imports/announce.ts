import type { ImportReport } from '#contract/records.ts'
import type { Principal } from '#domain/permission.ts'
import { outsideFence } from '#platform/postgres/fence.ts'
import type { ImportNote, ImportsNeeds } from './imports-needs.ts'
import { refreshTables } from './records-store.ts'

/** From here on the server's picture of the tables is out of date, and the next questions would be slow. */
const MANY_ROWS = 1000

/** After many rows only. They are stored whatever comes of this, and the server catches up by itself within minutes. */
export async function settleTables({ database }: ImportsNeeds, rows: number): Promise<void> {
  if (rows >= MANY_ROWS) await outsideFence(() => database.read(refreshTables)).catch(() => undefined)
}

/** Writes the audit row of an import and, when reps came, links members to them. A rehearsal changes nothing and leaves no row. */
export async function announceImport(needs: ImportsNeeds, principal: Principal, report: ImportReport): Promise<void> {
  if (report.isDryRun) return
  const { kind, fileName, rowsCreated, rowsChanged, rowsFaulty } = report
  const detail = { kind, fileName, rowsCreated, rowsChanged, rowsFaulty }
  await needs.onAudit?.({ principal, action: 'import.run', targetKind: 'import', targetId: report.id, detail })
  await settleTables(needs, rowsCreated + rowsChanged)
  await needs.onRecordsChanged?.({ isSample: false })
  if (kind === 'reps') await needs.onRepsChanged?.()
}

/** The same for the sample company, which brings reps too. */
export async function announceSample(
  needs: ImportsNeeds,
  principal: Principal,
  action: ImportNote['action'],
): Promise<void> {
  await settleTables(needs, MANY_ROWS)
  await needs.onRecordsChanged?.({ isSample: true })
  await needs.onAudit?.({ principal, action, targetKind: 'sample', targetId: 'sample', detail: {} })
  await needs.onRepsChanged?.()
}
