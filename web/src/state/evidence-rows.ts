import { EvidenceKind, type EvidenceRow } from '#contract/records.ts'
import type { RowRef } from './side.ts'
import { plural } from './words.ts'

/** As many rows as one request may name. */
const BATCH = 40

const KIND_WORDS: Readonly<Record<EvidenceKind, readonly [one: string, many: string]>> = {
  deal: ['deal', 'deals'],
  client: ['client', 'clients'],
  contact: ['contact', 'contacts'],
  activity: ['activity', 'activities'],
  usage: ['day of usage', 'days of usage'],
  invoice: ['invoice', 'invoices'],
  ticket: ['ticket', 'tickets'],
  transcript: ['call', 'calls'],
  rep: ['colleague in the data', 'colleagues in the data'],
  product: ['product', 'products'],
  change: ['change', 'changes'],
  snapshot: ['stored day', 'stored days'],
  memory: ['memory', 'memories'],
}

export interface EvidenceGroup {
  readonly kind: string
  /** `3 invoices`. */
  readonly title: string
  readonly rows: readonly RowRef[]
}

/** Rows by kind, in the order in which each kind first comes; a row named twice stands once. */
export function groupEvidence(rows: readonly RowRef[]): EvidenceGroup[] {
  const unique = new Map(rows.map((row) => [nameOfRow(row), row]))
  return [...Map.groupBy(unique.values(), (row) => row.kind)].map(([kind, ofKind]) => {
    const known = EvidenceKind.safeParse(kind)
    const [one, many] = known.success ? KIND_WORDS[known.data] : ['row', 'rows']
    return { kind, title: plural(ofKind.length, one, many), rows: ofKind }
  })
}

/** The `refs` of as many requests as the rows need; kinds the server does not store are not asked for. */
export function evidenceRefs(rows: readonly RowRef[]): string[] {
  const refs = rows
    .filter((row) => EvidenceKind.safeParse(row.kind).success)
    .map((row) => `${row.kind}:${encodeURIComponent(row.id)}`)
  const unique = [...new Set(refs)]
  return Array.from({ length: Math.ceil(unique.length / BATCH) }, (_, index) =>
    unique.slice(index * BATCH, (index + 1) * BATCH).join(','),
  )
}

export function nameOfRow({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return `${kind}:${id}`
}

/** Facts that say what a row of work is: their words stand without their names. */
const PLAIN = new Set(['What', 'Day'])

/** What a closed row says of itself in one line: whose it is and what it comes to. */
export function summaryOf({ about, facts }: EvidenceRow): string {
  const plain = facts.filter((fact) => PLAIN.has(fact.label)).map((fact) => fact.value)
  const first = facts.find((fact) => !PLAIN.has(fact.label) && fact.value.length <= 60)
  const own = plain.length > 1 || !first ? plain : [`${first.label} ${first.value}`]
  return [about?.label, ...own].filter(Boolean).join(' · ')
}
