import { findNames } from './find-names.ts'
import { tagWords } from './tag-words.ts'
import { tokenise, type Token } from './tokens.ts'

export interface NextStepSlots {
  /** The deal's name as written; absent: the record at hand is meant. */
  readonly record?: string
  /** What is to be done, as written. */
  readonly text?: string
  /** The day when it was said apart from the step. */
  readonly due?: string
}

const MENTION = /(?<![\w-])(?:next|nxt)[ -]?(?:step|action)s?(?![\w-])|(?<![\w-])what (?:happens|comes) next(?![\w-])/i
const WRITES =
  /\b(?:set|log|record|add|update|save|change|note|mark|make|put|enter|capture|write|register|new|replace|store|remind|register|mark)\b/i
/** Asking is not telling: these mean coaching, unless a separator gives the step itself. */
const ASKS = /^\s*(?:what|which|who|why|when|where|how|is|are|do|does|should|any)\b/i
const NOTHING_BUT_ASKING = /^(?:please|pls|thanks|thank you|for me|it|now|here|this|that|on this|deal)?$/i

/** `The next step on X should be Y`: said to be written down. */
const DECREES =
  /^\s*(?:the |our |my )?next (?:step|action)\b[^.?:]*\b(?:should|will) be\b|^[^:?]{2,60}:\s*(?:new )?next (?:step|action)\b/i

type Read = NextStepSlots & { readonly head: string }

/**
 * Reads "set the next step on X to Y", "next step for X: Y", "record that Y as the next step for X". Undefined when the
 * text does not ask to write one down. `head` is the text without the step itself.
 */
export function readNextStep(given: string): Read | undefined {
  const mention = MENTION.exec(given)
  if (!mention) return undefined
  const after = mention.index + mention[0].length
  const quoted = readQuoted(given)
  const isTelling =
    DECREES.test(given) ||
    WRITES.test(given.slice(0, mention.index)) ||
    /,?\s*(?:please\s+)?(?:record|log|save|note)\s+(?:it|this|that|the next step)(?:\s+please|\s+pls)?\W*$/i.test(given)
  if (quoted && isTelling) return withRecord(given, quoted)
  const separated = readSeparated(given, after)
  if (separated && (isTelling || !ASKS.test(given))) return withRecord(given, separated)
  if (!isTelling) return undefined
  const spoken = readBefore(given, mention.index) ?? readAfter(given, after)
  return spoken ? withRecord(given, spoken) : withoutText(given)
}

interface Piece {
  readonly start: number
  readonly end: number
}

function readQuoted(given: string): Piece | undefined {
  const match = /["\u201c]([^"\u201c\u201d]{2,})["\u201d]/.exec(given)
  return match?.[1] === undefined ? undefined : { start: match.index + 1, end: match.index + 1 + match[1].length }
}

/** What stands after a colon, dash or question mark that follows the mention. */
function readSeparated(given: string, after: number): Piece | undefined {
  const match = /(?::|\s(?:[-\u2013\u2014]|=>|->|=)|\?|(?<=\b(?:deal|opportunity|account)),)\s+(?=\S)/.exec(
    given.slice(after),
  )
  if (!match) return undefined
  return trimmed(given, { start: after + match.index + match[0].length, end: given.length })
}

/** `record that I'll send pricing on Thursday as the next step` */
function readBefore(given: string, mentionAt: number): Piece | undefined {
  const match =
    /\b(?:record|log|note|put|save|add|write)(?:\s+down)?\s+(?:that\s+)?(.{3,}?)\s+as\s+(?:the|a|our|my|its)?\s*$/i.exec(
      given.slice(0, mentionAt),
    )
  if (match?.[1] === undefined || /^(?:this|it|that)$/i.test(match[1])) return undefined
  const start = match.index + match[0].indexOf(match[1])
  return { start, end: start + match[1].length }
}

/** `... on X to Y`, `... with X is Y`, `... X as Y`, and `next step X Y` with the step right after the name. */
function readAfter(given: string, after: number): Piece | undefined {
  const tail = given.slice(after)
  const linked = /\s(?:to|as|is(?:\s+to)?|should be|will be|=)\s+(?=\S)/i.exec(tail)
  if (linked) return trimmed(given, { start: after + linked.index + linked[0].length, end: given.length })
  return readUnlinked(given, after)
}

