import { listWords, nearestWord } from './nearest-word.ts'

/** What is wrong with one written text, and where in it. */
export interface TextFault {
  /** Characters from the beginning of the text; its length where something is missing at the end. */
  readonly offset: number
  /** Characters that are wrong; 0 where something is missing. */
  readonly length: number
  /** For a person; holds the suggestion if there is one. */
  readonly message: string
  /** What to write in place of the wrong characters; null when nothing is near. */
  readonly suggestion: string | null
}

export interface Token {
  readonly kind: 'word' | 'number' | 'ordinal' | 'date' | 'mark' | 'unknown' | 'end'
  /** In lower case. */
  readonly text: string
  readonly offset: number
  readonly length: number
}

/** Longer texts and deeper parentheses are refused: nobody reads them, and reading them is paid for. */
const MOST_CHARACTERS = 1000
const MOST_LEVELS = 20

/** Ends the reading of a text at its first fault. */
class TextFaultError extends Error {
  readonly fault: TextFault

  constructor(fault: TextFault) {
    super(fault.message)
    this.fault = fault
  }
}

/** Runs a reading that may end at a fault. */
export function catchFault<Value>(read: () => Value): Value | { readonly fault: TextFault } {
  try {
    return read()
  } catch (error) {
    if (error instanceof TextFaultError) return { fault: error.fault }
    throw error
  }
}

/** Goes through the tokens of a text from left to right. */
export interface TokenReader {
  peek(): Token
  take(): Token
  /** Takes the next token if it is this word or mark. */
  takeIf(text: string): boolean
  /** Takes the next token, which has to be one of these words or marks; answers which. */
  expect<Word extends string>(words: readonly Word[]): Word
  /** The next token is none of what is expected here. `words` are those it may have been meant for. */
  failExpecting(what: string, words?: readonly string[]): never
  /** Refuses what stands from one token to another. */
  fail(tokens: readonly [Token, Token?], message: string, suggestion?: string): never
  /** Reads something that may hold itself. */
  nest<Value>(read: () => Value): Value
}

/** `kinds` is a global pattern with a named group for each kind of token; anything else is `unknown`. */
export function createTokenReader(text: string, kinds: RegExp): TokenReader {
  const tokens = listTokens(text, kinds)
  const end: Token = { kind: 'end', text: '', offset: text.length, length: 0 }
  let next = 0
  let level = 0
  const reader: TokenReader = {
    peek: () => tokens[next] ?? end,
    take: () => {
      const token = reader.peek()
      next += 1
      return token
    },
    takeIf: (wanted) => {
      const isWanted = reader.peek().text === wanted
      if (isWanted) next += 1
      return isWanted
    },
    expect: (words) => {
      const found = words.find((word) => reader.takeIf(word))
      return found ?? reader.failExpecting(listWords(words), words)
    },
    failExpecting: (what, words = []) => {
      const token = reader.peek()
      if (token.kind === 'end') return reader.fail([token], `The text ends where ${what} is expected.`)
      const near = token.kind === 'word' ? nearestWord(token.text, words) : null
      return reader.fail([token], `Expected ${what}, found \`${token.text}\`.`, near ?? undefined)
    },
    fail: ([from, to = from], message, suggestion) => {
      throw new TextFaultError({
        offset: from.offset,
        length: to.offset + to.length - from.offset,
        message: suggestion === undefined ? message : `${message} Did you mean \`${suggestion}\`?`,
        suggestion: suggestion ?? null,
      })
    },
    nest: (read) => {
      level += 1
      if (level > MOST_LEVELS) reader.fail([reader.peek()], 'This is nested too deeply to be understood.')
      const value = read()
      level -= 1
      return value
    },
  }
  if (text.length > MOST_CHARACTERS) {
    const rest: Token = { ...end, offset: MOST_CHARACTERS, length: text.length - MOST_CHARACTERS }
    reader.fail([rest], `This is longer than ${MOST_CHARACTERS} characters.`)
  }
  return reader
}

function listTokens(text: string, kinds: RegExp): readonly Token[] {
  return Array.from(text.matchAll(kinds), ({ 0: found, index, groups = {} }): Token => {
    const kind = KINDS.find((name) => groups[name] !== undefined) ?? 'unknown'
    return { kind, text: found.toLowerCase(), offset: index, length: found.length }
  })
}

const KINDS = ['word', 'number', 'ordinal', 'date', 'mark'] as const
