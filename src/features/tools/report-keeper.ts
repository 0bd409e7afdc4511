import type { StatusEvent } from '#contract/mcp.ts'
import { takeHappening, type Happening, type ServerReport } from '#domain/mcp/server-report.ts'
import type { Clock } from '#domain/clock.ts'
import type { Log } from '#platform/log/log.ts'
import type { Database } from '#platform/postgres/database.ts'
import { insertTransition } from './history-store.ts'
import { createOutbox } from './outbox.ts'
import { eventsOf } from './report-events.ts'
import { readReport, writeReport } from './report-shape.ts'
import { advanceSequence, lockReport, putReport, type ReportKey } from './shared-store.ts'

/** The report on one server as this process has it: what all processes have stored, and what was met here since. */
export interface ReportKeeper {
  readonly key: ReportKey
  readonly report: ServerReport
  /** Takes it in at once, and tells all others soon. With a fence it counts only while its holder is the one who asks the server. */
  note(happening: Happening, fence?: number | null): void
  /** An event that changes nothing in the report. */
  tell(event: StatusEvent): void
  /** The database went back to an earlier time: what it has from now on is taken, whatever its number. */
  stepBack(): void
  /** What somebody has stored. */
  adopt(stored: { readonly seq: number; readonly report: unknown }): void
  /** Resolves once all that was noted is stored, or could not be; nothing is stored after that. */
  close(): Promise<void>
}

export interface KeeperNeeds {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
  readonly processId: string
  /** All durations times this. */
  readonly pace: number
  /** Something was stored that others are told of. */
  readonly onStored: () => void
  /** A breaker that was closed opened: told once for each opening, in the process that stored what opened it, however many hear of it. */
  readonly onBreakerOpened?: ((server: string) => void) | undefined
}

interface Kept {
  readonly key: ReportKey
  /** Of nothing known. */
  readonly empty: ServerReport
  /** Added on screen: once it is removed there, nothing more is stored. */
  readonly isStored: boolean
}

const STORED_LATER = 'what is known of an MCP server could not be stored yet'
const LEFT_OUT = 'something that was met of an MCP server was refused by the database, and is left out'

type Noted = { readonly happening: Happening; readonly fence: number | null } | { readonly event: StatusEvent }

export function createReportKeeper(needs: KeeperNeeds, kept: Kept): ReportKeeper {
  let stored = { seq: -1, report: kept.empty }
  let view = stored.report
  const refresh = (): void => {
    view = outbox.waiting().reduce(foldLocal, stored.report)
  }
  const outbox = createOutbox<Noted>({
    ...needs,
    send: async (noted) => {
      const written = await storeNoted(needs, kept, noted)
      if (written !== null && written.seq > stored.seq) stored = written
      needs.onStored()
    },
    onSettled: refresh,
    onFault: (error, will) => needs.log.warn({ error, server: kept.key.serverId }, will.pass ? STORED_LATER : LEFT_OUT),
  })
  return {
    key: kept.key,
    get report() {
      return view
    },
    note(happening, fence = null) {
      const before = view
      view = takeHappening(view, happening)
      if (view !== before) outbox.add({ happening, fence }, isUrgent(before, view, happening))
    },
    tell: (event) => outbox.add({ event }, true),
    stepBack() {
      stored = { ...stored, seq: -1 }
    },
    adopt({ seq, report }) {
      if (seq <= stored.seq) return
      stored = { seq, report: readReport(report) ?? kept.empty }
      refresh()
    },
    close: outbox.close,
  }
}

function foldLocal(report: ServerReport, noted: Noted): ServerReport {
  return 'event' in noted ? report : takeHappening(report, noted.happening)
}

/** Of calls that go well, as they did before, others hear a little later. */
function isUrgent(before: ServerReport, after: ServerReport, { kind }: Happening): boolean {
  if (kind !== 'called' && kind !== 'observed') return true
  const { health, breaker } = after
  const isSame =
    health.state === before.health.state && health.reason === before.health.reason && after.auth === before.auth
  const isCalm = health.failures === before.health.failures && breaker.failures === before.breaker.failures
  return !isSame || !isCalm || breaker.openUntilMs !== before.breaker.openUntilMs
}

/**
 * Takes what was noted into the stored report, one process after the other. Null when the server is there no longer. What whoever
 * asked the server before says after another has taken over is left out.
 */
async function storeNoted(
  { database, processId, log, onBreakerOpened }: KeeperNeeds,
  { key, empty, isStored }: Kept,
  noted: readonly Noted[],
): Promise<{ seq: number; report: ServerReport } | null> {
  const told = await database.inTransaction(async (handle) => {
    const row = await lockReport(handle, key, { isStored })
    if (!row) return null
    const before = readReport(row.report) ?? empty
    const isInForce = (fence: number | null): boolean =>
      fence === null || (row.owner === processId && row.fence === fence)
    let report = before
    let openings = 0
    const events: StatusEvent[] = []
    for (const one of noted) {
      if ('event' in one) events.push(one.event)
      else if (isInForce(one.fence)) {
        const next = takeHappening(report, one.happening)
        events.push(...eventsOf(key.serverId, { before: report, after: next }, one.happening))
        if (report.breaker.openUntilMs === null && next.breaker.openUntilMs !== null) openings += 1
        report = next
      }
    }
    if (report === before && events.length === 0) return { seq: row.seq, report, events, openings }
    for (const event of events)
      // A batch holds one or two.
      // oxlint-disable-next-line no-await-in-loop
      if (event.type === 'state-change') await insertTransition(handle, key.serverId, event)
    const seq = await advanceSequence(handle, events)
    await putReport(handle, key, { report: writeReport(report), seq })
    return { seq, report, events, openings }
  })
  for (let at = 0; at < (told?.openings ?? 0); at += 1) onBreakerOpened?.(key.serverId)
  for (const event of told?.events ?? [])
    if (event.type === 'state-change') log.info({ ...event }, 'an MCP server changed its state')
  return told
}
