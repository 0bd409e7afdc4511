import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { isPassing, SophiaError } from '#domain/errors.ts'
import { isRefusedData, isServerFault, translateFault } from './database-faults.ts'

/** As the driver throws what the server said. */
function faultOf(sqlState: string): pg.DatabaseError {
  return Object.assign(new pg.DatabaseError('as the server says it', 0, 'error'), { code: sqlState })
}

function codeOf(sqlState: string): string {
  const told = translateFault(faultOf(sqlState))
  return told instanceof SophiaError ? told.code : 'unchanged'
}

test('what the server is short of, and a fault of the system under it, passes; a full disk has its own word', () => {
  const passing = ['53000', '53200', '53300', '53400', '58000', '58030', '40001', '40P01', '57014', '55P03']
  assert.deepEqual(
    passing.map((state) => [state, codeOf(state)]),
    passing.map((state) => [state, 'DATABASE_UNAVAILABLE']),
  )
  assert.equal(codeOf('53100'), 'STORAGE_FULL')
  for (const state of [...passing, '53100']) assert.ok(isPassing(translateFault(faultOf(state))), state)
})

test('what is the same at every try is not taken for passing, whoever is at fault', () => {
  for (const state of ['58P01', '58P02', 'XX000', 'XX001', '54000', '23514', '42P01'])
    assert.equal(codeOf(state), 'unchanged', state)
  // It is the server's fault all the same, and no word against what it was given.
  for (const state of ['58P01', '58P02'])
    assert.deepEqual([isServerFault(faultOf(state)), isRefusedData(faultOf(state))], [true, false], state)
})
