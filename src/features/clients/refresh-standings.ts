import { setImmediate as yieldToOthers } from 'node:timers/promises'
import type { HealthRows } from '#domain/client/health-rows.ts'
import {
  isSameSnapshot,
  snapshotOf,
  standingOf,
  type ClientSnapshot,
  type ClientStanding,
} from '#domain/client/standing.ts'
import { addDays, dayOf, type Day } from '#domain/day.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { holdRecords } from '#platform/postgres/records-lock.ts'
import type { ClientNeeds } from './client-needs.ts'
import { findClientDay } from './clients-store.ts'
import { listHealthRows, type UsageWindowAsk } from './health-store.ts'
import * as store from './standing-store.ts'

/** So few that their rows, which are read in one piece, do not keep other work of the process waiting. */
const BATCH = 200
/** Clients computed before other work of the process gets its turn. */
const SLICE = 10
/** Days back of the history that a client without any gets from its dated rows, oldest first. */
const HISTORY_BACKS = Array.from({ length: 12 }, (_, index) => 7 * (12 - index))
const EVERYTHING = { kind: 'all' } as const

/** Windows of usage that a standing reads: for the score on each day, and for the two trends of use. */
const WINDOWS: readonly UsageWindowAsk[] = [
  ...[0, 30, ...HISTORY_BACKS].map((back) => ({ back, days: 30 })),
  { back: 0, days: 90 },
  { back: 90, days: 90 },
]

export interface RefreshReport {
  readonly clients: number
  readonly snapshots: number
}

/**
 * Computes where clients stand (all of them, or those asked for) and stores it, with the day's snapshot where something
 * differs from the one before. Reads in batches; each batch is consistent and stored by itself, so a break loses nothing.
 */
export async function refreshStandings(needs: ClientNeeds, only?: readonly string[]): Promise<RefreshReport> {
  const today = dayOf(needs.clock.now())
  let after = ''
  const report = { clients: 0, snapshots: 0 }
  for (;;) {
    const ids = await needs.database.read((handle) => store.listClientIds(handle, { after, only, limit: BATCH }))
    const last = ids.at(-1)
    if (last === undefined) break
    report.clients += ids.length
    report.snapshots += await refreshBatch(needs, ids, today)
    after = last
  }
  if (only === undefined) await endFullRefresh(needs, today)
  return report
}

async function refreshBatch(needs: ClientNeeds, ids: readonly string[], today: Day): Promise<number> {
  const facts = (await needs.sharedFacts?.('client', ids)) ?? new Map()
  const { day, rows, stored } = await needs.database.inSnapshot((handle) => readBatch(handle, ids, today))
  const standings: ClientStanding[] = []
  const snapshots: ClientSnapshot[] = []
  for (const [index, row] of rows.entries()) {
    if (index % SLICE === 0) await yieldToOthers()
    const known: HealthRows = { ...row, facts: facts.get(row.client.id) ?? [] }
    standings.push(standingOf(known))
    snapshots.push(...newSnapshots(known, stored.get(row.client.id)))
  }
  return needs.database.inTransaction(async (handle) => {
    await holdRecords(handle)
    // Some may have gone since they were read.
    const present = new Set(await store.listClientIds(handle, { after: '', only: ids, limit: ids.length }))
    const isPresent = ({ clientId }: { readonly clientId: string }): boolean => present.has(clientId)
    const kept = snapshots.filter(isPresent)
    await store.putStandings(handle, day, standings.filter(isPresent))
    await store.putSnapshots(handle, kept)
    return kept.length
  })
}

async function readBatch(handle: Handle, ids: readonly string[], today: Day) {
  const day = await findClientDay(handle, today)
  const rows = await listHealthRows(handle, ids, { visible: EVERYTHING, asOf: day, today, windows: WINDOWS })
  const stored = await store.listLastSnapshots(handle, ids, day)
  return { day, rows, stored: new Map(stored.map((snapshot) => [snapshot.clientId, snapshot])) }
}

/** Today when it differs from what is stored; a client without history gets twelve weeks of it from its dated rows. */
function newSnapshots(rows: HealthRows, stored: ClientSnapshot | undefined): ClientSnapshot[] {
  const backs = stored === undefined ? [...HISTORY_BACKS, 0] : [0]
  const found: ClientSnapshot[] = []
  for (const back of backs) {
    const snapshot = snapshotOf(rows, back)
    const before = found.at(-1) ?? stored
    if (before === undefined || !isSameSnapshot(before, snapshot)) found.push(snapshot)
  }
  return found
}

async function endFullRefresh(needs: ClientNeeds, today: Day): Promise<void> {
  await needs.database.inTransaction(async (handle) => {
    await holdRecords(handle)
    const day = await findClientDay(handle, today)
    await store.deleteOrphans(handle)
    const clients = await store.countClients(handle)
    if (clients === 0) return
    const history = HISTORY_BACKS.map((back) => addDays(day, -back))
    await store.putFirstDays(handle, history, clients)
    await store.putSnapshotDay(handle, day, clients)
    await store.analyzeStandings(handle)
  })
}
