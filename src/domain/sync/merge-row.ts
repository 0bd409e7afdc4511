import type { Scalar } from '../import/read-row.ts'

export type ColumnValues = Readonly<Record<string, Scalar>>

export interface Conflict {
  readonly column: string
  readonly here: string | null
  readonly there: string | null
  /** Whose value stands now. */
  readonly kept: 'here' | 'there'
}

interface MergeInput {
  /** What the CRM says now. */
  readonly said: ColumnValues
  /** What it says nothing of. */
  readonly unsaid: ReadonlySet<string>
  /** What it said at the last copy; null for a record that was not copied before. */
  readonly base: ColumnValues | null
  /** What stands here; null when there is no such row. */
  readonly here: ColumnValues | null
  /** When a field was last changed here, as far as the history knows. */
  readonly changedAt: (column: string) => Date | null
  /** When the CRM last changed the record. */
  readonly modifiedAt: Date | null
}

/**
 * The conflict rule, field by field. The CRM wins, except over what was changed here since the last copy: that stays while
 * the CRM still says what it said, and where the CRM has changed it as well, the later change wins. Both changed is a
 * conflict and is reported by name, whoever wins. Without a time to compare, the CRM wins.
 */
export function mergeRow(input: MergeInput): {
  values: Record<string, Scalar>
  base: Record<string, Scalar>
  conflicts: Conflict[]
} {
  const values: Record<string, Scalar> = {}
  const base: Record<string, Scalar> = {}
  const conflicts: Conflict[] = []
  for (const [column, there] of Object.entries(input.said)) {
    const own = valueIn(input.here, column)
    if (input.unsaid.has(column)) {
      values[column] = input.here === null ? there : own
      base[column] = input.base === null ? values[column] : valueIn(input.base, column)
      continue
    }
    const conflict = conflictOf(input, { column, own, there })
    if (conflict) conflicts.push(conflict)
    const isKept = conflict ? conflict.kept === 'here' : isOnlyOurs(input, { column, own, there })
    values[column] = isKept ? own : there
    base[column] = there
  }
  return { values, base, conflicts }
}

interface Sides {
  readonly column: string
  readonly own: Scalar
  readonly there: Scalar
}

function valueIn(row: ColumnValues | null, column: string): Scalar {
  return row?.[column] ?? null
}

/** Changed here since the last copy, to something that the CRM does not say. */
function isOurs({ base, here }: MergeInput, { column, own, there }: Sides): boolean {
  return here !== null && base !== null && !isSame(own, valueIn(base, column)) && !isSame(own, there)
}

function isOnlyOurs(input: MergeInput, sides: Sides): boolean {
  return isOurs(input, sides) && isSame(sides.there, valueIn(input.base, sides.column))
}

function conflictOf(input: MergeInput, sides: Sides): Conflict | undefined {
  const { column, own, there } = sides
  if (!isOurs(input, sides) || isOnlyOurs(input, sides)) return undefined
  const at = input.changedAt(column)
  const isLater = at !== null && input.modifiedAt !== null && at > input.modifiedAt
  return { column, here: textOf(own), there: textOf(there), kept: isLater ? 'here' : 'there' }
}

/** Columns that were changed here since the last copy. */
export function changedHere(base: ColumnValues | null, here: ColumnValues | null): string[] {
  if (base === null || here === null) return []
  return Object.keys(base).filter((column) => !isSame(base[column] ?? null, here[column] ?? null))
}

function isSame(one: Scalar, other: Scalar): boolean {
  return textOf(one) === textOf(other)
}

function textOf(value: Scalar): string | null {
  return value === null ? null : String(value)
}
