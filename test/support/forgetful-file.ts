/** A test file whose only test passes, with work that never gives its connection back. Run by the test of that, and only by it. */
import { test } from 'node:test'
import { openTestDatabase } from './database.ts'

const { database } = await openTestDatabase()

test('passes by itself', () => {
  const begun = Promise.withResolvers<void>()
  function forgetful(): void {
    void database.read(() => {
      begun.resolve()
      return new Promise(() => undefined)
    })
  }
  forgetful()
  return begun.promise
})
