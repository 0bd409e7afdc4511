import type { FieldFault } from '../errors.ts'
import type { ImportField, KindDefinition } from './import-kind.ts'
import { squash } from './names.ts'

/** What `--map` asked for. */
export interface MapRequest {
  /** Column (as written) to field; null leaves the column out. */
  readonly columns: ReadonlyMap<string, string | null>
  /** The product's list price stands in for a missing value, labelled as an estimate. */
  readonly usesListPrice: boolean
  /** How days like 3/4/2017 read, when the file itself cannot tell. */
  readonly dayOrder: 'day-first' | 'month-first' | null
}

const NO_MAP: MapRequest = { columns: new Map(), usesListPrice: false, dayOrder: null }

export interface HeaderMatch {
  /** By position in the header; null: the column is not imported. */
  readonly fields: readonly (ImportField | null)[]
  readonly notes: readonly string[]
  /** Names of required fields that no column fills. */
  readonly missing: readonly string[]
}

/**
 * Reads `column=field,"Amount, USD"=value,@list-price=value,@dates=day-first`. A column mapped to nothing or `-` is
 * left out. Faults name what was not understood.
 */
export function parseMap(text: string | undefined): { map: MapRequest; faults: FieldFault[] } {
  const columns = new Map<string, string | null>()
  const faults: FieldFault[] = []
  const wishes: { usesListPrice: boolean; dayOrder: MapRequest['dayOrder'] } = { usesListPrice: false, dayOrder: null }
  for (const pair of splitPairs(text ?? '')) {
    const cut = pair.lastIndexOf('=')
    const column = unquote(pair.slice(0, Math.max(0, cut)).trim())
    const target = pair.slice(cut + 1).trim()
    if (column === '') faults.push({ path: 'map', message: `"${pair}" is not of the form column=field.` })
    else if (!column.startsWith('@')) columns.set(column, target === '' || target === '-' ? null : target)
    else if (!applyWish(wishes, column, target))
      faults.push({ path: 'map', message: `"${pair}" is not known; ${WISHES}` })
  }
  return { map: { columns, ...wishes }, faults }
}

const WISHES = 'there are @list-price=value, @dates=day-first and @dates=month-first.'

/** False when there is no such wish. */
function applyWish(
  wishes: { usesListPrice: boolean; dayOrder: MapRequest['dayOrder'] },
  name: string,
  target: string,
): boolean {
  if (name === '@list-price' && target === 'value') wishes.usesListPrice = true
  else if (name === '@dates' && (target === 'day-first' || target === 'month-first')) wishes.dayOrder = target
  else return false
  return true
}

function splitPairs(text: string): string[] {
  return (text.match(/(?:"[^"]*"|[^,"])+/g) ?? []).map((pair) => pair.trim()).filter((pair) => pair !== '')
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text
}

/** Decides what each column becomes: first what was asked for, then by name and synonyms. */
export function matchHeaders(
  definition: KindDefinition,
  header: readonly string[],
  map: MapRequest,
): { match: HeaderMatch; faults: FieldFault[] } {
  const fields: (ImportField | null)[] = header.map(() => null)
  const faults = applyMap(definition, { header, map, fields })
  const notes = applySynonyms(definition, { header, map, fields })
  const used = new Set(fields.flatMap((found) => (found ? [found.name] : [])))
  const missing = definition.fields
    .filter((candidate) => candidate.isRequired && !used.has(candidate.name))
    .map((candidate) => candidate.name)
  if (!used.has('id') && !used.has(definition.keyNeeds) && !missing.includes(definition.keyNeeds)) missing.push('id')
  return { match: { fields, notes, missing }, faults }
}

interface Matching {
  readonly header: readonly string[]
  readonly map: MapRequest
  readonly fields: (ImportField | null)[]
}

function applyMap(definition: KindDefinition, { header, map, fields }: Matching): FieldFault[] {
  const faults: FieldFault[] = []
  for (const [column, name] of map.columns) {
    const position = findColumn(header, column)
    const target = definition.fields.find((candidate) => candidate.name === name)
    if (position < 0)
      faults.push({ path: 'map', message: `The file has no column "${column}". It has: ${header.join(', ')}.` })
    else if (name !== null && !target)
      faults.push({
        path: 'map',
        message: `${definition.kind} have no field "${name}". There are: ${definition.fields.map((known) => known.name).join(', ')}.`,
      })
    else if (target && fields.includes(target))
      faults.push({ path: 'map', message: `Two columns are mapped to "${target.name}".` })
    else fields[position] = target ?? null
  }
  return faults
}

function findColumn(header: readonly string[], column: string): number {
  const exact = header.indexOf(column)
  return exact >= 0 ? exact : header.findIndex((name) => squash(name) === squash(column))
}

function applySynonyms(definition: KindDefinition, { header, map, fields }: Matching): string[] {
  const notes: string[] = []
  const decided = new Set([...map.columns.keys()].map((column) => findColumn(header, column)))
  const taken = new Map(fields.flatMap((found, position) => (found ? [[found.name, position] as const] : [])))
  const candidates = header
    .flatMap((name, position) =>
      decided.has(position) ? [] : rankedFields(definition, name).map(({ field, rank }) => ({ field, rank, position })),
    )
    .toSorted((a, b) => a.rank - b.rank || a.position - b.position)
  for (const { field, position } of candidates) {
    if (fields[position]) continue
    const other = taken.get(field.name)
    if (other === undefined) {
      fields[position] = field
      taken.set(field.name, position)
    } else {
      notes.push(
        `Column "${header[position] ?? ''}" also looks like ${field.label.toLowerCase()}, which "${header[other] ?? ''}" fills; it was left out.`,
      )
    }
  }
  return notes.filter(
    (note) => !fields.some((found, position) => found && note.startsWith(`Column "${header[position] ?? ''}"`)),
  )
}

/** The fields a header may mean, best first: 0 its own name, 1 its label, then its place in the list of synonyms. */
function rankedFields(definition: KindDefinition, header: string): { field: ImportField; rank: number }[] {
  const word = squash(header)
  if (word === '') return []
  return definition.fields.flatMap((field) => {
    const names = [field.name, field.label, ...field.synonyms].map(squash)
    const rank = names.indexOf(word)
    return rank < 0 ? [] : [{ field, rank }]
  })
}

/** How well a header fits each kind: matched columns, none when a required field is missing. */
export function countMatches(
  definition: KindDefinition,
  header: readonly string[],
): { matched: number; isComplete: boolean } {
  const { match } = matchHeaders(definition, header, NO_MAP)
  return { matched: match.fields.filter((found) => found !== null).length, isComplete: match.missing.length === 0 }
}
