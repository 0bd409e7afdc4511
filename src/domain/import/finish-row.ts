import type { ReferenceKind } from './import-kind.ts'
import type { ImportPlan } from './import-plan.ts'
import { idFromName, slug } from './names.ts'
import type { RowDraft, Scalar } from './read-row.ts'

/** What a reference's word was found to mean. */
export interface Resolved {
  readonly id: string
  /** `unknown`: no such record yet; the id is the one it would get from this name. */
  readonly how: 'id' | 'name' | 'spelling' | 'unknown'
  readonly name: string | null
  /** Of products. */
  readonly listPrice?: { readonly micros: number; readonly currency: string } | null
}

/** A row ready for the table: keys are columns. */
export interface FinishedRow {
  readonly line: number
  readonly id: string
  readonly values: Readonly<Record<string, Scalar>>
  readonly origin: Readonly<Record<string, string>>
}

/** Tells what a finished row should add to the notes, counted over the file. */
export type NoteCounter = (topic: 'unknown' | 'spelling' | 'estimated' | 'unpriced', subject: string) => void

interface Finishing {
  readonly resolve: (target: ReferenceKind, word: string) => Resolved
  readonly count: NoteCounter
}

/** What a blank cell means in columns that cannot be empty. No kind but reps leaves its own `kind` blank. */
const BLANK_VALUES: Readonly<Record<string, Scalar>> = { kind: 'rep', escalated: false, pushed_count: 0 }

/** Ties a draft to the records it points to and adds what follows from other fields. Undefined when no id can be made. */
export function finishRow(plan: ImportPlan, draft: RowDraft, finishing: Finishing): FinishedRow | undefined {
  const id = textOf(draft.read['id']) || naturalId(plan, draft)
  if (id === '') return undefined
  const values = ownValues(plan, draft)
  const { origin, product } = tieReferences(draft, values, finishing)
  if (plan.written.includes('currency')) values['currency'] = textOf(draft.read['currency']) || draft.currency || 'USD'
  if (plan.kind === 'deals') finishDeal(plan, { draft, values, id, product, count: finishing.count })
  for (const [column, value] of Object.entries(BLANK_VALUES)) {
    if (values[column] === null) values[column] = value
  }
  return { line: draft.line, id, values, origin }
}

function ownValues(plan: ImportPlan, draft: RowDraft): Record<string, Scalar> {
  const values: Record<string, Scalar> = {}
  for (const { field } of plan.columns) {
    if (field.column === null || field.column === 'id') continue
    values[field.column] = field.type === 'reference' ? null : (draft.read[field.name] ?? null)
  }
  return values
}

function tieReferences(draft: RowDraft, values: Record<string, Scalar>, { resolve, count }: Finishing) {
  const origin: Record<string, string> = { ...draft.origin }
  let product: Resolved | undefined
  for (const { target, word, column, field } of draft.references) {
    const resolved = resolve(target, word)
    values[column] = resolved.id
    if (resolved.how === 'unknown') count('unknown', target)
    if (resolved.how === 'spelling') count('spelling', `${target}\n${word}\n${resolved.name ?? ''}`)
    if (resolved.how === 'unknown' || resolved.how === 'spelling') origin[field] = word
    if (target === 'products') product = resolved
  }
  return { origin, product }
}

function textOf(value: Scalar | undefined): string {
  return value === null || value === undefined ? '' : String(value)
}

function naturalId(plan: ImportPlan, draft: RowDraft): string {
  const words = plan.definition.naturalKey.map((name) => textOf(draft.read[name])).filter((word) => word !== '')
  if (plan.definition.naturalKey.length === 1) return idFromName(plan.kind, words[0] ?? '')
  return slug(words.join(' '))
}

interface DealFinishing {
  readonly draft: RowDraft
  readonly values: Record<string, Scalar>
  readonly id: string
  readonly product: Resolved | undefined
  readonly count: NoteCounter
}

function finishDeal(plan: ImportPlan, finishing: DealFinishing): void {
  const { draft, values, id } = finishing
  const isClosed = values['stage'] === 'won' || values['stage'] === 'lost'
  const closeOn = draft.read['closeOn'] ?? null
  if (plan.written.includes('closed_on')) values['closed_on'] = draft.read['closedOn'] ?? (isClosed ? closeOn : null)
  if (plan.written.includes('expected_close_on')) {
    values['expected_close_on'] = draft.read['expectedCloseOn'] ?? (isClosed ? null : closeOn)
  }
  values['name'] = textOf(draft.read['name']) || dealName(draft, id)
  if (plan.written.includes('value_micros')) finishValue(plan, finishing)
}

function finishValue(plan: ImportPlan, { values, product, count }: DealFinishing): void {
  values['value_micros'] ??= null
  values['value_estimate'] = null
  if (values['value_micros'] !== null || !plan.usesListPrice) return
  const price = product?.listPrice
  if (price && price.currency === (values['currency'] ?? 'USD')) {
    values['value_micros'] = price.micros
    values['value_estimate'] = 'list_price'
    count('estimated', 'value')
  } else {
    count('unpriced', 'value')
  }
}

/** A name from the file's own words; deals of many exports have none. */
function dealName(draft: RowDraft, id: string): string {
  const words = [textOf(draft.read['client']), textOf(draft.read['product'])].filter((word) => word !== '')
  return words.length > 0 ? words.join(' · ') : `Deal ${id}`
}
