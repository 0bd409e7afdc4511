import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { anyRule } from '../../../test/support/any-rule.ts'
import { formatRule } from './format-rule.ts'
import { parseRule } from './parse-rule.ts'
import type { TextFault } from './token-reader.ts'

function canonical(text: string): string {
  const reading = parseRule(text)
  assert.ok('rule' in reading, 'fault' in reading ? reading.fault.message : '')
  return formatRule(reading.rule)
}

function faultOf(text: string): TextFault {
  const reading = parseRule(text)
  assert.ok('fault' in reading, `${text} has no fault`)
  return reading.fault
}

test('every form of the grammar is read', () => {
  const forms = [
    'last 3 bd of month',
    'first 10 bd of quarter',
    'last 1 days of year',
    'day 15 of month',
    'days 1-5 of month',
    'days 1, 15 of month',
    'days 1-5, 15, 20-25 of month',
    '2nd tue of month',
    'last fri of month',
    '3rd bd of month',
    '11th bd of quarter',
    '200th bd of year',
    'every fri from 2026-01-09',
    'every 2nd fri from 2026-01-09',
    'sat',
    'sat-sun',
    'holiday',
    'bd',
    '2 bd before days 1-5 of month',
    '1 bd after holiday',
    'day 15 of month roll(prev)',
    'day 15 of month roll(modified)',
    'last 3 bd of month and not last 3 bd of quarter',
  ]
  for (const form of forms) assert.equal(canonical(form), form)
})

test('case and blanks are free; whole names, other hyphens and a left-out one are understood', () => {
  assert.equal(canonical('  LAST 3BD of\n Month'), 'last 3 bd of month')
  assert.equal(canonical('days 1 - 5,15of month ROLL ( Next )'), 'days 1-5, 15 of month roll(next)')
  assert.equal(canonical('Saturday\u2013Sunday'), 'sat-sun')
  assert.equal(canonical('last bd of month'), 'last 1 bd of month')
  assert.equal(canonical('first monday of month'), '1st mon of month')
  assert.equal(canonical('last day of year'), 'last 1 days of year')
})

test('places in line have their English endings', () => {
  const ordinals = ['2nd', '3rd', '4th', '11th', '12th', '13th', '21st', '22nd', '23rd', '52nd']
  for (const nth of ordinals)
    assert.equal(canonical(`every ${nth} fri from 2026-01-09`), `every ${nth} fri from 2026-01-09`)
})

test('roll binds before not and shifts, these before and, and before or', () => {
  const reading = parseRule('not sat roll(prev) and 2 bd before bd or holiday')
  assert.deepEqual(reading, {
    rule: {
      kind: 'or',
      all: [
        {
          kind: 'and',
          all: [
            { kind: 'not', of: { kind: 'roll', to: 'prev', of: { kind: 'weekdays', from: 'sat', to: 'sat' } } },
            { kind: 'shift', count: 2, side: 'before', of: { kind: 'bd' } },
          ],
        },
        { kind: 'holiday' },
      ],
    },
  })
  assert.equal(canonical('(not sat) roll(prev)'), '(not sat) roll(prev)')
  assert.equal(canonical('sat and (sun or mon)'), 'sat and (sun or mon)')
  assert.equal(canonical('((sat)) or (sun and mon)'), 'sat or sun and mon')
})

test('what is formatted reads as the same rule', () => {
  fc.assert(
    fc.property(anyRule, (rule) => {
      assert.deepEqual(parseRule(formatRule(rule)), { rule })
    }),
    { numRuns: 1000 },
  )
})

test('a fault has its place, its length and words that say what to do', () => {
  const faults: readonly (readonly [string, number, number, RegExp, string | null])[] = [
    [
      'last 3 bd of quater',
      13,
      6,
      /^Expected `month`, `quarter` or `year`, found `quater`. Did you mean `quarter`\?$/,
      'quarter',
    ],
    ['lst 3 bd of month', 0, 3, /Expected a rule such as .* found `lst`/, 'last'],
    ['monda', 0, 5, /found `monda`/, 'monday'],
    ['sat-sunn', 4, 4, /Expected a weekday/, 'sun'],
    ['holidays and bd', 0, 8, /found `holidays`/, 'holiday'],
    ['sat adn sun', 4, 3, /Expected `and`, `or`, `roll` or the end/, 'and'],
    ['(sat adn sun)', 5, 3, /Expected `and`, `or`, `roll` or `\)`/, 'and'],
    ['holiday roll(modifed)', 13, 7, /Expected `prev`, `next` or `modified`/, 'modified'],
    ['holiday roll(previous)', 13, 8, /found `previous`\.$/, null],
    ['last 3 bd', 9, 0, /^The text ends where `of` is expected\.$/, null],
    ['(holiday', 8, 0, /The text ends where .*`\)` is expected/, null],
    ['', 0, 0, /The text ends/, null],
    ['holiday)', 7, 1, /found `\)`/, null],
    ['days 1;5 of month', 6, 1, /found `;`/, null],
    ['3 days before bd', 2, 4, /Expected `bd`, found `days`/, null],
    ['3 bd befor bd', 5, 5, /Expected `before` or `after`/, 'before'],
    ['first thre bd of month', 6, 4, /Expected a number, `bd`, `day` or a weekday/, null],
  ]
  for (const [text, offset, length, message, suggestion] of faults) {
    const fault = faultOf(text)
    assert.deepEqual([fault.offset, fault.length, fault.suggestion], [offset, length, suggestion], text)
    assert.match(fault.message, message)
  }
})

