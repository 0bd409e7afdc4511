import type { NoteCounter } from '#domain/import/finish-row.ts'
import type { RowFault } from '#domain/import/read-row.ts'
import type { ImportCounts } from './imports-store.ts'

/** Faults kept for reading; the rest are counted. */
const MAX_STORED_FAULTS = 10_000
/** Notes of one sort that are spelt out. */
const MAX_SPELLINGS = 20

/** What an import has seen so far. The counts of stored rows are added to only when their transaction has committed. */
export interface Tally {
  rowsRead: number
  rowsCreated: number
  rowsChanged: number
  rowsUnchanged: number
  rowsFaulty: number
  rowsRepeated: number
  faultsSeen: number
  /** Not yet stored. */
  pendingFaults: (RowFault & { n: number })[]
  readonly topics: Map<string, number>
  readonly count: NoteCounter
}

export function createTally(): Tally {
  const topics = new Map<string, number>()
  return {
    rowsRead: 0,
    rowsCreated: 0,
    rowsChanged: 0,
    rowsUnchanged: 0,
    rowsFaulty: 0,
    rowsRepeated: 0,
    faultsSeen: 0,
    pendingFaults: [],
    topics,
    count: (topic, subject) => {
      const key = `${topic}\n${subject}`
      // Bounded: a file of a million different spellings gets no more than a few notes.
      if (topics.has(key) || topics.size < 1000) topics.set(key, (topics.get(key) ?? 0) + 1)
    },
  }
}

/** Counts one bad row and keeps its faults, as long as there is room. */
export function addFaultyRow(tally: Tally, faults: readonly RowFault[]): void {
  tally.rowsFaulty += 1
  faults.forEach((fault, n) => {
    tally.faultsSeen += 1
    if (tally.faultsSeen <= MAX_STORED_FAULTS) tally.pendingFaults.push({ ...fault, n })
  })
}

export function countsOf(tally: Tally, bytesRead: number): ImportCounts {
  const { rowsRead, rowsCreated, rowsChanged, rowsUnchanged, rowsFaulty } = tally
  return { rowsRead, rowsCreated, rowsChanged, rowsUnchanged, rowsFaulty, bytesRead }
}

/** Sentences on what was understood without being said. */
export function tallyNotes(tally: Tally): string[] {
  const spellings = [...tally.topics].filter(([key]) => key.startsWith('spelling\n')).toSorted((a, b) => b[1] - a[1])
  const notes = spellings.slice(0, MAX_SPELLINGS).map(([key, rows]) => {
    const [, kind, word, name] = key.split('\n')
    return `${kind ?? ''}: "${word ?? ''}" was read as "${name ?? ''}" (${rowsText(rows)}).`
  })
  if (spellings.length > MAX_SPELLINGS)
    notes.push(`${spellings.length - MAX_SPELLINGS} more spellings were matched the same way.`)
  const estimated = tally.topics.get('estimated\nvalue') ?? 0
  if (estimated > 0)
    notes.push(`The list price stands in for a missing value in ${rowsText(estimated)}; these are marked as estimates.`)
  const unpriced = tally.topics.get('unpriced\nvalue') ?? 0
  if (unpriced > 0)
    notes.push(
      `${rowsText(unpriced)} have no value and no list price could stand in: their product or its price in the same currency is not known.`,
    )
  if (tally.rowsRepeated > 0)
    notes.push(`${rowsText(tally.rowsRepeated)} repeat an id that stands further up in the file; the last one counts.`)
  if (tally.faultsSeen > MAX_STORED_FAULTS)
    notes.push(
      `There are ${tally.faultsSeen.toLocaleString('en-US')} faults; the first ${MAX_STORED_FAULTS.toLocaleString('en-US')} are kept.`,
    )
  return notes
}

function rowsText(rows: number): string {
  return rows === 1 ? '1 row' : `${rows.toLocaleString('en-US')} rows`
}
