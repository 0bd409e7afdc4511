import type { TextFault } from './token-reader.ts'

/** Where an operator wrote something; lines begin at 1. */
export interface Source {
  readonly file: string
  readonly line: number
  /** From 1; absent where only the line is known. */
  readonly column?: number | undefined
}

/** Where each field of a calendar or period stands, by its name. */
export type FieldSources = Readonly<Record<string, Source>>

/** What is wrong with a definition, for a person to mend. */
export interface CalendarFault {
  /** Of the field or setting at fault, or where it is not written of the calendar, period or policy. */
  readonly source: Source
  /** Down to the value at fault: `periods`, `month-end-close`, `when`. */
  readonly path: readonly string[]
  readonly message: string
  /** Where in the written text, in characters; null when all of it is meant. */
  readonly place: { readonly offset: number; readonly length: number } | null
  readonly suggestion: string | null
}

/** Something that was defined, or everything that is wrong with it. */
export type Defined<Value> = { readonly value: Value } | { readonly faults: readonly CalendarFault[] }

/** Gathers the faults of one thing, so that a person sees them all at once. */
export interface FaultList {
  add(field: string, message: string, suggestion?: string | null): void
  /** One that has its place within a written text. */
  addInText(field: string, fault: TextFault): void
  readonly all: readonly CalendarFault[]
}

/** A fault stands where its field does, if that is known, and otherwise where the whole thing does. */
export function createFaultList(whole: Source, path: readonly string[], fields: FieldSources = {}): FaultList {
  const sourceOf = (field: string): Source => fields[field] ?? whole
  const all: CalendarFault[] = []
  return {
    all,
    add: (field, message, suggestion = null) => {
      const words = suggestion === null ? message : `${message} Did you mean \`${suggestion}\`?`
      all.push({ source: sourceOf(field), path: [...path, field], message: words, place: null, suggestion })
    },
    addInText: (field, { offset, length, message, suggestion }) => {
      all.push({ source: sourceOf(field), path: [...path, field], message, place: { offset, length }, suggestion })
    },
  }
}
