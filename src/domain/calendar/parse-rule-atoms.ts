import { addDays, isDay, type Day } from '../day.ts'
import { listWords } from './nearest-word.ts'
import { ordinal, SPANS, type DayRange, type Rule, type SpanKind } from './rule.ts'
import type { Token, TokenReader } from './token-reader.ts'
import { onOrAfter, onOrBefore, WEEKDAY_WORDS, WEEKDAYS, weekdayName, weekdayOf, type Weekday } from './weekday.ts'

/** What a rule may begin with, besides a number, `not` and a parenthesis. */
export const ATOM_WORDS = ['first', 'last', 'day', 'days', 'every', 'holiday', 'bd', ...WEEKDAY_WORDS.keys()]

/** Days of the longest span of each kind: a 4-4-5 month of five weeks, a quarter of fourteen, a year of 53. */
const MOST_DAYS: Readonly<Record<SpanKind, number>> = { month: 35, quarter: 98, year: 371 }
const LAST_DAY_OF_MONTH = 31
const MOST_WEEKS = 52

/** Reads one rule that holds no other; undefined when none begins here. */
export function readAtom(reader: TokenReader): Rule | undefined {
  const token = reader.peek()
  if (token.kind === 'ordinal') return readNth(reader)
  if (token.kind !== 'word') return undefined
  if (WEEKDAY_WORDS.has(token.text)) return readWeekdays(reader)
  switch (token.text) {
    case 'first':
    case 'last':
      return readEdge(reader, token.text)
    case 'day':
    case 'days':
      return readDays(reader)
    case 'every':
      return readEvery(reader)
    case 'holiday':
    case 'bd':
      reader.take()
      return { kind: token.text }
    default:
      return undefined
  }
}

/** A whole number from 1 to `most`; `tooMany` completes the sentence for one above. */
export function readCount(
  reader: TokenReader,
  { what, most, tooMany }: { readonly what: string; readonly most: number; readonly tooMany: string },
): number {
  const token = reader.take()
  const count = Number(token.text)
  if (count < 1) reader.fail([token], `${token.text} ${what} are none: the count begins at 1.`)
  if (count > most) reader.fail([token], `${token.text} ${what} are too many: ${tooMany}.`)
  return count
}

function readEdge(reader: TokenReader, edge: 'first' | 'last'): Rule {
  reader.take()
  const token = reader.peek()
  if (WEEKDAY_WORDS.has(token.text)) return readWeekdayOfMonth(reader, edge === 'last' ? 'last' : 1)
  if (token.kind === 'number') reader.take()
  else if (token.text !== 'bd' && token.text !== 'day') {
    reader.failExpecting('a number, `bd`, `day` or a weekday', ['bd', 'day', ...WEEKDAY_WORDS.keys()])
  }
  const count = token.kind === 'number' ? Number(token.text) : 1
  const unit = reader.expect(['bd', 'days', 'day']) === 'bd' ? 'bd' : 'days'
  reader.expect(['of'])
  const span = reader.expect(SPANS)
  if (count < 1) reader.fail([token], `${token.text} ${unit} are none: the count begins at 1.`)
  if (count > MOST_DAYS[span]) reader.fail([token], `No ${span} has ${token.text} ${unit}.`)
  return { kind: 'edge', edge, count, unit, span }
}

function readNth(reader: TokenReader): Rule {
  const token = reader.take()
  const nth = Number.parseInt(token.text, 10)
  if (reader.takeIf('bd')) return readNthBusinessDay(reader, token, nth)
  if (nth < 1 || nth > 5) reader.fail([token], `No month has a ${token.text} weekday: 1st to 5th, or last.`)
  checkOrdinal(reader, token, nth)
  return readWeekdayOfMonth(reader, nth)
}

function readNthBusinessDay(reader: TokenReader, token: Token, nth: number): Rule {
  if (nth < 1) reader.fail([token], `There is no ${token.text} bd: the count begins at 1st.`)
  checkOrdinal(reader, token, nth)
  reader.expect(['of'])
  const span = reader.expect(SPANS)
  if (nth > MOST_DAYS[span]) reader.fail([token], `No ${span} has ${nth} bd.`)
  return { kind: 'nth-bd', nth, span }
}

