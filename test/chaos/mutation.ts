import type { Fault } from './plan-faults.ts'

/** One fault put into a copy of the product's source, which a run must notice. */
export interface Mutation {
  readonly name: string
  /** Each `from` stands in its file exactly once. */
  readonly edits: readonly { readonly file: string; readonly from: string; readonly to: string }[]
  /** A breach that shows the fault for what it is. */
  readonly shows: RegExp
  /** What must happen for it to show; nothing: it shows by itself. */
  readonly faults: readonly Fault[]
  readonly kills?: number
  /** Longer than others have, for what takes long to show. */
  readonly quietMs?: number
}

/** One edit of one file. */
export function edit(file: string, from: string, to: string): Mutation['edits'] {
  return [{ file, from, to }]
}
