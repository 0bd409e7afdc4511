import { listWords } from './nearest-word.ts'
import { catchFault, createTokenReader, type TextFault, type TokenReader } from './token-reader.ts'

/** Which periods have to be in force for a policy, as in `month-end-close and not quiet-nights`. */
export type PeriodMatch =
  | { readonly kind: 'period'; readonly name: string }
  | { readonly kind: 'not'; readonly of: PeriodMatch }
  | { readonly kind: 'and' | 'or'; readonly all: readonly PeriodMatch[] }

const KINDS = /(?<word>[a-z][a-z0-9-]*)|(?<mark>[()])|\S/gi

/** Reads names of periods joined by `not`, `and`, `or` and parentheses, which bind in this order. */
export function parsePeriodMatch(
  text: string,
  names: ReadonlySet<string>,
): { readonly match: PeriodMatch } | { readonly fault: TextFault } {
  return catchFault(() => {
    const reader = createTokenReader(text, KINDS)
    const match = readOr(reader, names)
    if (reader.peek().kind !== 'end') reader.failExpecting('`and`, `or` or the end', ['and', 'or'])
    return { match }
  })
}

type Names = ReadonlySet<string>

function readOr(reader: TokenReader, names: Names): PeriodMatch {
  const all = [readAnd(reader, names)]
  while (reader.takeIf('or')) all.push(readAnd(reader, names))
  return joined('or', all)
}

function readAnd(reader: TokenReader, names: Names): PeriodMatch {
  const all = [readOne(reader, names)]
  while (reader.takeIf('and')) all.push(readOne(reader, names))
  return joined('and', all)
}

function joined(kind: 'and' | 'or', all: readonly PeriodMatch[]): PeriodMatch {
  const [only, ...others] = all
  return only && others.length === 0 ? only : { kind, all }
}

function readOne(reader: TokenReader, names: Names): PeriodMatch {
  return reader.nest(() => {
    if (reader.takeIf('not')) return { kind: 'not', of: readOne(reader, names) }
    if (reader.takeIf('(')) {
      const match = readOr(reader, names)
      reader.expect([')'])
      return match
    }
    const { kind, text } = reader.peek()
    if (kind !== 'word' || !names.has(text)) return failOnName(reader, names)
    reader.take()
    return { kind: 'period', name: text }
  })
}

function failOnName(reader: TokenReader, names: Names): never {
  const known = [...names]
  return reader.failExpecting(
    known.length === 0 ? 'a period, of which there is none' : `a period (${listWords(known)})`,
    [...known, 'not'],
  )
}

export function isMatched(match: PeriodMatch, isActive: (name: string) => boolean): boolean {
  switch (match.kind) {
    case 'period':
      return isActive(match.name)
    case 'not':
      return !isMatched(match.of, isActive)
    case 'and':
      return match.all.every((part) => isMatched(part, isActive))
    case 'or':
      return match.all.some((part) => isMatched(part, isActive))
  }
}

/** The periods that a match names: those it wants in force, and those it wants not to be. */
export function namesOf(match: PeriodMatch): {
  readonly wanted: ReadonlySet<string>
  readonly unwanted: ReadonlySet<string>
} {
  if (match.kind === 'period') return { wanted: new Set([match.name]), unwanted: new Set() }
  if (match.kind === 'not') {
    const { wanted, unwanted } = namesOf(match.of)
    return { wanted: unwanted, unwanted: wanted }
  }
  const parts = match.all.map(namesOf)
  return {
    wanted: new Set(parts.flatMap((part) => [...part.wanted])),
    unwanted: new Set(parts.flatMap((part) => [...part.unwanted])),
  }
}
