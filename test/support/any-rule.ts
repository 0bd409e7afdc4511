import fc from 'fast-check'
import { addDays } from '#domain/day.ts'
import { ROLLS, SPANS, type Rule } from '#domain/calendar/rule.ts'
import { onOrAfter, WEEKDAYS } from '#domain/calendar/weekday.ts'

/** As literals have it: a record of fast-check may lack a prototype, and would not equal one that was read. */
const PLAIN = { noNullPrototype: true } as const
const weekday = fc.constantFrom(...WEEKDAYS)
const dayRange = fc
  .tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 31 }))
  .map(([one, other]) => ({ from: Math.min(one, other), to: Math.max(one, other) }))

const atom: fc.Arbitrary<Rule> = fc.oneof(
  fc.record(
    {
      kind: fc.constant('edge' as const),
      edge: fc.constantFrom('first' as const, 'last' as const),
      count: fc.integer({ min: 1, max: 35 }),
      unit: fc.constantFrom('bd' as const, 'days' as const),
      span: fc.constantFrom(...SPANS),
    },
    PLAIN,
  ),
  fc.record({ kind: fc.constant('days' as const), ranges: fc.array(dayRange, { minLength: 1, maxLength: 3 }) }, PLAIN),
  fc.record(
    {
      kind: fc.constant('nth' as const),
      nth: fc.constantFrom(1, 2, 3, 4, 5, 'last' as const),
      weekday,
    },
    PLAIN,
  ),
  fc.record(
    { kind: fc.constant('nth-bd' as const), nth: fc.integer({ min: 1, max: 35 }), span: fc.constantFrom(...SPANS) },
    PLAIN,
  ),
  fc
    .tuple(weekday, fc.integer({ min: 1, max: 52 }), fc.integer({ min: 0, max: 3000 }))
    .map(([name, weeks, offset]) => ({
      kind: 'every' as const,
      weeks,
      weekday: name,
      from: onOrAfter(addDays('2020-01-01', offset), name),
    })),
  fc.record({ kind: fc.constant('weekdays' as const), from: weekday, to: weekday }, PLAIN),
  fc.constantFrom({ kind: 'holiday' as const }, { kind: 'bd' as const }),
)

/** Rules of every kind, nested up to four levels. */
export const anyRule: fc.Arbitrary<Rule> = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { depthSize: 'small', maxDepth: 4 },
    atom,
    fc.record(
      {
        kind: fc.constant('shift' as const),
        count: fc.integer({ min: 1, max: 12 }),
        side: fc.constantFrom('before' as const, 'after' as const),
        of: tie('rule'),
      },
      PLAIN,
    ),
    fc.record({ kind: fc.constant('roll' as const), to: fc.constantFrom(...ROLLS), of: tie('rule') }, PLAIN),
    fc.record({ kind: fc.constant('not' as const), of: tie('rule') }, PLAIN),
    fc.record(
      {
        kind: fc.constantFrom('and' as const, 'or' as const),
        all: fc.array(tie('rule'), { minLength: 2, maxLength: 3 }),
      },
      PLAIN,
    ),
  ),
})).rule