test('what can be read but cannot be meant is a fault too', () => {
  const faults: readonly (readonly [string, number, number, RegExp, string | null])[] = [
    ['every fri from 2026-01-10', 15, 10, /is a Saturday, no Friday; .* are 2026-01-09 and 2026-01-16/, '2026-01-09'],
    ['every fri from 2026-01-13', 15, 10, /is a Tuesday, no Friday/, '2026-01-16'],
    ['every fri from 2026-02-30', 15, 10, /no day of the calendar/, null],
    ['every fri from 2026-2-6', 15, 8, /not written YYYY-MM-DD/, null],
    ['every 1st fri from 2026-01-09', 0, 9, /Every 1st is each of them/, 'every'],
    ['every 2 fri from 2026-01-09', 6, 1, /Expected a place in line/, '2nd'],
    ['every 3th fri from 2026-01-09', 6, 3, /Expected a place in line/, '3rd'],
    ['2d fri of month', 0, 2, /Expected a place in line/, '2nd'],
    ['every 60th fri from 2026-01-09', 6, 4, /Every 60th is not known/, null],
    ['every 0th fri from 2026-01-09', 6, 3, /Every 0th is not known/, null],
    ['days 3, 5-1 of month', 8, 3, /5-1 runs backwards/, '1-5'],
    ['day 32 of month', 4, 2, /32 is no day of a month/, null],
    ['day 0 of month', 4, 1, /0 is no day of a month/, null],
    ['day 15th of month', 4, 4, /plain numbers/, '15'],
    ['0 bd before holiday', 0, 1, /0 bd are none/, null],
    ['101 bd before holiday', 0, 3, /101 bd are too many/, null],
    ['last 0 bd of month', 5, 1, /0 bd are none/, null],
    ['last 36 days of month', 5, 2, /No month has 36 days/, null],
    ['last 99 bd of quarter', 5, 2, /No quarter has 99 bd/, null],
    ['6th fri of month', 0, 3, /No month has a 6th weekday/, null],
    ['0th fri of month', 0, 3, /No month has a 0th weekday/, null],
    ['0th bd of month', 0, 3, /There is no 0th bd/, null],
    ['3th bd of month', 0, 3, /Expected a place in line/, '3rd'],
    ['36th bd of month', 0, 4, /No month has 36 bd/, null],
    ['3rd bd of weeks', 10, 5, /Expected `month`, `quarter` or `year`/, null],
  ]
  for (const [text, offset, length, message, suggestion] of faults) {
    const fault = faultOf(text)
    assert.deepEqual([fault.offset, fault.length, fault.suggestion], [offset, length, suggestion], text)
    assert.match(fault.message, message)
  }
})

test('a rule that is too long or nested too deeply is refused, not tried', () => {
  assert.match(faultOf(`${'('.repeat(300)}bd${')'.repeat(300)}`).message, /nested too deeply/)
  assert.match(faultOf(`${'not '.repeat(200)}bd`).message, /nested too deeply/)
  const long = faultOf(Array.from({ length: 300 }, () => 'bd').join(' or '))
  assert.deepEqual([long.offset, /longer than 1000/.test(long.message)], [1000, true])
  assert.equal(
    canonical(Array.from({ length: 100 }, () => '(bd)').join(' or ')).length,
    100 * 6 - 4,
    'side by side is not deep',
  )
})

test('no text makes the reader throw, and each fault lies within its text', () => {
  const words = [
    'last',
    'first',
    '3',
    'bd',
    'of',
    'month',
    'days',
    '1',
    '-',
    ',',
    '(',
    ')',
    'roll',
    'prev',
    'not',
    'every',
    '2nd',
  ]
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc
      .array(fc.constantFrom(...words, 'and', 'or', 'fri', 'from', '2026-01-09', 'before'), { maxLength: 14 })
      .map((some) => some.join(' ')),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const reading = parseRule(text)
      if ('rule' in reading) return
      assert.ok(reading.fault.offset >= 0 && reading.fault.offset + reading.fault.length <= text.length)
    }),
    { numRuns: 1000 },
  )
})

test('taking a suggestion mends that fault: the next one, if any, is another', () => {
  const edits = fc.record({ rule: anyRule, at: fc.nat(), letter: fc.constantFrom('', 'x', 'a', 'e', '5') })
  fc.assert(
    fc.property(edits, ({ rule, at, letter }) => {
      const whole = formatRule(rule)
      const place = at % whole.length
      const text = whole.slice(0, place) + letter + whole.slice(place + 1)
      const reading = parseRule(text)
      if ('rule' in reading || reading.fault.suggestion === null) return
      const { offset, length, suggestion } = reading.fault
      const again = parseRule(text.slice(0, offset) + suggestion + text.slice(offset + length))
      assert.ok('rule' in again || again.fault.message !== reading.fault.message, `${text} -> ${suggestion}`)
    }),
    { numRuns: 2000 },
  )
})
