import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findShortage } from './find-shortage.ts'

const space = (freeBytes: number) => ({ freeBytes, totalBytes: 1000 })

test('the rehearsal is counted: on the disk of the archives where both lie on one, on its own where they do not', () => {
  const wanted = { archives: 100, database: 300 }
  const one = (freeBytes: number) =>
    findShortage({ archives: space(freeBytes), database: space(freeBytes), isOne: true }, wanted)
  assert.equal(one(450), null)
  assert.deepEqual(one(449), { of: 'both', freeBytes: 449, wantedBytes: 400 })
  const two = (archives: number, database: number) =>
    findShortage({ archives: space(archives), database: space(database), isOne: false }, wanted)?.of
  assert.deepEqual([two(150, 350), two(149, 350), two(150, 349)], [undefined, 'archives', 'database'])
})

test('of a database elsewhere nobody here can tell', () => {
  const disks = { archives: space(150), database: null, isOne: false }
  assert.equal(findShortage(disks, { archives: 100, database: 1e12 }), null)
})
