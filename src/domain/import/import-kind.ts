/** The kinds of records a file can bring; the same list as the contract's, held together by a test. */
export const IMPORT_KINDS = [
  'clients',
  'contacts',
  'deals',
  'activities',
  'usage',
  'invoices',
  'tickets',
  'reps',
  'products',
  'transcripts',
] as const
export type ImportKind = (typeof IMPORT_KINDS)[number]

export type ReferenceKind = 'clients' | 'contacts' | 'deals' | 'reps' | 'products'

interface FieldBasics {
  /** As `--map` and the bulk upsert name it. */
  readonly name: string
  readonly label: string
  /** The column of the table; null for a field that only helps to fill others. */
  readonly column: string | null
  readonly isRequired?: boolean
  /** Headers that mean this field, besides its name and label; compared without case, spaces and punctuation. */
  readonly synonyms: readonly string[]
}

export type ImportField = FieldBasics &
  (
    | { readonly type: 'text' | 'int' | 'money' | 'day' | 'boolean' | 'stage' | 'currency' }
    /** A word of a list; `isOpen` keeps words that are not on it, in lower case. */
    | { readonly type: 'enum'; readonly words: Readonly<Record<string, readonly string[]>>; readonly isOpen: boolean }
    | { readonly type: 'reference'; readonly target: ReferenceKind }
  )

export interface KindDefinition {
  readonly kind: ImportKind
  readonly table: string
  readonly fields: readonly ImportField[]
  /** Fields that name a record when the file has no id of its own; the id is made from them, so that re-import finds it. */
  readonly naturalKey: readonly string[]
  /** Of those, the one without which rows could not be told apart. */
  readonly keyNeeds: string
  /** Other records point to this kind by name. */
  readonly isReferable: boolean
}

export const STAGES = ['prospecting', 'qualification', 'proposal', 'negotiation', 'won', 'lost'] as const
export type Stage = (typeof STAGES)[number]

export type ScalarType = 'text' | 'int' | 'money' | 'day' | 'boolean' | 'stage' | 'currency'

/** `field('closedOn', 'closed_on', 'Closed on', 'day', [...])`: short, because the tables are long. */
export function field(
  name: string,
  column: string | null,
  options: { label: string; type?: ScalarType; isRequired?: boolean; synonyms?: string },
): ImportField {
  return {
    name,
    column,
    label: options.label,
    type: options.type ?? 'text',
    isRequired: options.isRequired ?? false,
    synonyms: splitSynonyms(options.synonyms),
  }
}

export function reference(
  name: string,
  column: string,
  options: { label: string; target: ReferenceKind; isRequired?: boolean; synonyms?: string },
): ImportField {
  return {
    name,
    column,
    label: options.label,
    type: 'reference',
    target: options.target,
    isRequired: options.isRequired ?? false,
    synonyms: splitSynonyms(options.synonyms),
  }
}

function splitSynonyms(text = ''): string[] {
  return text.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
}
