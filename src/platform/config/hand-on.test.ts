import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handOnDatabase } from './hand-on.ts'

test('where the database is is handed on by name, and a file that holds it by its path', () => {
  const environment = {
    DATABASE_URL: 'postgres://a:secret@b/c',
    DATABASE_DIRECT_URL_FILE: '/run/my secrets/direct',
    HOME: '/',
  }
  assert.deepEqual(handOnDatabase(environment, []), [
    'DATABASE_URL="$DATABASE_URL"',
    "DATABASE_DIRECT_URL_FILE='/run/my secrets/direct'",
  ])
  assert.deepEqual(handOnDatabase({ DATABASE_URL: '' }, []), [])
})

test('what a file of settings says is not handed on: the other command reads it there', () => {
  const values = { DATABASE_URL: 'postgres://a:secret@b/c' }
  assert.deepEqual(handOnDatabase(values, [{ path: '/clone/.env', values }]), [])
  // The environment says another one.
  const other = { DATABASE_URL: 'postgres://a:secret@elsewhere/c' }
  assert.deepEqual(handOnDatabase(other, [{ path: '/clone/.env', values }]), ['DATABASE_URL="$DATABASE_URL"'])
})