/** `next step X Y`, and `X: next step Y`, where nothing stands between. */
function readUnlinked(given: string, after: number): Piece | undefined {
  const tail = given.slice(after)
  const tokens = tagWords(tokenise(tail))
  const name = findNames(tail, tokens)[0]
  const isNamedBefore = recordIn(given.slice(0, MENTION.exec(given)?.index ?? 0)) !== undefined
  if (isNamedBefore && name?.from !== 0 && tail.trim().length > 3)
    return trimmed(given, { start: after, end: given.length })
  return name && name.from <= 2 ? readBehindName(given, after, tokens.slice(name.to)) : undefined
}

function readBehindName(given: string, after: number, rest: readonly Token[]): Piece | undefined {
  const from = rest[rest[0]?.text === ',' ? 1 : 0]
  return from?.isWord ? trimmed(given, { start: after + from.start, end: given.length }) : undefined
}

function trimmed(given: string, piece: Piece): Piece | undefined {
  const text = given
    .slice(piece.start, piece.end)
    .replace(
      /[,;]?\s*(?:please\s+)?(?:record|log|save|note)\s+(?:it|this|that)(?:\s+please|\s+pls)?\W*$|[\s.!?]+$|[,\s]+(?:please|pls|thanks|thank you)[\s.!]*$/i,
      '',
    )
  return text.trim() === '' || NOTHING_BUT_ASKING.test(text.trim())
    ? undefined
    : { start: piece.start, end: piece.start + text.length }
}

function withRecord(given: string, piece: Piece): Read {
  const head = `${given.slice(0, piece.start)} ${given.slice(piece.end)}`
  const text = given.slice(piece.start, piece.end).trim()
  const onlyRecord = /^(?:the )?(\S.{1,60}?) (?:deal|opportunity)$/i.exec(text)?.[1]
  if (
    onlyRecord !== undefined &&
    onlyRecord.split(' ').length <= 4 &&
    recordIn(given.slice(0, piece.start)) === undefined
  )
    return { head, record: onlyRecord }
  const due = given.slice(piece.end).trim()
  const record =
    recordIn(given.slice(0, piece.start)) ??
    recordAfterMention(given.slice(0, piece.start)) ??
    recordApart(text) ??
    recordIn(given.slice(piece.end)) ??
    (pointsAtHand(head) ? undefined : recordInStep(text))
  return { head, text, ...(due === '' ? {} : { due }), ...(record === undefined ? {} : { record }) }
}

/** `next step kestrel bay -`, `next step for conecom as`: what stands between the mention and the step, less its small words. */
function recordAfterMention(head: string): string | undefined {
  const mention = MENTION.exec(head)
  if (!mention) return undefined
  const between = head
    .slice(mention.index + mention[0].length)
    .replace(/^\s*,?\s*(?:(?:on|for|at|with|of|to|in)\s+)?(?:the\s+)?(?:(?:deal|opportunity)\s+)?/i, '')
    .replace(
      /\s*(?:deal|opportunity|account)?\s*(?::|,|=>|->|=|\s[-\u2013\u2014]|\b(?:to|as|is|should be|will be|is to))?\s*$/i,
      '',
    )
  const words = between.split(/\s+/).filter((word) => word !== '')
  const isName = words.length > 0 && words.length <= 4 && !words.some((word) => NO_RECORD.test(word))
  return isName ? between : undefined
}

const NO_RECORD =
  /^(?:this|here|it|that|please|pls|now|the|deal|a|an|me|today|tomorrow|should|will|be|is|my|our|[^\p{L}\p{N}]+)$|[.:;!?]$/iu

/** `send the quote, deal Initech, tomorrow` */
function recordApart(step: string): string | undefined {
  return /(?:,|;)\s*(?:deal|opportunity|for deal|on deal)\s+([^,;]{2,60})/i.exec(step)?.[1]?.trim()
}

function withoutText(given: string): Read {
  const record = recordIn(given) ?? recordAfterMention(given)
  return { head: given, ...(record === undefined ? {} : { record }) }
}

function recordIn(text: string): string | undefined {
  const bare = text.replaceAll(/["\u201c\u201d]/g, ' ')
  const names = findNames(bare, tagWords(tokenise(bare)))
  // A name that ran across a quotation mark is none.
  return names.length === 1 ? names.map((name) => name.text).find((name) => text.includes(name)) : undefined
}

/** `send the proposal to Bluestone`: the only name of the step may be the deal's; never when the text points at "this deal". */
function recordInStep(text: string): string | undefined {
  const tokens = tagWords(tokenise(text))
  const names = findNames(text, tokens).filter((name) => /^(?:to|with|at|for)$/.test(tokens[name.from - 1]?.word ?? ''))
  return names.length === 1 ? names[0]?.text : undefined
}

function pointsAtHand(head: string): boolean {
  return /\b(?:this|here)\b/i.test(head)
}
