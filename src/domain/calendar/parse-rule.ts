import { ROLLS, type Rule } from './rule.ts'
import { ATOM_WORDS, readAtom, readCount } from './parse-rule-atoms.ts'
import { catchFault, createTokenReader, type TextFault, type TokenReader } from './token-reader.ts'

const KINDS =
  /(?<date>\d{4}-\d{1,2}-\d{1,2}(?!\d))|(?<ordinal>\d+(?!bd|day|of)[a-z][a-z\d]*)|(?<number>\d+)|(?<word>[a-z]+)|(?<mark>[(),-])|\S/gi
/** The nth business day before or after a day: a hundred are five months, and each is walked. */
const MOST_SHIFTED = 100

/**
 * Reads a rule such as `last 3 bd of month and not holiday`. Case does not matter, nor do blanks. `roll(...)` binds
 * tightest, then `not` and `N bd before`, then `and`, then `or`; parentheses group.
 */
export function parseRule(text: string): { readonly rule: Rule } | { readonly fault: TextFault } {
  return catchFault(() => {
    // What a word processor makes of a hyphen is one; the places of all characters stay as they are.
    const reader = createTokenReader(text.replaceAll(/[\u2010-\u2015\u2212]/g, '-'), KINDS)
    const rule = readOr(reader)
    if (reader.peek().kind !== 'end') {
      reader.failExpecting('`and`, `or`, `roll` or the end', ['and', 'or', 'roll'])
    }
    return { rule }
  })
}

function readOr(reader: TokenReader): Rule {
  return readJoined(reader, { word: 'or', readPart: readAnd })
}

function readAnd(reader: TokenReader): Rule {
  return readJoined(reader, { word: 'and', readPart: readPrefixed })
}

function readJoined(
  reader: TokenReader,
  { word, readPart }: { readonly word: 'and' | 'or'; readonly readPart: (reader: TokenReader) => Rule },
): Rule {
  const first = readPart(reader)
  const all = [first]
  while (reader.takeIf(word)) all.push(readPart(reader))
  return all.length === 1 ? first : { kind: word, all }
}

function readPrefixed(reader: TokenReader): Rule {
  return reader.nest(() => {
    if (reader.takeIf('not')) return { kind: 'not', of: readPrefixed(reader) }
    if (reader.peek().kind !== 'number') return readRolled(reader)
    const count = readCount(reader, { what: 'bd', most: MOST_SHIFTED, tooMany: `at most ${MOST_SHIFTED} are walked` })
    reader.expect(['bd'])
    return { kind: 'shift', count, side: reader.expect(['before', 'after']), of: readPrefixed(reader) }
  })
}

function readRolled(reader: TokenReader): Rule {
  let rule = readGroup(reader)
  while (reader.takeIf('roll')) {
    reader.expect(['('])
    rule = { kind: 'roll', to: reader.expect(ROLLS), of: rule }
    reader.expect([')'])
  }
  return rule
}

function readGroup(reader: TokenReader): Rule {
  if (!reader.takeIf('(')) {
    return readAtom(reader) ?? reader.failExpecting('a rule such as `last 3 bd of month`', [...ATOM_WORDS, 'not'])
  }
  const rule = readOr(reader)
  if (!reader.takeIf(')')) reader.failExpecting('`and`, `or`, `roll` or `)`', ['and', 'or', 'roll'])
  return rule
}
