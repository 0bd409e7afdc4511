import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addDays } from '../day.ts'
import { idFromName, slug, squash } from './names.ts'
import { decideDayOrder, parseDay } from './parse-day.ts'
import { decideDecimal, parseMoney } from './parse-money.ts'
import { parseBoolean, parseInteger, parseStage } from './parse-scalar.ts'

const anyDay = fc.integer({ min: -20_000, max: 40_000 }).map((days) => addDays('2000-01-01', days))
const parts = (day: string): [string, number, number] => {
  const [year = '', month = '', date = ''] = day.split('-')
  return [year, Number(month), Number(date)]
}

test('a day written in any of the forms reads back as the same day', () => {
  fc.assert(
    fc.property(anyDay, (day) => {
      const [year, month, date] = parts(day)
      assert.equal(parseDay(day, 'month-first'), day)
      assert.equal(parseDay(`${day}T23:59:00Z`, 'day-first'), day)
      assert.equal(parseDay(`${month}/${date}/${year}`, 'month-first'), day)
      assert.equal(parseDay(`${date}/${month}/${year}`, 'day-first'), day)
      assert.equal(parseDay(`${date}.${month}.${year}`, 'month-first'), day)
      assert.equal(parseDay(day.replaceAll('-', ''), 'month-first'), day)
    }),
  )
})

test('days that no calendar has are refused', () => {
  for (const text of [
    '2017-02-29',
    '2/30/2017',
    '13/13/2017',
    '0/1/2017',
    '31.4.2017',
    'soon',
    '43101',
    '2017-13-01',
    '0000-01-01',
  ]) {
    assert.equal(parseDay(text, 'month-first'), undefined, text)
  }
})

test('month names and two-digit years read as people mean them', () => {
  assert.equal(parseDay('12 Mar 2017', 'month-first'), '2017-03-12')
  assert.equal(parseDay('March 3rd, 2017', 'month-first'), '2017-03-03')
  assert.equal(parseDay('3-Sep-2017', 'month-first'), '2017-09-03')
  assert.equal(parseDay('10/20/16', 'month-first'), '2016-10-20')
})

test('one value above twelve decides the order of the whole column', () => {
  fc.assert(
    fc.property(fc.array(anyDay, { minLength: 1, maxLength: 40 }), (days) => {
      const dates = days.map(parts)
      const isClear = dates.some(([, , date]) => date > 12)
      const american = decideDayOrder(dates.map(([year, month, date]) => `${month}/${date}/${year}`))
      const european = decideDayOrder(dates.map(([year, month, date]) => `${date}/${month}/${year}`))
      assert.deepEqual(american, { order: 'month-first', how: isClear ? 'proven' : 'assumed' })
      assert.deepEqual(european, { order: isClear ? 'day-first' : 'month-first', how: isClear ? 'proven' : 'assumed' })
    }),
  )
})

test('days in both orders are called mixed, and ISO days need no order', () => {
  assert.equal(decideDayOrder(['25/1/2017', '1/25/2017']).how, 'mixed')
  assert.equal(decideDayOrder(['2017-01-25', '1.2.2017']).how, 'not-needed')
})

test('an amount written in either style reads back to the micro', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -8_000_000_000, max: 8_000_000_000 }),
      fc.integer({ min: 0, max: 99 }),
      (whole, cents) => {
        const fraction = String(cents).padStart(2, '0')
        const micros = (Math.abs(whole) * 1_000_000 + cents * 10_000) * (whole < 0 ? -1 : 1)
        const grouped = Math.abs(whole).toLocaleString('en-US')
        const sign = whole < 0 ? '-' : ''
        assert.equal(parseMoney(`${sign}${grouped}.${fraction}`, '.')?.micros, micros)
        assert.equal(parseMoney(`${sign}$${grouped}.${fraction}`, '.')?.micros, micros)
        assert.equal(parseMoney(`${sign}${grouped.replaceAll(',', '.')},${fraction} €`, ',')?.micros, micros)
        assert.equal(parseMoney(`${sign}${grouped.replaceAll(',', ' ')},${fraction}`, ',')?.micros, micros)
      },
    ),
  )
})

