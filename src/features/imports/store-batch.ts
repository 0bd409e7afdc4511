import type { Day } from '#domain/day.ts'
import { finishRow, type FinishedRow, type Resolved } from '#domain/import/finish-row.ts'
import type { ReferenceKind } from '#domain/import/import-kind.ts'
import type { ImportPlan } from '#domain/import/import-plan.ts'
import type { RowDraft } from '#domain/import/read-row.ts'
import type { Handle } from '#platform/postgres/database.ts'
import { addFaultyRow, type Tally } from './import-tally.ts'
import { upsertRows } from './records-store.ts'
import { findReferences } from './reference-store.ts'

/** References remembered between batches; beyond that they are looked up anew. */
const MAX_REMEMBERED = 20_000

export type ReferenceMemory = Map<string, Resolved>

interface BatchInput {
  readonly plan: ImportPlan
  readonly drafts: readonly RowDraft[]
  readonly tally: Tally
  readonly memory: ReferenceMemory
  readonly source: string
  readonly asOf: Day
}

export interface BatchCounts {
  readonly created: number
  readonly changed: number
  readonly unchanged: number
  readonly repeated: number
}

/** Resolves references and writes the rows; the caller adds the counts once the transaction has committed. */
export async function storeBatch(handle: Handle, input: BatchInput): Promise<BatchCounts> {
  const { plan, drafts, tally, memory, source, asOf } = input
  await remember(handle, memory, drafts)
  const resolve = (target: ReferenceKind, word: string): Resolved =>
    memory.get(`${target}\n${word}`) ?? { id: word, how: 'unknown', name: null }
  const rows: FinishedRow[] = []
  for (const draft of drafts) {
    const row = finishRow(plan, draft, { resolve, count: tally.count })
    if (row) rows.push(row)
    else
      addFaultyRow(tally, [
        { line: draft.line, column: null, reason: 'There is no id, and nothing to make one from.', value: null },
      ])
  }
  const counts = { created: 0, changed: 0, unchanged: 0, repeated: 0 }
  for (const wave of inWaves(rows)) {
    const written = await upsertRows(handle, {
      definition: plan.definition,
      written: plan.written,
      rows: wave,
      source,
      asOf,
    })
    counts.created += written.created
    counts.changed += written.changed
    counts.unchanged += written.unchanged
    counts.repeated += written.repeated
  }
  return counts
}

async function remember(handle: Handle, memory: ReferenceMemory, drafts: readonly RowDraft[]): Promise<void> {
  const wanted = new Map<ReferenceKind, Set<string>>()
  const note = (target: ReferenceKind, word: string): void => {
    if (memory.has(`${target}\n${word}`)) return
    const words = wanted.get(target) ?? new Set()
    wanted.set(target, words.add(word))
  }
  if (memory.size > MAX_REMEMBERED) memory.clear()
  for (const draft of drafts) for (const { target, word } of draft.references) note(target, word)
  for (const [target, words] of wanted) {
    for (const [word, resolved] of await findReferences(handle, target, [...words]))
      memory.set(`${target}\n${word}`, resolved)
  }
}

/** One statement cannot write an id twice: the second row of an id goes into a second wave, and so on, so the last one wins. */
function inWaves(rows: readonly FinishedRow[]): FinishedRow[][] {
  const waves: FinishedRow[][] = []
  const waveOfId = new Map<string, number>()
  for (const row of rows) {
    const index = waveOfId.get(row.id) ?? 0
    waveOfId.set(row.id, index + 1)
    const wave = waves[index] ?? []
    waves[index] = wave
    wave.push(row)
  }
  return waves
}
