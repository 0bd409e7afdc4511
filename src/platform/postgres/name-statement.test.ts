import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nameStatement } from './name-statement.ts'

test('a statement is named by what it writes, else by what it reads, and never by its values', () => {
  const names: readonly (readonly [text: string, name: string])[] = [
    ['select id from turns where id = $1', 'SELECT turns'],
    ['with due as (select id from turns for update)\nupdate turns set status = $1 from due', 'UPDATE turns'],
    ['insert into messages (id) values ($1)', 'INSERT messages'],
    ['delete from turn_traces where at < now()', 'DELETE turn_traces'],
    ['select 1', 'SELECT'],
    ["select set_config('statement_timeout', $1, true)", 'SELECT'],
    ['', 'SELECT'],
  ]
  for (const [text, name] of names) assert.equal(nameStatement(text), name, text)
})
