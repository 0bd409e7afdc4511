import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { identifier, joinSql, sql, toStatement, type Sql } from './sql.ts'

const value = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.constant(null),
  fc.constant("'; drop table members; --"),
  fc.date(),
)

test('values become parameters in order and the text is the same whatever they are', () => {
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const { text, values } = toStatement(sql`select ${a} where x = ${b} or y = ${c}`)
      assert.equal(text, 'select $1 where x = $2 or y = $3')
      assert.deepEqual(values, [a, b, c])
    }),
  )
})

test('nested fragments are numbered through, however deep, with as many parameters as values', () => {
  const { tree } = fc.letrec<{ tree: Sql }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      value.map((each) => sql`v = ${each}`),
      fc.constant(sql`true`),
      fc
        .tuple(tie('tree'), value, tie('tree'))
        .map(([left, each, right]) => sql`(${left} and ${each} < any(${right}))`),
      fc.array(tie('tree'), { maxLength: 4 }).map((each) => sql`[${joinSql(each, ' or ')}]`),
    ),
  }))
  fc.assert(
    fc.property(tree, (fragment) => {
      const { text, values } = toStatement(fragment)
      const numbers = [...text.matchAll(/\$(\d+)/g)].map((match) => Number(match[1]))
      assert.deepEqual(
        numbers,
        values.map((_, index) => index + 1),
      )
      // Only the program's own words are left once the parameters are taken out.
      assert.match(text, /^(v = |true|\(| and |< any|\)|\[|\]| or |\$\d+| )*$/)
    }),
  )
})

test('an object that merely looks like a fragment, as parsed JSON could, stays a value', () => {
  const forged: unknown = JSON.parse('{"parts": ["1; drop table members"], "values": [], "Symbol(statement)": true}')
  assert.deepEqual(toStatement(sql`select ${forged}`), { text: 'select $1', values: [forged] })
})

test('an identifier is quoted, and anything but a plain name is refused', () => {
  assert.equal(toStatement(sql`select * from ${identifier('deals')}`).text, 'select * from "deals"')
  fc.assert(
    fc.property(fc.string(), (name) => {
      if (/^[a-z_][a-z0-9_]*$/.test(name) && !name.includes('\n')) return
      assert.throws(() => identifier(name), /not an identifier/)
    }),
  )
  assert.throws(() => identifier('deals\n'), /not an identifier/)
})

test('joining nothing gives nothing, joining one gives it back', () => {
  assert.deepEqual(toStatement(joinSql([], ', ')), { text: '', values: [] })
  assert.deepEqual(toStatement(sql`in (${joinSql([sql`${1}`], ', ')})`), { text: 'in ($1)', values: [1] })
})
