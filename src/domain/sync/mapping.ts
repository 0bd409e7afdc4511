/** How the records of one sort of CRM server become records here: what a mapping file says once it was parsed. */

/** In the order of dependence: whoever is pointed to comes first. */
export const SYNC_KINDS = ['reps', 'clients', 'contacts', 'deals', 'activities'] as const
export type SyncKind = (typeof SYNC_KINDS)[number]

/** `properties.dealname` as its steps; a number picks an item of a list. */
export type FieldPath = readonly string[]

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** How one field is filled. What is made of the value follows from the field's own type. */
export interface FieldRule {
  /** The first of these that holds something. */
  readonly paths: readonly FieldPath[]
  /** All of these, with a blank between; tried before `paths`. */
  readonly joined: readonly FieldPath[]
  /** The same for every record. */
  readonly constant: string | null
  /** The CRM's word to ours, without regard to case. A word that is not there is a fault. */
  readonly words: ReadonlyMap<string, string> | null
  /** Of amounts; without one, or where it is empty, the currency of the sync. */
  readonly currency: FieldPath | null
}

/** How the next page is asked for. */
export type Paging =
  | { readonly by: 'none' }
  /** The answer tells, at this path. */
  | { readonly by: 'cursor'; readonly path: FieldPath }
  /** By what stands at this path of the last record, as long as pages are full. */
  | { readonly by: 'last-id'; readonly size: number; readonly path: FieldPath; readonly first: string | null }

/** One pass over the CRM: a tool that is asked page by page, and what its items become. */
export interface SyncRead {
  readonly name: string
  readonly kind: SyncKind
  readonly tool: string
  /** With `$after`, `$since` and `$settings.NAME` in it; see `fillInput`. */
  readonly input: Json
  readonly paging: Paging
  readonly items: FieldPath
  readonly id: FieldPath
  readonly modified: FieldPath | null
  /** True there: deleted. */
  readonly archived: FieldPath | null
  /** Ids that were merged into this record, in one text. */
  readonly mergedFrom: { readonly path: FieldPath; readonly separator: string } | null
  /** The id of the record that this one was merged into. */
  readonly mergedInto: FieldPath | null
  /** Whether `$since` narrows it; if not, every pass is a whole one. */
  readonly isIncremental: boolean
  readonly fields: ReadonlyMap<string, FieldRule>
}

export interface SyncMapping {
  readonly name: string
  /** Changes of this long before a pass began are asked for again by the next: clocks differ, and pages take time. */
  readonly overlapSeconds: number
  /** Names that a sync has to give for `$settings.NAME`. */
  readonly settings: readonly string[]
  readonly reads: readonly SyncRead[]
}

/** The id here: two CRMs number alike, so the connection's own id goes before. */
export function recordIdOf(server: string, sourceId: string): string {
  return `${server}:${sourceId}`
}