/** Whatever letters follow the figures are one token with them: `2th` and `2d` stand for `2nd`. */
function checkOrdinal(reader: TokenReader, token: Token, count: number): void {
  if (token.text !== ordinal(count)) {
    reader.fail([token], `Expected a place in line, found \`${token.text}\`.`, ordinal(count))
  }
}

function readWeekdayOfMonth(reader: TokenReader, nth: number | 'last'): Rule {
  const weekday = readWeekday(reader)
  reader.expect(['of'])
  reader.expect(['month'])
  return { kind: 'nth', nth, weekday }
}

function readWeekdays(reader: TokenReader): Rule {
  const from = readWeekday(reader)
  return { kind: 'weekdays', from, to: reader.takeIf('-') ? readWeekday(reader) : from }
}

function readWeekday(reader: TokenReader): Weekday {
  const weekday = WEEKDAY_WORDS.get(reader.peek().text)
  if (weekday === undefined)
    return reader.failExpecting(`a weekday (${listWords(WEEKDAYS)})`, [...WEEKDAY_WORDS.keys()])
  reader.take()
  return weekday
}

function readDays(reader: TokenReader): Rule {
  reader.take()
  const ranges = [readDayRange(reader)]
  while (reader.takeIf(',')) ranges.push(readDayRange(reader))
  reader.expect(['of'])
  reader.expect(['month'])
  return { kind: 'days', ranges }
}

function readDayRange(reader: TokenReader): DayRange {
  const [from, fromToken] = readDayOfMonth(reader)
  const [to, toToken] = reader.takeIf('-') ? readDayOfMonth(reader) : [from, fromToken]
  if (from > to) reader.fail([fromToken, toToken], `${from}-${to} runs backwards.`, `${to}-${from}`)
  return { from, to }
}

function readDayOfMonth(reader: TokenReader): readonly [number, Token] {
  const token = reader.peek()
  if (!isNumbered(token)) reader.failExpecting('a day of the month, 1 to 31,')
  const day = Number.parseInt(token.text, 10)
  if (day < 1 || day > LAST_DAY_OF_MONTH) reader.fail([token], `${token.text} is no day of a month: 1 to 31.`)
  if (token.kind === 'ordinal') reader.fail([token], 'Days of a month are plain numbers here.', String(day))
  reader.take()
  return [day, token]
}

function isNumbered(token: Token): boolean {
  return token.kind === 'number' || token.kind === 'ordinal'
}

function readEvery(reader: TokenReader): Rule {
  const every = reader.take()
  const weeks = readWeeks(reader, every)
  const weekdayToken = reader.peek()
  const weekday = readWeekday(reader)
  reader.expect(['from'])
  const dateToken = reader.peek()
  const from = readDate(reader)
  if (weekdayOf(from) !== weekday) failOnWeekday(reader, { from, weekday, tokens: [weekdayToken, dateToken] })
  return { kind: 'every', weeks, weekday, from }
}

function readWeeks(reader: TokenReader, every: Token): number {
  const token = reader.peek()
  if (!isNumbered(token)) return 1
  const weeks = Number.parseInt(token.text, 10)
  if (weeks === 1) reader.fail([every, token], 'Every 1st is each of them: no number is needed.', 'every')
  if (weeks < 1 || weeks > MOST_WEEKS) reader.fail([token], `Every ${token.text} is not known: 2nd to ${MOST_WEEKS}nd.`)
  checkOrdinal(reader, reader.take(), weeks)
  return weeks
}

function readDate(reader: TokenReader): Day {
  const token = reader.peek()
  if (token.kind !== 'date') return reader.failExpecting('a day such as `2026-01-09`')
  if (!isDay(token.text))
    return reader.fail([token], `${token.text} is no day of the calendar, or not written YYYY-MM-DD.`)
  reader.take()
  return token.text
}

function failOnWeekday(
  reader: TokenReader,
  {
    from,
    weekday,
    tokens,
  }: { readonly from: Day; readonly weekday: Weekday; readonly tokens: readonly [Token, Token] },
): never {
  const [before, after] = [onOrBefore(from, weekday), onOrAfter(from, weekday)]
  const nearest = after <= addDays(from, 3) ? after : before
  const name = weekdayName(weekday)
  const message = `${from} is a ${weekdayName(weekdayOf(from))}, no ${name}; the ${name}s beside it are ${before} and ${after}.`
  return reader.fail([tokens[1]], message, nearest)
}