test('amounts as people write them', () => {
  const golden: [string, '.' | ',', number | undefined, string | null][] = [
    ['1,234.56', '.', 1_234_560_000, null],
    ['$1.2k', '.', 1_200_000_000, 'USD'],
    ['€1.234,56', ',', 1_234_560_000, 'EUR'],
    ['1.234,56 EUR', ',', 1_234_560_000, 'EUR'],
    ['(500)', '.', -500_000_000, null],
    ['-$5', '.', -5_000_000, 'USD'],
    ["1'234.50", '.', 1_234_500_000, null],
    ['2.5M', '.', 2_500_000_000_000, null],
    ['0', '.', 0, null],
    ['-0', '.', 0, null],
    ['.5', '.', 500_000, null],
  ]
  for (const [text, decimal, micros, currency] of golden) {
    assert.deepEqual(parseMoney(text, decimal), { micros, currency }, text)
  }
  for (const text of [
    '12 apples',
    '1,2',
    '1.2.3',
    '',
    'USD',
    '--5',
    '1,23.4',
    '99999999999999',
    '$5 EUR',
    'NaN',
    '1e9x',
  ]) {
    assert.equal(parseMoney(text, '.'), undefined, text)
  }
})

test('the decimal sign of a column is proven by its values or assumed to be the point', () => {
  assert.deepEqual(decideDecimal(['1.234,56', '12']), { decimal: ',', how: 'proven' })
  assert.deepEqual(decideDecimal(['1,234.56']), { decimal: '.', how: 'proven' })
  assert.deepEqual(decideDecimal(['12,5', '3']), { decimal: ',', how: 'proven' })
  assert.deepEqual(decideDecimal(['1.234.567']), { decimal: ',', how: 'proven' })
  assert.deepEqual(decideDecimal(['1,234', '5,678']), { decimal: '.', how: 'assumed' })
  assert.deepEqual(decideDecimal(['1100.04', '251']), { decimal: '.', how: 'proven' })
  assert.deepEqual(decideDecimal(['12,5', '12.5']).how, 'mixed')
  assert.deepEqual(decideDecimal(['12', '$7']), { decimal: '.', how: 'not-needed' })
})

test('whole numbers and answers of yes and no', () => {
  assert.deepEqual(['2822', '2,822', '2822.0', '-5', '+7'].map(parseInteger), [2822, 2822, 2822, -5, 7])
  assert.deepEqual(['2.5', '1e3', '3000000000', 'many', '1,2'].map(parseInteger), [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  assert.deepEqual(['Yes', 'TRUE', '1', 'no', '0', 'perhaps'].map(parseBoolean), [
    true,
    true,
    true,
    false,
    false,
    undefined,
  ])
})

test('stages of the common CRMs are understood', () => {
  const golden = {
    Prospecting: 'prospecting',
    Engaging: 'qualification',
    Won: 'won',
    Lost: 'lost',
    'Closed Won': 'won',
    closedwon: 'won',
    'Closed - Lost': 'lost',
    'Proposal/Price Quote': 'proposal',
    'Negotiation/Review': 'negotiation',
    'Needs Analysis': 'qualification',
    contractsent: 'negotiation',
    appointmentscheduled: 'prospecting',
  }
  for (const [word, stage] of Object.entries(golden)) assert.equal(parseStage(word), stage, word)
  assert.equal(parseStage('Limbo'), undefined)
})

test('an id made from a name is the same for every writing of it', () => {
  assert.equal(slug('Acme  Corporation, Inc.'), 'acme-corporation-inc')
  assert.equal(slug('Café Zürich'), 'cafe-zurich')
  assert.equal(idFromName('products', 'GTX Pro'), idFromName('products', 'GTXPro'))
  assert.notEqual(idFromName('clients', 'Ab C'), idFromName('clients', 'A Bc'))
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      (name) => slug(slug(name)) === slug(name) || slug(name).length > 100,
    ),
  )
  fc.assert(fc.property(fc.string(), (name) => squash(squash(name)) === squash(name)))
})

test('long names stay apart', () => {
  const long = 'very long name '.repeat(20)
  assert.ok(slug(long).length <= 120)
  assert.notEqual(slug(`${long}a`), slug(`${long}b`))
})
