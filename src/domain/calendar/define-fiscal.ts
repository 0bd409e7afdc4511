import { addDays, isDay, type Day } from '../day.ts'
import { createSpans, COMMON_YEAR, WEEK_PATTERNS, type Fiscal, type WeekPattern } from './fiscal.ts'
import type { FaultList } from './fault.ts'
import { readDays } from './define-business-calendar.ts'
import { listWords, nearestWord } from './nearest-word.ts'

/** Fiscal settings as an operator writes them: a start, or a pattern of weeks with its anchor. */
export interface WrittenFiscal {
  /** The day on which years begin, `MM-DD`. */
  readonly start?: string | undefined
  /** `4-4-5`, `4-5-4` or `5-4-4`. */
  readonly pattern?: string | undefined
  /** The first day of some fiscal year, `YYYY-MM-DD`. */
  readonly anchor?: string | undefined
  /** The first days of the fiscal years that have 53 weeks. */
  readonly longYears?: readonly string[] | undefined
}

const FIELD = 'fiscal'
const MONTH_AND_DAY = /^(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$/

/** What it answers beside a fault is not to be used. */
export function readFiscal(written: WrittenFiscal, faults: FaultList): Fiscal {
  if (written.pattern === undefined) return readStart(written, faults)
  if (written.start !== undefined)
    faults.add(FIELD, 'Say either `start` or `pattern`: years of weeks begin at their anchor.')
  const pattern = readPattern(written.pattern, faults)
  const anchor = written.anchor ?? ''
  if (!isDay(anchor)) {
    faults.add(FIELD, 'A `pattern` needs an `anchor`: the first day of some fiscal year, written YYYY-MM-DD.')
    return COMMON_YEAR
  }
  const longYears = readDays(FIELD, written.longYears ?? [], faults)
  const fiscal: Fiscal = { kind: 'weeks', pattern, anchor, longYears }
  for (const day of longYears) checkLongYear(fiscal, day, faults)
  return fiscal
}

function readStart({ start, anchor, longYears }: WrittenFiscal, faults: FaultList): Fiscal {
  if (anchor !== undefined || longYears !== undefined) {
    faults.add(FIELD, '`anchor` and `longYears` are of years of weeks; say their `pattern`, such as `4-4-5`.')
  }
  const [, month, day] = MONTH_AND_DAY.exec(start ?? '') ?? []
  if (month !== undefined) return { kind: 'months', startMonth: Number(month), startDay: Number(day) }
  faults.add(
    FIELD,
    'A fiscal year needs a `start` written MM-DD, on a day that every month has (01 to 28), or a `pattern`.',
  )
  return COMMON_YEAR
}

function readPattern(text: string, faults: FaultList): WeekPattern {
  const patterns = Object.keys(WEEK_PATTERNS)
  if (isPattern(text)) return text
  faults.add(FIELD, `There is no pattern \`${text}\`; there are ${listWords(patterns)}.`, nearestWord(text, patterns))
  return '4-4-5'
}

function isPattern(text: string): text is WeekPattern {
  return Object.hasOwn(WEEK_PATTERNS, text)
}

function checkLongYear(fiscal: Fiscal, day: Day, faults: FaultList): void {
  const spanOf = createSpans(fiscal)
  const year = spanOf(day, 'year')
  if (year.first === day) return
  const next = addDays(year.last, 1)
  faults.add(FIELD, `No fiscal year begins on ${day}; beside it they begin on ${year.first} and ${next}.`)
}
